//! Nuts, washers, anchors and rivets.

use super::brands::FASTENING;
use super::family::{Draft, Family, Key, Link, Sell, Variant, alone, pairs, steel_mg, tenths, triples, variant};
use super::fasteners::{FINISHES, box_of, steel_price};
use super::model::RelationKind::Compatible;
use super::threads::{INCH, METRIC};

/// SKU letter, noun, standard, height in percent of the diameter, price level in percent.
const NUTS: [(&str, &str, &str, i64, i64); 7] = [
    ("", "Hex nut", "ISO 4032", 80, 100),
    ("L", "Lock nut with nylon insert", "ISO 7040", 95, 150),
    ("F", "Flange nut", "ISO 4161", 90, 160),
    ("C", "Dome cap nut", "DIN 1587", 150, 220),
    ("T", "Thin hex nut", "ISO 4035", 50, 90),
    ("D", "Coupling nut 3d", "DIN 6334", 300, 260),
    ("W", "Wing nut", "DIN 315", 130, 240),
];

/// SKU letter, noun, standard, outer diameter in percent of the thread, thickness in percent, price level.
const WASHERS: [(&str, &str, &str, i64, i64, i64); 7] = [
    ("", "Flat washer form A", "ISO 7089", 200, 20, 60),
    ("L", "Large flat washer", "ISO 7093-1", 300, 25, 75),
    ("S", "Spring washer", "DIN 127", 170, 25, 70),
    ("Z", "Serrated lock washer", "DIN 6798", 185, 12, 95),
    ("F", "Fender washer", "DIN 9054", 420, 18, 110),
    ("Q", "Square washer", "DIN 436", 330, 40, 150),
    ("K", "Wedge lock washer pair", "DIN 25201", 190, 30, 420),
];

const RIVET_MAKES: &[Variant] = &[
    variant("AS", "aluminium / steel", "Material", "Aluminium body, steel mandrel", 100),
    variant("SS", "stainless / stainless", "Material", "Stainless steel A2", 330),
    variant("ST", "steel / steel", "Material", "Steel, zinc plated", 120),
    variant("CS", "copper / steel", "Material", "Copper body, steel mandrel", 290),
];
const ANCHOR_MAKES: &[Variant] = &[
    variant("ZN", "zinc plated", "Material", "Steel, zinc plated", 100),
    variant("A4", "stainless A4", "Material", "Stainless steel A4 (316)", 420),
    variant("HDG", "hot-dip galvanised", "Material", "Steel, hot-dip galvanised", 160),
    variant("HCR", "stainless HCR", "Material", "High corrosion resistant steel", 690),
];

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "nut",
        prefix: "NT",
        category: "FAS-NUT",
        weight: 26,
        brands: FASTENING,
        variants: FINISHES,
        keys: || pairs(METRIC.len(), NUTS.len(), |_, _| true),
        make: nut,
        links: nut_links,
    },
    Family {
        name: "washer",
        prefix: "WA",
        category: "FAS-WAS",
        weight: 26,
        brands: FASTENING,
        variants: FINISHES,
        keys: || pairs(METRIC.len(), WASHERS.len(), |_, _| true),
        make: washer,
        links: alone,
    },
    Family {
        name: "inch nut",
        prefix: "UN",
        category: "FAS-NUT",
        weight: 6,
        brands: FASTENING,
        variants: FINISHES,
        keys: || triples(INCH.len(), 5, 2, |_, _, _| true),
        make: inch_nut,
        links: inch_nut_links,
    },
    Family {
        name: "inch washer",
        prefix: "UW",
        category: "FAS-WAS",
        weight: 4,
        brands: FASTENING,
        variants: FINISHES,
        keys: || pairs(INCH.len(), 4, |_, _| true),
        make: inch_washer,
        links: alone,
    },
    Family {
        name: "anchor",
        prefix: "AN",
        category: "FAS-ANC",
        weight: 10,
        brands: FASTENING,
        variants: ANCHOR_MAKES,
        keys: anchor_keys,
        make: anchor,
        links: alone,
    },
    Family {
        name: "rivet",
        prefix: "RV",
        category: "FAS-RIV",
        weight: 8,
        brands: FASTENING,
        variants: RIVET_MAKES,
        keys: || triples(5, 14, 3, |d, l, _| RIVET_LENGTHS[l] * 10 >= RIVET_DIAMETERS[d] * 2),
        make: rivet,
        links: alone,
    },
];

fn nut([size, kind, _]: Key) -> Draft {
    let thread = &METRIC[size as usize];
    let (letter, noun, standard, height, percent) = NUTS[kind as usize];
    let d = i64::from(thread.diameter);
    let mg = steel_mg(i64::from(thread.flats), d * height / 100) * 7 / 10;
    Draft::new(
        format!("{}{letter}", thread.name()),
        format!("{noun} {standard} {}", thread.name()),
        steel_price(mg, percent),
        mg / 1000,
    )
    .sell(box_of(mg))
    .about("Metric coarse thread; choose the same material as the bolt.")
    .mixes()
    .keywords(&["nut", "Mutter", "ecrou"])
    .text("Thread", thread.name())
    .mm("Thread diameter", d)
    .mm("Width across flats", thread.flats)
    .text("Standard", standard)
}

fn nut_links([size, ..]: Key) -> Vec<Link> {
    vec![Link::new(Compatible, "washer", [size, 0, 0], "flat washer of the same thread")]
}

fn washer([size, kind, _]: Key) -> Draft {
    let thread = &METRIC[size as usize];
    let (letter, noun, standard, outer, thick, percent) = WASHERS[kind as usize];
    let d = i64::from(thread.diameter);
    let (outer, thick) = (d * outer / 100, (d * thick / 100).max(3));
    let mg = steel_mg(outer, thick) * 3 / 4;
    Draft::new(
        format!("{}{letter}", thread.name()),
        format!("{noun} {standard} {}", thread.name()),
        steel_price(mg, percent),
        mg / 1000,
    )
    .sell(box_of(mg))
    .about("Spreads the clamping load under bolt head or nut.")
    .mixes()
    .keywords(&["washer", "Scheibe", "rondelle"])
    .text("For thread", thread.name())
    .mm("Inner diameter", d + (d / 16).max(2))
    .mm("Outer diameter", outer)
    .mm("Thickness", thick)
    .text("Standard", standard)
}

fn inch_nut([size, kind, fine]: Key) -> Draft {
    let thread = &INCH[size as usize];
    let (letter, noun, _, height, percent) = NUTS[kind as usize];
    let name = thread.thread(fine == 1);
    let d = i64::from(thread.diameter);
    let mg = steel_mg(d * 16 / 10, d * height / 100) * 7 / 10;
    Draft::new(
        format!("{}{letter}", name.replace('/', ".").replace('#', "N")),
        format!("{noun} {} {name}", if fine == 1 { "UNF" } else { "UNC" }),
        steel_price(mg, percent + 15),
        mg / 1000,
    )
    .sell(box_of(mg))
    .about("Unified inch thread to ASME B18.2.2.")
    .mixes()
    .keywords(&["nut", "imperial", "inch"])
    .text("Thread", format!("{name} {}", if fine == 1 { "UNF" } else { "UNC" }))
    .mm("Thread diameter", d)
    .text("Standard", "ASME B18.2.2")
}

fn inch_nut_links([size, ..]: Key) -> Vec<Link> {
    vec![Link::new(Compatible, "inch washer", [size, 0, 0], "washer of the same thread")]
}

fn inch_washer([size, kind, _]: Key) -> Draft {
    let thread = &INCH[size as usize];
    let (letter, noun, _, outer, thick, percent) = WASHERS[kind as usize];
    let d = i64::from(thread.diameter);
    let mg = steel_mg(d * outer / 100, (d * thick / 100).max(3)) * 3 / 4;
    Draft::new(
        format!("{}{letter}", thread.name.replace('/', ".").replace('#', "N")),
        format!("{noun} {}\"", thread.name),
        steel_price(mg, percent + 12),
        mg / 1000,
    )
    .sell(box_of(mg))
    .about("For unified inch threads, coarse and fine.")
    .mixes()
    .keywords(&["washer", "imperial", "inch"])
    .text("For thread", thread.name)
    .mm("Outer diameter", d * outer / 100)
    .text("Standard", "ASME B18.21.1")
}

const ANCHOR_DIAMETERS: [u16; 7] = [10, 8, 12, 6, 16, 20, 24];
const ANCHOR_LENGTHS: [u16; 16] = [80, 60, 100, 120, 75, 95, 110, 50, 140, 160, 65, 180, 200, 220, 260, 300];
const ANCHOR_KINDS: [(&str, &str, i64); 4] =
    [("B", "Wedge anchor", 260), ("S", "Sleeve anchor", 300), ("C", "Concrete screw", 330), ("D", "Drop-in anchor", 190)];

fn anchor_keys() -> Vec<Key> {
    triples(7, 16, 4, |d, l, _| {
        let (d, l) = (ANCHOR_DIAMETERS[d], ANCHOR_LENGTHS[l]);
        l >= d * 5 && l <= d * 15
    })
}

fn anchor([d, l, kind]: Key) -> Draft {
    let (d, l) = (i64::from(ANCHOR_DIAMETERS[d as usize]), i64::from(ANCHOR_LENGTHS[l as usize]));
    let (letter, noun, percent) = ANCHOR_KINDS[kind as usize];
    let mg = steel_mg(d * 10, l * 10);
    Draft::new(format!("{letter}{d}X{l}"), format!("{noun} M{d}x{l}"), steel_price(mg, percent) + 150_000, mg / 1000)
        .sell(if d > 12 { Sell::Box(20) } else { Sell::Box(50) })
        .about("For cracked and non-cracked concrete C20/25 to C50/60.")
        .keywords(&["anchor", "concrete fixing", "expansion bolt"])
        .int("Diameter", d, "mm")
        .int("Length", l, "mm")
        .text("Approval", "ETA option 1")
}

const RIVET_DIAMETERS: [u16; 5] = [40, 32, 48, 30, 64];
const RIVET_LENGTHS: [u16; 14] = [10, 8, 12, 6, 16, 14, 18, 20, 25, 30, 22, 35, 40, 50];
const RIVET_HEADS: [(&str, &str); 3] = [("", "flat head"), ("K", "countersunk"), ("W", "wide head")];

fn rivet([d, l, head]: Key) -> Draft {
    let (d, l) = (i64::from(RIVET_DIAMETERS[d as usize]), i64::from(RIVET_LENGTHS[l as usize]));
    let (letter, label) = RIVET_HEADS[head as usize];
    let mg = steel_mg(d, l * 10) / 2;
    Draft::new(
        format!("{}X{l}{letter}", tenths(d)),
        format!("Blind rivet ISO 15977 {label} {}x{l}", tenths(d)),
        steel_price(mg, 140),
        mg / 1000,
    )
    .sell(Sell::Box(250))
    .about("Open end blind rivet with break mandrel.")
    .mixes()
    .keywords(&["pop rivet", "Blindniet"])
    .mm("Diameter", d)
    .int("Length", l, "mm")
    .text("Head", label)
    .text("Standard", "ISO 15977")
}
