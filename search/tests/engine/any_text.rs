//! Every text gets an answer, and quickly.

use std::sync::LazyLock;
use std::time::Instant;

use proptest::prelude::*;
use search::{Audience, Document, Filter, Index, Query};

use crate::catalogue::{find, sample_index, text, visitor};

static INDEX: LazyLock<Index> = LazyLock::new(sample_index);

const UNUSUAL_TEXTS: &[&str] = &[
    "\u{0}\u{1}\u{7f}\u{202e}toner\u{200b}",
    "title:(foo AND [a TO *]) OR -\"x~2^3",
    "🔩🔧 M8x40 🇩🇪",
    "مضخة مياه 1/4",
    "ÀÉÎ ß ﬁ İ ŉ",
    "////////////",
    "1/0 in 0/0 0x0x0x0 -5 m 1e308 mm .5 5. 1.2.3.4",
    "99999999999999999999999999 m x 1",
    "x x x x 2 x 3 x 4 x 5 x 6 mm",
    "\" ' ” ″ ‘ 15\" 15'",
    "m8x m8xx40 mx40 m999x1 m8x40x50x60x70",
    "##-#-/#",
    "cat 6 a",
];

#[test]
fn unusual_texts_are_answered() {
    for text in UNUSUAL_TEXTS {
        find(&INDEX, text);
        INDEX.complete(text, 10, &visitor()).expect("completions");
        INDEX.match_identifiers(&[text], Some(1), &visitor()).expect("matches");
    }
}

#[test]
fn long_texts_cost_no_more_than_short_ones() {
    let texts = [
        "a".repeat(10_000),
        "a1 ".repeat(5_000),
        "8x".repeat(5_000),
        "é".repeat(10_000),
        "toner ".repeat(2_000),
        "1/".repeat(9_999),
    ];
    for text in &texts {
        let started = Instant::now();
        find(&INDEX, text);
        INDEX.complete(text, 10, &visitor()).expect("completions");
        INDEX.match_identifiers(&[text], None, &visitor()).expect("matches");
        assert!(
            started.elapsed().as_millis() < 500,
            "{:?} for {}…",
            started.elapsed(),
            text.chars().take(10).collect::<String>()
        );
    }
}

/// Words of real queries in random order.
fn pieces() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "toner", "for", "C752dn", "C752", "2m", "2", "m", "x", "M8", "M8x40", "1/4", "in", "\"", "cat", "6", "6a", "lexmark",
        "rj", "45", "to", "-", "15G042K", "#", "1.5", "kVA", "blue", "p/n", "10x", "tonner",
    ]);
    prop::collection::vec(prop_oneof![known.prop_map(str::to_owned), "\\PC{0,6}"], 0..12).prop_map(|all| all.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_answered(text in prop_oneof![pieces(), ".{0,80}"]) {
        let hits = find(&INDEX, &text);
        prop_assert!(hits.items.len() <= 20 && hits.items.len() <= hits.total);
        for hit in &hits.items {
            prop_assert!(hit.score.is_finite());
            for (start, end) in &hit.highlights {
                prop_assert!(hit.title.get(*start..*end).is_some());
            }
        }
        INDEX.complete(&text, 5, &visitor()).expect("completions");
    }

    #[test]
    fn any_product_can_be_found_by_its_number(sku in "[A-Z0-9]{4,12}", title in ".{0,60}", value in ".{0,40}", name in ".{0,12}") {
        let index = Index::in_memory().expect("memory");
        let document = Document { id: 1, sku: sku.clone(), title, brand: value.clone(), attributes: vec![text(&name, &value)], ..Document::default() };
        index.put(&[document]).expect("put");
        index.commit("").expect("commit");
        prop_assert_eq!(crate::catalogue::ids(&find(&index, &sku)), [1]);
        let mut query = Query::new("", Audience::Staff);
        query.facets = vec![name.clone()];
        query.filters = vec![Filter { name, value }];
        index.find(&query).expect("answer");
    }
}
