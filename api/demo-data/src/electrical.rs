//! Circuit protection, contactors, terminals, enclosures and sensors. Cables are in `cabling`, motors in `drives`.

use super::brands::ELECTRIC;
use super::family::{Draft, Family, Key, Link, PLAIN, Sell, Variant, alone, cents, hundredths, pairs, triples, variant};
use super::model::RelationKind::{Accessory, Compatible};

const AMPS: [u16; 14] = [16, 10, 20, 25, 32, 6, 13, 40, 63, 50, 4, 2, 80, 100];
const POLES: [(&str, u16, i64); 5] = [("1P", 1, 100), ("3P", 3, 330), ("1PN", 2, 185), ("2P", 2, 215), ("4P", 4, 450)];
const CURVES: &[Variant] = &[
    variant("B", "curve B", "Tripping curve", "B", 100),
    variant("C", "curve C", "Tripping curve", "C", 104),
    variant("D", "curve D", "Tripping curve", "D", 135),
    variant("K", "curve K", "Tripping curve", "K", 160),
    variant("Z", "curve Z", "Tripping curve", "Z", 185),
];
const COILS: &[Variant] = &[
    variant("230AC", "coil 230 V AC", "Coil voltage", "230 V AC 50/60 Hz", 100),
    variant("24DC", "coil 24 V DC", "Coil voltage", "24 V DC", 118),
    variant("24AC", "coil 24 V AC", "Coil voltage", "24 V AC 50/60 Hz", 102),
    variant("400AC", "coil 400 V AC", "Coil voltage", "400 V AC 50/60 Hz", 104),
    variant("110AC", "coil 110 V AC", "Coil voltage", "110 V AC 50/60 Hz", 108),
    variant("48DC", "coil 48 V DC", "Coil voltage", "48 V DC", 124),
];
const SKINS: &[Variant] = &[
    variant("ST", "sheet steel", "Material", "Sheet steel, powder coated RAL 7035", 100),
    variant("SS", "stainless", "Material", "Stainless steel 1.4301", 310),
    variant("PC", "polycarbonate", "Material", "Polycarbonate", 90),
    variant("GRP", "polyester", "Material", "Glass fibre reinforced polyester", 145),
    variant("AL", "aluminium", "Material", "Die-cast aluminium", 160),
];
const COLOURS: &[Variant] = &[
    variant("GY", "grey", "Colour", "grey", 100),
    variant("BU", "blue", "Colour", "blue", 102),
    variant("GNYE", "green-yellow", "Colour", "green-yellow", 240),
    variant("BK", "black", "Colour", "black", 104),
    variant("OG", "orange", "Colour", "orange", 104),
    variant("RD", "red", "Colour", "red", 104),
];
const OUTPUTS: &[Variant] = &[
    variant("PNP", "PNP NO", "Output", "PNP, normally open", 100),
    variant("NPN", "NPN NO", "Output", "NPN, normally open", 100),
    variant("PNC", "PNP NC", "Output", "PNP, normally closed", 103),
    variant("IOL", "IO-Link", "Output", "IO-Link", 165),
    variant("AC2", "AC two-wire", "Output", "AC/DC two-wire", 125),
    variant("NAM", "NAMUR", "Output", "NAMUR", 130),
];

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "circuit breaker",
        prefix: "CB",
        category: "ELE-PRO-MCB",
        weight: 18,
        brands: ELECTRIC,
        variants: CURVES,
        keys: || triples(AMPS.len(), POLES.len(), 3, |_, _, _| true),
        make: breaker,
        links: breaker_links,
    },
    Family {
        name: "residual current device",
        prefix: "RC",
        category: "ELE-PRO-RCD",
        weight: 8,
        brands: ELECTRIC,
        variants: PLAIN,
        keys: || triples(5, 2, 12, |_, _, _| true),
        make: residual,
        links: alone,
    },
    Family {
        name: "contactor",
        prefix: "KM",
        category: "ELE-CTR-CON",
        weight: 10,
        brands: ELECTRIC,
        variants: COILS,
        keys: || pairs(RATINGS.len(), 4, |_, _| true),
        make: contactor,
        links: contactor_links,
    },
    Family {
        name: "overload relay",
        prefix: "OL",
        category: "ELE-CTR-OLR",
        weight: 5,
        brands: ELECTRIC,
        variants: PLAIN,
        keys: || pairs(RATINGS.len(), 3, |_, _| true),
        make: overload,
        links: alone,
    },
    Family {
        name: "terminal block",
        prefix: "TK",
        category: "ELE-TRM",
        weight: 12,
        brands: ELECTRIC,
        variants: COLOURS,
        keys: || triples(SECTIONS.len(), TERMINALS.len(), 2, |_, _, _| true),
        make: terminal,
        links: alone,
    },
    Family {
        name: "enclosure",
        prefix: "EN",
        category: "ELE-ENC",
        weight: 10,
        brands: ELECTRIC,
        variants: SKINS,
        keys: || {
            triples(SIDES.len(), SIDES.len(), 8, |wide, high, _| SIDES[high] >= SIDES[wide] && SIDES[high] <= SIDES[wide] * 3)
        },
        make: enclosure,
        links: enclosure_links,
    },
    Family {
        name: "proximity sensor",
        prefix: "IS",
        category: "ELE-SEN",
        weight: 10,
        brands: ELECTRIC,
        variants: OUTPUTS,
        keys: || triples(SENSORS.len(), 4, 6, |_, _, _| true),
        make: sensor,
        links: alone,
    },
];

fn breaker([amps, poles, capacity]: Key) -> Draft {
    let amps = i64::from(AMPS[amps as usize]);
    let (code, poles, percent) = POLES[poles as usize];
    let (kilo, surcharge) = [(6, 100), (10, 128), (15, 190)][capacity as usize];
    let base = cents(390) + amps * 42_000 + if amps < 6 { cents(350) } else { 0 };
    Draft::new(
        format!("{code}{amps}-{kilo}K"),
        format!("Miniature circuit breaker {code} {amps} A {kilo} kA"),
        base * percent / 100 * surcharge / 100,
        125 * i64::from(poles),
    )
    .sell(Sell::Carton(12 / i64::from(poles)))
    .about("Line protection to EN 60898-1 for DIN rail.")
    .mixes()
    .keywords(&["MCB", "fuse", "Leitungsschutzschalter", "disjoncteur"])
    .int("Rated current", amps, "A")
    .int("Poles", poles, "")
    .int("Breaking capacity", kilo, "kA")
    .int("Voltage", if poles == 1 { 230 } else { 400 }, "V")
    .int("Module widths", poles, "")
}

fn breaker_links([amps, poles, _]: Key) -> Vec<Link> {
    let mut links = vec![Link::new(Accessory, "single-core wire", [amps.min(4), 0, 0], "wire for this current")];
    if poles == 1 {
        links.push(Link::new(Compatible, "contactor", [amps.min(5), 0, 0], "contactor in the same circuit"));
    }
    links
}

fn residual([amps, poles, kind]: Key) -> Draft {
    let amps = i64::from([40, 25, 63, 80, 100][amps as usize]);
    let poles = if poles == 0 { 4 } else { 2 };
    let sensitivity = [30, 300, 100, 10][kind as usize % 4];
    let (class, percent) = [("A", 100), ("F", 190), ("B", 620)][kind as usize / 4];
    Draft::new(
        format!("{poles}P{amps}-{sensitivity}{class}"),
        format!("Residual current device {poles}P {amps} A {sensitivity} mA type {class}"),
        (cents(2_900) + amps * 190_000 + poles * cents(350)) * percent / 100,
        95 * poles,
    )
    .about("Protects people and property against fault currents, EN 61008-1.")
    .keywords(&["RCD", "RCCB", "FI-Schalter", "differential"])
    .int("Rated current", amps, "A")
    .int("Poles", poles, "")
    .int("Residual current", sensitivity, "mA")
    .text("Type", class)
}

/// Rated operational current AC-3 in amperes and power at 400 V in hundredths of a kilowatt.
const RATINGS: [(u16, u16); 14] = [
    (9, 400),
    (12, 550),
    (18, 750),
    (25, 1100),
    (32, 1500),
    (40, 1850),
    (50, 2200),
    (65, 3000),
    (80, 3700),
    (95, 4500),
    (115, 5500),
    (150, 7500),
    (185, 9000),
    (225, 11000),
];

fn contactor([rating, aux, _]: Key) -> Draft {
    let (amps, power) = RATINGS[rating as usize];
    let (code, contacts) = [("10", "1 NO"), ("01", "1 NC"), ("11", "1 NO + 1 NC"), ("22", "2 NO + 2 NC")][aux as usize];
    let amps = i64::from(amps);
    Draft::new(
        format!("{amps}-{code}"),
        format!("Contactor 3P {amps} A AC-3 {} kW, {contacts}", hundredths(power)),
        cents(1_450) + amps * amps * 6_500 + amps * 520_000 + i64::from(aux) * cents(180),
        240 + amps * 14,
    )
    .lead(if amps > 65 { 21 } else { 7 })
    .about("Switches motors and loads, IEC 60947-4-1.")
    .keywords(&["contactor", "Schuetz", "contacteur", "motor starter"])
    .int("Rated current", amps, "A")
    .milli("Motor power", i64::from(power) * 10, "kW")
    .text("Auxiliary contacts", contacts)
    .int("Poles", 3, "")
}

fn contactor_links([rating, ..]: Key) -> Vec<Link> {
    vec![Link::new(Accessory, "overload relay", [rating, 0, 0], "overload protection for the same current")]
}

fn overload([rating, range, _]: Key) -> Draft {
    let amps = i64::from(RATINGS[rating as usize].0);
    let high = amps * [10, 7, 4][range as usize];
    let low = high * 7 / 10;
    let span = format!("{}-{}", super::family::tenths(low), super::family::tenths(high));
    Draft::new(
        format!("{amps}-{high:04}"),
        format!("Thermal overload relay {span} A for {amps} A contactors"),
        cents(1_900) + amps * 410_000,
        150 + amps * 5,
    )
    .about("Class 10 A, differential, for direct mounting on the contactor.")
    .keywords(&["motor protection", "Motorschutzrelais"])
    .text("Setting range", format!("{span} A"))
    .int("For contactor", amps, "A")
}

/// Conductor cross-sections in hundredths of a square millimetre.
const SECTIONS: [u16; 8] = [250, 400, 150, 600, 1000, 1600, 3500, 7000];
const TERMINALS: [(&str, &str, i64); 5] = [
    ("FT", "Feed-through terminal", 100),
    ("D2", "Two-level terminal", 190),
    ("3C", "Three-conductor terminal", 140),
    ("FU", "Fuse terminal", 520),
    ("DI", "Disconnect terminal", 360),
];

fn terminal([section, kind, clamp]: Key) -> Draft {
    let section = i64::from(SECTIONS[section as usize]);
    let (code, noun, percent) = TERMINALS[kind as usize];
    let (letter, clamp) = if clamp == 0 { ("P", "push-in") } else { ("S", "screw") };
    Draft::new(
        format!("{code}{}{letter}", hundredths(section)),
        format!("{noun} {} mm² {clamp}", hundredths(section)),
        (420_000 + section * 1_750) * percent / 100,
        5 + section / 45,
    )
    .sell(Sell::Box(50))
    .about("For DIN rail TH 35, marking on both sides.")
    .mixes()
    .keywords(&["terminal", "Reihenklemme", "borne", "DIN rail"])
    .milli("Cross-section", section * 10, "mm²")
    .text("Connection", clamp)
    .text("Type", noun)
}

const SIDES: [u16; 10] = [300, 400, 200, 600, 500, 800, 250, 1000, 380, 1200];

fn enclosure([wide, high, rest]: Key) -> Draft {
    let (wide, high) = (i64::from(SIDES[wide as usize]), i64::from(SIDES[high as usize]));
    let deep = i64::from([210, 155, 300, 120][rest as usize % 4]);
    let ip = if rest < 4 { 66 } else { 54 };
    let area = (wide * high * 2 + (wide + high) * deep * 2) / 100;
    Draft::new(
        format!("{high}-{wide}-{deep}-{ip}"),
        format!("Enclosure {high}x{wide}x{deep} mm IP{ip}"),
        cents(1_900) + area * 10_500 * if ip == 66 { 100 } else { 88 } / 100,
        600 + area * 6 / 5,
    )
    .lead(10)
    .about("Wall-mounting with mounting plate and lock.")
    .keywords(&["cabinet", "Schaltschrank", "coffret"])
    .int("Height", high, "mm")
    .int("Width", wide, "mm")
    .int("Depth", deep, "mm")
    .text("Protection", format!("IP{ip}"))
}

fn enclosure_links(_: Key) -> Vec<Link> {
    vec![
        Link::new(Accessory, "cable gland", [0, 0, 0], "cable entry").times(4),
        Link::new(Accessory, "terminal block", [0, 0, 0], "wiring on the mounting plate").times(10),
    ]
}

/// Thread, sensing distances in tenths of a millimetre.
const SENSORS: [(&str, [u16; 4]); 6] = [
    ("M12", [40, 20, 80, 100]),
    ("M18", [80, 50, 120, 160]),
    ("M8", [20, 15, 30, 40]),
    ("M30", [150, 100, 220, 300]),
    ("M5", [10, 8, 15, 20]),
    ("Q40", [200, 150, 350, 400]),
];

fn sensor([size, reach, plug]: Key) -> Draft {
    let (thread, reaches) = SENSORS[size as usize];
    let reach = i64::from(reaches[reach as usize]);
    let (code, plug) = [
        ("M12", "M12 plug"),
        ("K2", "2 m cable"),
        ("M8", "M8 plug"),
        ("K5", "5 m cable"),
        ("K10", "10 m cable"),
        ("PG", "pigtail M12"),
    ][plug as usize];
    Draft::new(
        format!("{thread}-{reach:03}-{code}"),
        format!("Inductive sensor {thread} {} mm {plug}", super::family::tenths(reach)),
        cents(2_350) + reach * 38_000 + cents(code.len() as i64 * 40),
        45,
    )
    .about("Non-contact detection of metal, LED status.")
    .keywords(&["inductive sensor", "proximity switch", "Naeherungsschalter"])
    .text("Housing", thread)
    .mm("Sensing distance", reach)
    .text("Connection", plug)
    .text("Supply", "10-30 V DC")
    .text("Protection", "IP67")
}
