//! Metric screws, bolts and threaded rods. Nuts, washers and anchors are in `fixings`, inch and wood screws in their own
//! modules.

use super::brands::FASTENING;
use super::family::{Draft, Family, Key, Link, Sell, Variant, alone, pairs, steel_mg, triples, variant};
use super::model::RelationKind::{Accessory, Compatible};
use super::threads::{LENGTHS, METRIC, position};
use super::tools::{HEX_KEYS, WIDTHS};

/// Finishes of metric and inch steel fasteners; nuts and washers share the positions.
pub(super) const FINISHES: &[Variant] = &[
    variant("ZN", "steel 8.8 zinc plated", "Material", "Steel 8.8, zinc plated", 100),
    variant("A2", "stainless A2-70", "Material", "Stainless steel A2-70 (304)", 260),
    variant("A4", "stainless A4-80", "Material", "Stainless steel A4-80 (316)", 380),
    variant("BK", "steel 8.8 plain", "Material", "Steel 8.8, plain black", 85),
    variant("10.9", "steel 10.9 zinc plated", "Material", "Steel 10.9, zinc plated", 140),
    variant("HDG", "steel 8.8 hot-dip galvanised", "Material", "Steel 8.8, hot-dip galvanised", 135),
    variant("12.9", "steel 12.9 plain", "Material", "Steel 12.9, plain black", 170),
    variant("ZF", "steel 10.9 zinc flake", "Material", "Steel 10.9, zinc flake coated", 165),
    variant("MS", "brass", "Material", "Brass CuZn39", 450),
    variant("PA", "polyamide 6.6", "Material", "Polyamide 6.6", 75),
];

const BOLT_WORDS: &[&str] = &["screw", "bolt", "machine bolt", "Schraube", "vis", "metric"];

/// A kind of metric screw.
struct Screw {
    noun: &'static str,
    standard: &'static str,
    drive: &'static str,
    /// Price level in percent.
    percent: i64,
    about: &'static str,
}

const HEX: Screw = Screw {
    noun: "Hex bolt",
    standard: "ISO 4017",
    drive: "External hexagon",
    percent: 100,
    about: "Hexagon head screw, thread up to the head, for machine and steel construction.",
};

const HEX_PART: Screw = Screw {
    noun: "Hex bolt part thread",
    standard: "ISO 4014",
    drive: "External hexagon",
    percent: 108,
    about: "Hexagon head bolt with shank, for joints loaded in shear.",
};

const SOCKET: Screw = Screw {
    noun: "Socket head cap screw",
    standard: "ISO 4762",
    drive: "Internal hexagon",
    percent: 118,
    about: "Cylinder head screw with internal hexagon for recessed seats.",
};

const BUTTON: Screw = Screw {
    noun: "Button head screw",
    standard: "ISO 7380-1",
    drive: "Internal hexagon",
    percent: 112,
    about: "Low rounded head with internal hexagon for covers and guards.",
};

const SUNK: Screw = Screw {
    noun: "Countersunk screw",
    standard: "ISO 10642",
    drive: "Internal hexagon",
    percent: 115,
    about: "Flush 90 degree head with internal hexagon.",
};

const PAN: [Screw; 3] = [
    Screw {
        noun: "Pan head screw Torx",
        standard: "ISO 14583",
        drive: "Torx",
        percent: 92,
        about: "Pan head machine screw with six-lobe drive.",
    },
    Screw {
        noun: "Pan head screw Phillips",
        standard: "ISO 7045",
        drive: "Phillips",
        percent: 84,
        about: "Pan head machine screw with cross recess.",
    },
    Screw {
        noun: "Pan head screw Pozidriv",
        standard: "ISO 7045-Z",
        drive: "Pozidriv",
        percent: 84,
        about: "Pan head machine screw with cross recess type Z.",
    },
];

const POINTS: [(&str, &str, &str); 4] = [
    ("F", "flat point", "ISO 4026"),
    ("C", "cup point", "ISO 4029"),
    ("K", "cone point", "ISO 4027"),
    ("D", "dog point", "ISO 4028"),
];

pub(super) const FAMILIES: &[Family] = &[
    screws("hex bolt", "HB", "FAS-SCR-HEX", 60, || lengths(18), |k| screw(&HEX, k), hexagon_links),
    screws("hex bolt part thread", "HP", "FAS-SCR-HEX", 24, || long_lengths(18), |k| screw(&HEX_PART, k), hexagon_links),
    screws("socket screw", "SC", "FAS-SCR-SOC", 50, || lengths(17), |k| screw(&SOCKET, k), socket_links),
    screws("button screw", "BS", "FAS-SCR-SOC", 20, || lengths(9), |k| screw(&BUTTON, k), button_links),
    screws("countersunk screw", "CS", "FAS-SCR-SOC", 20, || lengths(12), |k| screw(&SUNK, k), button_links),
    screws("pan head screw", "MS", "FAS-SCR-MAC", 20, pan_keys, |k| screw(&PAN[k[2] as usize], k), nut_links),
    screws("set screw", "GS", "FAS-SCR-SET", 14, set_keys, set_screw, alone),
    screws("threaded rod", "TR", "FAS-ROD", 8, rod_keys, rod, rod_links),
];

pub(super) const fn screws(
    name: &'static str,
    prefix: &'static str,
    category: &'static str,
    weight: u32,
    keys: fn() -> Vec<Key>,
    make: fn(Key) -> Draft,
    links: fn(Key) -> Vec<Link>,
) -> Family {
    Family { name, prefix, category, weight, brands: FASTENING, variants: FINISHES, keys, make, links }
}

/// Size and length positions of full-thread screws: from about one diameter to twelve.
fn lengths(sizes: usize) -> Vec<Key> {
    pairs(sizes, LENGTHS.len(), |size, length| {
        let (d, l) = (METRIC[size].diameter, LENGTHS[length] * 10);
        l >= d && l <= d * 12 && METRIC[size].key > 0
    })
}

fn long_lengths(sizes: usize) -> Vec<Key> {
    pairs(sizes, LENGTHS.len(), |size, length| {
        let (d, l) = (METRIC[size].diameter, LENGTHS[length] * 10);
        d >= 50 && l >= d * 4 && l <= d * 20
    })
}

fn pan_keys() -> Vec<Key> {
    triples(METRIC.len(), LENGTHS.len(), PAN.len(), |size, length, _| {
        let (d, l) = (METRIC[size].diameter, LENGTHS[length] * 10);
        d <= 80 && l >= d && l <= d * 10
    })
}

fn set_keys() -> Vec<Key> {
    triples(METRIC.len(), LENGTHS.len(), POINTS.len(), |size, length, _| {
        let (d, l) = (METRIC[size].diameter, LENGTHS[length] * 10);
        d <= 240 && l >= d && l <= d * 6
    })
}

/// Pieces in a box: small screws in large boxes.
pub(super) fn box_of(milligrams: i64) -> Sell {
    Sell::Box(match milligrams {
        ..=3_000 => 500,
        3_001..=25_000 => 200,
        25_001..=60_000 => 100,
        60_001..=200_000 => 50,
        200_001..=600_000 => 25,
        _ => 10,
    })
}

/// Price of a steel part of this weight: handling plus material.
pub(super) fn steel_price(milligrams: i64, percent: i64) -> i64 {
    (12_000 + milligrams * 36 / 10) * percent / 100
}

fn screw(kind: &Screw, [size, length, _]: Key) -> Draft {
    let (thread, length) = (&METRIC[size as usize], LENGTHS[length as usize]);
    let d = i64::from(thread.diameter);
    let mg = steel_mg(d, i64::from(length) * 10 + d * 12 / 10);
    let drive = match kind.drive {
        "Torx" => "T",
        "Phillips" => "H",
        "Pozidriv" => "Z",
        _ => "",
    };
    Draft::new(
        format!("{}X{length}{drive}", thread.name()),
        format!("{} {} {}x{length}", kind.noun, kind.standard, thread.name()),
        steel_price(mg, kind.percent),
        mg / 1000,
    )
    .sell(box_of(mg))
    .about(kind.about)
    .mixes()
    .keywords(BOLT_WORDS)
    .text("Thread", thread.name())
    .mm("Thread diameter", d)
    .milli("Pitch", i64::from(thread.pitch) * 10, "mm")
    .int("Length", length, "mm")
    .text("Standard", kind.standard)
    .text("Drive", kind.drive)
}

fn set_screw([size, length, point]: Key) -> Draft {
    let (thread, length) = (&METRIC[size as usize], LENGTHS[length as usize]);
    let (code, label, standard) = POINTS[point as usize];
    let d = i64::from(thread.diameter);
    let mg = steel_mg(d * 9 / 10, i64::from(length) * 10);
    Draft::new(
        format!("{}X{length}{code}", thread.name()),
        format!("Set screw {standard} {label} {}x{length}", thread.name()),
        steel_price(mg, 130),
        mg / 1000,
    )
    .sell(box_of(mg))
    .about("Grub screw with internal hexagon for fixing hubs and collars on shafts.")
    .mixes()
    .keywords(&["grub screw", "Madenschraube", "screw"])
    .text("Thread", thread.name())
    .mm("Thread diameter", d)
    .int("Length", length, "mm")
    .text("Standard", standard)
    .text("Point", label)
    .text("Drive", "Internal hexagon")
}

fn rod_keys() -> Vec<Key> {
    pairs(METRIC.len(), 3, |_, _| true)
}

fn rod([size, length, _]: Key) -> Draft {
    let (thread, metres) = (&METRIC[size as usize], i64::from(length) + 1);
    let d = i64::from(thread.diameter);
    let mg = steel_mg(d * 9 / 10, metres * 10_000);
    Draft::new(
        format!("{}X{metres}000", thread.name()),
        format!("Threaded rod DIN 976 {}x{metres}000", thread.name()),
        steel_price(mg, 120),
        mg / 1000,
    )
    .sell(Sell::Carton(10))
    .about("Threaded bar to be cut to length, for suspensions and bracing.")
    .keywords(&["stud bar", "studding", "all thread"])
    .text("Thread", thread.name())
    .mm("Thread diameter", d)
    .int("Length", metres * 1000, "mm")
    .text("Standard", "DIN 976")
}

fn nut_links([size, ..]: Key) -> Vec<Link> {
    vec![
        Link::new(Compatible, "nut", [size, 0, 0], "nut of the same thread"),
        Link::new(Compatible, "nut", [size, 1, 0], "locking nut of the same thread"),
        Link::new(Compatible, "washer", [size, 0, 0], "flat washer of the same thread"),
        Link::new(Compatible, "washer", [size, 2, 0], "spring washer of the same thread"),
    ]
}

/// Links to nuts and washers, and to the tool that turns the head.
fn with_tool(key: Key, family: &'static str, tool: Option<u16>) -> Vec<Link> {
    let mut links = nut_links(key);
    links.extend(tool.map(|at| Link::new(Accessory, family, [at, 0, 0], "tool for this head")));
    links
}

fn hexagon_links(key: Key) -> Vec<Link> {
    let flats = METRIC[key[0] as usize].flats;
    with_tool(key, "spanner", position(WIDTHS, |width| *width == flats))
}

fn socket_links(key: Key) -> Vec<Link> {
    let size = METRIC[key[0] as usize].key;
    with_tool(key, "hexagon key", position(HEX_KEYS, |at| *at == size))
}

/// Button and countersunk heads take a key one size down, more or less two thirds of the thread.
fn button_links(key: Key) -> Vec<Link> {
    let size = METRIC[key[0] as usize].key;
    let smaller = HEX_KEYS.iter().filter(|at| **at < size).max();
    with_tool(key, "hexagon key", position(HEX_KEYS, |at| Some(at) == smaller))
}

fn rod_links([size, ..]: Key) -> Vec<Link> {
    vec![
        Link::new(Compatible, "nut", [size, 0, 0], "nut of the same thread"),
        Link::new(Compatible, "nut", [size, 5, 0], "coupling nut to join two rods"),
        Link::new(Compatible, "washer", [size, 1, 0], "large washer of the same thread"),
    ]
}
