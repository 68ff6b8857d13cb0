//! Mails to a mail server.

use std::sync::Arc;
use std::time::Duration;

use store::clock::SECOND;
use store::jobs::LEASE;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Notify};

use crate::tests::{Office, mail};
use crate::{BadSmtpUrl, SmtpServer, Transport};

/// What the server says to the recipient of the next mail.
#[derive(Clone, Copy, Debug)]
enum Says {
    Yes,
    NotNow,
    Never,
    /// Nothing, and keeps the line open.
    Nothing,
    /// Takes the mail and hangs up without a farewell.
    YesAndHangsUp,
}

/// A mail server that says what it was told to, conversation by conversation, and keeps what it took.
#[derive(Clone)]
struct Server {
    port: u16,
    taken: Arc<Mutex<Vec<String>>>,
    asked: Arc<Notify>,
}

impl Server {
    async fn that(says: &[Says]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = Self { port, taken: Arc::default(), asked: Arc::default() };
        let (own, says) = (server.clone(), says.to_vec());
        tokio::spawn(async move {
            for says in says {
                let (stream, _) = listener.accept().await.expect("a client");
                tokio::spawn(own.clone().converse(stream, says));
            }
        });
        server
    }

    async fn converse(self, stream: TcpStream, says: Says) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 mail.example\r\n").await?;
        let (mut line, mut text) = (String::new(), String::new());
        while stream.read_line(&mut line).await? > 0 {
            let answer = match (line.split([' ', '\r']).next().unwrap_or_default(), says) {
                ("EHLO", _) => "250-mail.example\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n",
                ("AUTH", _) if line.trim_end() == "AUTH PLAIN AG1lAHB3" => "235 welcome\r\n",
                ("AUTH", _) => "535 5.7.8 who are you\r\n",
                ("RCPT", Says::NotNow) => "450 4.2.1 the mailbox is busy\r\n",
                ("RCPT", Says::Never) => "550 5.1.1 there is no such mailbox\r\n",
                ("RCPT", Says::Nothing) => {
                    self.asked.notify_one();
                    std::future::pending::<&str>().await
                }
                ("DATA", _) => {
                    stream.write_all(b"354 go on\r\n").await?;
                    while !text.ends_with("\r\n.\r\n") && stream.read_line(&mut text).await? > 0 {}
                    self.taken.lock().await.push(text.clone());
                    "250 taken\r\n"
                }
                ("QUIT", Says::YesAndHangsUp) => return Ok(()),
                _ => "250 ok\r\n",
            };
            stream.write_all(answer.as_bytes()).await?;
            line.clear();
        }
        Ok(())
    }

    fn transport(&self, user: &str) -> Transport {
        Transport::Smtp(SmtpServer::parse(&format!("smtp://{user}127.0.0.1:{}", self.port)).expect("an address"))
    }

    async fn taken(&self) -> Vec<String> {
        self.taken.lock().await.clone()
    }
}

#[tokio::test]
async fn a_mail_that_is_refused_for_now_is_tried_again_with_the_same_id() {
    let server = Server::that(&[Says::NotNow, Says::Yes]).await;
    let office = Office::open().await.with(server.transport("me:pw@"));
    let id = office.sends(mail("ada@example.com")).await;
    assert_eq!(office.delivers().await, 1);
    let waiting = office.job(id).await.expect("it waits");
    assert!(waiting.dead_at.is_none() && waiting.last_error.expect("an error").contains("the mailbox is busy"));
    office.wait(10 * SECOND);
    assert_eq!(office.delivers().await, 1);
    let taken = server.taken().await;
    assert_eq!(taken.len(), 1);
    assert!(
        taken[0].contains(&format!("Message-ID: <{}.", id.0)) && taken[0].contains("To: ada@example.com\r\n"),
        "{}",
        taken[0]
    );
    assert!(office.job(id).await.is_none(), "it is done");
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_dead_with_the_words_of_the_server() {
    let server = Server::that(&[Says::Never, Says::Yes]).await;
    let office = Office::open().await.with(server.transport(""));
    let bad = office.sends(mail("nobody@example.com")).await;
    office.sends(mail("ada@example.com")).await;
    assert_eq!(office.delivers().await, 2);
    let dead = office.job(bad).await.expect("it stays");
    assert!(dead.dead_at.is_some() && dead.attempts == 1);
    assert!(dead.last_error.expect("an error").contains("there is no such mailbox"));
    assert_eq!(server.taken().await.len(), 1, "the other recipient got theirs");
}

#[tokio::test]
async fn a_wrong_password_loses_no_mail_and_is_not_shown() {
    let server = Server::that(&[Says::Yes]).await;
    let office = Office::open().await.with(server.transport("me:hidden@"));
    let id = office.sends(mail("ada@example.com")).await;
    office.delivers().await;
    let waiting = office.job(id).await.expect("it waits");
    let error = waiting.last_error.expect("an error");
    assert!(waiting.dead_at.is_none() && error.contains("who are you") && !error.contains("hidden"), "{error}");
}

#[tokio::test]
async fn a_mail_that_was_taken_is_not_sent_again_because_the_farewell_failed() {
    let server = Server::that(&[Says::YesAndHangsUp]).await;
    let office = Office::open().await.with(server.transport(""));
    let id = office.sends(mail("ada@example.com")).await;
    office.delivers().await;
    assert!(office.job(id).await.is_none(), "it is done");
    assert_eq!(server.taken().await.len(), 1);
}

#[tokio::test]
async fn a_worker_that_dies_in_the_middle_loses_no_mail() {
    let server = Server::that(&[Says::Nothing, Says::Yes]).await;
    let office = Office::open().await.with(server.transport(""));
    let id = office.sends(mail("ada@example.com")).await;
    let worker = office.worker();
    let working = tokio::spawn(async move { worker.run_due_outside().await });
    tokio::time::timeout(Duration::from_secs(20), server.asked.notified()).await.expect("it is in the middle");
    working.abort();
    assert!(working.await.is_err(), "killed");
    assert_eq!(office.delivers().await, 0, "others wait until the lease has run out");
    office.wait(LEASE + SECOND);
    assert_eq!(office.delivers().await, 1);
    assert_eq!(server.taken().await.len(), 1);
    assert!(office.job(id).await.is_none(), "it is done");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let server = Server::that(&[]).await;
    let transport = server.transport("");
    drop(server);
    let office = Office::open().await.with(transport);
    let id = office.sends(mail("ada@example.com")).await;
    office.delivers().await;
    assert!(office.job(id).await.is_some_and(|job| job.dead_at.is_none() && job.last_error.is_some()));
}

#[test]
fn addresses_of_servers_are_read_and_their_passwords_never_shown() {
    for text in ["smtp://localhost", "smtps://me:p%40ss@mail.example", "smtp://mail.example:2525/", "smtp://me:pw@[::1]:25"] {
        let server = SmtpServer::parse(text).expect(text);
        assert!(!format!("{server:?}").contains("p@ss"), "{server:?}");
    }
    for (text, error) in [
        ("http://mail.example", BadSmtpUrl::Form),
        ("mail.example", BadSmtpUrl::Form),
        ("smtp://", BadSmtpUrl::Form),
        ("smtp://mail.example/x", BadSmtpUrl::Form),
        ("smtp://mail.example?tls=none", BadSmtpUrl::Form),
        ("smtp://hidden@mail.example", BadSmtpUrl::Credentials),
        ("smtp://:hidden@mail.example", BadSmtpUrl::Credentials),
        ("smtp://me:hidden%ff@mail.example", BadSmtpUrl::Credentials),
    ] {
        assert_eq!(SmtpServer::parse(text).expect_err(text), error, "{text}");
        assert!(!error.to_string().contains("hidden"));
    }
}
