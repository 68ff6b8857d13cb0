//! Commits, crashes and rebuilds.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use search::{Index, Query};

use crate::catalogue::{documents, find, ids, product, visitor};

#[test]
fn a_commit_keeps_documents_and_payload_together() {
    let dir = tempfile::tempdir().expect("dir");
    let index = Index::open(dir.path()).expect("open");
    assert_eq!(index.committed_payload(), None);
    index.put(&documents()).expect("put");
    assert_eq!(index.len(), 0);
    index.commit("event 41").expect("commit");
    index.put(&[product(99, "Acme", "LATE1", "never committed", vec![])]).expect("put");
    index.remove(&[1]);
    drop(index);
    let index = Index::open(dir.path()).expect("open");
    assert_eq!(index.committed_payload().as_deref(), Some("event 41"));
    assert_eq!(index.len(), documents().len() as u64);
    assert_eq!(ids(&find(&index, "15G042K")).first(), Some(&10));
}

#[test]
fn a_document_replaces_an_earlier_version() {
    let index = Index::in_memory().expect("memory");
    index.put(&[product(1, "Acme", "OLD77", "anvil", vec![])]).expect("put");
    index.commit("1").expect("commit");
    index.put(&[product(1, "Acme", "NEW88", "hammer", vec![]), product(2, "Acme", "GONE9", "tongs", vec![])]).expect("put");
    index.commit("2").expect("commit");
    index.remove(&[2, 3]);
    index.commit("3").expect("commit");
    assert_eq!(index.len(), 1);
    assert!(ids(&find(&index, "OLD77")).is_empty());
    assert_eq!(ids(&find(&index, "NEW88")), [1]);
    assert!(ids(&find(&index, "tongs")).is_empty());
}

#[test]
fn one_writer_only() {
    let dir = tempfile::tempdir().expect("dir");
    let _first = Index::open(dir.path()).expect("open");
    assert!(matches!(Index::open(dir.path()), Err(search::Error::Locked)));
}

#[test]
fn a_rebuild_serves_the_old_until_it_is_done() {
    let dir = tempfile::tempdir().expect("dir");
    let index = Index::open(dir.path()).expect("open");
    index.put(&documents()).expect("put");
    index.commit("10").expect("commit");
    let rebuild = index.rebuild().expect("rebuild");
    rebuild.put(&[product(50, "Acme", "FRESH1", "anvil", vec![])]).expect("put");
    index.put(&[product(60, "Acme", "MEAN1", "meanwhile", vec![])]).expect("put");
    index.commit("11").expect("commit");
    assert_eq!(ids(&find(&index, "15G042K")).first(), Some(&10));
    rebuild.finish("10").expect("finish");
    assert_eq!(ids(&find(&index, "anvil")), [50]);
    assert_eq!((index.len(), index.committed_payload().as_deref()), (1, Some("10")));
    drop(index.rebuild().expect("abandoned"));
    drop(index);
    let index = Index::open(dir.path()).expect("open");
    assert_eq!(ids(&find(&index, "anvil")), [50]);
    let folders = std::fs::read_dir(dir.path()).expect("dir").flatten().filter(|e| e.path().is_dir()).count();
    assert_eq!(folders, 1);
}

#[test]
fn a_damaged_index_is_replaced_by_an_empty_one() {
    let dir = tempfile::tempdir().expect("dir");
    let index = Index::open(dir.path()).expect("open");
    index.put(&documents()).expect("put");
    index.commit("10").expect("commit");
    drop(index);
    for generation in std::fs::read_dir(dir.path()).expect("dir").flatten().filter(|e| e.path().is_dir()) {
        std::fs::write(generation.path().join("meta.json"), b"{\"half").expect("write");
    }
    let index = Index::open(dir.path()).expect("open");
    assert_eq!((index.len(), index.committed_payload()), (0, None));
    std::fs::write(dir.path().join("CURRENT"), b"../../etc").expect("write");
    drop(index);
    assert_eq!(Index::open(dir.path()).expect("open").len(), 0);
}

/// Runs as a child process of the next test: commits five documents at a time until it is killed.
#[test]
#[ignore = "the victim of a_kill_at_any_moment_leaves_the_last_commit"]
fn victim() {
    let Some(dir) = std::env::var_os("BULKHEAD_VICTIM") else {
        return;
    };
    let index = Index::open(Path::new(&dir)).expect("open");
    let done = index.committed_payload().map_or(0, |p| p.parse().expect("number"));
    for round in done + 1.. {
        let documents: Vec<_> =
            (1..=5).map(|n| product(round * 5 + n, "Acme", &format!("K{round}X{n}"), "anvil", vec![])).collect();
        index.put(&documents).expect("put");
        index.commit(&round.to_string()).expect("commit");
    }
}

#[test]
fn a_kill_at_any_moment_leaves_the_last_commit() {
    let dir = tempfile::tempdir().expect("dir");
    let mut last = 0;
    // Irregular waits, then longer ones until a slow machine has committed too.
    for wait in [40_u64, 90, 150, 210, 260, 500, 1_000, 2_000, 4_000, 8_000, 16_000] {
        if wait > 260 && last > 0 {
            break;
        }
        let mut child = Command::new(std::env::current_exe().expect("exe"))
            .args(["--ignored", "--exact", "durable::victim"])
            .env("BULKHEAD_VICTIM", dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("child");
        std::thread::sleep(Duration::from_millis(wait));
        child.kill().expect("kill");
        child.wait().expect("wait");
        let index = Index::open(dir.path()).expect("open");
        let rounds = index.committed_payload().map_or(0, |p| p.parse::<u64>().expect("number"));
        assert!(rounds >= last);
        assert_eq!(index.len(), rounds * 5, "after {wait} ms");
        let hits = index.find(&Query::new("anvil", visitor())).expect("answer");
        assert_eq!(hits.total as u64, rounds * 5);
        last = rounds;
    }
    assert!(last > 0);
}
