//! Retaining rings, shaft seals, O-rings and greases.

use super::bearings::BORES;
use super::brands::MOTION;
use super::family::{Draft, Family, Key, PLAIN, Sell, Variant, alone, cents, pairs, tenths, triples, variant};

const RUBBERS: &[Variant] = &[
    variant("NBR", "NBR 70", "Material", "NBR 70 Shore A", 100),
    variant("FKM", "FKM 75", "Material", "FKM 75 Shore A", 480),
    variant("EPDM", "EPDM 70", "Material", "EPDM 70 Shore A", 150),
    variant("VMQ", "silicone 70", "Material", "VMQ 70 Shore A", 260),
    variant("NBR90", "NBR 90", "Material", "NBR 90 Shore A", 120),
    variant("HNBR", "HNBR 80", "Material", "HNBR 80 Shore A", 330),
];

const RING_MAKES: &[Variant] = &[
    variant("", "spring steel", "Material", "Spring steel, phosphated", 100),
    variant("A2", "stainless", "Material", "Stainless steel 1.4122", 340),
    variant("ZN", "zinc plated", "Material", "Spring steel, zinc plated", 115),
];

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "retaining ring",
        prefix: "RR",
        category: "MOT-RNG",
        weight: 12,
        brands: MOTION,
        variants: RING_MAKES,
        keys: || pairs(RING_SIZES.len(), 3, |_, _| true),
        make: retaining_ring,
        links: alone,
    },
    Family {
        name: "shaft seal",
        prefix: "SS",
        category: "MOT-SEA-SHA",
        weight: 14,
        brands: MOTION,
        variants: RUBBERS,
        keys: || triples(BORES.len(), 5, 4, |_, _, _| true),
        make: shaft_seal,
        links: alone,
    },
    Family {
        name: "o-ring",
        prefix: "OR",
        category: "MOT-SEA-ORG",
        weight: 30,
        brands: MOTION,
        variants: RUBBERS,
        keys: || pairs(110, CORDS.len(), |inner, cord| inside(inner) >= i64::from(CORDS[cord]) * 2),
        make: o_ring,
        links: alone,
    },
    Family {
        name: "grease",
        prefix: "GR",
        category: "MOT-LUB",
        weight: 3,
        brands: MOTION,
        variants: PLAIN,
        keys: || pairs(GREASES.len(), 3, |_, _| true),
        make: grease,
        links: alone,
    },
];

/// Shaft or bore diameters of retaining rings in millimetres.
pub(super) const RING_SIZES: [u16; 48] = [
    20, 25, 30, 15, 12, 10, 17, 35, 40, 50, 47, 52, 62, 32, 42, 45, 8, 16, 18, 22, 24, 26, 28, 14, 60, 55, 72, 80, 6, 9, 65, 70,
    75, 85, 90, 100, 95, 110, 68, 38, 36, 34, 48, 58, 120, 130, 140, 5,
];

const RINGS: [(&str, &str, &str); 3] =
    [("A", "for shafts", "DIN 471"), ("J", "for bores", "DIN 472"), ("E", "E-clip", "DIN 6799")];

fn retaining_ring([size, kind, _]: Key) -> Draft {
    let d = i64::from(RING_SIZES[size as usize]);
    let (letter, label, standard) = RINGS[kind as usize];
    Draft::new(format!("{letter}{d}"), format!("Retaining ring {standard} {label} {d} mm"), 22_000 + d * d * 95, d * d / 90)
        .sell(Sell::Box(if d > 60 { 25 } else { 100 }))
        .about("Secures bearings and wheels against axial movement.")
        .mixes()
        .keywords(&["circlip", "snap ring", "Seegerring"])
        .int("Nominal diameter", d, "mm")
        .text("Standard", standard)
}

fn shaft_seal([bore, outer, kind]: Key) -> Draft {
    let d = i64::from(BORES[bore as usize].1);
    let outer = d + 12 + i64::from(outer) * 4;
    let (code, label) =
        [("A", "rubber covered"), ("AS", "rubber covered, dust lip"), ("B", "metal case"), ("BS", "metal case, dust lip")]
            [kind as usize];
    let width = if d > 60 { 10 } else { 7 };
    Draft::new(
        format!("{d}X{outer}X{width}{code}"),
        format!("Rotary shaft seal {code} {d}x{outer}x{width}"),
        cents(95) + d * d * 900 + i64::from(kind) * 110_000 + (outer - d) * 12_000,
        outer * outer / 120,
    )
    .sell(Sell::Carton(20))
    .about("Radial lip seal to DIN 3760 for rotating shafts.")
    .keywords(&["oil seal", "Simmerring", "lip seal"])
    .int("Shaft diameter", d, "mm")
    .int("Outer diameter", outer, "mm")
    .int("Width", width, "mm")
    .text("Design", label)
}

/// Cord thickness of O-rings in tenths of a millimetre.
const CORDS: [u16; 7] = [20, 30, 25, 15, 40, 10, 50];

/// Inner diameter in tenths of a millimetre: finely stepped first, coarser above.
fn inside(position: usize) -> i64 {
    let at = position as i64;
    match at {
        0..40 => 30 + at * 10,
        40..80 => 430 + (at - 40) * 20,
        _ => 1250 + (at - 80) * 50,
    }
}

fn o_ring([inner, cord, _]: Key) -> Draft {
    let (inner, cord) = (inside(inner as usize), i64::from(CORDS[cord as usize]));
    let volume = (inner + cord) * cord * cord;
    Draft::new(
        format!("{}X{}", tenths(inner), tenths(cord)),
        format!("O-ring {}x{} mm", tenths(inner), tenths(cord)),
        28_000 + volume / 4,
        volume * 3 / 1_000_000,
    )
    .sell(Sell::Box(if volume > 1_500_000 { 10 } else { 50 }))
    .about("Static and dynamic seal to ISO 3601.")
    .mixes()
    .keywords(&["oring", "O ring", "gasket", "Dichtring"])
    .mm("Inner diameter", inner)
    .mm("Cord thickness", cord)
    .text("Standard", "ISO 3601-1")
}

const GREASES: [(&str, &str, i64); 5] = [
    ("EP2", "Lithium grease EP 2", 900),
    ("HT2", "High temperature grease", 2_600),
    ("FG2", "Food grade grease NSF H1", 3_100),
    ("MO2", "Grease with MoS2", 1_400),
    ("LT1", "Low temperature grease", 2_200),
];

fn grease([kind, pack, _]: Key) -> Draft {
    let (code, noun, price) = GREASES[kind as usize];
    let (label, sell, price, grams) = match pack {
        0 => ("400 g cartridge", Sell::Carton(12), cents(price * 45 / 100), 430),
        1 => ("sold by weight", Sell::Kilo(25), cents(price * 80 / 100), 1000),
        _ => ("1 kg can", Sell::Carton(6), cents(price), 1100),
    };
    let size = ["C", "KG", "T"][pack as usize];
    Draft::new(format!("{code}{size}"), format!("{noun}, {label}"), price, grams)
        .sell(sell)
        .about("For rolling and plain bearings.")
        .keywords(&["grease", "lubricant", "Fett"])
        .text("Grade", code)
        .text("Pack", label)
}
