//! Protective equipment and safety signs. What is worn as clothes is in `workwear`.

use super::brands::SAFETY;
use super::family::{Draft, Family, Key, Link, PLAIN, Sell, Variant, alone, cents, pairs, triples, variant};
use super::model::RelationKind::{Accessory, Required};

const SHELLS: &[Variant] = &[
    variant("WH", "white", "Colour", "white", 100),
    variant("YE", "yellow", "Colour", "yellow", 100),
    variant("BU", "blue", "Colour", "blue", 100),
    variant("RD", "red", "Colour", "red", 100),
    variant("GN", "green", "Colour", "green", 100),
    variant("OG", "orange", "Colour", "orange", 100),
];

const PLATES: &[Variant] = &[
    variant("FO", "self-adhesive film", "Material", "Self-adhesive PVC film", 100),
    variant("PL", "plastic", "Material", "Plastic 1 mm", 160),
    variant("AL", "aluminium", "Material", "Aluminium 0.6 mm", 290),
    variant("PHO", "photoluminescent", "Material", "Photoluminescent film", 380),
];

pub(super) const FAMILIES: &[Family] = &[
    protective("glove", "GL", "SAF-GLV", 24, PLAIN, || pairs(GLOVES.len(), 6, |_, _| true), glove, alone),
    protective("helmet", "HE", "SAF-HEA", 6, SHELLS, || pairs(6, 3, |_, _| true), helmet, helmet_links),
    protective("safety glasses", "EY", "SAF-EYE", 6, PLAIN, || triples(8, 4, 3, |_, _, _| true), glasses, alone),
    protective("ear protection", "EA", "SAF-EAR", 5, PLAIN, || pairs(MUFFS.len(), 4, |_, _| true), ear, alone),
    protective("respirator", "RM", "SAF-RES", 6, PLAIN, respirator_keys, respirator, respirator_links),
    protective("sign", "SG", "SAF-SGN", 14, PLATES, || pairs(SIGNS.len(), 8, |_, _| true), sign, alone),
];

#[expect(clippy::too_many_arguments, reason = "one row of a table")]
pub(super) const fn protective(
    name: &'static str,
    prefix: &'static str,
    category: &'static str,
    weight: u32,
    variants: &'static [Variant],
    keys: fn() -> Vec<Key>,
    make: fn(Key) -> Draft,
    links: fn(Key) -> Vec<Link>,
) -> Family {
    Family { name, prefix, category, weight, brands: SAFETY, variants, keys, make, links }
}

/// Code, noun, EN 388 levels, price in euro cents per pair.
const GLOVES: [(&str, &str, &str, i64); 20] = [
    ("PU1", "Assembly glove PU coated", "3131X", 165),
    ("NI1", "Nitrile foam glove", "4121X", 210),
    ("CU3", "Cut resistant glove level C", "4X43C", 590),
    ("LE1", "Leather driver glove", "3122X", 690),
    ("NI2", "Nitrile double dipped glove", "4131X", 260),
    ("LA1", "Latex grip glove", "2142X", 195),
    ("CU5", "Cut resistant glove level F", "4X44F", 1_180),
    ("WE1", "Welding glove", "3134X", 890),
    ("WI1", "Winter glove", "3231X", 640),
    ("CH1", "Chemical glove nitrile 33 cm", "4101X", 340),
    ("CH2", "Chemical glove butyl 35 cm", "0010X", 3_900),
    ("CH3", "Chemical glove neoprene", "3110X", 620),
    ("ES1", "ESD glove PU fingertip", "0131A", 240),
    ("HE1", "Heat glove 350 °C", "244XX", 1_650),
    ("EL0", "Electrician glove class 0", "1111X", 4_900),
    ("ME1", "Mechanic glove", "2121X", 1_490),
    ("VI1", "Anti-vibration glove", "3143X", 2_690),
    ("CO1", "Cotton jersey glove", "0000X", 75),
    ("TO1", "Touchscreen glove", "3121X", 380),
    ("OI1", "Oil grip glove", "4121X", 520),
];

fn glove([kind, size, _]: Key) -> Draft {
    let (code, noun, levels, price) = GLOVES[kind as usize];
    let size = i64::from([9, 10, 8, 11, 7, 6][size as usize]);
    Draft::new(format!("{code}-{size:02}"), format!("{noun} size {size}"), cents(price), 60 + price / 30)
        .sell(Sell::Pair(12))
        .about("Protective glove to EN ISO 21420 and EN 388.")
        .mixes()
        .keywords(&["glove", "Handschuh", "gant", "PPE"])
        .int("Size", size, "")
        .text("EN 388", levels)
        .text("Type", noun)
}

/// Parts 0 to 2 are helmets, the rest what is worn with them.
fn helmet([kind, fit, _]: Key) -> Draft {
    let (code, noun, price) = [
        ("IND", "Industrial safety helmet", 1_190),
        ("VEN", "Vented safety helmet", 1_890),
        ("CLI", "Climbing style helmet", 5_490),
        ("CST", "Chin strap four point", 690),
        ("EMF", "Helmet ear muffs", 2_490),
        ("VIS", "Helmet visor polycarbonate", 1_690),
    ][kind as usize];
    let (letter, fit) = [("R", "ratchet"), ("P", "pin lock"), ("X", "ratchet, long")][fit as usize];
    Draft::new(format!("{code}{letter}"), format!("{noun}, {fit}"), cents(price) + i64::from(letter.as_bytes()[0]) * 1_000, 380)
        .about("To EN 397, slots for accessories 30 mm.")
        .keywords(&["hard hat", "Schutzhelm", "casque", "PPE"])
        .text("Type", noun)
        .text("Adjustment", fit)
}

fn helmet_links([kind, fit, _]: Key) -> Vec<Link> {
    if kind > 2 {
        return Vec::new();
    }
    vec![
        Link::new(Accessory, "helmet", [3, fit, 0], "chin strap for work at height"),
        Link::new(Accessory, "helmet", [4, fit, 0], "ear muffs for the 30 mm slots"),
        Link::new(Accessory, "helmet", [5, fit, 0], "visor for the 30 mm slots"),
    ]
}

fn glasses([frame, lens, coating]: Key) -> Draft {
    let (lens, tint) = [("C", "clear"), ("S", "smoke"), ("Y", "yellow"), ("B", "blue mirror")][lens as usize];
    let (coat, coating) =
        [("A", "anti-fog"), ("S", "scratch resistant"), ("X", "anti-fog and scratch resistant")][coating as usize];
    let price = 390 + i64::from(frame) * 170;
    Draft::new(
        format!("F{}{lens}{coat}", frame + 1),
        format!("Safety glasses model F{} {tint}, {coating}", frame + 1),
        cents(price) + if coat == "X" { cents(190) } else { 0 } + if lens == "C" { 0 } else { cents(90) },
        28,
    )
    .sell(Sell::Carton(10))
    .about("Polycarbonate lens, EN 166 class F.")
    .mixes()
    .keywords(&["safety goggles", "Schutzbrille", "PPE", "eye protection"])
    .text("Lens", tint)
    .text("Coating", coating)
}

const MUFFS: [(&str, &str, i64, i64); 8] = [
    ("PU", "Ear plugs", 37, 18),
    ("PC", "Ear plugs with cord", 36, 39),
    ("RE", "Reusable ear plugs", 30, 120),
    ("BA", "Banded ear plugs", 25, 490),
    ("M1", "Ear muffs light", 27, 1_290),
    ("M2", "Ear muffs", 31, 1_890),
    ("M3", "Ear muffs high attenuation", 36, 2_790),
    ("EL", "Electronic ear muffs", 32, 11_900),
];

fn ear([kind, pack, _]: Key) -> Draft {
    let (code, noun, decibels, price) = MUFFS[kind as usize];
    let count = i64::from([1, 10, 50, 200][pack as usize]);
    Draft::new(
        format!("{code}{count}"),
        format!("{noun} SNR {decibels} dB, {count} pair"),
        cents(price) * count * (100 - i64::from(pack) * 6) / 100,
        (3 + price / 8) * count,
    )
    .about("Hearing protection to EN 352.")
    .keywords(&["hearing protection", "Gehoerschutz", "ear defenders", "PPE"])
    .int("Attenuation (SNR)", decibels, "dB")
    .int("Pairs", count, "")
    .text("Type", noun)
}

const FILTERS: [(&str, &str, i64); 6] = [
    ("P3", "Particle filter P3 R", 790),
    ("A2", "Gas filter A2", 1_090),
    ("A2P3", "Combined filter A2P3 R D", 1_690),
    ("ABEK1", "Gas filter ABEK1", 1_490),
    ("ABEK1P3", "Combined filter ABEK1P3 R D", 2_190),
    ("P2", "Particle filter P2 R", 490),
];

/// Filters of a connection stand before the masks for it: a mask never lacks its filters.
fn respirator_keys() -> Vec<Key> {
    (0..4u16).flat_map(|series| (0..12u16).map(move |part| [series, part, 0])).collect()
}

fn respirator([series, part, _]: Key) -> Draft {
    let system = ["R40", "B60", "C80", "T20"][series as usize];
    if part < 6 {
        let (code, noun, price) = FILTERS[part as usize];
        return Draft::new(format!("{system}-{code}"), format!("{noun} for {system} masks"), cents(price), 95)
            .sell(Sell::Pack(2))
            .about("Bayonet filter, pack of two, EN 14387 / EN 143.")
            .keywords(&["filter", "Atemschutzfilter", "PPE"])
            .text("Connection", system)
            .text("Filter class", code);
    }
    let (code, noun, price) = [
        ("HM", "Half mask M", 1_890),
        ("HL", "Half mask L", 1_890),
        ("HS", "Half mask S", 1_890),
        ("FM", "Full face mask M", 12_900),
        ("FL", "Full face mask L", 12_900),
        ("FS", "Full face mask S", 12_900),
    ][part as usize - 6];
    Draft::new(format!("{system}-{code}"), format!("{noun} {system}"), cents(price), 180 + price / 40)
        .about("Silicone mask with twin bayonet connection, EN 140 / EN 136.")
        .keywords(&["respirator", "Atemschutzmaske", "mask", "PPE"])
        .text("Connection", system)
        .text("Type", noun)
}

fn respirator_links([series, part, _]: Key) -> Vec<Link> {
    if part < 6 {
        return Vec::new();
    }
    vec![
        Link::new(Required, "respirator", [series, 0, 0], "filters of the same connection, pack of two"),
        Link::new(Accessory, "respirator", [series, 2, 0], "combined filter of the same connection"),
    ]
}

const SIGNS: [(&str, &str); 30] = [
    ("E001", "Emergency exit left"),
    ("E002", "Emergency exit right"),
    ("E003", "First aid"),
    ("F001", "Fire extinguisher"),
    ("P002", "No smoking"),
    ("W012", "Electricity"),
    ("M014", "Wear head protection"),
    ("M003", "Wear ear protection"),
    ("M004", "Wear eye protection"),
    ("M008", "Wear safety footwear"),
    ("M009", "Wear protective gloves"),
    ("W001", "General warning"),
    ("P001", "General prohibition"),
    ("P004", "No thoroughfare"),
    ("W014", "Fork lift trucks"),
    ("W017", "Hot surface"),
    ("W021", "Flammable material"),
    ("W023", "Corrosive substance"),
    ("F002", "Fire hose reel"),
    ("F005", "Fire alarm call point"),
    ("E007", "Assembly point"),
    ("E011", "Eyewash station"),
    ("E012", "Safety shower"),
    ("M001", "General mandatory action"),
    ("M013", "Wear a face shield"),
    ("M017", "Wear respiratory protection"),
    ("P003", "No open flame"),
    ("P010", "Do not touch"),
    ("W011", "Slippery surface"),
    ("W024", "Crushing of hands"),
];

fn sign([kind, size, _]: Key) -> Draft {
    let (code, meaning) = SIGNS[kind as usize];
    let side = i64::from([200, 100, 300, 150, 400, 50, 600, 30][size as usize]);
    Draft::new(
        format!("{code}-{side}"),
        format!("Safety sign {code} {meaning} {side} mm"),
        cents(60) + side * side * 70,
        side * side / 900,
    )
    .sell(Sell::Carton(10))
    .about("Pictogram to ISO 7010.")
    .mixes()
    .keywords(&["sign", "Schild", "pictogram", "label"])
    .text("Pictogram", code)
    .int("Size", side, "mm")
}
