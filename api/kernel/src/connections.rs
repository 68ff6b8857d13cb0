//! Connections: how many there are, and how long one may take to ask.
//!
//! The web server counts no connections and sets no deadline for the head of a request, so that a thousand clients which send one byte a
//! minute would hold as many connections for ever. Here a connection has a deadline from the first byte of a request's head to its end,
//! and one for how long it may be idle between requests; over the most connections, or the most of one source, new ones are closed at once.
//!
//! Not here: deadlines of bodies and answers ([`request`](super::request)).

use std::future::Future as _;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ahash::AHashMap;
use parking_lot::Mutex;
use poem::http::uri::Scheme;
use poem::listener::Acceptor;
use poem::web::{LocalAddr, RemoteAddr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::proxies::TrustedProxies;

/// How long a connection may take.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// From the first byte of a request's head to its end.
    head: Duration,
    /// From one request to the next.
    idle: Duration,
}

const PATIENCE: Patience = Patience { head: Duration::from_secs(10), idle: Duration::from_secs(75) };

/// Accepts as many connections as there may be.
#[derive(Debug)]
pub struct Connections<A> {
    inner: A,
    open: Open,
}

/// The open connections.
#[derive(Clone, Debug)]
struct Open {
    most: usize,
    most_of_one: usize,
    /// Proxies, which connect for many.
    proxies: TrustedProxies,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_source: AHashMap<Option<IpAddr>, usize>,
}

impl<A> Connections<A> {
    /// At most so many connections, a quarter of them of one source that is no trusted proxy.
    pub fn new(inner: A, most: usize, proxies: TrustedProxies) -> Self {
        Self { inner, open: Open { most, most_of_one: (most / 4).max(1), proxies, counts: Arc::default() } }
    }
}

impl Open {
    /// Counts a connection, if there may be one more.
    fn enter(&self, source: Option<IpAddr>) -> Option<Counted> {
        let mut counts = self.counts.lock();
        let own = counts.by_source.get(&source).copied().unwrap_or(0);
        let is_proxy = source.is_some_and(|source| self.proxies.trusts(source));
        if counts.all >= self.most || (own >= self.most_of_one && !is_proxy) {
            return None;
        }
        counts.all += 1;
        counts.by_source.insert(source, own + 1);
        Some(Counted { open: self.clone(), source })
    }
}

/// A connection that counts until it is dropped.
#[derive(Debug)]
struct Counted {
    open: Open,
    source: Option<IpAddr>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.open.counts.lock();
        counts.all -= 1;
        if let Some(own) = counts.by_source.get_mut(&self.source) {
            *own -= 1;
            if *own == 0 {
                counts.by_source.remove(&self.source);
            }
        }
    }
}

impl<A: Acceptor> Acceptor for Connections<A> {
    type Io = Connection<A::Io>;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.inner.local_addr()
    }

    async fn accept(&mut self) -> io::Result<(Self::Io, LocalAddr, RemoteAddr, Scheme)> {
        loop {
            let (io, local, remote, scheme) = self.inner.accept().await?;
            let source = remote.as_socket_addr().map(|address| address.ip().to_canonical());
            if let Some(counted) = self.open.enter(source) {
                return Ok((Connection::new(io, PATIENCE, counted), local, remote, scheme));
            }
            super::telemetry::count("bulkhead_connections_refused_total");
        }
    }
}

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The first byte of a request.
    Idle,
    /// The end of its head.
    Head,
    /// The answer.
    Answer,
    /// The next frame of HTTP/2, either way.
    Frames,
}

/// A connection with deadlines.
#[derive(Debug)]
pub struct Connection<Io> {
    io: Io,
    patience: Patience,
    stage: Stage,
    /// When it is given up, in the stages that have a deadline.
    deadline: Instant,
    /// Wakes at the deadline or before it. It is not set anew for each request, which would wake the timer of the runtime each time.
    alarm: Pin<Box<Sleep>>,
    /// The end of the head seen so far.
    end: HeadEnd,
    /// Whether the answer has begun since the head ended.
    answered: bool,
    _counted: Counted,
}

/// Looks for the empty line that ends a head.
#[derive(Clone, Copy, Debug, Default)]
struct HeadEnd {
    /// Whether anything but empty lines came, which readers of heads pass over.
    begun: bool,
    /// Line feeds in a row.
    feeds: u8,
    /// Bytes of the preface of HTTP/2 seen so far; 255 when the head is none.
    preface: u8,
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0";

impl HeadEnd {
    /// Looks at more bytes; whether the head ended, and whether it was that of HTTP/2.
    fn look(&mut self, bytes: &[u8]) -> Option<Stage> {
        for byte in bytes {
            if usize::from(self.preface) < PREFACE.len() && (self.begun || !byte.is_ascii_whitespace()) {
                self.preface = if *byte == PREFACE[usize::from(self.preface)] { self.preface + 1 } else { u8::MAX };
            }
            match byte {
                b'\n' if self.begun => self.feeds += 1,
                b'\n' | b'\r' => {}
                _ => (self.begun, self.feeds) = (true, 0),
            }
            if self.feeds == 2 {
                return Some(if usize::from(self.preface) == PREFACE.len() { Stage::Frames } else { Stage::Answer });
            }
        }
        None
    }
}

impl<Io> Connection<Io> {
    fn new(io: Io, patience: Patience, counted: Counted) -> Self {
        let deadline = Instant::now() + patience.head;
        Self {
            io,
            patience,
            stage: Stage::Idle,
            deadline,
            alarm: Box::pin(sleep_until(deadline)),
            end: HeadEnd::default(),
            answered: false,
            _counted: counted,
        }
    }

    fn until(&mut self, time: Duration) {
        self.deadline = Instant::now() + time;
    }

    /// Ready at the deadline.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.alarm.deadline() > self.deadline {
            self.alarm.as_mut().reset(self.deadline);
        }
        loop {
            ready!(self.alarm.as_mut().poll(context));
            if Instant::now() >= self.deadline {
                return Poll::Ready(());
            }
            self.alarm.as_mut().reset(self.deadline);
        }
    }

    /// Takes note of bytes that came.
    fn came(&mut self, bytes: &[u8]) {
        if self.stage == Stage::Idle && !bytes.is_empty() {
            self.stage = Stage::Head;
            self.end = HeadEnd::default();
            self.until(self.patience.head);
        }
        if self.stage == Stage::Head
            && let Some(next) = self.end.look(bytes)
        {
            self.stage = next;
            self.answered = false;
        }
        if self.stage == Stage::Frames {
            self.until(self.patience.idle);
        }
    }

    /// Takes note of bytes that go.
    fn goes(&mut self, bytes: &[u8]) {
        if self.stage == Stage::Answer && !bytes.starts_with(b"HTTP/1.1 100") {
            self.answered = true;
        }
        if matches!(self.stage, Stage::Idle | Stage::Frames) {
            self.until(self.patience.idle);
        }
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for Connection<Io> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.stage == Stage::Answer && this.answered {
            this.stage = Stage::Idle;
            this.until(this.patience.idle);
        }
        let before = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut this.io).poll_read(context, buffer) {
            if read.is_ok() {
                this.came(&buffer.filled()[before..]);
            }
            return Poll::Ready(read);
        }
        if matches!(this.stage, Stage::Idle | Stage::Head | Stage::Frames) {
            ready!(this.poll_deadline(context));
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the request did not come in time")));
        }
        Poll::Pending
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Connection<Io> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.goes(bytes);
        Pin::new(&mut this.io).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.goes(slices.first().map_or(&[], |slice| slice));
        Pin::new(&mut this.io).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    use super::*;

    const HEAD: Duration = Duration::from_millis(100);
    const IDLE: Duration = Duration::from_millis(300);

    fn connection() -> (Connection<DuplexStream>, DuplexStream) {
        let open = Open { most: 10, most_of_one: 10, proxies: TrustedProxies::default(), counts: Arc::default() };
        let (ours, theirs) = duplex(1_024);
        (Connection::new(ours, Patience { head: HEAD, idle: IDLE }, open.enter(None).expect("one more")), theirs)
    }

    #[tokio::test]
    async fn a_head_that_never_ends_is_given_up_however_often_a_byte_comes() {
        let (mut ours, mut theirs) = connection();
        let started = Instant::now();
        tokio::spawn(async move {
            while theirs.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        let mut all = Vec::new();
        let error = ours.read_to_end(&mut all).await.expect_err("given up");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(started.elapsed() >= HEAD);
    }

    #[tokio::test]
    async fn bodies_and_answers_have_no_deadline_here_and_idle_connections_have_one() {
        let (mut ours, mut theirs) = connection();
        theirs.write_all(b"POST / HTTP/1.1\r\nexpect: 100-continue\r\n\r\n").await.expect("sent");
        let mut bytes = [0; 256];
        assert_eq!(ours.read(&mut bytes).await.expect("the head"), 41);
        ours.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.expect("go on");
        let body = tokio::spawn(async move {
            tokio::time::sleep(5 * HEAD).await;
            theirs.write_all(b"a slow body").await.expect("sent");
            theirs
        });
        assert_eq!(ours.read(&mut bytes).await.expect("the body"), 11);
        let _theirs = body.await.expect("alive");
        ours.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("answered");
        let answered = Instant::now();
        assert!(ours.read(&mut bytes).await.is_err(), "no further request");
        assert!(answered.elapsed() >= IDLE);
    }

    #[test]
    fn the_end_of_a_head_is_found_across_reads() {
        let mut end = HeadEnd::default();
        assert_eq!(end.look(b"GET / HTTP/1.1\r\nhost: a\r"), None);
        assert_eq!(end.look(b"\n\r\nbody"), Some(Stage::Answer));
        assert_eq!(HeadEnd::default().look(b"\r\n\r\n\r\nGET / HTTP/1.1\r\n"), None, "empty lines before a head end none");
        assert_eq!(HeadEnd::default().look(b"PRI * HTTP/2.0\r\n\r\nSM"), Some(Stage::Frames));
    }

    #[test]
    fn connections_are_counted_in_all_and_by_source() {
        let open = Open { most: 3, most_of_one: 2, proxies: TrustedProxies::default(), counts: Arc::default() };
        let [one, other] = ["10.0.0.1", "10.0.0.2"].map(|text| text.parse().ok());
        let first = open.enter(one).expect("the first");
        let _second = open.enter(one).expect("the second");
        assert!(open.enter(one).is_none(), "two of one source");
        let _third = open.enter(other).expect("of another");
        assert!(open.enter(other).is_none(), "three in all");
        drop(first);
        open.enter(other).expect("there is room again");
    }
}
