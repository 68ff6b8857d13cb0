//! Screws with unified inch threads.

use super::family::{Draft, Family, Key, Link, steel_mg, triples};
use super::fasteners::{box_of, screws, steel_price};
use super::model::RelationKind::Compatible;
use super::threads::{EIGHTHS, INCH, eighths};

pub(super) const FAMILIES: &[Family] = &[
    screws(
        "inch hex bolt",
        "UH",
        "FAS-SCR-INC",
        16,
        inch_keys,
        |k| inch_screw("Hex cap screw", "External hexagon", 110, k),
        inch_links,
    ),
    screws(
        "inch socket screw",
        "US",
        "FAS-SCR-INC",
        10,
        inch_keys,
        |k| inch_screw("Socket head cap screw", "Internal hexagon", 128, k),
        inch_links,
    ),
];

fn inch_keys() -> Vec<Key> {
    triples(INCH.len(), EIGHTHS.len(), 2, |size, length, _| {
        let (d, l) = (INCH[size].diameter, EIGHTHS[length] * 32);
        l >= d && l <= d * 14
    })
}

fn inch_screw(noun: &str, drive: &'static str, percent: i64, [size, length, fine]: Key) -> Draft {
    let (thread, length) = (&INCH[size as usize], EIGHTHS[length as usize]);
    let (name, d) = (thread.thread(fine == 1), i64::from(thread.diameter));
    let series = if fine == 1 { "UNF" } else { "UNC" };
    let mg = steel_mg(d, i64::from(length) * 254 / 8 + d * 12 / 10);
    Draft::new(
        format!("{}X{}", name.replace('/', ".").replace('#', "N"), eighths(length).replace('/', ".")),
        format!("{noun} {series} {name} x {}\"", eighths(length)),
        steel_price(mg, percent + i64::from(fine) * 15),
        mg / 1000,
    )
    .sell(box_of(mg))
    .about("Unified inch thread to ASME B18 for imported machinery.")
    .mixes()
    .keywords(&["screw", "bolt", "imperial", "inch"])
    .text("Thread", format!("{name} {series}"))
    .mm("Thread diameter", d)
    .milli("Length", i64::from(length) * 3175, "mm")
    .text("Standard", "ASME B18.2.1")
    .text("Drive", drive)
}

fn inch_links([size, _, fine]: Key) -> Vec<Link> {
    vec![
        Link::new(Compatible, "inch nut", [size, 0, fine], "nut of the same thread"),
        Link::new(Compatible, "inch washer", [size, 0, 0], "washer of the same thread"),
    ]
}
