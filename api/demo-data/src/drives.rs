//! V-belts, pulleys, roller chains, electric motors and frequency inverters.

use super::brands::{ELECTRIC, MOTION};
use super::family::{Draft, Family, Key, Link, PLAIN, Sell, Variant, alone, cents, hundredths, pairs, triples, variant};
use super::model::RelationKind::{Accessory, Compatible};

/// Profile, width and height in tenths of a millimetre, price level.
const PROFILES: [(&str, i64, i64, i64); 9] = [
    ("SPA", 127, 100, 100),
    ("SPZ", 97, 80, 80),
    ("SPB", 163, 130, 150),
    ("A", 130, 80, 75),
    ("B", 170, 110, 110),
    ("SPC", 220, 180, 260),
    ("XPA", 127, 100, 125),
    ("XPZ", 97, 80, 100),
    ("C", 220, 140, 190),
];
const CHAINS: [(&str, i64, i64); 8] = [
    ("08B", 127, 100),
    ("10B", 159, 135),
    ("06B", 95, 85),
    ("12B", 191, 170),
    ("16B", 254, 290),
    ("20B", 318, 480),
    ("24B", 381, 760),
    ("05B", 80, 90),
];
const CHAIN_MAKES: &[Variant] = &[
    variant("", "steel", "Material", "Alloy steel", 100),
    variant("SS", "stainless", "Material", "Stainless steel 1.4301", 420),
    variant("NP", "nickel plated", "Material", "Steel, nickel plated", 170),
];

/// Rated power in hundredths of a kilowatt.
pub(super) const POWERS: [u16; 18] = [75, 110, 150, 220, 55, 37, 300, 400, 550, 25, 750, 1100, 1500, 18, 1850, 2200, 3000, 4500];
const POLES: [(u16, u16); 4] = [(4, 1450), (2, 2880), (6, 960), (8, 710)];
const MOUNTINGS: [(&str, &str); 5] =
    [("B3", "foot"), ("B5", "flange"), ("B14", "small flange"), ("B35", "foot and flange"), ("B34", "foot and small flange")];
const EFFICIENCIES: &[Variant] = &[
    variant("IE3", "IE3", "Efficiency class", "IE3", 100),
    variant("IE4", "IE4", "Efficiency class", "IE4", 134),
    variant("IE3B", "IE3 with brake", "Efficiency class", "IE3, spring brake", 165),
    variant("IE3X", "IE3 ATEX", "Efficiency class", "IE3, ATEX zone 2", 240),
    variant("IE5", "IE5 synchronous", "Efficiency class", "IE5", 198),
];

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "V-belt",
        prefix: "VB",
        category: "MOT-BLT-VBE",
        weight: 18,
        brands: MOTION,
        variants: PLAIN,
        keys: || pairs(PROFILES.len(), 90, |_, _| true),
        make: belt,
        links: belt_links,
    },
    Family {
        name: "pulley",
        prefix: "PU",
        category: "MOT-BLT-PUL",
        weight: 8,
        brands: MOTION,
        variants: PLAIN,
        keys: || triples(4, 20, 5, |_, _, _| true),
        make: pulley,
        links: alone,
    },
    Family {
        name: "chain",
        prefix: "CH",
        category: "MOT-CHN",
        weight: 6,
        brands: MOTION,
        variants: CHAIN_MAKES,
        keys: || triples(CHAINS.len(), 3, 2, |_, _, _| true),
        make: chain,
        links: chain_links,
    },
    Family {
        name: "motor",
        prefix: "EM",
        category: "ELE-MOT",
        weight: 10,
        brands: ELECTRIC,
        variants: EFFICIENCIES,
        keys: || triples(POWERS.len(), POLES.len(), MOUNTINGS.len(), |_, _, _| true),
        make: motor,
        links: motor_links,
    },
    Family {
        name: "inverter",
        prefix: "FI",
        category: "ELE-DRV",
        weight: 5,
        brands: ELECTRIC,
        variants: PLAIN,
        keys: || triples(POWERS.len(), 3, 5, |power, supply, _| supply == 0 || POWERS[power] <= 220),
        make: inverter,
        links: alone,
    },
];

fn belt([profile, length, _]: Key) -> Draft {
    let (name, width, height, percent) = PROFILES[profile as usize];
    let length = 630 + i64::from(length) * 35;
    Draft::new(
        format!("{name}{length}"),
        format!("V-belt {name} {length} Lw"),
        (cents(280) + length * 4_200) * percent / 100,
        length * width * height / 90_000,
    )
    .sell(Sell::Carton(5))
    .about("Wrapped or raw edge wedge belt, oil and heat resistant, antistatic to ISO 1813.")
    .mixes()
    .keywords(&["vee belt", "drive belt", "Keilriemen"])
    .text("Profile", name)
    .int("Length", length, "mm")
    .mm("Width", width)
    .mm("Height", height)
}

fn belt_links([profile, ..]: Key) -> Vec<Link> {
    if profile > 3 {
        return Vec::new();
    }
    (0..3).map(|diameter| Link::new(Compatible, "pulley", [profile, diameter, 0], "pulley of the same profile")).collect()
}

fn pulley([profile, diameter, grooves]: Key) -> Draft {
    let (name, ..) = PROFILES[profile as usize];
    let (diameter, grooves) = (80 + i64::from(diameter) * 20, i64::from(grooves) + 1);
    Draft::new(
        format!("{name}{diameter}-{grooves}"),
        format!("V-belt pulley {name} {diameter} mm, {grooves} groove, taper bush"),
        cents(900) + diameter * diameter * 900 + grooves * diameter * 24_000,
        diameter * diameter * (grooves + 1) / 14,
    )
    .about("Grey cast iron, balanced to ISO 1940 G6.3.")
    .keywords(&["sheave", "Keilriemenscheibe"])
    .text("Profile", name)
    .int("Pitch diameter", diameter, "mm")
    .int("Grooves", grooves, "")
}

fn chain([kind, strands, length]: Key) -> Draft {
    let (name, pitch, price) = CHAINS[kind as usize];
    let (strands, metres) = (i64::from(strands) + 1, if length == 0 { 5 } else { 10 });
    Draft::new(
        format!("{name}-{strands}-{metres}"),
        format!("Roller chain ISO 606 {name}-{strands}, {metres} m"),
        cents(price * 9) * strands * metres,
        pitch * pitch * strands * metres / 24,
    )
    .about("Precision roller chain with connecting link.")
    .keywords(&["drive chain", "Rollenkette"])
    .text("Designation", format!("{name}-{strands}"))
    .mm("Pitch", pitch)
    .int("Length", metres, "m")
}

fn chain_links(_: Key) -> Vec<Link> {
    vec![Link::new(Accessory, "grease", [3, 0, 0], "lubricant for chains")]
}

fn motor([power, poles, mounting]: Key) -> Draft {
    let power = i64::from(POWERS[power as usize]);
    let (poles, speed) = POLES[poles as usize];
    let (code, label) = MOUNTINGS[mounting as usize];
    Draft::new(
        format!("{}-{poles}{code}", hundredths(power)),
        format!("Three-phase motor {} kW {poles} pole {code} 400 V", hundredths(power)),
        (cents(9_800) + power * 700_000) * (92 + i64::from(poles) * 2) / 100 + i64::from(mounting) * cents(900),
        4_500 + power * 75,
    )
    .lead(14)
    .about("Squirrel cage motor to IEC 60034, aluminium frame.")
    .keywords(&["electric motor", "Drehstrommotor", "induction motor"])
    .milli("Rated power", power * 10, "kW")
    .int("Poles", poles, "")
    .int("Rated speed", speed, "1/min")
    .int("Voltage", 400, "V")
    .text("Mounting", format!("{code} ({label})"))
    .text("Protection", "IP55")
}

fn motor_links([power, ..]: Key) -> Vec<Link> {
    vec![
        Link::new(Compatible, "inverter", [power, 0, 0], "frequency inverter of the same rated power"),
        Link::new(Accessory, "cable gland", [1, 0, 0], "cable entry of the terminal box"),
    ]
}

/// Code, supply, price level in percent.
const SUPPLIES: [(&str, &str, i64); 3] = [("43", "3 AC 400 V", 100), ("21", "1 AC 230 V", 92), ("23", "3 AC 230 V", 96)];
const INTERFACES: [(&str, &str, i64); 5] = [
    ("", "RS-485 Modbus", 0),
    ("PN", "PROFINET", 140),
    ("EC", "EtherCAT", 150),
    ("CO", "CANopen", 90),
    ("EI", "EtherNet/IP", 145),
];

fn inverter([power, supply, bus]: Key) -> Draft {
    let power = i64::from(POWERS[power as usize]);
    let (code, supply, percent) = SUPPLIES[supply as usize];
    let (suffix, bus, extra) = INTERFACES[bus as usize];
    Draft::new(
        format!("{power:04}-{code}{suffix}"),
        format!("Frequency inverter {} kW {supply} {bus}", hundredths(power)),
        (cents(12_500) + power * 950_000) * percent / 100 + cents(extra * 100),
        900 + power * 9,
    )
    .lead(14)
    .about("Vector control with integrated EMC filter and safe torque off.")
    .keywords(&["VFD", "variable speed drive", "Frequenzumrichter"])
    .milli("Rated power", power * 10, "kW")
    .text("Supply", supply)
    .text("Interface", bus)
    .text("Protection", "IP20")
    .flag("Safe torque off", true)
}
