//! Saving the database while it is served, and bringing it back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Process, Shop, bulkhead, client, is_postgres, line};

fn run(words: &[&str], flags: &[String]) -> (bool, String) {
    let args: Vec<String> = words.iter().map(|word| (*word).to_owned()).chain(flags.iter().cloned()).collect();
    let output = bulkhead(&args);
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (output.status.success(), said)
}

#[tokio::test]
async fn a_database_saved_while_orders_come_in_is_brought_back_whole() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    shop.sells("A-1", "2.50", 1_000).await;
    let acme = shop.erp("ACME").await;
    let before = acme.places(&[line("A-1", 1)]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("saved.db");
    let name = file.display().to_string();
    let flags = shop.flags();
    if is_postgres() {
        let (done, said) = run(&["backup", &name], &flags);
        assert!(!done && said.contains("pg_dump"), "{said}");
        return;
    }

    let orders = tokio::spawn({
        let acme = acme.clone();
        async move {
            let order = async |_| acme.places(&[line("A-1", 1)]).await;
            join_all((0..20).map(order)).await;
        }
    });
    let saved = tokio::task::spawn_blocking({
        let (name, flags) = (name.clone(), flags.clone());
        move || run(&["backup", &name], &flags)
    });
    let (done, said) = saved.await.expect("ran");
    assert!(done, "{said}");
    orders.await.expect("placed");
    assert_eq!(fs::metadata(&file).expect("saved").permissions().mode() & 0o777, 0o600);
    let (again, said) = run(&["backup", &name], &flags);
    assert!(!again && said.contains("exists already"), "{said}");
    let (over, said) = run(&["restore", &name], &flags);
    assert!(!over && said.contains("there is a database already"), "{said}");

    let elsewhere = folder.path().join("data");
    let flags = vec!["--data-dir".to_owned(), elsewhere.display().to_string()];
    let (restored, said) = run(&["restore", &name], &flags);
    assert!(restored && said.contains("agree"), "{said}");
    let serve: Vec<String> = ["serve", "--listen", "127.0.0.1:0"].map(str::to_owned).into_iter().chain(flags.clone()).collect();
    let process = Process::start(&serve, folder.path().join("server.log"));
    let there = crate::support::Actor::nobody(client(), process.base().to_owned()).with_token(shop.admin().token());
    assert_eq!(there.get(&format!("/v1/orders/{}", before.number)).await.ok()["status"], "allocated");
    there.put("/v1/accounts/NEW", &json!({ "name": "New", "currency": "EUR" })).await.ok();
}

#[test]
fn what_is_no_saved_database_is_not_restored() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("list.csv");
    fs::write(&file, "sku,quantity\nA-1,1\nA-2,1\n").expect("written");
    let flags = vec!["--data-dir".to_owned(), folder.path().join("data").display().to_string()];
    let (restored, said) = run(&["restore", &file.display().to_string()], &flags);
    assert!(!restored && said.contains("is no database"), "{said}");
    let (restored, said) = run(&["restore", "/no/such/file"], &flags);
    assert!(!restored && said.contains("/no/such/file"), "{said}");
}
