//! Wires, cables, patch cables and what fastens, ends and enters them.

use super::brands::ELECTRIC;
use super::family::{Draft, Family, Key, Link, PLAIN, Sell, Variant, alone, cents, hundredths, pairs, tenths, triples, variant};
use super::model::RelationKind::{Accessory, Compatible, Required};

/// Cross-sections in hundredths of a square millimetre, most asked-for first.
const SECTIONS: [u16; 13] = [150, 250, 400, 100, 600, 1000, 75, 1600, 50, 2500, 3500, 5000, 7000];

const WIRE_COLOURS: &[Variant] = &[
    variant("BK", "black", "Colour", "black", 100),
    variant("BU", "blue", "Colour", "blue", 100),
    variant("GNYE", "green-yellow", "Colour", "green-yellow", 101),
    variant("BN", "brown", "Colour", "brown", 100),
    variant("RD", "red", "Colour", "red", 100),
    variant("GY", "grey", "Colour", "grey", 100),
    variant("DBU", "dark blue", "Colour", "dark blue", 101),
    variant("WH", "white", "Colour", "white", 100),
    variant("OG", "orange", "Colour", "orange", 101),
    variant("VT", "violet", "Colour", "violet", 101),
    variant("YE", "yellow", "Colour", "yellow", 101),
];
const PATCH_COLOURS: &[Variant] = &[
    variant("GY", "grey", "Colour", "grey", 100),
    variant("BU", "blue", "Colour", "blue", 102),
    variant("YE", "yellow", "Colour", "yellow", 102),
    variant("RD", "red", "Colour", "red", 102),
    variant("GN", "green", "Colour", "green", 102),
    variant("BK", "black", "Colour", "black", 102),
    variant("WH", "white", "Colour", "white", 103),
    variant("OG", "orange", "Colour", "orange", 103),
    variant("VT", "violet", "Colour", "violet", 104),
];
const GLAND_MAKES: &[Variant] = &[
    variant("PA", "polyamide grey", "Material", "Polyamide, RAL 7035", 100),
    variant("PB", "polyamide black", "Material", "Polyamide, RAL 9005", 100),
    variant("MS", "brass", "Material", "Brass, nickel plated", 330),
    variant("SS", "stainless", "Material", "Stainless steel 1.4404", 1_450),
    variant("EMC", "brass EMC", "Material", "Brass, nickel plated, EMC", 560),
    variant("EX", "polyamide ATEX", "Material", "Polyamide, ATEX Ex e", 290),
];
const TIE_COLOURS: &[Variant] = &[
    variant("BK", "black UV resistant", "Colour", "black", 104),
    variant("NA", "natural", "Colour", "natural", 100),
    variant("BU", "blue detectable", "Colour", "blue", 340),
    variant("RD", "red", "Colour", "red", 120),
    variant("GN", "green", "Colour", "green", 120),
    variant("SS", "stainless", "Material", "Stainless steel 1.4301", 620),
];
const LUG_MAKES: &[Variant] = &[
    variant("CU", "copper tinned", "Material", "Copper, tinned", 100),
    variant("AL", "aluminium", "Material", "Aluminium", 120),
    variant("AC", "bimetal", "Material", "Aluminium / copper", 290),
    variant("NI", "nickel", "Material", "Nickel, to 650 °C", 420),
];

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "single-core wire",
        prefix: "CW",
        category: "ELE-CAB-SIN",
        weight: 14,
        brands: ELECTRIC,
        variants: WIRE_COLOURS,
        keys: || pairs(SECTIONS.len(), WIRES.len(), |_, _| true),
        make: wire,
        links: alone,
    },
    Family {
        name: "cable",
        prefix: "CA",
        category: "ELE-CAB-MUL",
        weight: 20,
        brands: ELECTRIC,
        variants: PLAIN,
        keys: || {
            triples(SECTIONS.len(), CORES.len(), TYPES.len(), |section, cores, _| SECTIONS[section] <= 1600 || CORES[cores] <= 5)
        },
        make: cable,
        links: cable_links,
    },
    Family {
        name: "patch cable",
        prefix: "PC",
        category: "ELE-CAB-PAT",
        weight: 18,
        brands: ELECTRIC,
        variants: PATCH_COLOURS,
        keys: || triples(PATCH_LENGTHS.len(), CLASSES.len(), SHIELDS.len(), |_, _, _| true),
        make: patch,
        links: alone,
    },
    Family {
        name: "cable gland",
        prefix: "CG",
        category: "ELE-ACC-GLD",
        weight: 10,
        brands: ELECTRIC,
        variants: GLAND_MAKES,
        keys: || pairs(GLANDS.len(), 4, |_, _| true),
        make: gland,
        links: gland_links,
    },
    Family {
        name: "gland locknut",
        prefix: "GN",
        category: "ELE-ACC-GLD",
        weight: 5,
        brands: ELECTRIC,
        variants: GLAND_MAKES,
        keys: || pairs(GLANDS.len(), 1, |_, _| true),
        make: locknut,
        links: alone,
    },
    Family {
        name: "cable lug",
        prefix: "CL",
        category: "ELE-ACC-LUG",
        weight: 10,
        brands: ELECTRIC,
        variants: LUG_MAKES,
        keys: || triples(SECTIONS.len(), HOLES.len(), 4, |_, _, _| true),
        make: lug,
        links: lug_links,
    },
    Family {
        name: "cable tie",
        prefix: "CT",
        category: "ELE-ACC-TIE",
        weight: 8,
        brands: ELECTRIC,
        variants: TIE_COLOURS,
        keys: || pairs(TIE_LENGTHS.len(), 4, |length, width| TIE_LENGTHS[length] < 400 || width > 0),
        make: tie,
        links: alone,
    },
];

/// Copper at list price plus sheath, per metre; the section in hundredths of a square millimetre.
fn copper(section: i64, cores: i64) -> i64 {
    110_000 + section * cores * 1_450
}

const WIRES: [(&str, &str, i64); 5] = [
    ("H07VK", "H07V-K", 100),
    ("H07VU", "H07V-U", 92),
    ("H07Z1K", "H07Z1-K halogen-free", 135),
    ("H05VK", "H05V-K", 95),
    ("SIF", "SiF silicone", 310),
];

fn wire([section, kind, _]: Key) -> Draft {
    let (section, (code, name, percent)) = (i64::from(SECTIONS[section as usize]), WIRES[kind as usize]);
    Draft::new(
        format!("{code}-{}", hundredths(section)),
        format!("Single-core wire {name} {} mm²", hundredths(section)),
        copper(section, 1) * percent / 100,
        4 + section * 11 / 100,
    )
    .sell(Sell::Metre(100))
    .about("Flexible copper conductor for wiring of cabinets and installations.")
    .mixes()
    .keywords(&["wire", "hook-up wire", "Aderleitung"])
    .milli("Cross-section", section * 10, "mm²")
    .int("Cores", 1, "")
    .text("Type", name)
    .text("Voltage rating", "450/750 V")
}

const CORES: [u16; 10] = [3, 5, 4, 2, 7, 12, 18, 25, 34, 50];
const TYPES: [(&str, &str, i64); 10] = [
    ("NYM", "NYM-J", 100),
    ("OLF", "control cable PVC", 118),
    ("H05VV", "H05VV-F", 96),
    ("NYY", "NYY-J", 120),
    ("H07RN", "H07RN-F rubber", 175),
    ("OLCY", "screened control cable", 168),
    ("N2XH", "N2XH halogen-free", 150),
    ("PUR", "PUR drag chain cable", 240),
    ("LIYCY", "LiYCY data cable", 140),
    ("SIHF", "SiHF silicone", 390),
];

fn cable([section, cores, kind]: Key) -> Draft {
    let (section, cores) = (i64::from(SECTIONS[section as usize]), i64::from(CORES[cores as usize]));
    let (code, name, percent) = TYPES[kind as usize];
    Draft::new(
        format!("{code}-{cores}G{}", hundredths(section)),
        format!("Cable {name} {cores}G{} mm²", hundredths(section)),
        copper(section, cores) * percent / 100,
        40 + section * cores * 13 / 100,
    )
    .sell(Sell::Metre(if section * cores > 5_000 { 50 } else { 100 }))
    .about("Cut to length or by the roll.")
    .keywords(&["cable", "Kabel", "Leitung", "cord"])
    .milli("Cross-section", section * 10, "mm²")
    .int("Cores", cores, "")
    .text("Type", name)
    .mm("Outer diameter", 40 + section * cores / 60 + cores * 6)
    .flag("Screened", matches!(code, "OLCY" | "LIYCY"))
}

fn cable_links([section, cores, _]: Key) -> Vec<Link> {
    let (area, cores) = (i64::from(SECTIONS[section as usize]), i64::from(CORES[cores as usize]));
    let outer = 40 + area * cores / 60 + cores * 6;
    let gland = GLANDS.iter().position(|gland| (gland.1..=gland.2).contains(&outer));
    let mut links: Vec<Link> = gland
        .map(|at| Link::new(Compatible, "cable gland", [at as u16, 0, 0], "clamps this outer diameter").times(2))
        .into_iter()
        .collect();
    links.push(Link::new(Accessory, "cable lug", [section, 0, 0], "lugs for this cross-section").times(cores));
    links
}

/// Lengths in tenths of a metre.
const PATCH_LENGTHS: [u16; 14] = [20, 10, 30, 50, 5, 15, 100, 70, 25, 150, 200, 3, 300, 500];
const CLASSES: [(&str, &str, i64); 4] = [("6A", "Cat6A", 140), ("6", "Cat6", 100), ("5E", "Cat5e", 80), ("8", "Cat8.1", 310)];
const SHIELDS: [(&str, &str, i64); 3] = [("S", "S/FTP", 120), ("U", "U/UTP", 100), ("F", "F/UTP", 108)];

fn patch([length, class, shield]: Key) -> Draft {
    let length = i64::from(PATCH_LENGTHS[length as usize]);
    let ((code, class, percent), (letter, shield, extra)) = (CLASSES[class as usize], SHIELDS[shield as usize]);
    Draft::new(
        format!("{code}{letter}-{}M", tenths(length)),
        format!("Patch cable {class} {shield} {} m RJ45", tenths(length)),
        (cents(130) + length * 62_000) * percent / 100 * extra / 100,
        15 + length * 4,
    )
    .sell(Sell::Carton(10))
    .about("Network cable with moulded RJ45 plugs, halogen-free sheath.")
    .mixes()
    .keywords(&["network cable", "ethernet cable", "patch cord", "LAN", "RJ45"])
    .milli("Length", length * 100, "m")
    .text("Category", class)
    .text("Shielding", shield)
    .text("Connector", "RJ45")
}

/// Thread, smallest and largest cable diameter in tenths of a millimetre.
const GLANDS: [(&str, i64, i64); 10] = [
    ("M20", 60, 120),
    ("M16", 40, 80),
    ("M25", 110, 170),
    ("M32", 150, 210),
    ("M12", 30, 65),
    ("M40", 190, 280),
    ("M50", 270, 350),
    ("M63", 340, 450),
    ("PG16", 100, 140),
    ("NPT12", 60, 120),
];

fn gland([size, kind, _]: Key) -> Draft {
    let (thread, low, high) = GLANDS[size as usize];
    let (code, label, percent) =
        [("", "standard", 100), ("L", "long thread", 112), ("R", "reduced insert", 106), ("V", "vented", 380)][kind as usize];
    Draft::new(
        format!("{thread}{code}"),
        format!("Cable gland {thread} {label} {}-{} mm", tenths(low), tenths(high)),
        (cents(35) + high * 9_000) * percent / 100,
        4 + high / 5,
    )
    .sell(Sell::Box(10))
    .about("Seals and relieves strain, with O-ring.")
    .mixes()
    .keywords(&["cable gland", "Kabelverschraubung", "presse-etoupe", "cord grip"])
    .text("Thread", thread)
    .mm("Smallest cable", low)
    .mm("Largest cable", high)
    .text("Protection", "IP68")
}

fn gland_links([size, ..]: Key) -> Vec<Link> {
    vec![Link::new(Required, "gland locknut", [size, 0, 0], "locknut of the same thread")]
}

fn locknut([size, ..]: Key) -> Draft {
    let (thread, _, high) = GLANDS[size as usize];
    Draft::new(thread.to_owned(), format!("Locknut for cable gland {thread}"), cents(8) + high * 1_600, 2 + high / 20)
        .sell(Sell::Box(10))
        .about("Fastens the gland in a through hole.")
        .mixes()
        .keywords(&["locknut", "Gegenmutter"])
        .text("Thread", thread)
}

const HOLES: [u16; 7] = [8, 6, 10, 5, 12, 4, 16];
const LUGS: [(&str, &str, i64); 4] = [
    ("R", "Tubular cable lug", 100),
    ("I", "Insulated ring terminal", 70),
    ("F", "Fork terminal", 72),
    ("W", "Angled cable lug 90°", 145),
];

fn lug([section, hole, kind]: Key) -> Draft {
    let (section, hole) = (i64::from(SECTIONS[section as usize]), i64::from(HOLES[hole as usize]));
    let (code, noun, percent) = LUGS[kind as usize];
    Draft::new(
        format!("{code}{}-{hole}", hundredths(section)),
        format!("{noun} {} mm² M{hole}", hundredths(section)),
        (90_000 + section * 850 + hole * 6_000) * percent / 100,
        1 + section / 90,
    )
    .sell(Sell::Box(if section > 1_600 { 25 } else { 100 }))
    .about("For crimping on stranded conductors.")
    .mixes()
    .keywords(&["cable lug", "Kabelschuh", "terminal", "cosse"])
    .milli("Cross-section", section * 10, "mm²")
    .text("Hole", format!("M{hole}"))
    .text("Type", noun)
}

fn lug_links([_, hole, _]: Key) -> Vec<Link> {
    let bolt = super::threads::position(super::threads::METRIC, |thread| thread.diameter == HOLES[hole as usize] * 10);
    bolt.map(|size| Link::new(Compatible, "hex bolt", [size, 0, 0], "bolt for this hole")).into_iter().collect()
}

const TIE_LENGTHS: [u16; 10] = [200, 100, 300, 140, 370, 250, 160, 540, 780, 430];
const TIE_WIDTHS: [u16; 4] = [25, 36, 48, 78];

fn tie([length, width, _]: Key) -> Draft {
    let (length, width) = (i64::from(TIE_LENGTHS[length as usize]), i64::from(TIE_WIDTHS[width as usize]));
    Draft::new(
        format!("{length}X{}", tenths(width)),
        format!("Cable tie {length}x{} mm, pack of 100", tenths(width)),
        cents(70) + length * width * 640,
        length * width / 40,
    )
    .sell(Sell::Pack(100))
    .about("Polyamide 6.6 or steel, inside serrated.")
    .mixes()
    .keywords(&["zip tie", "Kabelbinder", "tie wrap"])
    .int("Length", length, "mm")
    .mm("Width", width)
    .int("Pieces", 100, "")
}
