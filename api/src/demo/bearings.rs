//! Rolling bearings and their housings, with ISO designations and boundary dimensions.

use super::brands::MOTION;
use super::family::{
    Draft, Family, Key, Link, Sell, Variant, alone, cents, pairs, triples, variant,
};
use super::model::RelationKind::{Accessory, Compatible};
use super::seals::RING_SIZES;
use super::threads::position;

/// Bore codes, most asked-for first, and the bores in millimetres they stand for.
pub(super) const BORES: [(&str, u16); 22] = [
    ("05", 25),
    ("04", 20),
    ("06", 30),
    ("03", 17),
    ("02", 15),
    ("01", 12),
    ("00", 10),
    ("07", 35),
    ("08", 40),
    ("10", 50),
    ("09", 45),
    ("12", 60),
    ("11", 55),
    ("14", 70),
    ("13", 65),
    ("16", 80),
    ("15", 75),
    ("18", 90),
    ("20", 100),
    ("17", 85),
    ("19", 95),
    ("22", 110),
];

/// Designation of a series, and outer diameter and width as `bore * factor / 10 + offset`.
struct Series {
    name: &'static str,
    outer: (i64, i64),
    width: (i64, i64),
    percent: i64,
}

const fn series(name: &'static str, outer: (i64, i64), width: (i64, i64), percent: i64) -> Series {
    Series {
        name,
        outer,
        width,
        percent,
    }
}

const BALL: [Series; 5] = [
    series("62", (16, 13), (3, 8), 100),
    series("60", (13, 15), (2, 7), 90),
    series("63", (19, 17), (4, 9), 150),
    series("69", (12, 8), (1, 6), 115),
    series("64", (22, 25), (4, 12), 320),
];

const ANGULAR: [Series; 4] = [
    series("72", (16, 13), (3, 8), 240),
    series("73", (19, 17), (4, 9), 310),
    series("32", (16, 13), (5, 10), 330),
    series("33", (19, 17), (6, 12), 410),
];

const TAPER: [Series; 4] = [
    series("302", (16, 13), (3, 9), 210),
    series("303", (19, 17), (4, 10), 260),
    series("322", (16, 13), (4, 12), 250),
    series("320", (13, 18), (3, 10), 230),
];

const ROLLER: [Series; 6] = [
    series("NU2", (16, 13), (3, 8), 380),
    series("NU3", (19, 17), (4, 9), 450),
    series("NJ2", (16, 13), (3, 8), 390),
    series("NJ3", (19, 17), (4, 9), 460),
    series("NUP2", (16, 13), (3, 8), 410),
    series("N2", (16, 13), (3, 8), 370),
];

/// Suffix and sealing.
const SEALS: [(&str, &str, i64); 4] = [
    ("-2RS", "rubber seals both sides", 118),
    ("-ZZ", "metal shields both sides", 112),
    ("", "open", 100),
    ("-RS", "rubber seal one side", 110),
];

const CLEARANCES: &[Variant] = &[
    variant("", "", "Clearance", "CN (normal)", 100),
    variant("C3", "C3", "Clearance", "C3 (greater than normal)", 104),
    variant("C4", "C4", "Clearance", "C4 (greater than C3)", 125),
    variant("P6", "P6", "Tolerance class", "P6", 165),
    variant("TN9", "polyamide cage", "Cage", "Polyamide", 108),
    variant("M", "brass cage", "Cage", "Machined brass", 210),
    variant(
        "HT",
        "high temperature grease",
        "Grease",
        "High temperature, 200 °C",
        190,
    ),
];

const HOUSING_MAKES: &[Variant] = &[
    variant("", "cast iron", "Material", "Grey cast iron", 100),
    variant("SS", "stainless", "Material", "Stainless steel 1.4401", 380),
    variant("TP", "thermoplastic", "Material", "PBT, food grade", 190),
];

pub(super) const FAMILIES: &[Family] = &[
    bearings(
        "ball bearing",
        "BB",
        "MOT-BRG-DGB",
        50,
        || triples(BORES.len(), SEALS.len(), BALL.len(), |_, _, _| true),
        ball,
        ball_links,
    ),
    bearings(
        "angular bearing",
        "AB",
        "MOT-BRG-ACB",
        12,
        || triples(BORES.len(), 2, ANGULAR.len(), |_, _, _| true),
        angular,
        ring_links,
    ),
    bearings(
        "taper bearing",
        "TB",
        "MOT-BRG-TRB",
        12,
        || pairs(BORES.len(), TAPER.len(), |_, _| true),
        taper,
        shaft_links,
    ),
    bearings(
        "roller bearing",
        "RB",
        "MOT-BRG-CRB",
        10,
        || pairs(BORES.len(), ROLLER.len(), |_, _| true),
        roller,
        ring_links,
    ),
    Family {
        name: "insert bearing",
        prefix: "UC",
        category: "MOT-BRG-INS",
        weight: 8,
        brands: MOTION,
        variants: CLEARANCES,
        keys: || pairs(BORES.len(), 3, |bore, _| BORES[bore].1 >= 12),
        make: insert,
        links: insert_links,
    },
    Family {
        name: "housing",
        prefix: "BH",
        category: "MOT-HSG",
        weight: 8,
        brands: MOTION,
        variants: HOUSING_MAKES,
        keys: || pairs(BORES.len(), HOUSINGS.len(), |bore, _| BORES[bore].1 >= 12),
        make: housing,
        links: alone,
    },
];

const fn bearings(
    name: &'static str,
    prefix: &'static str,
    category: &'static str,
    weight: u32,
    keys: fn() -> Vec<Key>,
    make: fn(Key) -> Draft,
    links: fn(Key) -> Vec<Link>,
) -> Family {
    Family {
        name,
        prefix,
        category,
        weight,
        brands: MOTION,
        variants: CLEARANCES,
        keys,
        make,
        links,
    }
}

/// Bore, outer diameter and width in millimetres.
fn dimensions(bore: u16, series: &Series) -> (i64, i64, i64) {
    let d = i64::from(BORES[bore as usize].1);
    (
        d,
        d * series.outer.0 / 10 + series.outer.1,
        d * series.width.0 / 10 + series.width.1,
    )
}

fn bearing(noun: &str, bore: u16, series: &Series, suffix: &str, percent: i64) -> Draft {
    let (d, outer, width) = dimensions(bore, series);
    let grams = (outer * outer - d * d) * width * 37 / 10_000;
    let price = (cents(150) + grams * 11_000) * series.percent / 100 * percent / 100;
    let designation = format!("{}{}{suffix}", series.name, BORES[bore as usize].0);
    Draft::new(
        designation.clone(),
        format!("{noun} {designation}"),
        price,
        grams,
    )
    .sell(if d <= 30 {
        Sell::Carton(10)
    } else {
        Sell::Each
    })
    .lead(if d > 80 { 21 } else { 7 })
    .keywords(&["bearing", "Kugellager", "roulement", "Lager"])
    .text("Designation", designation)
    .int("Bore", d, "mm")
    .int("Outer diameter", outer, "mm")
    .int("Width", width, "mm")
}

fn ball([bore, seal, kind]: Key) -> Draft {
    let (suffix, label, percent) = SEALS[seal as usize];
    bearing(
        "Deep groove ball bearing",
        bore,
        &BALL[kind as usize],
        suffix,
        percent,
    )
    .about("Single row, for radial and moderate axial loads at high speeds.")
    .text("Sealing", label)
    .flag("Greased for life", suffix == "-2RS" || suffix == "-ZZ")
}

fn angular([bore, seal, kind]: Key) -> Draft {
    let (suffix, label) = if seal == 0 {
        ("-B", "open")
    } else {
        ("-B-2RS", "rubber seals both sides")
    };
    bearing(
        "Angular contact ball bearing",
        bore,
        &ANGULAR[kind as usize],
        suffix,
        100 + i64::from(seal) * 14,
    )
    .about("Takes axial load in one direction; mount in pairs.")
    .text("Sealing", label)
    .int("Contact angle", 40, "°")
}

fn taper([bore, kind, _]: Key) -> Draft {
    bearing(
        "Tapered roller bearing",
        bore,
        &TAPER[kind as usize],
        "",
        100,
    )
    .about("Cone with rollers and cup, for combined loads.")
    .text("Sealing", "open")
}

fn roller([bore, kind, _]: Key) -> Draft {
    bearing(
        "Cylindrical roller bearing",
        bore,
        &ROLLER[kind as usize],
        "-E",
        100,
    )
    .about("High radial load capacity, separable rings.")
    .text("Sealing", "open")
}

const INSERTS: [(&str, &str); 3] = [
    ("UC2", "set screws"),
    ("SA2", "eccentric collar"),
    ("UK2", "adapter sleeve"),
];

const HOUSINGS: [(&str, &str); 6] = [
    ("P2", "Pillow block housing"),
    ("F2", "Flange housing four bolts"),
    ("FL2", "Flange housing two bolts"),
    ("T2", "Take-up housing"),
    ("FC2", "Round flange housing"),
    ("PA2", "Tall pillow block housing"),
];

fn insert([bore, kind, _]: Key) -> Draft {
    let (code, bore_mm) = BORES[bore as usize];
    let (name, fixing) = INSERTS[kind as usize];
    let d = i64::from(bore_mm);
    Draft::new(
        format!("{name}{code}"),
        format!("Insert bearing {name}{code}"),
        cents(520) + d * d * 4_600,
        d * d / 4,
    )
    .about("Ball bearing with spherical outer ring for bearing housings, can be regreased.")
    .keywords(&["bearing", "Y-bearing", "Spannlager"])
    .text("Designation", format!("{name}{code}"))
    .int("Bore", d, "mm")
    .text("Fixing", fixing)
}

fn insert_links([bore, ..]: Key) -> Vec<Link> {
    vec![
        Link::new(
            Compatible,
            "housing",
            [bore, 0, 0],
            "housing of the same bore code",
        ),
        Link::new(
            Compatible,
            "housing",
            [bore, 1, 0],
            "housing of the same bore code",
        ),
        Link::new(Accessory, "grease", [0, 0, 0], "grease for relubrication"),
    ]
}

fn housing([bore, kind, _]: Key) -> Draft {
    let (code, bore_mm) = BORES[bore as usize];
    let (name, noun) = HOUSINGS[kind as usize];
    let d = i64::from(bore_mm);
    Draft::new(
        format!("{name}{code}"),
        format!("{noun} {name}{code}"),
        cents(640) + d * d * 5_100,
        d * d * 3 / 2,
    )
    .about("For insert bearings with spherical outer ring of the same bore code.")
    .keywords(&["pillow block", "plummer block", "Stehlager"])
    .text("Designation", format!("{name}{code}"))
    .int("For shaft", d, "mm")
}

fn ball_links(key: Key) -> Vec<Link> {
    let mut links = ring_links(key);
    links.extend(shaft_links(key));
    links
}

fn ring_links([bore, ..]: Key) -> Vec<Link> {
    let d = BORES[bore as usize].1;
    let mut links = vec![Link::new(
        Accessory,
        "grease",
        [0, 0, 0],
        "grease for rolling bearings",
    )];
    if let Some(size) = position(&RING_SIZES, |size| *size == d) {
        links.push(Link::new(
            Accessory,
            "retaining ring",
            [size, 0, 0],
            "holds the bearing on a shaft of its bore",
        ));
    }
    links
}

fn shaft_links([bore, ..]: Key) -> Vec<Link> {
    vec![Link::new(
        Compatible,
        "shaft seal",
        [bore, 0, 0],
        "seals a shaft of the same diameter",
    )]
}
