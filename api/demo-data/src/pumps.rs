//! Pumps together with their spare parts: one family per kind of pump, in which the gasket kit and the mechanical
//! seal of a model stand before the pumps of that model, so that no catalogue holds a pump without its spares.

use super::brands::PUMPING;
use super::family::{Draft, Family, Key, Link, PLAIN, cents};
use super::model::RelationKind::{Accessory, Compatible, Required};

/// A kind of pump and what its models differ by.
struct Range {
    family: &'static str,
    noun: &'static str,
    code: &'static str,
    category: &'static str,
    about: &'static str,
    /// Nominal sizes: connection DN, common ones first.
    sizes: &'static [u16],
    /// Heads in metres.
    heads: &'static [u16],
    /// Price of the smallest in euro cents.
    base: i64,
}

const CENTRIFUGAL: Range = Range {
    family: "centrifugal pump",
    noun: "Centrifugal pump",
    code: "NB",
    category: "PMP-CEN",
    about: "Close-coupled single-stage pump to EN 733 for water, cooling and process circuits.",
    sizes: &[32, 40, 50, 65, 80, 100, 125, 150],
    heads: &[20, 32, 50, 12, 80, 16, 60, 8],
    base: 38_000,
};
const CIRCULATOR: Range = Range {
    family: "circulator",
    noun: "Circulator pump",
    code: "CR",
    category: "PMP-CIR",
    about: "Speed-controlled wet rotor circulator for heating and air conditioning.",
    sizes: &[25, 32, 15, 40, 50, 65, 80, 20],
    heads: &[4, 6, 8, 10, 12, 3, 7, 15],
    base: 14_500,
};
const SUBMERSIBLE: Range = Range {
    family: "submersible pump",
    noun: "Submersible drainage pump",
    code: "SB",
    category: "PMP-SUB",
    about: "For drainage of pits and cellars, free passage for solids, with float switch on request.",
    sizes: &[32, 40, 50, 65, 80, 100],
    heads: &[7, 10, 14, 20, 6, 28, 35, 42],
    base: 11_900,
};
const MULTISTAGE: Range = Range {
    family: "multistage pump",
    noun: "Vertical multistage pump",
    code: "MV",
    category: "PMP-CEN",
    about: "In-line high pressure pump for boosting, boiler feed and washing.",
    sizes: &[25, 32, 40, 50, 65, 80, 100],
    heads: &[40, 60, 80, 100, 120, 160, 30, 200],
    base: 46_000,
};

pub(super) const FAMILIES: &[Family] = &[
    pumps(&CENTRIFUGAL, "CP", 12, || keys(&CENTRIFUGAL), |k| make(&CENTRIFUGAL, k), |k| links(&CENTRIFUGAL, k)),
    pumps(&CIRCULATOR, "CI", 12, || keys(&CIRCULATOR), |k| make(&CIRCULATOR, k), |k| links(&CIRCULATOR, k)),
    pumps(&SUBMERSIBLE, "SB", 8, || keys(&SUBMERSIBLE), |k| make(&SUBMERSIBLE, k), |k| links(&SUBMERSIBLE, k)),
    pumps(&MULTISTAGE, "MV", 6, || keys(&MULTISTAGE), |k| make(&MULTISTAGE, k), |k| links(&MULTISTAGE, k)),
];

const fn pumps(
    range: &'static Range,
    prefix: &'static str,
    weight: u32,
    keys: fn() -> Vec<Key>,
    make: fn(Key) -> Draft,
    links: fn(Key) -> Vec<Link>,
) -> Family {
    Family { name: range.family, prefix, category: range.category, weight, brands: PUMPING, variants: PLAIN, keys, make, links }
}

/// The parts of one model: spares first, then the pump in its makes.
const GASKETS: u16 = 0;
const SEAL: u16 = 1;
const IMPELLER: u16 = 2;
const FIRST_PUMP: u16 = 3;

/// A make of a pump model.
struct Make {
    suffix: &'static str,
    casing: &'static str,
    volts: i64,
    phases: i64,
    speed_control: bool,
    percent: i64,
}

const fn of(suffix: &'static str, casing: &'static str, volts: i64, phases: i64, speed_control: bool, percent: i64) -> Make {
    Make { suffix, casing, volts, phases, speed_control, percent }
}

const MAKES: [Make; 7] = [
    of("", "Cast iron", 400, 3, false, 100),
    of("1", "Cast iron", 230, 1, false, 104),
    of("S", "Stainless steel 1.4401", 400, 3, false, 185),
    of("E", "Cast iron", 400, 3, true, 148),
    of("B", "Bronze", 400, 3, false, 160),
    of("S1", "Stainless steel 1.4401", 230, 1, false, 190),
    of("SE", "Stainless steel 1.4401", 400, 3, true, 235),
];

fn keys(range: &Range) -> Vec<Key> {
    let models = super::family::pairs(range.sizes.len(), range.heads.len(), |_, _| true);
    models
        .into_iter()
        .flat_map(|[size, head, _]| (0..FIRST_PUMP + MAKES.len() as u16).map(move |part| [size, head, part]))
        .collect()
}

fn make(range: &Range, [size, head, part]: Key) -> Draft {
    let (dn, metres) = (i64::from(range.sizes[size as usize]), i64::from(range.heads[head as usize]));
    let model = format!("{}{dn}-{metres}", range.code);
    let price = cents(range.base + dn * dn * 9 + dn * metres * 14);
    match part {
        GASKETS => spare(format!("{model}-GK"), format!("Gasket kit for pump {model}"), price * 4 / 100 + cents(600), 120)
            .category("PMP-SPR-GSK")
            .about("Casing, cover and flange gaskets with O-rings; change whenever the pump is opened.")
            .keywords(&["seal kit", "gasket set", "repair kit"])
            .text("For pump", model),
        SEAL => spare(format!("{model}-MS"), format!("Mechanical seal for pump {model}"), price * 9 / 100 + cents(1_400), 180)
            .category("PMP-SPR-SEA")
            .about("Carbon / silicon carbide faces, EPDM bellows.")
            .keywords(&["shaft seal", "Gleitringdichtung"])
            .text("For pump", model)
            .text("Faces", "Carbon / silicon carbide"),
        IMPELLER => spare(format!("{model}-IM"), format!("Impeller for pump {model}"), price * 14 / 100 + cents(900), dn * 18)
            .category("PMP-SPR-IMP")
            .about("Closed impeller, balanced, with key and nut.")
            .keywords(&["Laufrad", "spare part"])
            .text("For pump", model),
        _ => pump(range, &model, [dn, metres], price, &MAKES[(part - FIRST_PUMP) as usize]),
    }
}

fn spare(code: String, title: String, price: i64, grams: i64) -> Draft {
    Draft::new(code, title, price, grams).lead(5).text("Part", "spare part")
}

fn pump(range: &Range, model: &str, [dn, metres]: [i64; 2], price: i64, made: &Make) -> Draft {
    let (casing, volts) = (made.casing, made.volts);
    let flow = dn * dn / 12;
    let power = (flow * metres * 10 / 22).max(6);
    Draft::new(
        if made.suffix.is_empty() { model.to_owned() } else { format!("{model}-{}", made.suffix) },
        format!("{} {model} DN{dn} {metres} m {} {volts} V", range.noun, casing.to_lowercase()),
        price * made.percent / 100,
        6_000 + dn * dn * 9,
    )
    .lead(14)
    .about(range.about)
    .keywords(&["pump", "Pumpe", "pompe"])
    .text("Model", model)
    .int("Nominal size", dn, "mm")
    .int("Head", metres, "m")
    .milli("Flow", flow * 100, "m³/h")
    .milli("Motor power", power * 10, "kW")
    .int("Voltage", volts, "V")
    .int("Phases", made.phases, "")
    .text("Casing", casing)
    .text("Connection", connection(dn))
    .text("Protection", if range.code == "SB" { "IP68" } else { "IP55" })
    .flag("Speed control", made.speed_control || range.code == "CR")
}

fn connection(dn: i64) -> String {
    match dn {
        ..=15 => "Union G 1".to_owned(),
        16..=20 => "Union G 1 1/4".to_owned(),
        21..=25 => "Union G 1 1/2".to_owned(),
        26..=32 => "Union G 2".to_owned(),
        _ => format!("Flange DN{dn} PN16"),
    }
}

fn links(range: &'static Range, [size, head, part]: Key) -> Vec<Link> {
    let name = range.family;
    if matches!(part, GASKETS | SEAL | IMPELLER) {
        return vec![Link::new(Compatible, name, [size, head, FIRST_PUMP], "fits this pump model")];
    }
    let mut links = vec![
        Link::new(Required, name, [size, head, GASKETS], "gaskets for installation and every opening"),
        Link::new(Required, name, [size, head, SEAL], "mechanical seal of this model"),
        Link::new(Accessory, name, [size, head, IMPELLER], "spare impeller of this model"),
        Link::new(Accessory, "circuit breaker", [0, 0, 0], "protects the supply"),
    ];
    if let Some(dn) = super::flanges::diameter(range.sizes[size as usize]).filter(|_| range.sizes[size as usize] > 32) {
        links.push(Link::new(Compatible, "flange", [dn, 0, 0], "counter flange of the same size").times(2));
        links.push(Link::new(Required, "flange gasket", [dn, 0, 0], "one per flanged connection").times(2));
    }
    links
}
