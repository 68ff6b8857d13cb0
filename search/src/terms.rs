//! How a document becomes terms of the index.

use std::collections::{BTreeMap, HashMap, HashSet};

use tantivy::TantivyDocument;
use tantivy::schema::OwnedValue;

use crate::compatibility;
use crate::dimension;
use crate::document::{Document, Lifecycle, Value};
use crate::normal::{Stems, compact, gtin, key, look_alike, words};
use crate::pairs::pairs;
use crate::record::{Record, named_identifiers};
use crate::schema::Fields;
use crate::title;
use crate::units;

/// Turns documents into terms. Keeps the stems it has seen, so it is fast when used for many.
pub(crate) struct Writer {
    fields: Fields,
    stems: Stems,
    known: HashMap<String, String, ahash::RandomState>,
}

/// The words of one document on their way into the text fields.
#[derive(Default)]
struct Texts {
    title: String,
    body: String,
    attributes: String,
    raw: HashSet<String, ahash::RandomState>,
}

impl Writer {
    pub(crate) fn new(fields: Fields) -> Self {
        Self { fields, stems: Stems::new(), known: HashMap::default() }
    }

    pub(crate) fn document(&mut self, d: &Document) -> TantivyDocument {
        let mut out = TantivyDocument::default();
        out.add_u64(self.fields.id, d.id);
        out.add_text(self.fields.sku, &d.sku);
        out.add_bytes(self.fields.record, &Record::of(d).encode());
        self.texts(d, &mut out);
        self.quantities(d, &mut out);
        self.identifiers(d, &mut out);
        out.add_text(self.fields.device, compatibility::terms(d));
        for term in pairs(d).into_iter().chain(self.heads(d)) {
            out.add_text(self.fields.value, term);
        }
        self.labels(d, &mut out);
        self.columns(d, &mut out);
        out
    }

    fn texts(&mut self, d: &Document, out: &mut TantivyDocument) {
        let mut t = Texts::default();
        let (what, about) = d.title.split_at(title::context(&d.title));
        self.text(what, &mut t.title, Some(&mut t.raw));
        self.text(about, &mut t.body, Some(&mut t.raw));
        let title_words = t.raw.clone();
        if !words(&d.brand).iter().all(|w| title_words.contains(&w.text)) {
            self.text(&d.brand, &mut t.title, Some(&mut t.raw));
        }
        for text in d.categories.iter().map(|c| &c.name).chain(&d.keywords) {
            self.text(text, &mut t.title, Some(&mut t.raw));
        }
        self.text(&d.mpn, &mut t.body, None);
        self.text(&d.sku, &mut t.body, None);
        if d.description != d.title {
            self.text(&d.description, &mut t.body, Some(&mut t.raw));
        }
        for a in &d.attributes {
            match &a.value {
                Value::Text(text) => self.text(text, &mut t.attributes, None),
                Value::Number(n, unit) => {
                    self.text(&format!("{n} {unit}"), &mut t.attributes, None);
                }
                Value::Bool(true) => self.text(&a.name, &mut t.attributes, None),
                Value::Bool(false) => {}
            }
        }
        out.add_text(self.fields.title, &t.title);
        out.add_text(self.fields.body, &t.body);
        out.add_text(self.fields.attributes, &t.attributes);
        let mut raw = String::new();
        // Spelling and completion are open to all: what only some may see lends them no words.
        let open = d.visibility.allow.is_empty() && d.lifecycle != Lifecycle::Hidden;
        for word in t.raw.into_iter().filter(|_| open) {
            push(&mut raw, &word);
        }
        out.add_text(self.fields.raw, &raw);
    }

    /// Appends the stems of `text`, and words that a border of letters and digits splits also joined: `cat 6a` as `cat6a`.
    fn text(&mut self, text: &str, into: &mut String, mut raw: Option<&mut HashSet<String, ahash::RandomState>>) {
        let mut before: Option<String> = None;
        for word in words(text).into_iter().take(2000) {
            push(into, &self.stem(&word.text));
            if let Some(joined) = before.as_deref().and_then(|b| joined(b, &word.text)) {
                push(into, &joined);
            }
            if let Some(thread) = units::thread(&word.text).filter(|t| t.len() < word.text.len()) {
                push(into, thread);
            }
            if let Some(raw) = raw.as_deref_mut() {
                raw.insert(word.text.clone());
            }
            before = Some(word.text);
        }
    }

    fn stem(&mut self, word: &str) -> String {
        if let Some(stem) = self.known.get(word) {
            return stem.clone();
        }
        let stem = self.stems.stem(word);
        if self.known.len() < 100_000 {
            self.known.insert(word.to_owned(), stem.clone());
        }
        stem
    }

    /// What the product is, and which words of its title are neighbours.
    fn heads(&mut self, d: &Document) -> Vec<String> {
        let named = title::heads(&d.title).into_iter();
        let last = d.categories.last().and_then(|c| words(&c.name).pop()).map(|w| w.text);
        let mut out: Vec<String> = named.chain(last).map(|w| format!("head:{}", self.stem(&w))).collect();
        let all = words(&d.title[..title::context(&d.title)]);
        for pair in all.windows(2) {
            out.push(title::neighbours(&self.stem(&pair[0].text), &self.stem(&pair[1].text)));
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    fn quantities(&self, d: &Document, out: &mut TantivyDocument) {
        let mut terms: HashSet<String, ahash::RandomState> = HashSet::default();
        for a in &d.attributes {
            let key = key(&a.name);
            if is_logistic(&key) {
                continue;
            }
            match &a.value {
                Value::Number(n, unit) => match dimension::unit(unit) {
                    Some((dimension, factor)) => {
                        terms.extend(units::known_term("k", dimension, n * factor));
                    }
                    None => terms.extend(units::unknown_term(units::guess(&key), *n)),
                },
                Value::Text(text) if text.len() <= 60 => known("k", text, &mut terms),
                _ => {}
            }
        }
        known("k", &d.description, &mut terms);
        known("t", &d.title, &mut terms);
        out.add_text(self.fields.quantity, terms.into_iter().collect::<Vec<_>>().join(" "));
    }

    fn identifiers(&self, d: &Document, out: &mut TantivyDocument) {
        let mut terms: HashSet<String, ahash::RandomState> = HashSet::default();
        let mut grams: HashSet<String, ahash::RandomState> = HashSet::default();
        let named = named_identifiers(d);
        let numbers = std::iter::once(&d.sku).chain([&d.mpn]).chain(&d.other_identifiers).chain(&named);
        for number in numbers.map(|n| compact(n)).filter(|n| !n.is_empty()) {
            let folded = look_alike(&number);
            grams.extend(crate::identify::grams(&folded));
            terms.insert(folded);
        }
        for number in d.gtins.iter().map(|n| compact(n)) {
            if let Some(digits) = gtin(&number) {
                terms.insert(digits.to_owned());
            }
            terms.insert(look_alike(&number));
        }
        let own = d.customer_part_numbers.iter().map(|(account, number)| crate::identify::own_term(*account, &compact(number)));
        out.add_text(self.fields.own, own.collect::<Vec<_>>().join(" "));
        out.add_text(self.fields.identifier, terms.into_iter().collect::<Vec<_>>().join(" "));
        out.add_text(self.fields.gram, grams.into_iter().collect::<Vec<_>>().join(" "));
    }

    fn labels(&self, d: &Document, out: &mut TantivyDocument) {
        if !d.brand.is_empty() {
            out.add_text(self.fields.brand, &d.brand);
            out.add_text(self.fields.label, format!("brand:{}", d.brand.to_lowercase()));
        }
        for c in &d.categories {
            out.add_text(self.fields.category, &c.name);
            out.add_text(self.fields.label, format!("category:{}", c.name.to_lowercase()));
            out.add_text(self.fields.label, format!("category#{}", c.id));
        }
        for id in &d.visibility.allow {
            out.add_u64(self.fields.allow, *id);
        }
        for id in &d.visibility.deny {
            out.add_u64(self.fields.deny, *id);
        }
        if !d.visibility.allow.is_empty() {
            out.add_text(self.fields.mark, "restricted");
        }
        if d.brand.is_empty() && d.gtins.is_empty() {
            out.add_text(self.fields.mark, "sparse");
        }
        match d.lifecycle {
            Lifecycle::Hidden => out.add_text(self.fields.mark, "hidden"),
            Lifecycle::Discontinued => out.add_text(self.fields.mark, "discontinued"),
            Lifecycle::Active | Lifecycle::PhaseOut => {}
        }
    }

    fn columns(&self, d: &Document, out: &mut TantivyDocument) {
        let mut object: BTreeMap<String, OwnedValue> = BTreeMap::new();
        for a in &d.attributes {
            let name = key(&a.name);
            let value = match &a.value {
                _ if name.is_empty() => continue,
                Value::Text(text) if text.len() > 120 => continue,
                Value::Number(n, _) if !n.is_finite() => continue,
                Value::Text(text) => OwnedValue::Str(text.clone()),
                Value::Number(n, unit) => OwnedValue::F64(dimension::unit(unit).map_or(*n, |(_, factor)| told(n * factor))),
                Value::Bool(b) => OwnedValue::Str(if *b { "yes" } else { "no" }.to_owned()),
            };
            object.insert(name, value);
        }
        if !object.is_empty() {
            out.add_object(self.fields.columns, object);
        }
    }
}

/// Without the noise that conversion adds behind the digits that count: 3 inches are 0.0762 m and not 0.07619999999999999.
fn told(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

fn push(into: &mut String, word: &str) {
    if !into.is_empty() {
        into.push(' ');
    }
    into.push_str(word);
}

/// Two neighbouring words as one, when the border between them is one of letters and digits and both are short.
pub(crate) fn joined(left: &str, right: &str) -> Option<String> {
    let border = left.ends_with(|c: char| c.is_ascii_alphabetic()) && right.starts_with(|c: char| c.is_ascii_digit());
    if !border || left.len() > 6 || right.len() > 6 {
        return None;
    }
    let left = if left == "category" || left == "categorie" { "cat" } else { left };
    Some(format!("{left}{right}"))
}

/// Sizes of boxes and pallets describe the transport, not the product.
fn is_logistic(key: &str) -> bool {
    key.split('_')
        .any(|p| matches!(p, "package" | "packaging" | "pallet" | "carton" | "case" | "shipping" | "harmonized" | "packed"))
}

fn known(class: &str, text: &str, terms: &mut HashSet<String, ahash::RandomState>) {
    for q in units::quantities(text, &words(text)).into_iter().take(50) {
        if let Some((dimension, factor)) = q.unit {
            terms.extend(units::known_term(class, dimension, q.written * factor));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converted_numbers_have_no_noise() {
        assert_eq!(told(3.0 * 0.0254).to_string(), "0.0762");
        assert_eq!(told(0.1 + 0.2).to_string(), "0.3");
        assert_eq!(told(1.5e3 * 1e6).to_string(), "1500000000");
        assert_eq!(told(-12.5 * 0.001).to_string(), "-0.0125");
        assert_eq!(told(0.0).to_string(), "0");
    }
}
