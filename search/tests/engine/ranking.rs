//! The right product comes first.

use std::sync::Arc;

use search::{Boosts, Filter, Index, NamedSet, Pin, ProductSet, Query, QueryKind, Sort, SynonymGroup, Synonyms, Targets};

use crate::catalogue::{find, ids, sample_index, visitor};

/// Text, the product that must come first, and the kind of the query.
const FIRST: &[(&str, u64, QueryKind)] = &[
    ("15G042K", 10, QueryKind::Identifier),
    ("15g-042 k", 10, QueryKind::Identifier),
    ("0015G042K-OLD", 10, QueryKind::Identifier),
    ("4006381000011", 11, QueryKind::Identifier),
    ("TK-88OM", 17, QueryKind::PartNumber),
    ("TK-808M", 17, QueryKind::PartNumber),
    ("SUA150I", 12, QueryKind::PartNumber),
    ("SUA15", 12, QueryKind::PartNumber),
    ("p/n BN.56.8040", 13, QueryKind::Identifier),
    ("cat6 patch cable 2m blue", 1, QueryKind::Specification),
    ("patch cable 200 cm red", 3, QueryKind::Specification),
    ("patch cable 6 ft", 4, QueryKind::Specification),
    ("ups 1500va", 12, QueryKind::Specification),
    ("toner 15000 pages", 10, QueryKind::Specification),
    ("toner for C752dn", 10, QueryKind::Compatibility),
    ("M8x60 hex bolt zinc", 14, QueryKind::Specification),
    ("hexagon bolt M8 x 40", 13, QueryKind::Specification),
    ("1/4 in npt ball valve", 18, QueryKind::Specification),
    ("laptop", 16, QueryKind::Words),
    ("notebook case", 15, QueryKind::Words),
    ("lexmark printer", 11, QueryKind::BrandWords),
];

#[test]
fn the_right_product_comes_first() {
    let index = sample_index();
    for (text, id, kind) in FIRST {
        let hits = find(&index, text);
        assert_eq!(ids(&hits).first(), Some(id), "{text}: {:?}", hits.items);
        assert_eq!(hits.kind, *kind, "{text}");
    }
}

#[test]
fn a_misspelt_word_is_corrected_from_the_catalogue() {
    let hits = find(&sample_index(), "tonner cartridge");
    assert_eq!(ids(&hits).first(), Some(&10));
    assert_eq!(hits.did_you_mean.as_deref(), Some("toner cartridge"));
}

#[test]
fn a_query_without_full_matches_is_relaxed() {
    let hits = find(&sample_index(), "patch cable 77 m purple");
    assert!(hits.relaxed);
    assert!(!hits.items.is_empty());
    assert_eq!(hits.nearest_categories, ["Network cables"]);
    assert_eq!(hits.relaxed_to.as_deref(), Some("patch cable"));
    assert!(!find(&sample_index(), "patch cable").relaxed);
}

#[test]
fn staff_synonyms_count_at_once() {
    let index = sample_index();
    assert!(!ids(&find(&index, "schnur")).contains(&1));
    let texts = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    let group = |terms: &[&str], means: &[&str]| SynonymGroup { code: "G".into(), terms: texts(terms), means: texts(means) };
    let search = |text: &str, group: &SynonymGroup| {
        let synonyms = Some(Arc::new(Synonyms::with(std::slice::from_ref(group))));
        index.find(&Query { synonyms, ..Query::new(text, visitor()) }).expect("answer")
    };
    let both = group(&["schnur", "patch cable"], &[]);
    assert!(ids(&search("schnur", &both)).contains(&1));
    let one_way = group(&["toner"], &["hex bolt"]);
    assert!(ids(&search("toner", &one_way)).contains(&13));
    assert!(!ids(&search("hex bolt", &one_way)).contains(&10), "not the other way round");
    assert!(ids(&search("tonne", &group(&["tonne"], &["ball valve"]))).contains(&18), "a word with synonyms is no mistake");
}

#[test]
fn facets_filters_and_sorting() {
    let index = sample_index();
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
fn pins_and_boosts_are_applied_and_explained() {
    let index = sample_index();
    let mut query = Query::new("patch cable", visitor());
    query.pinned = vec![Pin { id: 17, position: 0 }];
    query.boosts = vec![weights(&[(&[2], 5.0)])];
    query.explain = true;
    let hits = index.find(&query).expect("answer");
    assert_eq!(ids(&hits)[..2], [17, 2]);
    assert_eq!(hits.total, 5, "a pinned product is found");
    let explains = |at: usize, what: &str| hits.items[at].explanation.iter().any(|line| line.contains(what));
    assert!(explains(1, "patch") && explains(1, "weighed by staff: × 5") && !explains(2, "weighed"), "{:?}", hits.items);
    assert!(explains(0, "pinned by staff to place 1"));
}

fn weights(list: &[(&[u64], f32)]) -> Arc<Boosts> {
    let targets = |ids: &[u64]| Targets { ids: ids.to_vec(), ..Targets::default() };
    Arc::new(Boosts::new(list.iter().map(|(ids, factor)| (targets(ids), *factor)).collect()))
}

fn found_ids(index: &Index, query: &Query) -> Vec<u64> {
    ids(&index.find(query).expect("answer"))
}

#[test]
fn pins_keep_their_positions_only_when_sorting_by_relevance() {
    let index = sample_index();
    let mut query = Query::new("patch cable", visitor());
    let before = found_ids(&index, &query);
    assert_eq!(before.len(), 4);
    query.pinned = vec![Pin { id: 17, position: 9 }, Pin { id: 10, position: 1 }, Pin { id: before[3], position: 0 }];
    let expected = [before[3], 10, before[0], before[1], before[2], 17];
    assert_eq!(found_ids(&index, &query), expected);
    query.limit = 2;
    let pages: Vec<u64> = (0..4).flat_map(|page| found_ids(&index, &Query { offset: page * 2, ..query.clone() })).collect();
    assert_eq!(pages, expected, "pages hold the same");
    query.limit = 20;
    query.sort = Sort::Sku;
    assert_eq!(found_ids(&index, &query), [1, 10, 17, 2, 3, 4]);
    query.filters = vec![Filter { name: "brand".into(), value: "equip".into() }];
    query.sort = Sort::Relevance;
    assert_eq!(found_ids(&index, &query), [before[3], before[0], before[1], before[2]], "filters count for pins");
}

#[test]
fn boosts_below_one_demote_except_for_exact_numbers() {
    let index = sample_index();
    let mut query = Query::new("toner", visitor());
    let before = found_ids(&index, &query);
    query.boosts = vec![weights(&[(&before[..1], 0.1)])];
    assert_ne!(found_ids(&index, &query)[0], before[0]);
    let mut number = Query::new("15G042K", visitor());
    number.boosts = vec![weights(&[(&[10], 0.1), (&[11, 17], 10.0)])];
    assert_eq!(found_ids(&index, &number).first(), Some(&10));
}

#[test]
fn product_sets_are_counted_and_filter() {
    let index = sample_index();
    let mut query = Query::new("patch cable", visitor());
    let members = Arc::new(ProductSet::new(Targets { ids: vec![1, 13], ..Targets::default() }));
    query.product_sets = vec![NamedSet { name: "mine".into(), products: members, required: None }];
    query.facets = vec!["mine".into()];
    let counts = index.find(&query).expect("answer").facets[0].values.clone();
    assert_eq!(counts, [("false".to_owned(), 3), ("true".to_owned(), 1)]);
    query.product_sets[0].required = Some(true);
    assert_eq!(found_ids(&index, &query), [1]);
    query.product_sets[0].required = Some(false);
    assert_eq!(found_ids(&index, &query).len(), 3);
    query.product_sets[0].products = Arc::new(ProductSet::everything());
    let hits = index.find(&query).expect("answer");
    assert_eq!((hits.total, hits.total_without_filters), (0, Some(4)), "nothing, and what there would be without");
    assert_eq!(hits.nearest_categories, ["Network cables"]);
}

#[test]
fn a_ranking_equals_the_hits_and_highlights_titles() {
    let index = sample_index();
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
    let index = sample_index();
    let mut query = Query::new("", visitor());
    query.limit = 5;
    let mut seen = Vec::new();
    for page in 0..4 {
        query.offset = page * 5;
        seen.extend(ids(&index.find(&query).expect("answer")));
    }
    seen.sort_unstable();
    let mut all: Vec<u64> = crate::catalogue::documents().iter().map(|d| d.id).collect();
    all.sort_unstable();
    assert_eq!(seen, all);
}
