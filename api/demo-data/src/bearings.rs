//! Rolling bearings and their housings, with ISO designations and boundary dimensions.

use super::brands::MOTION;
use super::family::{Draft, Family, Key, Link, Sell, Variant, alone, cents, pairs, triples, variant};
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

/// Outer diameter and width in millimetres by bore code 00 to 20 and 22 (ISO 15); 0 where there is no such bearing.
struct Plan {
    outer: [u16; 22],
    width: [u16; 22],
}

const NARROW: Plan = Plan {
    outer: [26, 28, 32, 35, 42, 47, 55, 62, 68, 75, 80, 90, 95, 100, 110, 115, 125, 130, 140, 145, 150, 170],
    width: [8, 8, 9, 10, 12, 12, 13, 14, 15, 16, 16, 18, 18, 18, 20, 20, 22, 22, 24, 24, 24, 28],
};
const LIGHT: Plan = Plan {
    outer: [30, 32, 35, 40, 47, 52, 62, 72, 80, 85, 90, 100, 110, 120, 125, 130, 140, 150, 160, 170, 180, 200],
    width: [9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 30, 32, 34, 38],
};
const MEDIUM: Plan = Plan {
    outer: [35, 37, 42, 47, 52, 62, 72, 80, 90, 100, 110, 120, 130, 140, 150, 160, 170, 180, 190, 200, 215, 240],
    width: [11, 12, 13, 14, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43, 45, 47, 50],
};
const HEAVY: Plan = Plan {
    outer: [0, 0, 0, 62, 72, 80, 90, 100, 110, 120, 130, 140, 150, 160, 180, 190, 200, 210, 225, 0, 0, 0],
    width: [0, 0, 0, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 42, 45, 48, 52, 54, 0, 0, 0],
};
const THIN: Plan = Plan {
    outer: [22, 24, 28, 30, 37, 42, 47, 55, 62, 68, 72, 80, 85, 90, 100, 105, 110, 120, 125, 130, 140, 150],
    width: [6, 6, 7, 7, 9, 9, 9, 10, 12, 12, 12, 13, 13, 13, 16, 16, 16, 18, 18, 18, 20, 20],
};

/// Designation of a series, its dimensions, its width in percent of the plan's and its price level.
struct Series {
    name: &'static str,
    plan: &'static Plan,
    width: i64,
    percent: i64,
}

const fn series(name: &'static str, plan: &'static Plan, width: i64, percent: i64) -> Series {
    Series { name, plan, width, percent }
}

const BALL: [Series; 5] = [
    series("62", &LIGHT, 100, 100),
    series("60", &NARROW, 100, 90),
    series("63", &MEDIUM, 100, 150),
    series("69", &THIN, 100, 115),
    series("64", &HEAVY, 100, 320),
];

const ANGULAR: [Series; 4] = [
    series("72", &LIGHT, 100, 240),
    series("73", &MEDIUM, 100, 310),
    series("32", &LIGHT, 138, 330),
    series("33", &MEDIUM, 148, 410),
];

const TAPER: [Series; 4] = [
    series("302", &LIGHT, 108, 210),
    series("303", &MEDIUM, 109, 260),
    series("322", &LIGHT, 137, 250),
    series("320", &NARROW, 125, 230),
];

const ROLLER: [Series; 6] = [
    series("NU2", &LIGHT, 100, 380),
    series("NU3", &MEDIUM, 100, 450),
    series("NJ2", &LIGHT, 100, 390),
    series("NJ3", &MEDIUM, 100, 460),
    series("NUP2", &LIGHT, 100, 410),
    series("N2", &LIGHT, 100, 370),
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
    variant("HT", "high temperature grease", "Grease", "High temperature, 200 °C", 190),
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
        || triples(BORES.len(), SEALS.len(), BALL.len(), |bore, _, kind| dimensions(bore as u16, &BALL[kind]).1 > 0),
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
    bearings("taper bearing", "TB", "MOT-BRG-TRB", 12, || pairs(BORES.len(), TAPER.len(), |_, _| true), taper, shaft_links),
    bearings("roller bearing", "RB", "MOT-BRG-CRB", 10, || pairs(BORES.len(), ROLLER.len(), |_, _| true), roller, ring_links),
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
    Family { name, prefix, category, weight, brands: MOTION, variants: CLEARANCES, keys, make, links }
}

/// Bore, outer diameter and width in millimetres.
fn dimensions(bore: u16, series: &Series) -> (i64, i64, i64) {
    let (code, d) = BORES[bore as usize];
    let at = code.parse().unwrap_or(0_usize).min(21);
    let width = i64::from(series.plan.width[at]) * series.width / 100;
    (i64::from(d), i64::from(series.plan.outer[at]), width)
}

fn bearing(noun: &str, bore: u16, series: &Series, suffix: &str, percent: i64) -> Draft {
    let (d, outer, width) = dimensions(bore, series);
    let grams = (outer * outer - d * d) * width * 37 / 10_000;
    let price = (cents(150) + grams * 11_000) * series.percent / 100 * percent / 100;
    let designation = format!("{}{}{suffix}", series.name, BORES[bore as usize].0);
    Draft::new(designation.clone(), format!("{noun} {designation}"), price, grams)
        .sell(if d <= 30 { Sell::Carton(10) } else { Sell::Each })
        .lead(if d > 80 { 21 } else { 7 })
        .keywords(&["bearing", "Kugellager", "roulement", "Lager"])
        .text("Designation", designation)
        .int("Bore", d, "mm")
        .int("Outer diameter", outer, "mm")
        .int("Width", width, "mm")
}

fn ball([bore, seal, kind]: Key) -> Draft {
    let (suffix, label, percent) = SEALS[seal as usize];
    bearing("Deep groove ball bearing", bore, &BALL[kind as usize], suffix, percent)
        .about("Single row, for radial and moderate axial loads at high speeds.")
        .text("Sealing", label)
        .flag("Greased for life", suffix == "-2RS" || suffix == "-ZZ")
}

fn angular([bore, seal, kind]: Key) -> Draft {
    let (suffix, label) = if seal == 0 { ("-B", "open") } else { ("-B-2RS", "rubber seals both sides") };
    bearing("Angular contact ball bearing", bore, &ANGULAR[kind as usize], suffix, 100 + i64::from(seal) * 14)
        .about("Takes axial load in one direction; mount in pairs.")
        .text("Sealing", label)
        .int("Contact angle", 40, "°")
}

fn taper([bore, kind, _]: Key) -> Draft {
    bearing("Tapered roller bearing", bore, &TAPER[kind as usize], "", 100)
        .about("Cone with rollers and cup, for combined loads.")
        .text("Sealing", "open")
}

fn roller([bore, kind, _]: Key) -> Draft {
    bearing("Cylindrical roller bearing", bore, &ROLLER[kind as usize], "-E", 100)
        .about("High radial load capacity, separable rings.")
        .text("Sealing", "open")
}

const INSERTS: [(&str, &str); 3] = [("UC2", "set screws"), ("SA2", "eccentric collar"), ("UK2", "adapter sleeve")];

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
    Draft::new(format!("{name}{code}"), format!("Insert bearing {name}{code}"), cents(520) + d * d * 4_600, d * d / 4)
        .about("Ball bearing with spherical outer ring for bearing housings, can be regreased.")
        .keywords(&["bearing", "Y-bearing", "Spannlager"])
        .text("Designation", format!("{name}{code}"))
        .int("Bore", d, "mm")
        .text("Fixing", fixing)
}

fn insert_links([bore, ..]: Key) -> Vec<Link> {
    vec![
        Link::new(Compatible, "housing", [bore, 0, 0], "housing of the same bore code"),
        Link::new(Compatible, "housing", [bore, 1, 0], "housing of the same bore code"),
        Link::new(Accessory, "grease", [0, 0, 0], "grease for relubrication"),
    ]
}

fn housing([bore, kind, _]: Key) -> Draft {
    let (code, bore_mm) = BORES[bore as usize];
    let (name, noun) = HOUSINGS[kind as usize];
    let d = i64::from(bore_mm);
    Draft::new(format!("{name}{code}"), format!("{noun} {name}{code}"), cents(640) + d * d * 5_100, d * d * 3 / 2)
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
    let mut links = vec![Link::new(Accessory, "grease", [0, 0, 0], "grease for rolling bearings")];
    if let Some(size) = position(&RING_SIZES, |size| *size == d) {
        links.push(Link::new(Accessory, "retaining ring", [size, 0, 0], "holds the bearing on a shaft of its bore"));
    }
    links
}

fn shaft_links([bore, ..]: Key) -> Vec<Link> {
    vec![Link::new(Compatible, "shaft seal", [bore, 0, 0], "seals a shaft of the same diameter")]
}
