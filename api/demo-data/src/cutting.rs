//! Drills, taps and dies, end mills, reamers and saw blades.

use super::brands::TOOLING;
use super::family::{Draft, Family, Key, Link, Sell, Variant, alone, cents, hundredths, tenths, triples, variant};
use super::model::RelationKind::{Accessory, Compatible};
use super::threads::{INCH, METRIC};

const COATINGS: &[Variant] = &[
    variant("", "", "Coating", "bright", 100),
    variant("TIN", "TiN", "Coating", "TiN", 138),
    variant("TIALN", "TiAlN", "Coating", "TiAlN", 165),
    variant("VAP", "steam tempered", "Coating", "steam tempered", 106),
    variant("DLC", "DLC", "Coating", "DLC", 230),
    variant("ALCRN", "AlCrN", "Coating", "AlCrN", 185),
];

const BODIES: &[Variant] = &[
    variant("", "", "Body", "standard", 100),
    variant("NS", "non-stick", "Body", "non-stick coated", 125),
    variant("LN", "low noise", "Body", "low noise, laser ornaments", 118),
    variant("TK", "thin kerf", "Body", "thin kerf for cordless saws", 132),
];

pub(super) const FAMILIES: &[Family] = &[
    family("drill bit", "DB", "TOL-CUT-DRL", 26, drill_keys, drill, alone),
    family("tap", "TP", "TOL-CUT-TAP", 12, || triples(METRIC.len(), TAPS.len(), 3, |_, _, _| true), tap, tap_links),
    family("inch tap", "TU", "TOL-CUT-TAP", 5, || triples(INCH.len(), TAPS.len(), 2, |_, _, _| true), inch_tap, alone),
    family("end mill", "MI", "TOL-CUT-MIL", 18, || triples(MILLS.len(), 5, CORNERS.len() * 3, |_, _, _| true), mill, alone),
    family("reamer", "RE", "TOL-CUT-REA", 6, || triples(210, 3, 2, |_, _, _| true), reamer, alone),
    Family {
        name: "saw blade",
        prefix: "SW",
        category: "TOL-CUT-SAW",
        weight: 10,
        brands: TOOLING,
        variants: BODIES,
        keys: || triples(BLADES.len(), TEETH.len(), 8, |_, _, _| true),
        make: blade,
        links: alone,
    },
];

const fn family(
    name: &'static str,
    prefix: &'static str,
    category: &'static str,
    weight: u32,
    keys: fn() -> Vec<Key>,
    make: fn(Key) -> Draft,
    links: fn(Key) -> Vec<Link>,
) -> Family {
    Family { name, prefix, category, weight, brands: TOOLING, variants: COATINGS, keys, make, links }
}

/// Code, noun, price level, largest diameter in tenths.
const DRILLS: [(&str, &str, i64, u16); 7] = [
    ("HSSG", "Twist drill HSS-G DIN 338", 100, 160),
    ("HSSCO", "Twist drill HSS-Co DIN 338", 190, 160),
    ("VHM", "Solid carbide drill 5xD", 980, 200),
    ("SDS", "Hammer drill SDS-plus", 320, 260),
    ("MAS", "Masonry drill", 150, 200),
    ("HSSR", "Twist drill HSS-R DIN 338", 70, 160),
    ("WOOD", "Brad point wood drill", 120, 200),
];
const REACHES: [(&str, &str, i64, i64); 3] = [("", "", 10, 100), ("L", " long", 16, 170), ("XL", " extra long", 26, 290)];

/// The diameter itself in tenths of a millimetre, kind and reach; whole and half millimetres and tap drills first.
fn drill_keys() -> Vec<Key> {
    let mut keys: Vec<Key> = (10..=260u16)
        .flat_map(|d| (0..DRILLS.len() as u16).flat_map(move |kind| (0..3).map(move |reach| [d, kind, reach])))
        .filter(|[d, kind, _]| *d <= DRILLS[*kind as usize].3 && (*kind != 3 && *kind != 4 || d.is_multiple_of(10) && *d >= 40))
        .collect();
    keys.sort_by_key(|[d, kind, reach]| {
        let plain = match d {
            d if d.is_multiple_of(10) && *d <= 130 => 0,
            d if METRIC.iter().any(|thread| thread.drill == *d) => 1,
            d if d.is_multiple_of(5) => 2,
            _ => 5,
        };
        (plain + kind + reach * 2, d.abs_diff(60), *kind, *d)
    });
    keys
}

fn drill([d, kind, reach]: Key) -> Draft {
    let d = i64::from(d);
    let (code, noun, percent, _) = DRILLS[kind as usize];
    let (letter, label, reach, extra) = REACHES[reach as usize];
    let length = (30 + d * 9 / 10) * reach / 10;
    Draft::new(
        format!("{code}-{}{letter}", tenths(d)),
        format!("{noun}{label} {} mm", tenths(d)),
        (cents(90) + d * d * 560) * percent / 100 * extra / 100,
        d * d * length / 14_000 + 1,
    )
    .sell(if d <= 130 { Sell::Pack(if d <= 60 { 10 } else { 5 }) } else { Sell::Each })
    .about("Right-hand cutting.")
    .mixes()
    .keywords(&["drill", "Bohrer", "foret"])
    .mm("Diameter", d)
    .int("Length", length, "mm")
    .text("Type", noun)
}

const TAPS: [(&str, &str, i64); 6] = [
    ("M", "Machine tap HSS-E form B", 100),
    ("S", "Machine tap HSS-E form C spiral", 118),
    ("H", "Hand tap set of three", 145),
    ("F", "Forming tap HSS-E", 160),
    ("D", "Threading die", 130),
    ("V", "Solid carbide thread mill", 720),
];

fn tap([size, kind, fine]: Key) -> Draft {
    let thread = &METRIC[size as usize];
    let (code, noun, percent) = TAPS[kind as usize];
    let d = i64::from(thread.diameter);
    let pitch =
        if fine == 0 { i64::from(thread.pitch) } else { (i64::from(thread.pitch) * (7 - i64::from(fine)) / 8 / 5 * 5).max(20) };
    let (mark, name) = if fine == 0 {
        (String::new(), thread.name())
    } else {
        (format!("X{}", hundredths(pitch)), format!("{}x{}", thread.name(), hundredths(pitch)))
    };
    let suffix = ["", "F", "G"][fine as usize];
    Draft::new(
        format!("{code}{}{mark}{suffix}", thread.name()),
        format!("{noun} {name}"),
        (cents(680) + d * d * 1_350 + i64::from(fine) * cents(260)) * percent / 100,
        d * d / 60 + 8,
    )
    .about("Tolerance 6H, for steel up to 1000 N/mm².")
    .keywords(&["tap", "Gewindebohrer", "taraud", "threading"])
    .text("Thread", name)
    .mm("Thread diameter", d)
    .milli("Pitch", pitch * 10, "mm")
    .text("Type", noun)
}

fn tap_links([size, kind, fine]: Key) -> Vec<Link> {
    if kind > 3 || fine > 0 {
        return Vec::new();
    }
    let thread = &METRIC[size as usize];
    vec![
        Link::new(Compatible, "drill bit", [thread.drill, 0, 0], "core hole drill for this thread"),
        Link::new(Accessory, "drill bit", [thread.drill, 1, 0], "core hole drill for stainless steel"),
    ]
}

fn inch_tap([size, kind, fine]: Key) -> Draft {
    let thread = &INCH[size as usize];
    let (code, noun, percent) = TAPS[kind as usize];
    let (name, d) = (thread.thread(fine == 1), i64::from(thread.diameter));
    let series = if fine == 1 { "UNF" } else { "UNC" };
    Draft::new(
        format!("{code}{}", name.replace('/', ".").replace('#', "N")),
        format!("{noun} {series} {name}"),
        (cents(790) + d * d * 1_450) * percent / 100,
        d * d / 60 + 8,
    )
    .about("Tolerance 2B, for steel up to 1000 N/mm².")
    .keywords(&["tap", "imperial", "threading"])
    .text("Thread", format!("{name} {series}"))
    .mm("Thread diameter", d)
    .text("Type", noun)
}

const MILLS: [u16; 18] = [60, 80, 100, 120, 40, 50, 160, 30, 200, 20, 140, 180, 250, 70, 90, 10, 25, 35];
/// Corner radius in tenths of a millimetre; the last is a ball nose.
const CORNERS: [(&str, i64); 6] = [("", 0), ("R05", 5), ("R1", 10), ("R2", 20), ("R03", 3), ("BN", -1)];

fn mill([d, flutes, rest]: Key) -> Draft {
    let (d, flutes) = (i64::from(MILLS[d as usize]), [4, 2, 3, 6, 5][flutes as usize]);
    let (code, radius) = CORNERS[rest as usize / 3];
    let (letter, label, extra) = [("", "", 100), ("L", " long", 142), ("S", " short", 90)][rest as usize % 3];
    let corner = match radius {
        0 => "sharp corner".to_owned(),
        -1 => "ball nose".to_owned(),
        radius => format!("corner radius {} mm", tenths(radius)),
    };
    Draft::new(
        format!("{}Z{flutes}{letter}{code}", tenths(d)),
        format!("Solid carbide end mill{label} {} mm Z{flutes} {corner}", tenths(d)),
        (cents(1_150) + d * d * 4_400 + flutes * cents(60) + radius.abs() * cents(12)) * extra / 100,
        d * d / 40 + 10,
    )
    .about("Helix 35/38°, shank DIN 6535 HA.")
    .keywords(&["milling cutter", "Schaftfraeser", "fraise", "endmill"])
    .mm("Diameter", d)
    .int("Flutes", flutes, "")
    .text("Corner", corner)
}

fn reamer([d, fit, kind]: Key) -> Draft {
    let d = 10 + i64::from(d);
    let fit = ["H7", "H8", "F7"][fit as usize];
    let (code, noun, percent) = [("M", "Machine reamer HSS-E", 100), ("C", "Machine reamer carbide", 290)][kind as usize];
    Draft::new(
        format!("{code}{}{fit}", tenths(d)),
        format!("{noun} DIN 212 {} {fit}", tenths(d)),
        (cents(1_290) + d * d * 900) * percent / 100,
        d * d / 50 + 6,
    )
    .lead(14)
    .about("Left-hand helix for through holes.")
    .keywords(&["reamer", "Reibahle", "alesoir"])
    .mm("Diameter", d)
    .text("Fit", fit)
    .text("Type", noun)
}

const BLADES: [(u16, u16); 12] = [
    (190, 30),
    (250, 30),
    (165, 20),
    (300, 30),
    (216, 30),
    (160, 20),
    (315, 30),
    (350, 30),
    (210, 30),
    (184, 16),
    (400, 30),
    (136, 10),
];
const TEETH: [u16; 8] = [24, 48, 40, 60, 80, 30, 96, 18];

fn blade([size, teeth, work]: Key) -> Draft {
    let (d, bore) = BLADES[size as usize];
    let (d, teeth) = (i64::from(d), i64::from(TEETH[teeth as usize]));
    let (code, work, percent) = [
        ("W", "wood", 100),
        ("A", "aluminium", 145),
        ("L", "laminate", 130),
        ("M", "mild steel", 190),
        ("X", "stainless steel", 260),
        ("P", "plastics", 140),
        ("U", "universal", 120),
        ("C", "fibre cement", 310),
    ][work as usize];
    Draft::new(
        format!("{d}-{teeth}{code}"),
        format!("Circular saw blade {d}x{bore} mm Z{teeth} {work}"),
        (cents(490) + d * d * 240 + teeth * cents(14)) * percent / 100,
        d * d / 55,
    )
    .about("Carbide tipped, laser cut body.")
    .keywords(&["saw blade", "Saegeblatt", "lame de scie"])
    .int("Diameter", d, "mm")
    .int("Bore", bore, "mm")
    .int("Teeth", teeth, "")
    .text("For", work)
}
