//! No query finds a product that its audience may not see.

use std::sync::Arc;

use search::{
    Audience, Category, Document, IdentifierMatch, Index, Lifecycle, NamedSet, Pin, ProductSet, Query, Targets, Visibility,
    VisibilityFilter,
};

use crate::catalogue::product;

fn restricted_index() -> Index {
    let seen_by = |id: u64, allow: &[u64], deny: &[u64], lifecycle: Lifecycle| Document {
        visibility: Visibility { allow: allow.to_vec(), deny: deny.to_vec() },
        lifecycle,
        ..product(id, "Acme", &format!("ZX{id}00"), &format!("widget special{id}"), vec![])
    };
    let index = Index::in_memory().expect("memory");
    index
        .put(&[
            seen_by(1, &[], &[], Lifecycle::Active),
            seen_by(2, &[7], &[], Lifecycle::Active),
            seen_by(3, &[], &[7], Lifecycle::Active),
            seen_by(4, &[7, 8], &[8], Lifecycle::Active),
            seen_by(5, &[], &[], Lifecycle::Hidden),
            seen_by(6, &[], &[], Lifecycle::Discontinued),
        ])
        .expect("put");
    index.commit("").expect("commit");
    index
}

fn seen(index: &Index, text: &str, who: &Audience) -> Vec<u64> {
    let hits = index.find(&Query::new(text, who.clone())).expect("answer");
    let mut ids: Vec<u64> = hits.items.iter().map(|h| h.id).collect();
    ids.sort_unstable();
    assert_eq!(hits.total, ids.len());
    ids
}

#[test]
fn every_kind_of_query_obeys_visibility() {
    let index = restricted_index();
    let cases = [
        (Audience::Groups(vec![]), vec![1, 3, 6]),
        (Audience::Groups(vec![7]), vec![1, 2, 4, 6]),
        (Audience::Groups(vec![8]), vec![1, 3, 6]),
        (Audience::Groups(vec![7, 8]), vec![1, 2, 6]),
        (Audience::Staff, vec![1, 2, 3, 4, 5, 6]),
    ];
    for (who, expected) in cases {
        assert_eq!(seen(&index, "widget", &who), expected, "{who:?}");
        assert_eq!(seen(&index, "", &who), expected, "{who:?}");
        for id in 1..=6 {
            let numbers = [format!("ZX{id}00"), format!("ZX{id}0"), format!("S-{id}")];
            for number in &numbers {
                let found = seen(&index, number, &who);
                assert!(found.iter().all(|f| expected.contains(f)), "{number} for {who:?}: {found:?}");
            }
            let matches = index.match_identifiers(&numbers, None, &who).expect("matches");
            for found in matches {
                let ids: Vec<u64> = match found {
                    IdentifierMatch::Exact(one) => vec![one.id],
                    IdentifierMatch::Ambiguous(all) => all.iter().map(|c| c.id).collect(),
                    IdentifierMatch::None => vec![],
                };
                assert!(ids.iter().all(|f| expected.contains(f)), "{numbers:?} for {who:?}: {ids:?}");
            }
        }
    }
}

#[test]
fn completions_and_spelling_reveal_no_hidden_product() {
    let index = restricted_index();
    let complete = |prefix: &str, who: &Audience| {
        let all = index.complete(prefix, 10, who).expect("completions");
        all.into_iter().map(|c| (c.text, c.id)).collect::<Vec<_>>()
    };
    let visitor = Audience::Groups(vec![]);
    for secret in ["special2", "special5", "ZX20", "ZX50", "S-2"] {
        let all = complete(secret, &visitor);
        assert!(
            all.iter().all(|(text, id)| !text.contains("special2") && !text.contains("special5") && *id != Some(2)),
            "{all:?}"
        );
    }
    assert!(complete("ZX20", &Audience::Groups(vec![7])).iter().any(|(_, id)| *id == Some(2)));
    let hits = index.find(&Query::new("ZX200 special2", visitor)).expect("answer");
    assert_eq!(hits.did_you_mean, None);
}

#[test]
fn discontinued_products_come_last() {
    let index = restricted_index();
    let hits = index.find(&Query::new("widget", Audience::Groups(vec![]))).expect("answer");
    assert_eq!(hits.items.last().map(|h| h.id), Some(6));
}

#[test]
fn pins_and_product_sets_do_not_reveal_hidden_products() {
    let index = restricted_index();
    let mut query = Query::new("widget", Audience::Groups(vec![]));
    query.pinned = [3, 2, 5].into_iter().enumerate().map(|(position, id)| Pin { id, position }).collect();
    let members = Arc::new(ProductSet::new(Targets { ids: vec![1, 2, 3, 5], ..Targets::default() }));
    query.product_sets = vec![NamedSet { name: "mine".into(), products: members, required: Some(true) }];
    let ids: Vec<u64> = index.find(&query).expect("answer").items.iter().map(|h| h.id).collect();
    assert_eq!(ids, [3, 1]);
}

#[test]
fn visibility_rules_hide_by_id_category_and_brand() {
    let of = |id: u64, brand: &str, category: u64| Document {
        categories: vec![Category { id: 1, name: "All".into() }, Category { id: category, name: format!("C{category}") }],
        ..product(id, brand, &format!("ZX{id}00"), "widget", vec![])
    };
    let index = Index::in_memory().expect("memory");
    index.put(&[of(1, "Acme", 10), of(2, "Acme", 11), of(3, "Zeta", 10), of(4, "Zeta", 11)]).expect("put");
    index.commit("").expect("commit");
    let ids = |ids: &[u64]| Targets { ids: ids.to_vec(), ..Targets::default() };
    let categories = |all: &[u64]| Targets { categories: all.to_vec(), ..Targets::default() };
    let brands = |all: &[&str]| Targets { brands: all.iter().map(|b| (*b).to_owned()).collect(), ..Targets::default() };
    let none = Targets::default;
    let sees = |denied, allowed, reserved, granted| {
        seen(&index, "widget", &Audience::Restricted(Arc::new(VisibilityFilter::new(denied, allowed, reserved, granted))))
    };
    assert_eq!(sees(none(), None, none(), none()), [1, 2, 3, 4]);
    assert_eq!(sees(ids(&[2]), None, none(), none()), [1, 3, 4]);
    assert_eq!(sees(brands(&["zeta"]), None, none(), none()), [1, 2]);
    assert_eq!(sees(categories(&[1]), None, none(), none()), [0_u64; 0]);
    assert_eq!(sees(none(), Some(categories(&[10])), none(), none()), [1, 3]);
    assert_eq!(sees(ids(&[1]), Some(categories(&[10])), none(), none()), [3], "a denied product stays denied");
    assert_eq!(sees(none(), Some(none()), none(), none()), [0_u64; 0], "an empty list allows nothing");
    assert_eq!(sees(none(), None, brands(&["acme", "zeta"]), brands(&["zeta"])), [3, 4]);
    let one = VisibilityFilter::new(ids(&[1]), None, none(), none());
    assert!(
        one == VisibilityFilter::new(ids(&[1]), None, none(), none())
            && one != VisibilityFilter::new(ids(&[2]), None, none(), none())
    );
    let hidden = index.match_identifiers(&["ZX100".to_owned()], None, &Audience::Restricted(Arc::new(one))).expect("matches");
    let near = match &hidden[..] {
        [IdentifierMatch::None] => Vec::new(),
        [IdentifierMatch::Ambiguous(near)] => near.iter().map(|candidate| candidate.id).collect(),
        other => panic!("a hidden product was found: {other:?}"),
    };
    assert!(!near.contains(&1), "similar products may be candidates, the hidden one may not: {near:?}");
}
