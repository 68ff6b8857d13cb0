//! Converts documents to index terms.

use std::collections::{BTreeMap, HashMap, HashSet};

use tantivy::TantivyDocument;
use tantivy::schema::OwnedValue;

use crate::compatibility;
use crate::connectors::connector_terms;
use crate::dimension;
use crate::document::{Document, Lifecycle, Value};
use crate::normalise::{Stemmer, compact, gtin, key, look_alike, words};
use crate::schema::Fields;
use crate::stored_product::{StoredProduct, identifier_attributes};
use crate::title;
use crate::units;

/// Converts documents to terms. It caches stems, so that converting many documents is fast.
pub(crate) struct DocumentEncoder {
    fields: Fields,
    stems: Stemmer,
    stem_cache: HashMap<String, String, ahash::RandomState>,
}

/// The words of one document, by text field.
#[derive(Default)]
struct FieldTexts {
    title: String,
    body: String,
    attributes: String,
    raw: HashSet<String, ahash::RandomState>,
}

impl DocumentEncoder {
    pub(crate) fn new(fields: Fields) -> Self {
        Self { fields, stems: Stemmer::new(), stem_cache: HashMap::default() }
    }

    pub(crate) fn document(&mut self, d: &Document) -> TantivyDocument {
        let mut out = TantivyDocument::default();
        out.add_u64(self.fields.id, d.id);
        out.add_text(self.fields.sku, &d.sku);
        out.add_bytes(self.fields.stored_product, &StoredProduct::new(d).encode());
        self.texts(d, &mut out);
        self.quantities(d, &mut out);
        self.identifiers(d, &mut out);
        out.add_text(self.fields.device, compatibility::terms(d));
        for term in connector_terms(d).into_iter().chain(self.head_and_adjacent_terms(d)) {
            out.add_text(self.fields.value, term);
        }
        self.labels(d, &mut out);
        self.columns(d, &mut out);
        out
    }

    fn texts(&mut self, d: &Document, out: &mut TantivyDocument) {
        let mut t = FieldTexts::default();
        let (what, about) = d.title.split_at(title::context_start(&d.title));
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
        // Spelling and completion are the same for every audience, so products that only some may see do not contribute words.
        let open = d.visibility.allow.is_empty() && d.lifecycle != Lifecycle::Hidden;
        for word in t.raw.into_iter().filter(|_| open) {
            push(&mut raw, &word);
        }
        out.add_text(self.fields.raw, &raw);
    }

    /// Appends the stems of `text`. Words that a change from letters to digits splits are also added joined: `cat 6a` as
    /// `cat6a`.
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
        if let Some(stem) = self.stem_cache.get(word) {
            return stem.clone();
        }
        let stem = self.stems.stem(word);
        if self.stem_cache.len() < 100_000 {
            self.stem_cache.insert(word.to_owned(), stem.clone());
        }
        stem
    }

    /// Terms for the head nouns of a product and for the adjacent words of its title.
    fn head_and_adjacent_terms(&mut self, d: &Document) -> Vec<String> {
        let named = title::head_nouns(&d.title).into_iter();
        let last = d.categories.last().and_then(|c| words(&c.name).pop()).map(|w| w.text);
        let mut out: Vec<String> = named.chain(last).map(|w| format!("head:{}", self.stem(&w))).collect();
        let all = words(&d.title[..title::context_start(&d.title)]);
        for pair in all.windows(2) {
            out.push(title::adjacent_term(&self.stem(&pair[0].text), &self.stem(&pair[1].text)));
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
                        terms.extend(units::quantity_term("k", dimension, n * factor));
                    }
                    None => terms.extend(units::unitless_term(units::guess_dimension(&key), *n)),
                },
                Value::Text(text) if text.len() <= 60 => add_quantity_terms("k", text, &mut terms),
                _ => {}
            }
        }
        add_quantity_terms("k", &d.description, &mut terms);
        add_quantity_terms("t", &d.title, &mut terms);
        out.add_text(self.fields.quantity, terms.into_iter().collect::<Vec<_>>().join(" "));
    }

    fn identifiers(&self, d: &Document, out: &mut TantivyDocument) {
        let mut terms: HashSet<String, ahash::RandomState> = HashSet::default();
        let mut grams: HashSet<String, ahash::RandomState> = HashSet::default();
        let named = identifier_attributes(d);
        let numbers = std::iter::once(&d.sku).chain([&d.mpn]).chain(&d.other_identifiers).chain(&named);
        for number in numbers.map(|n| compact(n)).filter(|n| !n.is_empty()) {
            let folded = look_alike(&number);
            grams.extend(crate::part_numbers::trigrams(&folded));
            terms.insert(folded);
        }
        for number in d.gtins.iter().map(|n| compact(n)) {
            if let Some(digits) = gtin(&number) {
                terms.insert(digits.to_owned());
            }
            terms.insert(look_alike(&number));
        }
        let own = d
            .customer_part_numbers
            .iter()
            .map(|(account, number)| crate::part_numbers::customer_number_term(*account, &compact(number)));
        out.add_text(self.fields.customer_number, own.collect::<Vec<_>>().join(" "));
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
                Value::Number(n, unit) => OwnedValue::F64(dimension::unit(unit).map_or(*n, |(_, factor)| rounded(n * factor))),
                Value::Bool(b) => OwnedValue::Str(if *b { "yes" } else { "no" }.to_owned()),
            };
            object.insert(name, value);
        }
        if !object.is_empty() {
            out.add_object(self.fields.columns, object);
        }
    }
}

/// Removes the noise that unit conversion adds: 3 inches are 0.0762 m and not 0.07619999999999999.
fn rounded(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

fn push(into: &mut String, word: &str) {
    if !into.is_empty() {
        into.push(' ');
    }
    into.push_str(word);
}

/// Two adjacent short words as one, when the first ends with a letter and the second begins with a digit.
pub(crate) fn joined(left: &str, right: &str) -> Option<String> {
    let border = left.ends_with(|c: char| c.is_ascii_alphabetic()) && right.starts_with(|c: char| c.is_ascii_digit());
    if !border || left.len() > 6 || right.len() > 6 {
        return None;
    }
    let left = if left == "category" || left == "categorie" { "cat" } else { left };
    Some(format!("{left}{right}"))
}

/// Whether an attribute describes packaging and transport rather than the product.
fn is_logistic(key: &str) -> bool {
    key.split('_')
        .any(|p| matches!(p, "package" | "packaging" | "pallet" | "carton" | "case" | "shipping" | "harmonized" | "packed"))
}

fn add_quantity_terms(class: &str, text: &str, terms: &mut HashSet<String, ahash::RandomState>) {
    for q in units::quantities(text, &words(text)).into_iter().take(50) {
        if let Some((dimension, factor)) = q.unit {
            terms.extend(units::quantity_term(class, dimension, q.written * factor));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converted_numbers_have_no_noise() {
        assert_eq!(rounded(3.0 * 0.0254).to_string(), "0.0762");
        assert_eq!(rounded(0.1 + 0.2).to_string(), "0.3");
        assert_eq!(rounded(1.5e3 * 1e6).to_string(), "1500000000");
        assert_eq!(rounded(-12.5 * 0.001).to_string(), "-0.0125");
        assert_eq!(rounded(0.0).to_string(), "0");
    }
}
