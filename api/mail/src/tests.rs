//! Mails into a folder.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use blobs::Blobs;
use entity::{BackgroundJobId, Instant, background_jobs};
use outbound::{AllowList, Limits, Outbound};
use settings::Settings;
use store::clock::{SECOND, later, now};
use store::database::Database;
use store::jobs::{JobHandlers, JobWorker, queue};
use store::system::System;

use crate::{Attachment, Mail, Mailer, SendMail, Transport, send};

/// An installation that sends mail, and its clock, which tests move.
pub(crate) struct Office {
    pub(crate) system: System,
    mailer: Mailer,
    clock: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

impl Office {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("mail.db").display());
        let db = Database::connect(&url, 2).await.expect("a database");
        db.migrate().await.expect("a schema");
        let mailer = Mailer {
            db: db.reader(),
            blobs: Blobs::with_cache(folder.path().join("blobs"), 1_000_000),
            settings: Settings::default(),
            outbound: Outbound::new(AllowList::default(), Limits::default()),
            from: "Shop <shop@seller.example>".parse().expect("an address"),
            transport: Transport::Folder(folder.path().join("mail")),
        };
        Self { system: db.system("mail"), mailer, clock: Arc::new(AtomicI64::new(now().0 + SECOND)), folder }
    }

    pub(crate) fn with(mut self, transport: Transport) -> Self {
        self.mailer.transport = transport;
        self
    }

    pub(crate) fn worker(&self) -> JobWorker {
        let clock = self.clock.clone();
        let handlers = JobHandlers::default().with_outside::<SendMail>(self.mailer.clone());
        JobWorker::new(self.system.clone(), Arc::new(handlers)).with_clock(move || Instant(clock.load(Ordering::Relaxed)))
    }

    pub(crate) fn wait(&self, micros: i64) {
        self.clock.fetch_add(micros, Ordering::Relaxed);
    }

    pub(crate) async fn sends(&self, mail: Mail) -> BackgroundJobId {
        let tx = self.system.begin().await.expect("a transaction");
        let id = send(&tx, mail).await.expect("sent");
        tx.commit(id).await.expect("committed")
    }

    pub(crate) async fn delivers(&self) -> usize {
        self.worker().run_due_outside().await.expect("a batch")
    }

    pub(crate) async fn job(&self, id: BackgroundJobId) -> Option<background_jobs::Model> {
        queue::one(&self.system.db(), id).await.expect("read")
    }

    fn mails(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    fn files(&self) -> Vec<String> {
        let entries: Vec<std::fs::DirEntry> =
            std::fs::read_dir(self.mails()).map(|entries| entries.flatten().collect()).unwrap_or_default();
        entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    fn mail(&self, id: BackgroundJobId) -> String {
        std::fs::read_to_string(self.mails().join(format!("{}.eml", id.0))).expect("the mail is there")
    }
}

pub(crate) fn mail(to: &str) -> Mail {
    Mail::new(to.parse().expect("an address"), "Your order", "It is on its way.\n")
}

#[tokio::test]
async fn a_mail_exists_if_its_transaction_commits_and_only_then() {
    let office = Office::open().await;
    let tx = office.system.begin().await.expect("a transaction");
    send(&tx, mail("ada@example.com")).await.expect("sent");
    drop(tx);
    assert_eq!((office.delivers().await, office.files().len()), (0, 0));
    let id = office.sends(mail("ada@example.com")).await;
    assert_eq!((office.delivers().await, office.files()), (1, vec![format!("{}.eml", id.0)]));
    assert!(office.job(id).await.is_none(), "it is done");
}

#[tokio::test]
async fn a_mail_has_its_headers_and_stays_the_same_when_it_is_repeated() {
    let office = Office::open().await;
    let mut whole = mail("Zoë <zoe@example.com>");
    whole.subject = "Größe 5 ist da".to_owned();
    whole.html = Some("<p>It is on its way.</p>".to_owned());
    whole.reply_to = Some("sales@seller.example".parse().expect("an address"));
    let id = office.sends(whole.clone()).await;
    office.delivers().await;
    let text = office.mail(id);
    for header in [
        "From: Shop <shop@seller.example>\r\n",
        "<zoe@example.com>\r\n",
        "Reply-To: sales@seller.example\r\n",
        "Subject: =?utf-8?",
        "Auto-Submitted: auto-generated\r\n",
        "MIME-Version: 1.0\r\n",
        "Content-Type: multipart/alternative;",
        "Content-Type: text/html; charset=utf-8\r\n",
    ] {
        assert!(text.contains(header), "{header}: {text}");
    }
    let message_id = text.lines().find(|line| line.starts_with("Message-ID: ")).expect("it has one");
    assert!(
        message_id.starts_with(&format!("Message-ID: <{}.", id.0)) && message_id.ends_with("@seller.example>"),
        "{message_id}"
    );
    // Done again, as after a crash between the call and its record.
    let job =
        SendMail { mail: whole, sent_at: message_id.split(['.', '@']).nth(1).expect("a number").parse().expect("a number") };
    store::jobs::OutsideJobHandler::call(&office.mailer, id, &job).await.expect("delivered");
    assert_eq!((office.files().len(), office.mail(id)), (1, text));
}

#[tokio::test]
async fn no_text_becomes_a_header() {
    let office = Office::open().await;
    let tx = office.system.begin().await.expect("a transaction");
    let mut bad = mail("ada@example.com");
    bad.subject = "Hello\r\nBcc: eve@example.com".to_owned();
    assert!(send(&tx, bad).await.is_err());
    let mut bad = mail("ada@example.com");
    bad.attachments = vec![Attachment { file_name: "a\r\nBcc: eve@example.com".to_owned(), blob: "0".repeat(64) }];
    assert!(send(&tx, bad).await.is_err());
    drop(tx);
    let mut odd = mail("\"Bcc: eve@example.com\" <ada@example.com>");
    odd.text = "Bcc: eve@example.com\r\n.\r\nQUIT\r\n".to_owned();
    let id = office.sends(odd).await;
    office.delivers().await;
    let text = office.mail(id);
    let (headers, _) = text.split_once("\r\n\r\n").expect("headers and a body");
    assert!(!headers.lines().any(|line| line.starts_with("Bcc")), "{headers}");
}

#[tokio::test]
async fn attachments_go_along_and_a_missing_one_gives_the_mail_up() {
    let office = Office::open().await;
    let tx = office.system.begin().await.expect("a transaction");
    let hash = office.mailer.blobs.put(&tx, "application/pdf", b"%PDF-1.7".to_vec()).await.expect("stored");
    let mut with_file = mail("ada@example.com");
    with_file.attachments = vec![Attachment { file_name: "Rechnung Ü.pdf".to_owned(), blob: hash.to_string() }];
    let id = send(&tx, with_file.clone()).await.expect("sent");
    with_file.attachments[0].blob = "0".repeat(64);
    let missing = send(&tx, with_file).await.expect("sent");
    tx.commit(()).await.expect("committed");
    office.delivers().await;
    let text = office.mail(id);
    assert!(text.contains("Content-Type: application/pdf") && text.contains("\r\n\r\n%PDF-1.7\r\n"), "{text}");
    assert!(text.contains("Content-Disposition: attachment;"), "{text}");
    let dead = office.job(missing).await.expect("it stays");
    assert!(dead.dead_at.is_some() && dead.last_error.expect("an error").contains("does not exist"));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_tried_again() {
    let office = Office::open().await;
    std::fs::write(office.mails(), "a file in its place").expect("written");
    let id = office.sends(mail("ada@example.com")).await;
    assert_eq!(office.delivers().await, 1);
    let waiting = office.job(id).await.expect("it waits");
    assert!(waiting.dead_at.is_none() && waiting.last_error.is_some());
    std::fs::remove_file(office.mails()).expect("removed");
    assert_eq!(office.delivers().await, 0, "not before its time");
    office.wait(10 * SECOND);
    assert_eq!((office.delivers().await, office.files().len()), (1, 1));
}

#[tokio::test]
async fn nothing_unfinished_bears_the_name_of_a_mail() {
    let office = Office::open().await;
    let id = office.sends(mail("ada@example.com")).await;
    std::fs::create_dir_all(office.mails()).expect("a folder");
    std::fs::write(office.mails().join(format!(".{}.eml.unfinished", id.0)), "the beginn").expect("what a crash left");
    office.delivers().await;
    assert_eq!(office.files(), [format!("{}.eml", id.0)]);
    assert!(office.mail(id).trim_end().ends_with("It is on its way."));
}

#[test]
fn a_mail_of_the_release_before_is_read() {
    let stored = r#"{"mail":{"to":"ada@example.com","subject":"S","text":"T"},"sent_at":1}"#;
    let job: SendMail = serde_json::from_str(stored).expect("readable");
    assert_eq!(serde_json::to_string(&job).expect("JSON"), stored);
    assert!(later(job.sent_at(), 1).0 == 2);
}
