//! What is kept of a product to show it and to judge candidates: a compact stored value, not searchable.

use crate::document::Document;
use crate::normal::{compact, gtin};

const SEPARATOR: char = '\u{1f}';

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) sku: String,
    pub(crate) title: String,
    pub(crate) brand: String,
    /// SKU, MPN, others and GTINs as written.
    pub(crate) identifiers: Vec<String>,
}

impl Record {
    pub(crate) fn of(d: &Document) -> Self {
        let mut identifiers = vec![d.sku.clone()];
        for number in std::iter::once(&d.mpn)
            .chain(&d.other_identifiers)
            .chain(&d.gtins)
        {
            if !number.is_empty() && !identifiers.contains(number) {
                identifiers.push(number.clone());
            }
        }
        Self {
            sku: d.sku.clone(),
            title: d.title.clone(),
            brand: d.brand.clone(),
            identifiers,
        }
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
        Self {
            sku,
            title,
            brand,
            identifiers,
        }
    }

    /// The identifier equal to `compact` up to case, separators and leading zeros of a GTIN.
    pub(crate) fn exact(&self, wanted: &str) -> Option<&String> {
        self.identifiers.iter().find(|n| {
            let own = compact(n);
            own == wanted || gtin(&own).is_some_and(|g| gtin(wanted) == Some(g))
        })
    }
}
