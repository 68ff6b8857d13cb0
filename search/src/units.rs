//! Quantities in text: numbers with units, converted to one base unit per dimension so that `2m`, `200 cm` and `6.56 ft` are
//! equal.
//!
//! A quantity becomes an index term: the logarithm of its value, rounded to steps. A query looks up the steps around its value,
//! so a tolerance costs a few exact lookups. Numbers without a unit have terms of their own and are compared as written.
//!
//! Not here: exact quantities for ordering (`pricing`).

use crate::dimension::Dimension::{self, Apparent, Data, Frequency, Length, Mass, Pages, Power, Voltage};
use crate::dimension::{UNITS, unit};
use crate::normalise::Word;

/// A number with its unit, found in text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quantity {
    /// The number as written.
    pub(crate) written: f64,
    pub(crate) unit: Option<(Dimension, f64)>,
    /// It consists of the words `first..last`.
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// Whether it is one of several sizes joined with `x`.
    pub(crate) joined: bool,
}

/// A decimal number or a fraction such as `1/4`; none for negative, infinite or very long numbers.
pub(crate) fn number(text: &str) -> Option<f64> {
    if text.len() > 15 || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some((over, under)) = text.split_once('/') {
        let (over, under): (f64, f64) = (over.parse().ok()?, under.parse().ok()?);
        return (under > 0.0).then(|| over / under);
    }
    text.bytes().all(|b| b.is_ascii_digit() || b == b'.').then(|| text.parse().ok()).flatten()
}

/// All quantities among `words` of `text`, left to right. Numbers alone have no unit.
pub(crate) fn quantities(text: &str, words: &[Word]) -> Vec<Quantity> {
    let mut out: Vec<Quantity> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if thread(&words[at].text).is_some() {
            at = after_thread(text, words, at, &mut out);
            continue;
        }
        let next = read_sizes(text, words, at, &mut out);
        at = if next > at { next } else { at + 1 };
    }
    out
}

/// Reads `2m`, `2 m`, `66x33.8` or `38 x 297 mm` from word `at`. Returns the index after it, or `at` when there is no quantity.
fn read_sizes(text: &str, words: &[Word], at: usize, out: &mut Vec<Quantity>) -> usize {
    let mut numbers: Vec<(f64, Option<(Dimension, f64)>)> = Vec::new();
    let mut end = at;
    while let Some((parts, after)) = read_numbers(text, words, end) {
        numbers.extend(parts);
        end = after;
        let joiner = words.get(end).is_some_and(|w| w.text == "x" || w.text == "×");
        if numbers.len() >= 4 || !joiner || read_numbers(text, words, end + 1).is_none() {
            break;
        }
        end += 1;
    }
    let last_unit = numbers.last().and_then(|n| n.1);
    let joined = numbers.len() > 1;
    for (written, own) in numbers {
        let unit = own.or(last_unit);
        out.push(Quantity { written, unit, first: at, last: end, joined });
    }
    end
}

/// The metric thread that a word begins with: `m8` of `m8` and `m8x40`, `m10` of `m10x1.25x30`.
pub(crate) fn thread(word: &str) -> Option<&str> {
    let name = word.split('x').next()?;
    let digits = name.strip_prefix('m')?;
    let size = number(digits).is_some_and(|size| (1.0..=200.0).contains(&size));
    let rest = &word[name.len()..];
    let pieces = rest.split('x').skip(1).all(|piece| number(piece).is_some());
    (size && pieces).then_some(name)
}

/// Reads the lengths after a thread, in millimetres: `M8x40`, `M8 x 40`. Returns the index after them.
fn after_thread(text: &str, words: &[Word], at: usize, out: &mut Vec<Quantity>) -> usize {
    let millimetre = Some((Length, 0.001));
    let inside = words[at].text.split('x').skip(1).filter_map(number);
    out.extend(inside.map(|written| Quantity { written, unit: millimetre, first: at, last: at + 1, joined: false }));
    if words.get(at + 1).is_none_or(|w| w.text != "x") {
        return at + 1;
    }
    let before = out.len();
    let end = read_sizes(text, words, at + 2, out).max(at + 1);
    for quantity in &mut out[before..] {
        quantity.unit = quantity.unit.or(millimetre);
    }
    end
}

type Parts = Vec<(f64, Option<(Dimension, f64)>)>;

/// The numbers of word `at` with the unit that follows, if the whole word consists of numbers.
fn read_numbers(text: &str, words: &[Word], at: usize) -> Option<(Parts, usize)> {
    let word = words.get(at)?;
    let mut parts: Parts = Vec::new();
    for piece in word.text.split(['x', '×']) {
        let digits = piece.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '/').unwrap_or(piece.len());
        let (value, rest) = piece.split_at(digits);
        let value = number(value)?;
        let own = match rest {
            "" => None,
            _ if is_model_suffix(value, rest) => return None,
            _ => Some(unit(rest)?),
        };
        parts.push((value, own));
        if parts.len() > 4 {
            return None;
        }
    }
    if parts.last().is_some_and(|p| p.1.is_some()) {
        return Some((parts, at + 1));
    }
    let gap = &text[word.end..words.get(at + 1).map_or(text.len(), |w| w.start)];
    let sign = gap.trim_start().chars().next().filter(|c| matches!(c, '"' | '”' | '″' | '′'));
    if let (Some(sign), Some(last)) = (sign, parts.last_mut()) {
        last.1 = unit(&sign.to_string());
        return Some((parts, at + 1));
    }
    let next = words.get(at + 1).filter(|_| gap.chars().all(|c| c.is_whitespace() || c == '-') && gap.len() < 3);
    let after = next.and_then(|w| unit_word(&w.text));
    match (after, parts.last_mut()) {
        (Some(found), Some(last)) => {
            last.1 = Some(found);
            Some((parts, at + 2))
        }
        _ => Some((parts, at + 1)),
    }
}

/// Whether a letter after a number more likely ends a model name: `6550b`, `4710s`.
fn is_model_suffix(value: f64, rest: &str) -> bool {
    rest == "b" || (value >= 1000.0 && matches!(rest, "a" | "s" | "h" | "j" | "g" | "l"))
}

/// A unit that is a word of its own. Single letters that also are words do not count.
fn unit_word(word: &str) -> Option<(Dimension, f64)> {
    if matches!(word, "a" | "b" | "s" | "h" | "j" | "hp") { None } else { unit(word) }
}

/// Steps per factor of e: 1 % for lengths, 0.5 % for the rest.
fn steps(dimension: Option<Dimension>) -> f64 {
    if dimension == Some(Length) { 100.0 } else { 200.0 }
}

fn step(value: f64, dimension: Option<Dimension>) -> Option<i64> {
    (value > 0.0 && value.is_finite()).then(|| (value.ln() * steps(dimension)).round() as i64)
}

/// The index term of a value in base units. `class` is `t` for a quantity of the title, which matters most, and `k` elsewhere.
pub(crate) fn quantity_term(class: &str, dimension: Dimension, value: f64) -> Option<String> {
    Some(format!("{class}{}:{}", dimension as u8, step(value, Some(dimension))?))
}

/// The index term of a number without a unit. `guess` is the dimension that the attribute's name suggests.
pub(crate) fn unitless_term(guess: Option<Dimension>, written: f64) -> Option<String> {
    let class = guess.map_or("?".to_owned(), |d| (d as u8).to_string());
    Some(format!("x{class}:{}", step(written, guess)?))
}

/// The terms that a query for this quantity looks up, with weights up to 1. The most likely reading comes first.
pub(crate) fn query_terms(quantity: &Quantity) -> Vec<(String, f32)> {
    match quantity.unit {
        Some((dimension, factor)) => terms_with_unit(quantity.written, dimension, factor),
        None => terms_without_unit(quantity),
    }
}

fn terms_with_unit(written: f64, dimension: Dimension, factor: f64) -> Vec<(String, f32)> {
    let mut out = Vec::new();
    let base = written * factor;
    push_stated_unit(&mut out, base, dimension, 1.0);
    push_steps(&mut out, "x?", written, None, 0.4);
    let mut seen: Vec<f64> = Vec::new();
    for (_, _, other) in UNITS.iter().filter(|(_, d, _)| *d == dimension) {
        if seen.contains(other) {
            continue;
        }
        seen.push(*other);
        let as_asked = (other - factor).abs() < f64::EPSILON;
        let class = format!("x{}", dimension as u8);
        push_steps(&mut out, &class, base / other, Some(dimension), if as_asked { 0.6 } else { 0.5 });
    }
    out
}

/// A number alone may be anything. Joined with `x`, it most likely is a size in millimetres.
fn terms_without_unit(quantity: &Quantity) -> Vec<(String, f32)> {
    let mut out = Vec::new();
    push_steps(&mut out, "x?", quantity.written, None, 0.8);
    for (dimension, factor) in [(Frequency, 1e6), (Pages, 1.0)] {
        push_stated_unit(&mut out, quantity.written * factor, dimension, 0.8);
    }
    for guess in [Length, Data, Frequency, Pages, Apparent, Power, Voltage, Mass] {
        push_steps(&mut out, &format!("x{}", guess as u8), quantity.written, Some(guess), 0.7);
    }
    if quantity.joined {
        push_stated_unit(&mut out, quantity.written * 0.001, Length, 1.0);
    }
    out
}

/// Adds the terms of a value whose unit the product states, in its title or elsewhere.
fn push_stated_unit(out: &mut Vec<(String, f32)>, base: f64, dimension: Dimension, weight: f32) {
    push_steps(out, &format!("t{}", dimension as u8), base, Some(dimension), weight);
    push_steps(out, &format!("k{}", dimension as u8), base, Some(dimension), 0.9 * weight);
}

/// Adds the steps within the tolerance: 2.5 % for lengths, which are rounded when units are converted, 0.5 % for the rest.
fn push_steps(out: &mut Vec<(String, f32)>, class: &str, value: f64, dimension: Option<Dimension>, weight: f32) {
    let Some(middle) = step(value, dimension) else {
        return;
    };
    let reach: i64 = if dimension == Some(Length) { 2 } else { 1 };
    for away in -reach..=reach {
        let near = 1.0 - 0.15 * away.abs() as f32;
        out.push((format!("{class}:{}", middle + away), weight * near));
    }
}

/// The dimension that the name of an attribute suggests for a number without a unit.
pub(crate) fn guess_dimension(key: &str) -> Option<Dimension> {
    let has = |names: &[&str]| key.split('_').any(|part| names.contains(&part));
    if has(&["length", "width", "height", "depth", "diameter", "diagonal", "distance", "thickness", "size"]) {
        Some(Length)
    } else if has(&["weight", "mass"]) {
        Some(Mass)
    } else if has(&["frequency", "clock", "speed"]) {
        Some(Frequency)
    } else if has(&["memory", "ram", "storage"]) {
        Some(Data)
    } else if has(&["yield", "pages"]) {
        Some(Pages)
    } else if has(&["voltage"]) {
        Some(Voltage)
    } else if has(&["power"]) {
        Some(if has(&["capacity"]) { Apparent } else { Power })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::words;

    fn bases(text: &str) -> Vec<f64> {
        quantities(text, &words(text)).iter().map(|q| (q.written * q.unit.map_or(1.0, |u| u.1) * 1e4).round() / 1e4).collect()
    }

    #[test]
    fn equal_lengths_are_equal_in_any_unit() {
        assert_eq!(bases("2m"), [2.0]);
        assert_eq!(bases("cable 2 m blue"), [2.0]);
        assert_eq!(bases("200 cm"), [2.0]);
        assert_eq!(bases("6.56 ft"), [1.9995]);
        assert_eq!(bases("15.6\" laptop"), [0.3962]);
        assert_eq!(bases("1/4 in"), [0.0064]);
        assert_eq!(bases("1.5 kVA"), [1500.0]);
    }

    #[test]
    fn joined_sizes_share_their_unit() {
        assert_eq!(bases("38 x 297 mm"), [0.038, 0.297]);
        assert_eq!(bases("88.9mm x 33.8mm"), [0.0889, 0.0338]);
        assert_eq!(bases("66x33.8 labels"), [66.0, 33.8]);
    }

    #[test]
    fn lengths_after_a_thread_are_millimetres() {
        assert_eq!(bases("M8x40 hex bolt"), [0.04]);
        assert_eq!(bases("bolt M8 x 40"), [0.04]);
        assert_eq!(thread("m10x1.25x30"), Some("m10"));
        assert_eq!((thread("mx5"), thread("m8a"), thread("m8xx")), (None, None, None));
    }

    #[test]
    fn words_and_part_numbers_are_not_quantities() {
        assert_eq!(bases("cat6a utp usb a"), Vec::<f64>::new());
        assert_eq!(bases("ProBook 6550b 4710s"), Vec::<f64>::new());
        assert_eq!(bases("x x x 99999999999999999999 m"), Vec::<f64>::new());
    }

    #[test]
    fn a_query_finds_a_length_in_another_unit() {
        let asked = quantities("6ft", &words("6ft"));
        let terms = query_terms(&asked[0]);
        let stored = quantity_term("k", Length, 1.83).expect("positive");
        assert!(terms.iter().any(|(t, _)| *t == stored));
    }
}
