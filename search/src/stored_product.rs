//! The stored fields of a product, from which hits are shown and part numbers compared. One compact value, not searchable.

use crate::document::{Document, Value};
use crate::normalise::{compact, gtin, key};

const SEPARATOR: char = '\u{1f}';

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StoredProduct {
    pub(crate) sku: String,
    pub(crate) title: String,
    pub(crate) brand: String,
    /// SKU, MPN (maybe empty), other identifiers and GTINs, as written.
    pub(crate) identifiers: Vec<String>,
}

impl StoredProduct {
    pub(crate) fn new(d: &Document) -> Self {
        let mut identifiers = vec![d.sku.clone()];
        identifiers.push(d.mpn.clone());
        let from_attributes = identifier_attributes(d);
        for number in d.other_identifiers.iter().chain(&from_attributes).chain(&d.gtins) {
            if !number.is_empty() && !identifiers.contains(number) {
                identifiers.push(number.clone());
            }
        }
        Self { sku: d.sku.clone(), title: d.title.clone(), brand: d.brand.clone(), identifiers }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut parts = vec![self.sku.as_str(), &self.title, &self.brand];
        parts.extend(self.identifiers.iter().skip(1).map(String::as_str));
        let clean: Vec<String> = parts.iter().map(|p| p.replace(SEPARATOR, " ")).collect();
        clean.join(&SEPARATOR.to_string()).into_bytes()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut parts = text.split(SEPARATOR).map(str::to_owned);
        let sku = parts.next().unwrap_or_default();
        let title = parts.next().unwrap_or_default();
        let brand = parts.next().unwrap_or_default();
        let mut identifiers = vec![sku.clone()];
        identifiers.extend(parts);
        Self { sku, title, brand, identifiers }
    }

    /// The identifier equal to `wanted` up to case, separators and leading zeros of a GTIN, with its index.
    pub(crate) fn find_identifier(&self, wanted: &str) -> Option<(usize, &String)> {
        self.identifiers.iter().enumerate().find(|(_, n)| {
            let own = compact(n);
            own == wanted || gtin(&own).is_some_and(|g| gtin(wanted) == Some(g))
        })
    }
}

/// Identifiers given as attributes: OEM codes, manufacturer part numbers, replaced numbers. One attribute may hold several.
pub(crate) fn identifier_attributes(d: &Document) -> Vec<String> {
    let mut out = Vec::new();
    for a in &d.attributes {
        let Value::Text(text) = &a.value else {
            continue;
        };
        if is_identifier(&key(&a.name)) {
            let parts = text.split([',', ';', '\n', '|']).flat_map(|part| part.split(" / ")).map(str::trim);
            out.extend(parts.filter(|p| (3..=40).contains(&p.len())).take(20).map(str::to_owned));
        }
    }
    out
}

fn is_identifier(key: &str) -> bool {
    const NAMES: &[&str] = &[
        "oem_code",
        "part_number",
        "part_no",
        "mpn",
        "model_number",
        "article_number",
        "oem_number",
        "manufacturer_code",
        "replaces",
    ];
    NAMES.iter().any(|n| key == *n || key.ends_with(&format!("_{n}")) || key.starts_with(&format!("{n}_")))
}
