//! Workwear, high-visibility clothing and safety shoes.

use super::family::{Draft, Family, Key, Sell, Variant, alone, cents, pairs, triples, variant};
use super::safety::protective;

const CLOTH: &[Variant] = &[
    variant("NV", "navy", "Colour", "navy", 100),
    variant("BK", "black", "Colour", "black", 100),
    variant("GY", "grey", "Colour", "grey", 100),
    variant("RB", "royal blue", "Colour", "royal blue", 100),
    variant("GN", "green", "Colour", "green", 102),
    variant("WH", "white", "Colour", "white", 104),
    variant("KH", "khaki", "Colour", "khaki", 102),
    variant("RD", "red", "Colour", "red", 103),
];

const SIGNALS: &[Variant] = &[
    variant("YE", "yellow", "Colour", "fluorescent yellow", 100),
    variant("OG", "orange", "Colour", "fluorescent orange", 100),
    variant("YN", "yellow / navy", "Colour", "fluorescent yellow / navy", 108),
    variant("ON", "orange / navy", "Colour", "fluorescent orange / navy", 108),
    variant("RD", "red", "Colour", "fluorescent red", 112),
];

const LEATHERS: &[Variant] = &[
    variant("S3", "S3", "Safety class", "S3 SRC", 100),
    variant("S1P", "S1P", "Safety class", "S1P SRC", 84),
    variant("S2", "S2", "Safety class", "S2 SRC", 90),
    variant("S5", "S5", "Safety class", "S5", 76),
    variant("O2", "O2", "Safety class", "O2 FO", 80),
];

pub(super) const FAMILIES: &[Family] = &[
    protective("safety shoe", "SH", "SAF-SHO", 16, LEATHERS, || triples(14, SHOES.len(), 2, |_, _, _| true), shoe, alone),
    protective("workwear", "WK", "SAF-WRK", 16, CLOTH, || pairs(CLOTHES.len(), SIZES.len() * 2, |_, _| true), cloth, alone),
    protective("high-visibility", "HV", "SAF-HIV", 12, SIGNALS, || pairs(JACKETS.len(), SIZES.len(), |_, _| true), signal, alone),
];

const SHOES: [(&str, &str, i64); 6] = [
    ("LOW", "Safety shoe low", 6_900),
    ("MID", "Safety boot", 7_900),
    ("SPO", "Safety sneaker", 8_900),
    ("HI", "Safety boot high leg", 11_900),
    ("WEL", "Safety welder boot", 9_800),
    ("ESD", "Safety shoe ESD", 8_200),
];

fn shoe([size, kind, width]: Key) -> Draft {
    let size = [43, 42, 44, 41, 45, 40, 46, 39, 47, 38, 48, 37, 36, 49][size as usize];
    let (code, noun, price) = SHOES[kind as usize];
    let (letter, width) = if width == 0 { ("", "regular") } else { ("W", "wide") };
    Draft::new(
        format!("{code}{size}{letter}"),
        format!("{noun} size {size} {width}"),
        cents(price) + if letter.is_empty() { 0 } else { cents(300) },
        1_250,
    )
    .sell(Sell::Pair(6))
    .about("With toe cap and penetration resistant insole to EN ISO 20345.")
    .keywords(&["safety shoe", "Sicherheitsschuh", "work boot", "PPE"])
    .int("Size", size, "EU")
    .text("Width", width)
    .flag("ESD", code == "ESD")
}

const SIZES: [&str; 8] = ["L", "M", "XL", "S", "2XL", "3XL", "XS", "4XL"];

const CLOTHES: [(&str, &str, i64); 14] = [
    ("TR", "Work trousers", 4_490),
    ("JA", "Work jacket", 5_290),
    ("TS", "T-shirt", 990),
    ("PO", "Polo shirt", 1_790),
    ("SW", "Sweatshirt", 2_690),
    ("BB", "Bib and brace", 4_990),
    ("SS", "Softshell jacket", 6_490),
    ("FL", "Fleece jacket", 3_490),
    ("OV", "Coverall", 5_690),
    ("SH", "Work shorts", 3_690),
    ("RA", "Rain jacket", 4_290),
    ("WI", "Winter parka", 9_890),
    ("FR", "Flame retardant jacket", 11_900),
    ("MN", "Multinorm trousers", 12_900),
];

fn cloth([kind, rest, _]: Key) -> Draft {
    let (code, noun, price) = CLOTHES[kind as usize];
    let (size, cut) = (SIZES[rest as usize / 2], if rest % 2 == 0 { "M" } else { "F" });
    let label = if cut == "M" { "men" } else { "women" };
    Draft::new(format!("{code}{cut}-{size}"), format!("{noun} {label} {size}"), cents(price), 300 + price / 10)
        .sell(Sell::Carton(10))
        .about("Reinforced seams, washable at 60 °C.")
        .mixes()
        .keywords(&["workwear", "Arbeitskleidung"])
        .text("Size", size)
        .text("Cut", label)
        .text("Type", noun)
}

const JACKETS: [(&str, &str, i64, i64); 8] = [
    ("VE", "High-visibility vest", 490, 2),
    ("TS", "High-visibility T-shirt", 1_590, 2),
    ("JA", "High-visibility jacket", 5_890, 3),
    ("TR", "High-visibility trousers", 4_890, 2),
    ("PA", "High-visibility parka", 8_990, 3),
    ("SO", "High-visibility softshell", 6_990, 3),
    ("PO", "High-visibility polo", 2_190, 2),
    ("RA", "High-visibility rain coat", 4_490, 3),
];

fn signal([kind, size, _]: Key) -> Draft {
    let (code, noun, price, class) = JACKETS[kind as usize];
    let size = SIZES[size as usize];
    Draft::new(format!("{code}{class}-{size}"), format!("{noun} class {class} {size}"), cents(price), 150 + price / 9)
        .sell(Sell::Carton(10))
        .about("Reflective tape to EN ISO 20471.")
        .mixes()
        .keywords(&["hi-vis", "Warnschutz", "PPE"])
        .text("Size", size)
        .int("Class", class, "")
        .text("Type", noun)
}
