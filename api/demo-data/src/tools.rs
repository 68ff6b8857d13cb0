//! Hand tools and abrasives. Cutting tools are in `cutting`.

use super::brands::TOOLING;
use super::family::{Draft, Family, Key, Sell, Variant, alone, cents, pairs, tenths, triples, variant};

/// Widths across flats of spanners and sockets in tenths of a millimetre, most asked-for first.
pub(super) const WIDTHS: &[u16] = &[
    130, 100, 170, 190, 160, 80, 180, 70, 240, 150, 140, 110, 120, 300, 360, 210, 270, 55, 60, 90, 220, 320, 460, 50, 340, 410,
    550, 40,
];

/// Hexagon keys in tenths of a millimetre, most asked-for first.
pub(super) const HEX_KEYS: &[u16] = &[60, 50, 80, 40, 100, 30, 140, 25, 170, 190, 120, 220, 20, 270, 15];

const STEELS: &[Variant] = &[
    variant("CV", "chrome vanadium", "Material", "Chrome vanadium steel", 100),
    variant("CM", "impact, chrome molybdenum", "Material", "Chrome molybdenum steel", 135),
    variant("SS", "stainless", "Material", "Stainless steel", 310),
    variant("VDE", "insulated 1000 V", "Insulation", "1000 V to IEC 60900", 280),
    variant("ATX", "non-sparking", "Material", "Aluminium bronze, non-sparking", 640),
];
const GRAINS: &[Variant] = &[
    variant("A", "corundum", "Abrasive", "Aluminium oxide", 100),
    variant("Z", "zirconia", "Abrasive", "Zirconia alumina", 145),
    variant("C", "ceramic", "Abrasive", "Ceramic grain", 210),
    variant("S", "silicon carbide", "Abrasive", "Silicon carbide", 110),
    variant("D", "diamond", "Abrasive", "Diamond", 690),
];

pub(super) const FAMILIES: &[Family] = &[
    family("spanner", "SP", "TOL-HND-WRE", 12, STEELS, || pairs(WIDTHS.len(), SPANNERS.len(), |_, _| true), spanner),
    family("socket", "SK", "TOL-HND-SOC", 14, STEELS, socket_keys, socket),
    family("hexagon key", "HK", "TOL-HND-KEY", 8, STEELS, || pairs(HEX_KEYS.len(), KEYS.len(), |_, _| true), hexagon_key),
    family("screwdriver", "SR", "TOL-HND-SOC", 8, STEELS, || triples(BLADES.len(), 6, 2, |_, _, _| true), screwdriver),
    family("grinding disc", "GD", "TOL-ABR-DSC", 16, GRAINS, || triples(DISCS.len(), 10, 9, |_, _, _| true), disc),
    family("abrasive belt", "AJ", "TOL-ABR-SHT", 14, GRAINS, || triples(WIDE.len(), 16, GRITS.len(), |_, _, _| true), belt),
];

const fn family(
    name: &'static str,
    prefix: &'static str,
    category: &'static str,
    weight: u32,
    variants: &'static [Variant],
    keys: fn() -> Vec<Key>,
    make: fn(Key) -> Draft,
) -> Family {
    Family { name, prefix, category, weight, brands: TOOLING, variants, keys, make, links: alone }
}

const SPANNERS: [(&str, &str, i64); 6] = [
    ("C", "Combination spanner", 100),
    ("R", "Ratchet combination spanner", 260),
    ("D", "Double open-ended spanner", 95),
    ("B", "Box spanner offset", 140),
    ("S", "Slogging spanner", 330),
    ("X", "Crowfoot spanner", 180),
];

fn spanner([width, kind, _]: Key) -> Draft {
    let width = i64::from(WIDTHS[width as usize]);
    let (code, noun, percent) = SPANNERS[kind as usize];
    Draft::new(
        format!("{code}{}", tenths(width)),
        format!("{noun} {} mm", tenths(width)),
        (cents(240) + width * width * 290) * percent / 100,
        width * width / 150,
    )
    .about("Forged, hardened, to DIN 3113 or DIN 895.")
    .keywords(&["wrench", "Schluessel", "spanner"])
    .mm("Width across flats", width)
    .text("Type", noun)
}

const DRIVES: [(&str, &str, i64, u16); 4] =
    [("12", "1/2", 100, 360), ("14", "1/4", 62, 140), ("38", "3/8", 78, 240), ("34", "3/4", 290, 600)];
const DEPTHS: [(&str, &str, i64); 4] = [("", "", 100), ("L", " long", 150), ("B", " hex bit", 170), ("T", " Torx bit", 170)];

fn socket_keys() -> Vec<Key> {
    triples(WIDTHS.len(), DRIVES.len(), DEPTHS.len(), |width, drive, _| {
        let (width, largest) = (WIDTHS[width], DRIVES[drive].3);
        width <= largest && width * 6 >= largest
    })
}

fn socket([width, drive, depth]: Key) -> Draft {
    let width = i64::from(WIDTHS[width as usize]);
    let ((code, inches, percent, _), (letter, label, extra)) = (DRIVES[drive as usize], DEPTHS[depth as usize]);
    Draft::new(
        format!("{code}-{}{letter}", tenths(width)),
        format!("Socket{label} {inches} in, {} mm", tenths(width)),
        (cents(290) + width * width * 110) * percent / 100 * extra / 100,
        width * width / 160 + 20,
    )
    .about("For hand or impact use to DIN 3124 / 3129.")
    .keywords(&["socket", "Steckschluessel", "nut driver"])
    .mm("Width across flats", width)
    .text("Drive", format!("{inches} in"))
}

const KEYS: [(&str, &str, i64); 5] = [
    ("L", "Hexagon key", 100),
    ("B", "Hexagon key long, ball end", 155),
    ("T", "T-handle hexagon key", 390),
    ("K", "Hexagon key short", 92),
    ("M", "Hexagon key with magnet", 240),
];

fn hexagon_key([size, kind, _]: Key) -> Draft {
    let size = i64::from(HEX_KEYS[size as usize]);
    let (code, noun, percent) = KEYS[kind as usize];
    Draft::new(
        format!("{code}{}", tenths(size)),
        format!("{noun} ISO 2936 {} mm", tenths(size)),
        (cents(45) + size * size * 260) * percent / 100,
        size * size / 60 + 3,
    )
    .sell(Sell::Carton(10))
    .about("For internal hexagon screws.")
    .keywords(&["Allen key", "hex key", "Inbus", "Innensechskant"])
    .mm("Key size", size)
    .text("Standard", "ISO 2936")
}

const BLADES: [(&str, &str); 12] = [
    ("PH2", "Phillips PH2"),
    ("PZ2", "Pozidriv PZ2"),
    ("SL5", "Slotted 5.5 mm"),
    ("T20", "Torx T20"),
    ("PH1", "Phillips PH1"),
    ("T25", "Torx T25"),
    ("SL4", "Slotted 4 mm"),
    ("T30", "Torx T30"),
    ("PZ1", "Pozidriv PZ1"),
    ("T15", "Torx T15"),
    ("SL8", "Slotted 8 mm"),
    ("PH3", "Phillips PH3"),
];

fn screwdriver([blade, length, grip]: Key) -> Draft {
    let (code, blade) = BLADES[blade as usize];
    let length = i64::from([100, 150, 80, 200, 60, 300][length as usize]);
    let (letter, grip, extra) = if grip == 0 { ("", "soft grip", 0) } else { ("H", "hammer cap", 220) };
    Draft::new(
        format!("{code}-{length}{letter}"),
        format!("Screwdriver {blade} x {length} mm {grip}"),
        cents(420 + extra) + length * 14_000,
        60 + length / 2,
    )
    .about("Blade hardened throughout.")
    .keywords(&["screwdriver", "Schraubendreher", "tournevis"])
    .text("Blade", blade)
    .int("Blade length", length, "mm")
    .text("Grip", grip)
}

const DISCS: [u16; 6] = [125, 230, 115, 180, 150, 76];

fn disc([diameter, kind, work]: Key) -> Draft {
    let d = i64::from(DISCS[diameter as usize]);
    let (code, noun, grams, percent) = [
        ("T10", "Cutting disc 1.0 mm", 1, 100),
        ("F60", "Flap disc P60", 6, 340),
        ("G60", "Grinding disc 6 mm", 8, 190),
        ("T16", "Cutting disc 1.6 mm", 2, 110),
        ("F80", "Flap disc P80", 6, 340),
        ("F40", "Flap disc P40", 6, 345),
        ("T25", "Cutting disc 2.5 mm", 3, 130),
        ("F120", "Flap disc P120", 6, 345),
        ("N1", "Fleece disc", 4, 420),
        ("G80", "Grinding disc 8 mm", 10, 230),
    ][kind as usize];
    let (letter, work) = [
        ("M", "metal"),
        ("X", "stainless"),
        ("U", "universal"),
        ("A", "aluminium"),
        ("S", "stone"),
        ("K", "cast iron"),
        ("C", "concrete"),
        ("T", "titanium"),
        ("R", "rail"),
    ][work as usize];
    Draft::new(
        format!("{d}{code}{letter}"),
        format!("{noun} {d} mm {work}"),
        (cents(55) + d * d * 55) * percent / 100,
        d * d * grams / 900,
    )
    .sell(Sell::Carton(25))
    .about("To EN 12413, for angle grinders up to 80 m/s.")
    .mixes()
    .keywords(&["angle grinder", "Trennscheibe", "flap wheel"])
    .int("Diameter", d, "mm")
    .text("For", work)
    .text("Type", noun)
}

const WIDE: [u16; 8] = [75, 100, 50, 150, 25, 120, 200, 30];
const GRITS: [u16; 11] = [80, 120, 60, 180, 100, 40, 240, 150, 320, 36, 400];

fn belt([width, length, grit]: Key) -> Draft {
    let width = i64::from(WIDE[width as usize]);
    let length = [533, 610, 457, 1000, 2000, 620, 560, 760, 915, 1220, 1500, 2500, 3000, 3500, 480, 380][length as usize];
    let grit = i64::from(GRITS[grit as usize]);
    Draft::new(
        format!("{width}X{length}-P{grit}"),
        format!("Abrasive belt {width}x{length} mm P{grit}"),
        cents(60) + width * length * 22 + (400 - grit) * 300,
        width * length / 900,
    )
    .sell(Sell::Pack(10))
    .about("Cloth backing, full resin bond, pack of ten.")
    .mixes()
    .keywords(&["sanding belt", "Schleifband"])
    .int("Width", width, "mm")
    .int("Length", length, "mm")
    .int("Grit", grit, "")
}
