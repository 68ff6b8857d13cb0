//! Lists of identifiers, and completions.

use search::{CompletionKind, IdentifierMatch};

use crate::catalogue::{sample_index, visitor};

fn exact(found: &IdentifierMatch) -> Option<u64> {
    match found {
        IdentifierMatch::Exact(one) => Some(one.id),
        _ => None,
    }
}

#[test]
fn a_list_is_resolved_in_its_order() {
    let list = ["S-13", "15g042k", "04006381000012", "ton 0815", "TK-88OM", "BN-56-80", "nothing at all", ""];
    let found = sample_index().match_identifiers(&list, Some(5), &visitor()).expect("matches");
    assert_eq!(found.len(), list.len());
    assert_eq!(found[..4].iter().map(exact).collect::<Vec<_>>(), [Some(13), Some(10), Some(12), Some(10)]);
    let candidates = |at: usize| match &found[at] {
        IdentifierMatch::Ambiguous(all) => all.iter().map(|c| c.id).collect::<Vec<_>>(),
        other => panic!("{} gave {other:?}", list[at]),
    };
    assert_eq!(candidates(4), [17]);
    let mut both = candidates(5);
    both.sort_unstable();
    assert_eq!(both, [13, 14]);
    assert_eq!(found[7], IdentifierMatch::None);
}

#[test]
fn customer_numbers_are_the_accounts_own() {
    let index = sample_index();
    for account in [None, Some(6)] {
        let found = index.match_identifiers(&["TON-0815"], account, &visitor()).expect("matches");
        assert_eq!(exact(&found[0]), None, "{account:?}");
    }
}

#[test]
fn typed_text_is_completed() {
    let index = sample_index();
    let complete = |prefix: &str| index.complete(prefix, 8, &visitor()).expect("completions");
    assert!(complete("patch ca").iter().any(|c| c.kind == CompletionKind::Words && c.text == "patch cable"));
    assert!(complete("netw").iter().any(|c| c.kind == CompletionKind::Category && c.text == "Network cables"));
    assert!(complete("lex").iter().any(|c| c.kind == CompletionKind::Brand && c.text == "Lexmark"));
    assert!(complete("15g04").iter().any(|c| c.kind == CompletionKind::Product && c.id == Some(10)));
    assert!(complete("patch ca").iter().any(|c| c.kind == CompletionKind::Product));
    assert!(complete("").is_empty());
    assert!(complete("patch ca").len() <= 8);
}
