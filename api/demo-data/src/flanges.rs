//! Flanges to EN 1092, their gaskets, and valves: ball, gate, globe, check and butterfly.

use super::brands::PIPING;
use super::family::{Draft, Family, Key, Link, Sell, Variant, alone, cents, pairs, triples, variant};
use super::model::RelationKind::{Accessory, Compatible, Required};
use super::pipe::{METALS, SIZES, THREADS};
use super::threads::{METRIC, position};

/// A nominal flange size with outer diameter, bolt count and bolt diameter in millimetres at PN16.
struct Nominal {
    dn: u16,
    outer: u16,
    bolts: u16,
    bolt: u16,
}

const fn nominal(dn: u16, outer: u16, bolts: u16, bolt: u16) -> Nominal {
    Nominal { dn, outer, bolts, bolt }
}

/// Most asked-for first.
const NOMINALS: [Nominal; 16] = [
    nominal(50, 165, 4, 16),
    nominal(80, 200, 8, 16),
    nominal(40, 150, 4, 16),
    nominal(65, 185, 8, 16),
    nominal(100, 220, 8, 16),
    nominal(32, 140, 4, 16),
    nominal(25, 115, 4, 12),
    nominal(125, 250, 8, 16),
    nominal(150, 285, 8, 20),
    nominal(200, 340, 12, 20),
    nominal(20, 105, 4, 12),
    nominal(15, 95, 4, 12),
    nominal(250, 405, 12, 24),
    nominal(300, 460, 12, 24),
    nominal(350, 520, 16, 24),
    nominal(400, 580, 16, 27),
];
const PRESSURES: [u16; 4] = [16, 10, 40, 25];
/// Code, noun, standard type, price level.
const TYPES: [(&str, &str, &str, i64); 5] = [
    ("WN", "Welding neck flange", "11", 130),
    ("BL", "Blind flange", "05", 120),
    ("SO", "Slip-on flange", "12", 100),
    ("TH", "Threaded flange", "13", 115),
    ("PL", "Plate flange", "01", 80),
];

const FLANGE_METALS: &[Variant] = &[
    variant("P250", "steel P250GH", "Material", "Carbon steel P250GH", 100),
    variant("316", "stainless 316L", "Material", "Stainless steel 1.4404 (316L)", 390),
    variant("304", "stainless 304L", "Material", "Stainless steel 1.4307 (304L)", 290),
    variant("ZN", "steel galvanised", "Material", "Carbon steel, galvanised", 140),
    variant("PP", "polypropylene coated", "Material", "PP with steel core", 110),
    variant("DPX", "duplex", "Material", "Duplex steel 1.4462", 720),
];
const SHEETS: &[Variant] = &[
    variant("EPDM", "EPDM with steel insert", "Material", "EPDM with steel insert", 100),
    variant("FIB", "aramid fibre", "Material", "Aramid fibre / NBR", 80),
    variant("PTFE", "PTFE", "Material", "PTFE", 310),
    variant("GRA", "graphite", "Material", "Expanded graphite with steel insert", 260),
    variant("NBR", "NBR", "Material", "NBR with steel insert", 105),
    variant("FKM", "FKM", "Material", "FKM", 640),
];

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "flange",
        prefix: "FL",
        category: "PIP-FLG",
        weight: 14,
        brands: PIPING,
        variants: FLANGE_METALS,
        keys: || triples(NOMINALS.len(), PRESSURES.len(), TYPES.len(), |_, _, _| true),
        make: flange,
        links: flange_links,
    },
    Family {
        name: "flange gasket",
        prefix: "FG",
        category: "PIP-GSK",
        weight: 10,
        brands: PIPING,
        variants: SHEETS,
        keys: || pairs(NOMINALS.len(), PRESSURES.len(), |_, _| true),
        make: gasket,
        links: alone,
    },
    Family {
        name: "ball valve",
        prefix: "BV",
        category: "PIP-VLV-BAL",
        weight: 16,
        brands: PIPING,
        variants: METALS,
        keys: || triples(SIZES.len(), THREADS.len(), HANDLES.len(), |size, _, _| size < 12),
        make: ball_valve,
        links: valve_links,
    },
    Family {
        name: "valve",
        prefix: "VA",
        category: "PIP-VLV-OTH",
        weight: 14,
        brands: PIPING,
        variants: METALS,
        keys: || triples(SIZES.len(), THREADS.len(), VALVES.len(), |size, _, _| size < 12),
        make: valve,
        links: valve_links,
    },
    Family {
        name: "butterfly valve",
        prefix: "BF",
        category: "PIP-VLV-OTH",
        weight: 5,
        brands: PIPING,
        variants: SHEETS,
        keys: || triples(NOMINALS.len(), 2, DRIVES.len(), |size, _, _| NOMINALS[size].dn >= 40),
        make: butterfly,
        links: butterfly_links,
    },
];

/// Key position of a nominal diameter.
pub(super) fn diameter(dn: u16) -> Option<u16> {
    position(&NOMINALS, |size| size.dn == dn)
}

fn flange([size, pressure, kind]: Key) -> Draft {
    let (size, pn) = (&NOMINALS[size as usize], PRESSURES[pressure as usize]);
    let (code, noun, number, percent) = TYPES[kind as usize];
    let outer = i64::from(size.outer);
    let grams = outer * outer * (90 + i64::from(pn)) / 1_100;
    Draft::new(
        format!("{code}{}PN{pn}", size.dn),
        format!("{noun} EN 1092-1 type {number} DN{} PN{pn}", size.dn),
        (cents(250) + grams * 4_300) * percent / 100,
        grams,
    )
    .about("Raised face form B1, bolt circle to EN 1092-1.")
    .keywords(&["flange", "Flansch", "bride"])
    .int("Nominal size", size.dn, "mm")
    .int("Nominal pressure", pn, "bar")
    .int("Outer diameter", outer, "mm")
    .int("Bolts", size.bolts, "")
    .text("Bolt thread", format!("M{}", size.bolt))
    .text("Type", noun)
}

fn flange_links([size, pressure, _]: Key) -> Vec<Link> {
    let nominal = &NOMINALS[size as usize];
    let mut links = vec![Link::new(Required, "flange gasket", [size, pressure, 0], "gasket of the same DN and PN")];
    if let Some(thread) = position(METRIC, |thread| thread.diameter == nominal.bolt * 10) {
        // Position 7 of the lengths is 60 mm: enough for two flanges and a gasket at the common pressures.
        let bolts = i64::from(nominal.bolts);
        links.push(Link::new(Required, "hex bolt", [thread, 7, 0], "bolts of the hole pattern").times(bolts));
        links.push(Link::new(Required, "nut", [thread, 0, 0], "one nut per bolt").times(bolts));
        links.push(Link::new(Accessory, "washer", [thread, 0, 0], "one washer per nut").times(bolts));
    }
    links
}

fn gasket([size, pressure, _]: Key) -> Draft {
    let (size, pn) = (&NOMINALS[size as usize], PRESSURES[pressure as usize]);
    let outer = i64::from(size.outer) - 40;
    Draft::new(
        format!("{}PN{pn}", size.dn),
        format!("Flange gasket EN 1514-1 DN{} PN{pn}", size.dn),
        cents(60) + outer * outer * 80 + i64::from(pn) * 3_000,
        outer * outer / 900,
    )
    .sell(Sell::Carton(10))
    .about("Flat ring gasket form IBC, 2 mm.")
    .mixes()
    .keywords(&["gasket", "flange seal", "Flanschdichtung", "joint"])
    .int("Nominal size", size.dn, "mm")
    .int("Nominal pressure", pn, "bar")
    .int("Outer diameter", outer, "mm")
    .int("Thickness", 2, "mm")
}

/// Code, handle, extra price in euro cents.
const HANDLES: [(&str, &str, i64); 5] = [
    ("", "lever handle", 0),
    ("W", "butterfly handle", 40),
    ("E", "electric actuator 230 V", 16_500),
    ("P", "pneumatic actuator", 11_900),
    ("L", "lockable lever", 520),
];

fn ball_valve([size, thread, handle]: Key) -> Draft {
    let (pipe, (letter, name, _)) = (&SIZES[size as usize], THREADS[thread as usize]);
    let (code, handle, extra) = HANDLES[handle as usize];
    let d = i64::from(pipe.outer);
    Draft::new(
        format!("{}{letter}{code}", pipe.code),
        format!("Ball valve {} in {name} full bore, {handle}", pipe.name),
        cents(310 + extra) + d * d * 180,
        d * d / 5,
    )
    .about("Two-piece full bore ball valve for water, air and oil.")
    .keywords(&["ball valve", "Kugelhahn", "stop valve", "shut-off"])
    .text("Size", format!("{} in", pipe.name))
    .text("Thread", name)
    .int("Nominal size", pipe.dn, "mm")
    .int("Maximum pressure", if pipe.dn > 32 { 25 } else { 40 }, "bar")
    .text("Operation", handle)
    .flag("Drinking water approved", code.is_empty())
}

fn valve_links([size, thread, _]: Key) -> Vec<Link> {
    vec![
        Link::new(Compatible, "pipe nipple", [size, 0, thread], "nipple of the same thread"),
        Link::new(Compatible, "fitting", [size, 4, thread], "union of the same thread"),
        Link::new(Accessory, "thread sealant", [0, 0, 0], "seals tapered threads"),
    ]
}

/// Code, noun, price level, what it is for.
const VALVES: [(&str, &str, i64, &str); 7] = [
    ("CK", "Check valve", 90, "Stops return flow, spring loaded, any position."),
    ("GT", "Gate valve", 85, "Isolates with full bore."),
    ("ST", "Y-strainer", 80, "Keeps dirt out of pumps and valves."),
    ("GL", "Globe valve", 120, "Throttles and isolates."),
    ("SV", "Solenoid valve 24 V DC", 320, "Normally closed, for water and air."),
    ("PR", "Pressure reducing valve", 410, "Keeps the outlet pressure constant."),
    ("SF", "Safety valve", 290, "Opens at the set pressure."),
];

fn valve([size, thread, kind]: Key) -> Draft {
    let (pipe, (letter, name, _)) = (&SIZES[size as usize], THREADS[thread as usize]);
    let (code, noun, percent, about) = VALVES[kind as usize];
    let d = i64::from(pipe.outer);
    Draft::new(
        format!("{code}{}{letter}", pipe.code),
        format!("{noun} {} in {name}", pipe.name),
        (cents(420) + d * d * 210) * percent / 100,
        d * d / 4,
    )
    .about(about)
    .keywords(&["valve", "Ventil", "vanne"])
    .text("Size", format!("{} in", pipe.name))
    .text("Thread", name)
    .int("Nominal size", pipe.dn, "mm")
    .int("Maximum pressure", 16, "bar")
    .text("Type", noun)
}

const DRIVES: [(&str, &str, i64); 4] =
    [("", "hand lever", 0), ("G", "gearbox", 6_800), ("P", "pneumatic actuator", 21_000), ("E", "electric actuator", 34_000)];

fn butterfly([size, kind, drive]: Key) -> Draft {
    let size = &NOMINALS[size as usize];
    let (body, word) = if kind == 0 { ("WF", "wafer") } else { ("LG", "lug") };
    let (code, drive, extra) = DRIVES[drive as usize];
    let outer = i64::from(size.outer);
    Draft::new(
        format!("{body}{}{code}", size.dn),
        format!("Butterfly valve {word} DN{} PN16, {drive}", size.dn),
        cents(2_400 + extra) + outer * outer * 1_150 * if kind == 0 { 100 } else { 125 } / 100,
        outer * outer / 11,
    )
    .lead(14)
    .about("Centric valve with ductile iron body, for mounting between flanges; the lining is the seal.")
    .keywords(&["butterfly valve", "Absperrklappe"])
    .int("Nominal size", size.dn, "mm")
    .int("Nominal pressure", 16, "bar")
    .text("Body", word)
    .text("Operation", drive)
}

fn butterfly_links([size, ..]: Key) -> Vec<Link> {
    vec![Link::new(Required, "flange", [size, 0, 0], "mounted between two flanges of the same size").times(2)]
}
