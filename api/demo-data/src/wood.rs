//! Screws for timber and sheet metal.

use super::brands::FASTENING;
use super::family::{Draft, Family, Key, Variant, alone, cents, steel_mg, tenths, triples, variant};
use super::fasteners::{box_of, steel_price};

const WOOD: &[Variant] = &[
    variant("YZ", "yellow zinc", "Material", "Steel, yellow zinc plated", 100),
    variant("ZN", "zinc plated", "Material", "Steel, zinc plated", 98),
    variant("C1", "stainless C1", "Material", "Hardened stainless steel C1", 240),
    variant("A2", "stainless A2", "Material", "Stainless steel A2 (304)", 270),
    variant("A4", "stainless A4", "Material", "Stainless steel A4 (316)", 390),
    variant("RUS", "ruspert coated", "Material", "Steel, ruspert coated", 150),
];

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "wood screw",
        prefix: "WS",
        category: "FAS-SCR-WOD",
        weight: 24,
        brands: FASTENING,
        variants: WOOD,
        keys: wood_keys,
        make: wood,
        links: alone,
    },
    Family {
        name: "self-drilling screw",
        prefix: "SD",
        category: "FAS-SCR-WOD",
        weight: 10,
        brands: FASTENING,
        variants: WOOD,
        keys: drilling_keys,
        make: drilling,
        links: alone,
    },
];

const WOOD_WORDS: &[&str] = &["wood screw", "chipboard screw", "timber", "deck screw"];

const WOOD_DIAMETERS: [u16; 9] = [40, 50, 35, 60, 45, 30, 80, 100, 120];

const WOOD_LENGTHS: [u16; 20] = [40, 50, 30, 60, 70, 80, 35, 45, 100, 25, 20, 120, 90, 140, 160, 180, 200, 240, 300, 16];

const WOOD_HEADS: [(&str, &str); 3] = [("", "countersunk"), ("P", "pan head"), ("W", "washer head")];

fn wood_keys() -> Vec<Key> {
    triples(9, 20, 3, |d, l, head| {
        let (d, l) = (WOOD_DIAMETERS[d], WOOD_LENGTHS[l] * 10);
        l >= d * 4 && l <= d * 32 && (head < 2 || d >= 60)
    })
}

fn wood([d, l, head]: Key) -> Draft {
    let (d, l) = (i64::from(WOOD_DIAMETERS[d as usize]), i64::from(WOOD_LENGTHS[l as usize]));
    let (letter, label) = WOOD_HEADS[head as usize];
    let mg = steel_mg(d * 7 / 10, l * 10 + d);
    Draft::new(
        format!("{}X{l}{letter}", tenths(d)),
        format!("Wood screw TX {label} {}x{l}", tenths(d)),
        steel_price(mg, 105),
        mg / 1000,
    )
    .sell(box_of(mg))
    .about("Self-tapping timber screw with milling ribs and six-lobe drive.")
    .mixes()
    .keywords(WOOD_WORDS)
    .mm("Diameter", d)
    .int("Length", l, "mm")
    .text("Head", label)
    .text("Drive", "Torx")
}

const DRILL_DIAMETERS: [u16; 6] = [48, 42, 55, 63, 39, 35];

const DRILL_LENGTHS: [u16; 14] = [19, 25, 16, 32, 13, 38, 22, 50, 45, 60, 70, 80, 100, 120];

const DRILL_HEADS: [(&str, &str, &str); 3] =
    [("K", "hex washer head", "ISO 15480"), ("N", "pan head", "ISO 15481"), ("P", "countersunk", "ISO 15482")];

fn drilling_keys() -> Vec<Key> {
    triples(6, 14, 3, |d, l, _| DRILL_LENGTHS[l] * 10 >= DRILL_DIAMETERS[d] * 2)
}

fn drilling([d, l, head]: Key) -> Draft {
    let (d, l) = (i64::from(DRILL_DIAMETERS[d as usize]), i64::from(DRILL_LENGTHS[l as usize]));
    let (letter, label, standard) = DRILL_HEADS[head as usize];
    let mg = steel_mg(d * 9 / 10, l * 10 + d);
    Draft::new(
        format!("{}X{l}{letter}", tenths(d)),
        format!("Self-drilling screw {standard} {label} {}x{l}", tenths(d)),
        steel_price(mg, 125) + cents(1),
        mg / 1000,
    )
    .sell(box_of(mg))
    .about("Drills, taps and fastens sheet metal in one go.")
    .mixes()
    .keywords(&["tek screw", "sheet metal screw", "roofing"])
    .mm("Diameter", d)
    .int("Length", l, "mm")
    .text("Head", label)
    .text("Standard", standard)
}
