//! Settings: flags before variables before the file; a wrong value is refused with its name.

use std::fs;

use crate::support::{Home, Process, bulkhead, client};

fn refused(words: &[&str]) -> String {
    let dir = tempfile::tempdir().expect("a directory");
    let mut args: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
    if !words.contains(&"--data-dir") {
        args.extend(["--data-dir".to_owned(), dir.path().join("data").display().to_string()]);
    }
    let output = bulkhead(&args);
    assert!(!output.status.success(), "{words:?} was accepted");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_wrong_value_is_refused_with_its_name() {
    let cases = [
        (vec!["serve", "--listen", "everywhere"], "--listen"),
        (vec!["serve", "--database-url", "mysql://x"], "--database-url"),
        (vec!["serve", "--redis-url", "http://x"], "--redis-url"),
        (vec!["serve", "--database-connections", "0"], "--database-connections"),
        (vec!["serve", "--role", "emperor"], "--role"),
        (vec!["serve", "--max-body-mb", "0"], "--max-body-mb"),
        (vec!["serve", "--log-format", "morse"], "--log-format"),
        (vec!["serve", "--outbound-allow", "10.0.0.0/33"], "--outbound-allow"),
        (vec!["serve", "--mail-from", "somebody"], "--mail-from"),
        (vec!["serve", "--smtp-url", "http://mail.example"], "--smtp-url"),
        (vec!["serve", "--smtp-url", "smtp://mail.example"], "mail-from"),
        (vec!["serve", "--no-such-flag", "1"], "--no-such-flag"),
        (vec!["serve", "--data-dir", "/proc/nowhere"], "data-dir"),
        (vec!["serve", "--database-url", "postgres://127.0.0.1:1/none"], "database-url"),
        (vec!["client", "create", "--id", "x", "--scopes", "no:such"], "--scopes"),
        (vec!["client", "create", "--id", "x", "--scopes", "orders:read", "--account", "NOBODY"], "--account"),
        (vec!["user", "create", "--email", "a@b.c", "--name", "A", "--roles", "emperor"], "--roles"),
    ];
    for (words, name) in cases {
        let said = refused(&words);
        assert!(said.contains(name), "{words:?}: {said}");
    }
}

#[test]
fn a_file_gives_settings_and_a_misspelt_one_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("bulkhead.toml");
    let path = file.display().to_string();
    let cases = [
        ("listn = \"127.0.0.1:0\"", "listn"),
        ("listen = \"everywhere\"", "--listen"),
        ("rate-limit = [1]", "rate-limit"),
        ("listen = ", "bulkhead.toml"),
    ];
    for (text, name) in cases {
        fs::write(&file, text).expect("written");
        let said = refused(&["serve", "--config", &path]);
        assert!(said.contains(name), "{text}: {said}");
    }
    let said = refused(&["serve", "--config", "/nowhere/bulkhead.toml"]);
    assert!(said.contains("/nowhere/bulkhead.toml"), "{said}");
}

#[tokio::test]
async fn a_server_starts_from_a_file_alone_and_a_flag_overrules_it() {
    let home = Home::fresh();
    let file = home.dir().join("bulkhead.toml");
    let text = "listen = \"127.0.0.1:0\"\nlog = \"warn\"\nshow-statements = true\nmax-body-mb = 1\n";
    fs::write(&file, text).expect("written");
    let start = |more: &[&str]| {
        let words = ["serve", "--config", file.to_str().expect("a path")];
        let args = words.iter().chain(more).map(|w| (*w).to_owned()).chain(home.flags()).collect::<Vec<_>>();
        Process::start(&args, home.dir().join("server.log"))
    };
    let server = start(&[]);
    let answer = client().get(format!("{}/healthz", server.base())).send().await.expect("an answer");
    assert!(answer.headers().contains_key("bulkhead-statements"));
    drop(server);
    let server = start(&["--show-statements", "false"]);
    let answer = client().get(format!("{}/healthz", server.base())).send().await.expect("an answer");
    assert!(!answer.headers().contains_key("bulkhead-statements"));
}

#[test]
fn help_names_every_setting_and_its_variable() {
    let help = String::from_utf8_lossy(&bulkhead(&["serve".to_owned(), "--help".to_owned()]).stdout).into_owned();
    for (flag, variable) in [
        ("--listen", "BULKHEAD_LISTEN"),
        ("--data-dir", "BULKHEAD_DATA_DIR"),
        ("--database-url", "DATABASE_URL"),
        ("--redis-url", "REDIS_URL"),
        ("--role", "BULKHEAD_ROLE"),
        ("--config", "BULKHEAD_CONFIG"),
        ("--rate-limit", "BULKHEAD_RATE_LIMIT"),
        ("--max-body-mb", "BULKHEAD_MAX_BODY_MB"),
    ] {
        assert!(help.contains(flag) && help.contains(variable), "{flag}, {variable}: {help}");
    }
}
