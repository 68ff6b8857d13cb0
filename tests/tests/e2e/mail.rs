//! Mail: sent with what causes it, delivered in the background.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{PATIENCE, Setup, Shop, eventually};

/// The mails in a folder, each as text.
fn mails(folder: &Path) -> Vec<String> {
    let entries: Vec<fs::DirEntry> = fs::read_dir(folder).map(|entries| entries.flatten().collect()).unwrap_or_default();
    let finished = entries.iter().map(fs::DirEntry::path).filter(|path| path.extension().is_some_and(|end| end == "eml"));
    finished.map(|path| fs::read_to_string(path).expect("a mail")).collect()
}

#[tokio::test]
async fn a_test_mail_is_delivered_into_the_folder_once() {
    let mut shop = Shop::open().await;
    let settings = json!({ "name": "Nuts and Bolts", "time_zone": "UTC", "languages": ["en"], "default_currency": "EUR" });
    shop.admin().put("/v1/settings", &settings).await.ok();
    let body = json!({ "to": "Ada Byron <ada@example.com>" });
    let sent = shop.admin().post_once("/v1/mail/tests", "mail-1", &body).await.is(202);
    let again = shop.admin().post_once("/v1/mail/tests", "mail-1", &body).await.is(202);
    assert_eq!(sent, again);
    let folder = shop.home().dir().join("mail");
    eventually("the mail is delivered", PATIENCE, async || (!mails(&folder).is_empty()).then_some(())).await;
    let mail = mails(&folder).remove(0);
    let job = sent["job_id"].whole();
    assert!(folder.join(format!("{job}.eml")).is_file());
    for header in [
        "From: \"Nuts and Bolts\" <bulkhead@localhost>\r\n".to_owned(),
        "To: \"Ada Byron\" <ada@example.com>\r\n".to_owned(),
        "Subject: Test mail\r\n".to_owned(),
        "Auto-Submitted: auto-generated\r\n".to_owned(),
        format!("Message-ID: <{job}."),
    ] {
        assert!(mail.contains(&header), "{header}: {mail}");
    }
    let address = format!("/v1/jobs/{job}");
    eventually("the job is done", PATIENCE, async || (shop.admin().get(&address).await.status == 404).then_some(())).await;
    assert_eq!(mails(&folder).len(), 1);
}

#[tokio::test]
async fn what_is_no_address_is_refused_and_sends_nothing() {
    let mut shop = Shop::open().await;
    for to in ["ada", "", "ada@example.com\r\nBcc: eve@example.com", "ada@example.com, eve@example.com"] {
        let answer = shop.admin().post("/v1/mail/tests", &json!({ "to": to })).await;
        answer.is_refused_for("invalid-request", &["/to bad-email"]);
    }
    assert!(shop.admin().get("/v1/jobs").await.ok()["items"].list().is_empty());
    assert!(mails(&shop.home().dir().join("mail")).is_empty());
}

#[tokio::test]
async fn a_mail_that_no_server_takes_waits_with_its_error() {
    let nowhere = Setup::default().with("smtp-url", "smtp://127.0.0.1:1").with("mail-from", "shop@seller.example");
    let shop = nowhere.open().await;
    let sent = shop.admin().post("/v1/mail/tests", &json!({ "to": "ada@example.com" })).await.is(202);
    let address = format!("/v1/jobs/{}", sent["job_id"].whole());
    let (job, _) = eventually("the job has an error", PATIENCE, async || {
        let job = shop.admin().get(&address).await.ok();
        job.get("last_error").is_some().then_some(job)
    })
    .await;
    assert_eq!((job["kind"].text(), job["status"].text()), ("mail.send", "queued"));
    assert!(!job["last_error"].text().contains("ada@"), "{job:?}");
}

#[tokio::test]
async fn only_staff_who_keep_the_settings_send_test_mails() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    let body = json!({ "to": "ada@example.com" });
    for actor in [shop.erp("ACME").await, shop.seller("sales").await] {
        actor.post("/v1/mail/tests", &body).await.is_refused("forbidden");
    }
}
