//! Threaded and press fittings, nipples and pipes.

use super::brands::PIPING;
use super::family::{Draft, Family, Key, Link, Sell, Variant, alone, cents, pairs, tenths, triples, variant};
use super::model::RelationKind::{Accessory, Compatible};

/// A pipe size: name in inches as printed, as part of a SKU, DN, outer diameter in millimetres.
pub(super) struct Size {
    pub(super) name: &'static str,
    pub(super) code: &'static str,
    pub(super) dn: u16,
    pub(super) outer: u16,
}

const fn size(name: &'static str, code: &'static str, dn: u16, outer: u16) -> Size {
    Size { name, code, dn, outer }
}

/// Most asked-for first.
pub(super) const SIZES: &[Size] = &[
    size("1/2", "050", 15, 21),
    size("3/4", "075", 20, 27),
    size("1", "100", 25, 34),
    size("1/4", "025", 8, 14),
    size("3/8", "038", 10, 17),
    size("1-1/4", "125", 32, 42),
    size("1-1/2", "150", 40, 48),
    size("2", "200", 50, 60),
    size("1/8", "013", 6, 10),
    size("2-1/2", "250", 65, 76),
    size("3", "300", 80, 89),
    size("4", "400", 100, 114),
    size("5", "500", 125, 140),
    size("6", "600", 150, 168),
];

/// SKU letter, name, standard.
pub(super) const THREADS: [(&str, &str, &str); 3] =
    [("B", "BSP", "ISO 7-1"), ("N", "NPT", "ASME B1.20.1"), ("G", "BSPP", "ISO 228-1")];

pub(super) const METALS: &[Variant] = &[
    variant("BR", "brass", "Material", "Brass CW617N", 130),
    variant("316", "stainless 316", "Material", "Stainless steel 1.4408 (316)", 260),
    variant("GV", "galvanised", "Material", "Malleable iron, galvanised", 100),
    variant("304", "stainless 304", "Material", "Stainless steel 1.4301 (304)", 210),
    variant("BK", "black iron", "Material", "Malleable iron, black", 85),
    variant("BZ", "bronze", "Material", "Bronze CC499K", 240),
    variant("NI", "brass nickel plated", "Material", "Brass, nickel plated", 170),
    variant("DZ", "brass dezincification resistant", "Material", "Brass CW602N", 165),
];

const PRESS_METALS: &[Variant] = &[
    variant("CU", "copper", "Material", "Copper / gunmetal", 150),
    variant("SS", "stainless", "Material", "Stainless steel 1.4404", 240),
    variant("CS", "carbon steel", "Material", "Carbon steel, zinc plated", 100),
    variant("ML", "multilayer", "Material", "PPSU for multilayer pipe", 115),
];

pub(super) const FAMILIES: &[Family] = &[
    threaded(
        "fitting",
        "PF",
        "PIP-FIT-STD",
        40,
        || triples(SIZES.len(), FITTINGS.len(), THREADS.len(), |_, _, _| true),
        fitting,
        fitting_links,
    ),
    threaded("reducer", "RF", "PIP-FIT-RED", 20, reducer_keys, reducer, reducer_links),
    threaded(
        "pipe nipple",
        "PN",
        "PIP-FIT-NIP",
        16,
        || triples(SIZES.len(), NIPPLES.len(), THREADS.len(), |_, _, _| true),
        nipple,
        sealed,
    ),
    Family {
        name: "press fitting",
        prefix: "PR",
        category: "PIP-PRS",
        weight: 18,
        brands: PIPING,
        variants: PRESS_METALS,
        keys: || pairs(PRESS_SIZES.len(), PRESSED.len(), |_, _| true),
        make: press,
        links: press_links,
    },
    Family {
        name: "pipe",
        prefix: "PT",
        category: "PIP-TUB",
        weight: 10,
        brands: PIPING,
        variants: PRESS_METALS,
        keys: || pairs(PRESS_SIZES.len(), 3, |_, _| true),
        make: pipe,
        links: alone,
    },
];

const fn threaded(
    name: &'static str,
    prefix: &'static str,
    category: &'static str,
    weight: u32,
    keys: fn() -> Vec<Key>,
    make: fn(Key) -> Draft,
    links: fn(Key) -> Vec<Link>,
) -> Family {
    Family { name, prefix, category, weight, brands: PIPING, variants: METALS, keys, make, links }
}

/// Code, noun, price level.
const FITTINGS: [(&str, &str, i64); 14] = [
    ("EL", "Elbow 90°", 100),
    ("TE", "Tee", 140),
    ("CO", "Coupling", 80),
    ("HN", "Hexagon nipple", 75),
    ("UN", "Union", 230),
    ("CA", "Cap", 70),
    ("PL", "Plug", 55),
    ("ES", "Street elbow 90°", 105),
    ("E4", "Elbow 45°", 110),
    ("CR", "Cross", 220),
    ("LN", "Locknut", 45),
    ("TO", "Side outlet tee", 260),
    ("BE", "Long bend 90°", 180),
    ("HT", "Hose tail", 95),
];

fn fitting([size, kind, thread]: Key) -> Draft {
    let (pipe, (code, noun, percent)) = (&SIZES[size as usize], FITTINGS[kind as usize]);
    let (letter, name, standard) = THREADS[thread as usize];
    let d = i64::from(pipe.outer);
    Draft::new(
        format!("{code}{}{letter}", pipe.code),
        format!("{noun} {} in {name}", pipe.name),
        (cents(45) + d * d * 26 * 100 / 80) * percent / 100,
        d * d * percent / 900,
    )
    .sell(if d > 60 { Sell::Each } else { Sell::Carton(10) })
    .about("Threaded fitting for water, air, gas and oil.")
    .mixes()
    .keywords(&["pipe fitting", "Fitting", "raccord"])
    .text("Size", format!("{} in", pipe.name))
    .text("Thread", name)
    .text("Thread standard", standard)
    .int("Nominal size", pipe.dn, "mm")
    .text("Type", noun)
}

fn fitting_links([size, _, thread]: Key) -> Vec<Link> {
    let mut links = vec![Link::new(Compatible, "pipe nipple", [size, 0, thread], "nipple of the same thread")];
    links.extend(sealed([size, 0, thread]));
    links
}

fn sealed(_: Key) -> Vec<Link> {
    vec![Link::new(Accessory, "thread sealant", [0, 0, 0], "seals the thread")]
}

/// Code, noun, price level.
const REDUCERS: [(&str, &str, i64); 4] =
    [("RB", "Reducing bush", 70), ("RN", "Reducing nipple", 90), ("RS", "Reducing socket", 110), ("RE", "Reducing elbow", 140)];

/// Large and small size, and kind times three plus thread.
fn reducer_keys() -> Vec<Key> {
    triples(SIZES.len(), SIZES.len(), REDUCERS.len() * 3, |large, small, _| {
        let (large, small) = (SIZES[large].outer, SIZES[small].outer);
        large > small && large <= small * 3
    })
}

fn reducer([large, small, rest]: Key) -> Draft {
    let (from, to) = (&SIZES[large as usize], &SIZES[small as usize]);
    let (code, noun, percent) = REDUCERS[rest as usize / 3];
    let (letter, name, standard) = THREADS[rest as usize % 3];
    let d = i64::from(from.outer);
    Draft::new(
        format!("{code}{}-{}{letter}", from.code, to.code),
        format!("{noun} {} x {} in {name}", from.name, to.name),
        (cents(50) + d * d * 30 + i64::from(to.outer) * 2_000) * percent / 100,
        d * d * percent / 950,
    )
    .sell(Sell::Carton(10))
    .about("Joins two pipe sizes.")
    .mixes()
    .keywords(&["reducer", "adapter", "Reduktion"])
    .text("Size", format!("{} in", from.name))
    .text("Second size", format!("{} in", to.name))
    .text("Thread", name)
    .text("Thread standard", standard)
    .text("Type", noun)
}

fn reducer_links([large, small, rest]: Key) -> Vec<Link> {
    vec![
        Link::new(Compatible, "pipe nipple", [large, 0, rest % 3], "nipple for the large end"),
        Link::new(Compatible, "pipe nipple", [small, 0, rest % 3], "nipple for the small end"),
    ]
}

const NIPPLES: [u16; 18] = [60, 80, 100, 40, 150, 50, 120, 200, 30, 70, 90, 250, 300, 180, 400, 500, 350, 1000];

fn nipple([size, length, thread]: Key) -> Draft {
    let (pipe, length) = (&SIZES[size as usize], i64::from(NIPPLES[length as usize]));
    let (letter, name, standard) = THREADS[thread as usize];
    let d = i64::from(pipe.outer);
    Draft::new(
        format!("{}{letter}X{length}", pipe.code),
        format!("Pipe nipple {} in {name} x {length} mm", pipe.name),
        cents(40) + d * 4_000 + length * d * 420,
        length * d / 12,
    )
    .sell(Sell::Carton(10))
    .about("Barrel nipple, threaded at both ends.")
    .mixes()
    .keywords(&["barrel nipple", "Rohrnippel"])
    .text("Size", format!("{} in", pipe.name))
    .text("Thread", name)
    .text("Thread standard", standard)
    .int("Length", length, "mm")
}

const PRESS_SIZES: [u16; 10] = [22, 15, 28, 18, 35, 42, 54, 12, 76, 108];

const PRESSED: [(&str, &str, i64); 12] = [
    ("B90", "Bend 90°", 100),
    ("CO", "Coupling", 70),
    ("TE", "Tee", 150),
    ("B45", "Bend 45°", 95),
    ("MA", "Male adapter", 120),
    ("FA", "Female adapter", 125),
    ("CA", "Cap", 60),
    ("SC", "Slip coupling", 90),
    ("BS", "Street bend 90°", 105),
    ("UN", "Union flat seal", 210),
    ("WB", "Wall bracket elbow", 180),
    ("FL", "Flange adapter", 420),
];

fn press([size, kind, _]: Key) -> Draft {
    let (d, (code, noun, percent)) = (i64::from(PRESS_SIZES[size as usize]), PRESSED[kind as usize]);
    Draft::new(
        format!("{code}-{d}"),
        format!("Press fitting {} {d} mm", noun.to_lowercase()),
        (cents(120) + d * d * 5_200) * percent / 100,
        d * d * percent / 1_000,
    )
    .sell(if d > 42 { Sell::Each } else { Sell::Carton(10) })
    .about("Contour V, EPDM seal, leaks visibly when not pressed.")
    .mixes()
    .keywords(&["press fitting", "Pressfitting", "raccord a sertir"])
    .int("Outer diameter", d, "mm")
    .text("Type", noun)
    .text("Contour", "V")
}

fn press_links([size, ..]: Key) -> Vec<Link> {
    vec![Link::new(Compatible, "pipe", [size, 0, 0], "pipe of the same outer diameter")]
}

fn pipe([size, wall, _]: Key) -> Draft {
    let (d, wall) = (i64::from(PRESS_SIZES[size as usize]), 10 + i64::from(wall) * 5);
    Draft::new(
        format!("{d}X{}", tenths(wall)),
        format!("System pipe {d}x{} mm, 6 m bar", tenths(wall)),
        cents(60) + d * wall * 9_500,
        d * wall * 3 / 2,
    )
    .sell(Sell::Bar(6))
    .about("For press fittings, sold in bars of six metres.")
    .keywords(&["tube", "Rohr", "pipe"])
    .int("Outer diameter", d, "mm")
    .mm("Wall thickness", wall)
}
