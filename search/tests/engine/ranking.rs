//! The right product first, whatever the buyer has.

use search::{Filter, Kind, Query, Sort};

use crate::shop::{ask, ids, shop, visitor};

/// Text, the product that must come first, the kind it is taken for.
const FIRST: &[(&str, u64, Kind)] = &[
    ("15G042K", 10, Kind::Identifier),
    ("15g-042 k", 10, Kind::Identifier),
    ("0015G042K-OLD", 10, Kind::Identifier),
    ("4006381000011", 11, Kind::Identifier),
    ("TK-88OM", 17, Kind::PartNumber),
    ("TK-808M", 17, Kind::PartNumber),
    ("SUA150I", 12, Kind::PartNumber),
    ("SUA15", 12, Kind::PartNumber),
    ("p/n BN.56.8040", 13, Kind::Identifier),
    ("cat6 patch cable 2m blue", 1, Kind::Specification),
    ("patch cable 200 cm red", 3, Kind::Specification),
    ("patch cable 6 ft", 4, Kind::Specification),
    ("ups 1500va", 12, Kind::Specification),
    ("toner 15000 pages", 10, Kind::Specification),
    ("toner for C752dn", 10, Kind::Compatibility),
    ("M8x60 hex bolt zinc", 14, Kind::Specification),
    ("hexagon bolt M8 x 40", 13, Kind::Specification),
    ("1/4 in npt ball valve", 18, Kind::Specification),
    ("laptop", 16, Kind::Words),
    ("notebook case", 15, Kind::Words),
    ("lexmark printer", 11, Kind::BrandWords),
];

#[test]
fn the_right_product_comes_first() {
    let index = shop();
    for (text, id, kind) in FIRST {
        let hits = ask(&index, text);
        assert_eq!(ids(&hits).first(), Some(id), "{text}: {:?}", hits.items);
        assert_eq!(hits.kind, *kind, "{text}");
    }
}

#[test]
fn a_misspelt_word_is_corrected_from_the_catalogue() {
    let hits = ask(&shop(), "tonner cartridge");
    assert_eq!(ids(&hits).first(), Some(&10));
    assert_eq!(hits.did_you_mean.as_deref(), Some("toner cartridge"));
}

#[test]
fn too_much_asked_is_relaxed_and_says_so() {
    let hits = ask(&shop(), "patch cable 77 m purple");
    assert!(hits.relaxed);
    assert!(!hits.items.is_empty());
    assert_eq!(hits.nearest_categories, ["Network cables"]);
    assert!(!ask(&shop(), "patch cable").relaxed);
}

#[test]
fn staff_synonyms_count_at_once() {
    let index = shop();
    assert!(!ids(&ask(&index, "schnur")).contains(&1));
    index.set_synonyms(&[vec!["schnur".into(), "patch cable".into()]]);
    assert!(ids(&ask(&index, "schnur")).contains(&1));
}

#[test]
fn facets_filters_and_order() {
    let index = shop();
    let mut query = Query::new("patch cable", visitor());
    query.facets = vec!["colour".into(), "Cable length".into(), "brand".into()];
    let hits = index.find(&query).expect("answer");
    assert_eq!(hits.facets[0].values, [("blue".into(), 2), ("grey".into(), 1), ("red".into(), 1)]);
    assert_eq!(hits.facets[1].values, [("1.83".into(), 1), ("2".into(), 2), ("5".into(), 1)]);
    let filter = |name: &str, value: &str| Filter { name: name.into(), value: value.into() };
    query.filters = vec![filter("cable length", "150 cm..2 m"), filter("Colour", "BLUE"), filter("Colour", "grey")];
    query.sort = Sort::Attribute { name: "cable_length".into(), descending: false };
    assert_eq!(ids(&index.find(&query).expect("answer")), [4, 1]);
    query.filters = vec![filter("category", "7"), filter("brand", "equip")];
    query.sort = Sort::Sku;
    assert_eq!(ids(&index.find(&query).expect("answer")), [1, 2, 3, 4]);
}

#[test]
fn staff_pin_boost_and_ask_why() {
    let index = shop();
    let mut query = Query::new("patch cable", visitor());
    query.pinned = vec![17];
    query.boosts = vec![(2, 5.0)];
    query.explain = true;
    let hits = index.find(&query).expect("answer");
    assert_eq!(ids(&hits)[..2], [17, 2]);
    assert!(hits.items[1].explanation.iter().any(|line| line.contains("patch")), "{:?}", hits.items[1]);
    assert!(hits.items[0].explanation.contains(&"pinned by staff".to_owned()));
}

#[test]
fn a_ranking_is_what_is_found_and_marks_titles() {
    let index = shop();
    let mut query = Query::new("cable blue", visitor());
    query.explain = true;
    let hits = index.find(&query).expect("hits");
    let mut ranking = index.rank(&query, 2000).expect("ranking");
    assert_eq!(ranking.items.iter().map(|r| r.id).collect::<Vec<_>>(), ids(&hits));
    assert_eq!(ranking.items[0].explanation, hits.items[0].explanation);
    let title = "Blue patch cables, 2 m";
    let marked: Vec<&str> = ranking.highlighter.spans(title).iter().map(|(start, end)| &title[*start..*end]).collect();
    assert_eq!(marked, ["Blue", "cables"]);
}

#[test]
fn pages_do_not_overlap() {
    let index = shop();
    let mut query = Query::new("", visitor());
    query.limit = 5;
    let mut seen = Vec::new();
    for page in 0..4 {
        query.offset = page * 5;
        seen.extend(ids(&index.find(&query).expect("answer")));
    }
    seen.sort_unstable();
    let mut all: Vec<u64> = crate::shop::documents().iter().map(|d| d.id).collect();
    all.sort_unstable();
    assert_eq!(seen, all);
}
