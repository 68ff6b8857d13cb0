//! Push-in fittings, hoses, clamps and thread sealants.

use super::brands::PIPING;
use super::family::{Draft, Family, Key, Link, PLAIN, Sell, Variant, alone, cents, pairs, triples, variant};
use super::model::RelationKind::Accessory;

const HOSES: &[Variant] = &[
    variant("EPDM", "EPDM", "Material", "EPDM with textile ply", 100),
    variant("PVC", "PVC", "Material", "PVC with yarn reinforcement", 55),
    variant("PU", "polyurethane", "Material", "Polyurethane, food grade", 160),
    variant("NBR", "NBR oil resistant", "Material", "NBR with textile ply", 120),
    variant("SIL", "silicone", "Material", "Silicone, platinum cured", 420),
];

const CLAMPS: &[Variant] = &[
    variant("W1", "steel W1", "Material", "Steel, zinc plated (W1)", 100),
    variant("W4", "stainless W4", "Material", "Stainless steel 1.4301 (W4)", 210),
    variant("W5", "stainless W5", "Material", "Stainless steel 1.4401 (W5)", 320),
];

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "push-in fitting",
        prefix: "PI",
        category: "PIP-PNE",
        weight: 14,
        brands: PIPING,
        variants: PLAIN,
        keys: || triples(TUBES.len(), PUSHED.len(), 9, |_, shape, thread| thread < 6 || shape < 4),
        make: push_in,
        links: alone,
    },
    Family {
        name: "hose",
        prefix: "HO",
        category: "PIP-HOS",
        weight: 8,
        brands: PIPING,
        variants: HOSES,
        keys: || pairs(HOSE_SIZES.len(), 3, |_, _| true),
        make: hose,
        links: hose_links,
    },
    Family {
        name: "hose clamp",
        prefix: "HC",
        category: "PIP-CLP",
        weight: 8,
        brands: PIPING,
        variants: CLAMPS,
        keys: || pairs(HOSE_SIZES.len(), 3, |_, _| true),
        make: clamp,
        links: alone,
    },
    Family {
        name: "thread sealant",
        prefix: "TS",
        category: "PIP-SEA",
        weight: 2,
        brands: PIPING,
        variants: PLAIN,
        keys: || pairs(4, 3, |_, _| true),
        make: sealant,
        links: alone,
    },
];

const TUBES: [u16; 7] = [8, 6, 10, 4, 12, 16, 14];

const PUSHED: [(&str, &str, i64); 8] = [
    ("ST", "Straight male", 100),
    ("EL", "Elbow male", 125),
    ("TE", "Tee male", 170),
    ("SF", "Straight female", 110),
    ("UN", "Straight union", 95),
    ("UE", "Union elbow", 115),
    ("UT", "Union tee", 140),
    ("BU", "Bulkhead union", 210),
];

/// Code, thread, price supplement in euro cents.
const PORTS: [(&str, &str, i64); 9] = [
    ("G14", "G 1/4", 20),
    ("G18", "G 1/8", 10),
    ("G38", "G 3/8", 45),
    ("R14", "R 1/4", 15),
    ("R18", "R 1/8", 8),
    ("G12", "G 1/2", 80),
    ("M5", "M5", 5),
    ("N14", "NPT 1/4", 30),
    ("N18", "NPT 1/8", 20),
];

fn push_in([tube, shape, port]: Key) -> Draft {
    let (d, (code, noun, percent)) = (i64::from(TUBES[tube as usize]), PUSHED[shape as usize]);
    let (thread, name, extra) = PORTS[port as usize];
    Draft::new(
        format!("{code}{d}-{thread}"),
        format!("Push-in fitting {} {d} mm, {name}", noun.to_lowercase()),
        (cents(110 + extra) + d * 65_000) * percent / 100,
        d * 3,
    )
    .sell(Sell::Pack(10))
    .about("For compressed air tubes, nickel plated brass and PBT.")
    .mixes()
    .keywords(&["pneumatic", "Steckverschraubung", "air fitting"])
    .int("Tube diameter", d, "mm")
    .text("Port", name)
    .text("Type", noun)
    .int("Maximum pressure", 10, "bar")
}

const HOSE_SIZES: [u16; 12] = [13, 19, 25, 10, 32, 8, 38, 50, 6, 16, 75, 100];

fn hose([size, pressure, _]: Key) -> Draft {
    let (d, bar) = (i64::from(HOSE_SIZES[size as usize]), [10, 20, 40][pressure as usize]);
    Draft::new(
        format!("{d}-{bar}"),
        format!("Industrial hose {d} mm {bar} bar"),
        cents(90) + d * 105_000 + d * i64::from(bar) * 1_700,
        d * 18,
    )
    .sell(Sell::Metre(40))
    .about("Smooth bore, cut to length.")
    .keywords(&["hose", "Schlauch", "tuyau"])
    .int("Inner diameter", d, "mm")
    .int("Maximum pressure", bar, "bar")
}

fn hose_links([size, ..]: Key) -> Vec<Link> {
    vec![Link::new(Accessory, "hose clamp", [size, 0, 0], "clamp for this hose").times(2)]
}

fn clamp([size, kind, _]: Key) -> Draft {
    let d = i64::from(HOSE_SIZES[size as usize]);
    let (low, high) = (d + 2, d * 14 / 10 + 6);
    let (code, noun, percent) =
        [("WG", "Worm drive hose clamp", 100), ("TB", "T-bolt clamp", 340), ("SP", "Spring band clamp", 85)][kind as usize];
    Draft::new(format!("{code}{low}-{high}"), format!("{noun} {low}-{high} mm"), (180_000 + d * 9_000) * percent / 100, 8 + d / 2)
        .sell(Sell::Box(25))
        .about("Band 9 or 12 mm, rolled edges.")
        .mixes()
        .keywords(&["hose clip", "Schlauchschelle", "jubilee clip"])
        .int("Smallest diameter", low, "mm")
        .int("Largest diameter", high, "mm")
}

fn sealant([kind, pack, _]: Key) -> Draft {
    let (code, noun, price) = [
        ("PTFE", "PTFE thread tape", 95),
        ("CORD", "Sealing cord", 690),
        ("PSTE", "Thread sealing paste", 540),
        ("ANAE", "Anaerobic thread sealant", 1_250),
    ][kind as usize];
    let factor = [1, 4, 10][pack as usize];
    let label = ["single", "large", "bulk"][pack as usize];
    Draft::new(format!("{code}{factor}"), format!("{noun}, {label}"), cents(price) * factor * (110 - factor) / 100, 40 * factor)
        .sell(Sell::Carton(12))
        .about("Approved for gas and drinking water.")
        .keywords(&["sealing tape", "Gewindedichtung", "teflon tape"])
        .text("Type", noun)
        .text("Pack", label)
}
