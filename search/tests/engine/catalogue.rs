//! A small catalogue and short functions to search it.

use search::{Attribute, Audience, Category, Document, Hits, Index, Query, Value};

pub(crate) fn text(name: &str, value: &str) -> Attribute {
    Attribute { name: name.into(), value: Value::Text(value.into()) }
}

pub(crate) fn number(name: &str, value: f64, unit: &str) -> Attribute {
    Attribute { name: name.into(), value: Value::Number(value, unit.into()) }
}

/// A product with this id and SKU `S-<id>`.
pub(crate) fn product(id: u64, brand: &str, mpn: &str, title: &str, attributes: Vec<Attribute>) -> Document {
    Document {
        id,
        sku: format!("S-{id}"),
        title: format!("{brand} {mpn} {title}"),
        brand: brand.into(),
        mpn: mpn.into(),
        gtins: vec![format!("40063810000{id:02}")],
        attributes,
        ..Document::default()
    }
}

fn cables() -> Vec<Document> {
    let cable = |id: u64, mpn: &str, length: f64, colour: &str| {
        let attributes = vec![
            number("Cable length", length, "m"),
            text("Colour", colour),
            text("Connector 1", "RJ-45"),
            text("Connector 2", "RJ-45"),
        ];
        let mut d = product(id, "Equip", mpn, &format!("Cat.6 patch cable {length} m {colour}"), attributes);
        d.categories = vec![Category { id: 7, name: "Network cables".into() }];
        d
    };
    vec![
        cable(1, "625420", 2.0, "blue"),
        cable(2, "625421", 5.0, "blue"),
        cable(3, "625422", 2.0, "red"),
        cable(4, "625423", 1.83, "grey"),
    ]
}

pub(crate) fn documents() -> Vec<Document> {
    let mut toner = product(
        10,
        "Lexmark",
        "15G042K",
        "toner cartridge Original Black",
        vec![text("Compatibility", "Lexmark C752, C752n, C752dn, C762"), number("Black toner page yield", 15_000.0, "pages")],
    );
    toner.customer_part_numbers = vec![(5, "TON-0815".into())];
    toner.other_identifiers = vec!["0015G042K-OLD".into()];
    let mut all = cables();
    all.extend([
        toner,
        product(11, "Lexmark", "C752dn", "laser printer Colour 1200 x 1200 DPI", vec![]),
        product(
            12,
            "APC",
            "SUA1500I",
            "uninterruptible power supply (UPS) 1500 VA",
            vec![number("Output power capacity", 1.5, "kVA")],
        ),
        product(13, "Bossard", "BN-56-8040", "hex bolt M8x40 zinc plated", vec![text("Material", "Steel")]),
        product(14, "Bossard", "BN-56-8060", "hex bolt M8x60 zinc plated", vec![text("Material", "Steel")]),
        product(15, "Targus", "CVR600", "notebook case 39.1 cm (15.4\") Messenger case Black", vec![]),
        product(16, "Lenovo", "T61-7659", "Notebook Black 39.1 cm (15.4\") 2 GB", vec![]),
        product(17, "KYOCERA", "TK-880M", "toner Original magenta", vec![]),
        product(18, "Apollo", "77-104-01", "ball valve 1/4\" NPT brass", vec![]),
    ]);
    all
}

pub(crate) fn sample_index() -> Index {
    let index = Index::in_memory().expect("memory");
    index.put(&documents()).expect("put");
    index.commit("1").expect("commit");
    index
}

pub(crate) fn visitor() -> Audience {
    Audience::Groups(Vec::new())
}

pub(crate) fn find(index: &Index, text: &str) -> Hits {
    index.find(&Query::new(text, visitor())).expect("answer")
}

pub(crate) fn ids(hits: &Hits) -> Vec<u64> {
    hits.items.iter().map(|h| h.id).collect()
}
