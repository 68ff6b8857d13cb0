//! The guard over a real server on this machine.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::{AddressClass, Call, HeaderName, HeaderValue, Limits, Method, Outbound, OutboundError};

/// A server that gives every connection the same answer and counts them.
struct Outside {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

/// What the server does after it has read a request.
#[derive(Clone)]
enum Does {
    Answers(Vec<u8>),
    /// Sends the head, then bytes without an end.
    Floods(&'static str),
    StaysSilent,
}

impl Outside {
    async fn that(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (address, connections) = (listener.local_addr().expect("an address"), Arc::new(AtomicUsize::new(0)));
        let count = connections.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(stream, does.clone()));
            }
        });
        Self { address, connections }
    }

    async fn answering(text: &str) -> Self {
        Self::that(Does::Answers(text.as_bytes().to_vec())).await
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

async fn serve(mut stream: TcpStream, does: Does) {
    let mut read = [0; 4_096];
    let _ = stream.read(&mut read).await;
    match does {
        Does::Answers(bytes) => drop(stream.write_all(&bytes).await),
        Does::Floods(head) => {
            let mut sent = stream.write_all(head.as_bytes()).await;
            while sent.is_ok() {
                sent = stream.write_all(b"1000\r\n").await;
                sent = if sent.is_ok() { stream.write_all(&[b'x'; 0x1000]).await } else { sent };
                sent = if sent.is_ok() { stream.write_all(b"\r\n").await } else { sent };
            }
        }
        Does::StaysSilent => std::future::pending().await,
    }
}

fn limits() -> Limits {
    Limits { total: Duration::from_millis(300), wait: Duration::from_millis(100), answer: 10_000, ..Limits::default() }
}

fn allowing(allow: &str) -> Outbound {
    Outbound::new(allow.parse().expect("a list"), limits())
}

async fn get(outbound: &Outbound, url: &str) -> Result<crate::Answer, OutboundError> {
    outbound.call(Call::new(Method::GET, url)).await
}

#[tokio::test]
async fn an_allowed_host_is_called_and_answers() {
    let outside = Outside::answering("HTTP/1.1 418 Teapot\r\nx-note: kept\r\ncontent-length: 2\r\n\r\nhi").await;
    let call = Call::new(Method::POST, outside.url("/orders?token=hidden"))
        .with_header(HeaderName::from_static("x-key"), HeaderValue::from_static("hidden"))
        .with_body("hidden");
    assert!(!format!("{call:?}").contains("hidden"));
    let answer = allowing("127.0.0.1").call(call).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (418, &b"hi"[..]));
    assert_eq!(answer.headers["x-note"], "kept");
}

#[tokio::test]
async fn an_address_that_is_not_allowed_is_never_connected_to() {
    let outside = Outside::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let port = outside.address.port();
    for url in [outside.url("/"), format!("https://127.0.0.1:{port}/"), format!("https://[::ffff:127.0.0.1]:{port}/")] {
        let error = get(&allowing("10.0.0.0/8,erp.intern"), &url).await.expect_err("it is refused");
        assert!(matches!(error, OutboundError::AddressRefused { .. }), "{error}");
        assert!(!error.is_temporary());
    }
    assert_eq!(outside.connections(), 0);
}

#[tokio::test]
async fn a_name_that_resolves_to_this_machine_is_refused_after_resolving() {
    let outside = Outside::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let url = format!("https://localhost:{}/?key=hidden", outside.address.port());
    let error = get(&allowing(""), &url).await.expect_err("it is refused");
    assert!(matches!(error, OutboundError::AddressRefused { class: AddressClass::Loopback, .. }), "{error:?}");
    assert!(error.to_string().starts_with("localhost must not be called"), "{error}");
    assert_eq!(outside.connections(), 0);
}

#[tokio::test]
async fn a_name_may_be_called_when_it_or_its_network_is_allowed() {
    let outside = Outside::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let port = outside.address.port();
    let by_name = get(&allowing("localhost"), &format!("http://localhost:{port}/")).await.expect("an answer");
    assert_eq!(by_name.status.as_u16(), 200);
    // The network allows the connection; what fails is TLS, which the server does not speak.
    let by_network = get(&allowing("127.0.0.0/8"), &format!("https://localhost:{port}/")).await.expect_err("no TLS");
    assert!(matches!(by_network, OutboundError::NotConnected { .. }), "{by_network:?}");
    assert_eq!(outside.connections(), 2);
    let plain = get(&allowing("127.0.0.0/8"), &format!("http://localhost:{port}/")).await.expect_err("not by name");
    assert!(matches!(plain, OutboundError::HttpNotAllowed(_)), "{plain:?}");
}

#[tokio::test]
async fn a_name_without_address_is_not_resolved() {
    let error = get(&allowing("no-such-host.invalid"), "http://no-such-host.invalid/").await.expect_err("there is none");
    let is_unanswered = matches!(error, OutboundError::NotResolved(_) | OutboundError::TimedOut { .. });
    assert!(is_unanswered && error.is_temporary(), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_given_up() {
    let outside = Outside::that(Does::StaysSilent).await;
    let error = get(&allowing("127.0.0.1"), &outside.url("/?token=hidden")).await.expect_err("nothing comes");
    assert!(matches!(error, OutboundError::TimedOut { .. }) && error.is_temporary(), "{error:?}");
    assert!(!format!("{error:?}").contains("hidden"));
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_none() {
    let outside = Outside::answering("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly the beginning").await;
    let error = get(&allowing("127.0.0.1"), &outside.url("/?token=hidden")).await.expect_err("it is cut off");
    assert!(matches!(error, OutboundError::Failed { .. }) && !format!("{error:?}").contains("hidden"), "{error:?}");
}

#[tokio::test]
async fn an_answer_larger_than_the_limit_is_given_up_announced_or_not() {
    let announced = Outside::answering("HTTP/1.1 200 OK\r\ncontent-length: 10001\r\n\r\n").await;
    let flood = Outside::that(Does::Floods("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")).await;
    for outside in [announced, flood] {
        let error = get(&allowing("127.0.0.1"), &outside.url("/")).await.expect_err("it is too large");
        assert!(matches!(error, OutboundError::TooLarge { limit: 10_000, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_compressed_answer_stays_as_it_came() {
    let outside = Outside::answering("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nzip!").await;
    let answer = get(&allowing("127.0.0.1"), &outside.url("/")).await.expect("an answer");
    assert_eq!((&answer.body[..], &answer.headers["content-encoding"]), (&b"zip!"[..], &HeaderValue::from_static("gzip")));
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let inner = Outside::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let text = format!("HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", inner.url("/"));
    let outside = Outside::answering(&text).await;
    let answer = get(&allowing("127.0.0.1"), &outside.url("/")).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), inner.connections()), (302, 0));
}

#[tokio::test]
async fn only_so_many_calls_run_at_once_and_waiting_ends() {
    let outside = Outside::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let outbound = Outbound::new("127.0.0.1".parse().expect("a list"), Limits { at_once: 1, ..limits() });
    let taken = outbound.permit().await.expect("a place");
    let error = get(&outbound.clone(), &outside.url("/")).await.expect_err("there is no place");
    assert!(matches!(error, OutboundError::Busy) && error.is_temporary(), "{error:?}");
    drop(taken);
    get(&outbound, &outside.url("/")).await.expect("an answer");
    assert_eq!(outside.connections(), 1);
}

/// With debug assertions it stops the program, without them it is an error.
#[tokio::test]
async fn a_call_inside_a_transaction_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("outbound.db").display());
    let db = store::database::Database::connect(&url, 2).await.expect("a database");
    db.migrate().await.expect("a schema");
    let outside = Outside::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let (outbound, url, system) = (allowing("127.0.0.1"), outside.url("/"), db.system("test"));
    let tried = tokio::spawn(async move {
        let tx = system.begin().await.expect("a transaction");
        let inside = get(&outbound, &url).await;
        tx.commit(inside).await.expect("committed")
    });
    match tried.await {
        Ok(inside) => assert!(matches!(inside, Err(OutboundError::InTransaction)), "{inside:?}"),
        Err(stopped) => assert!(cfg!(debug_assertions) && stopped.is_panic()),
    }
    assert_eq!(outside.connections(), 0);
    let (outbound, url) = (allowing("127.0.0.1"), outside.url("/"));
    let tx = db.system("test").begin().await.expect("a transaction");
    tx.commit(()).await.expect("committed");
    get(&outbound, &url).await.expect("an answer, after the transaction");
}
