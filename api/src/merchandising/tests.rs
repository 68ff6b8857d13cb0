//! What is remembered, without a database.

use entity::{AccountId, Instant};

use super::journal::{Journal, Seen};
use super::recall::Recall;

fn seen(account: i64, text: &str, lookup: bool, found: usize) -> Seen<'_> {
    Seen { account: AccountId(account), text, lookup, relaxed: false, found, shown: Vec::new() }
}

fn own(recall: &Recall, account: i64, prefix: &str) -> Vec<String> {
    recall.own(AccountId(account), prefix, 10).iter().map(ToString::to_string).collect()
}

#[test]
fn an_account_remembers_its_own_questions_with_a_result_the_latest_first() {
    let journal = Journal::default();
    for (second, (text, found)) in [("Hex  Bolt", 3), ("hex nut", 0), ("hexagon", 1), ("hex bolt", 3)].iter().enumerate() {
        let noted = journal.note(Instant(1_000_000 * (second as i64 + 1)), seen(1, text, false, *found));
        assert!(noted.is_some());
    }
    assert_eq!(own(&journal.recall, 1, "hex"), ["hex bolt", "hexagon"]);
    assert_eq!(own(&journal.recall, 1, "hex bolt"), [""; 0], "what is typed already helps nobody");
    assert!(own(&journal.recall, 2, "hex").is_empty(), "nobody else's");
    assert_eq!(journal.note(Instant(9_000_000), seen(1, " - ", false, 9)), None, "a search without words says nothing");
}

#[test]
fn numbers_of_notes_differ_and_waiting_is_bounded() {
    let journal = Journal::default();
    let ids: std::collections::BTreeSet<i64> =
        (0..1_000).filter_map(|_| journal.note(Instant(5), seen(1, "same", false, 1))).collect();
    assert_eq!(ids.len(), 1_000);
    let noted = (0..30_000).filter(|_| journal.note(Instant(6), seen(1, "same", false, 1)).is_some()).count();
    assert_eq!(noted, 19_000);
}

#[test]
fn fifty_questions_are_remembered_of_an_account() {
    let journal = Journal::default();
    for n in 0..60 {
        journal.note(Instant(n * 1_000_000), seen(1, &format!("part {n}"), false, 1));
    }
    let all = journal.recall.own(AccountId(1), "", 100);
    assert_eq!((all.len(), &*all[0], &*all[49]), (50, "part 59", "part 10"));
}
