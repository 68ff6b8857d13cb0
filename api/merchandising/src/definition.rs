//! What staff say of search, as it is stored and checked. SKUs and codes stand as they were written.

use ahash::AHashSet;
use entity::search_curations;
use poem_openapi::Object;
use pricing::Quantity;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use catalog::{Categories, Products};
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::{Code, QuantityText, Text};

/// A product at a place of what is found.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchPin {
    /// SKU.
    pub sku: Code,
    /// Its place, from 1 to 100; the last one where less is found.
    #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
    pub position: u32,
}

/// A factor on the scores of a product, of a category with what lies below it, or of a brand: one of them is references.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchBoost {
    /// SKU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<Code>,
    /// Code of a category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Code>,
    /// A brand, whatever its case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<Text<100>>,
    /// From 0.1, which buries, to 10.
    pub factor: QuantityText,
}

/// Where the client should go instead of showing what is found: one of both.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchRedirect {
    /// Code of a category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Code>,
    /// A path of the shop, such as `/guides/bearings`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Text<500>>,
}

/// Words that mean the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SynonymsDefinition {
    pub(super) terms: Vec<String>,
    pub(super) means: Vec<String>,
}

/// What is done for some phrases, or always when there are none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct RuleDefinition {
    pub(super) phrases: Vec<String>,
    pub(super) pins: Vec<SearchPin>,
    pub(super) boosts: Vec<SearchBoost>,
    pub(super) redirect: Option<SearchRedirect>,
}

/// The definition that is stored in a row.
pub(super) fn read_definition<T: DeserializeOwned>(row: &search_curations::Model) -> Result<T, CommonError> {
    let unreadable = |error| CommonError::Internal(format!("the stored {:?} \"{}\" cannot be read: {error}", row.kind, row.code));
    serde_json::from_str(&row.definition).map_err(unreadable)
}

/// What a rule may name.
pub(super) struct CatalogReferences<'a> {
    pub(super) products: &'a Products,
    pub(super) categories: &'a Categories,
}

const MAX_TERMS: usize = 50;
const MAX_PHRASES: usize = 50;
const MAX_PINS: usize = 20;
const MAX_BOOSTS: usize = 100;
const LAST_POSITION: u32 = 100;
/// Longest phrase, in characters, and most words of one that has synonyms.
const LONGEST_PHRASE: usize = 100;
const MAX_WORDS: usize = 5;
/// Factors, in millionths.
const FACTORS: std::ops::RangeInclusive<i64> = 100_000..=10_000_000;

/// Gathers what is wrong.
struct Faults(Vec<FieldError>);

impl Faults {
    fn add(&mut self, pointer: impl Into<String>, code: FieldCode, detail: impl Into<String>) -> &mut FieldError {
        let place = self.0.len();
        self.0.push(FieldError::new(pointer, code, detail));
        &mut self.0[place]
    }

    fn at_most(&mut self, list: &str, len: usize, most: usize) {
        if len > most {
            self.add(format!("/{list}"), FieldCode::TooMany, format!("must have at most {most} entries")).add_param("max", most);
        }
    }

    /// Checks phrases: short enough, with words in them, no two alike.
    fn phrases(&mut self, list: &str, phrases: &[String], most_words: Option<usize>) {
        let mut seen = AHashSet::new();
        for (at, phrase) in phrases.iter().enumerate() {
            let key = search::phrase_key(phrase);
            let pointer = format!("/{list}/{at}");
            if phrase.chars().count() > LONGEST_PHRASE {
                self.add(pointer, FieldCode::TooLong, format!("must have at most {LONGEST_PHRASE} characters"))
                    .add_param("max", LONGEST_PHRASE);
            } else if key.is_empty() {
                self.add(pointer, FieldCode::MissingValue, "a phrase must have at least one letter or digit");
            } else if most_words.is_some_and(|most| key.split(' ').count() > most) {
                self.add(pointer, FieldCode::TooManyWords, format!("must have at most {MAX_WORDS} words"))
                    .add_param("max", MAX_WORDS);
            } else if !seen.insert(key) {
                self.add(pointer, FieldCode::Duplicate, "must be named only once; it is there already, up to case and endings");
            }
        }
    }
}

impl SynonymsDefinition {
    /// Everything wrong with it.
    pub(super) fn faults(&self) -> Vec<FieldError> {
        let mut faults = Faults(Vec::new());
        faults.at_most("terms", self.terms.len(), MAX_TERMS);
        faults.at_most("means", self.means.len(), MAX_TERMS);
        faults.phrases("terms", &self.terms, Some(MAX_WORDS));
        faults.phrases("means", &self.means, Some(MAX_WORDS));
        let least = if self.means.is_empty() { 2 } else { 1 };
        if self.terms.len() < least {
            faults.add("/terms", FieldCode::TooFew, "must be two terms that mean the same, or one with what it means");
        }
        faults.0
    }

    /// As the index knows it.
    pub(super) fn group(&self, code: &str) -> search::SynonymGroup {
        search::SynonymGroup { code: code.into(), terms: self.terms.clone(), means: self.means.clone() }
    }
}

impl RuleDefinition {
    /// Everything wrong with it.
    pub(super) fn faults(&self, references: &CatalogReferences<'_>) -> Vec<FieldError> {
        let mut faults = Faults(Vec::new());
        faults.at_most("phrases", self.phrases.len(), MAX_PHRASES);
        faults.phrases("phrases", &self.phrases, None);
        if self.pins.is_empty() && self.boosts.is_empty() && self.redirect.is_none() {
            faults.add("/pins", FieldCode::MissingValue, "the rule must have pins, boosts or a redirect");
        }
        if self.phrases.is_empty() && (!self.pins.is_empty() || self.redirect.is_some()) {
            faults.add("/phrases", FieldCode::MissingValue, "must be given with pins and redirects; only boosts may do without");
        }
        self.check_pins(references, &mut faults);
        self.check_boosts(references, &mut faults);
        if let Some(redirect) = &self.redirect {
            check_redirect(redirect, references, &mut faults);
        }
        faults.0
    }

    fn check_pins(&self, references: &CatalogReferences<'_>, faults: &mut Faults) {
        faults.at_most("pins", self.pins.len(), MAX_PINS);
        let found = references.products.by_skus(self.pins.iter().map(|pin| &*pin.sku));
        let (mut skus, mut positions) = (AHashSet::new(), AHashSet::new());
        for ((at, pin), product) in self.pins.iter().enumerate().zip(found) {
            if product.is_none() {
                faults.add(
                    format!("/pins/{at}/sku"),
                    FieldCode::UnknownProduct,
                    format!("there is no product \"{}\"", &*pin.sku),
                );
            } else if !skus.insert(&*pin.sku) {
                faults.add(format!("/pins/{at}/sku"), FieldCode::Duplicate, "each product must be pinned only once");
            }
            if !(1..=LAST_POSITION).contains(&pin.position) {
                faults
                    .add(format!("/pins/{at}/position"), FieldCode::OutOfRange, format!("must be from 1 to {LAST_POSITION}"))
                    .add_param("min", 1)
                    .add_param("max", LAST_POSITION);
            } else if !positions.insert(pin.position) {
                faults.add(format!("/pins/{at}/position"), FieldCode::Duplicate, "only one product must be pinned at a position");
            }
        }
    }

    fn check_boosts(&self, references: &CatalogReferences<'_>, faults: &mut Faults) {
        faults.at_most("boosts", self.boosts.len(), MAX_BOOSTS);
        for (at, boost) in self.boosts.iter().enumerate() {
            let given = [boost.sku.is_some(), boost.category.is_some(), boost.brand.is_some()];
            if given.into_iter().filter(|given| *given).count() != 1 {
                faults.add(
                    format!("/boosts/{at}"),
                    FieldCode::NotExactlyOne,
                    "exactly one of SKU, category and brand must be given",
                );
            }
            if let Some(sku) = boost.sku.as_deref().filter(|sku| references.products.by_sku(sku).is_none()) {
                faults.add(format!("/boosts/{at}/sku"), FieldCode::UnknownProduct, format!("there is no product \"{sku}\""));
            }
            if let Some(code) = boost.category.as_deref() {
                check_category(code, &format!("/boosts/{at}/category"), references, faults);
            }
            if boost.brand.as_deref().is_some_and(|brand| brand.trim().is_empty()) {
                faults.add(format!("/boosts/{at}/brand"), FieldCode::MissingValue, "must not be empty");
            }
            if !FACTORS.contains(&boost.factor.0.micros()) {
                faults.add(format!("/boosts/{at}/factor"), FieldCode::OutOfRange, "the factor must be from 0.1 to 10");
            }
        }
    }
}

fn check_category(code: &str, pointer: &str, references: &CatalogReferences<'_>, faults: &mut Faults) {
    if references.categories.by_code(code).is_none() {
        faults.add(pointer, FieldCode::UnknownCategory, format!("there is no category \"{code}\""));
    }
}

fn check_redirect(redirect: &SearchRedirect, references: &CatalogReferences<'_>, faults: &mut Faults) {
    if redirect.category.is_some() == redirect.path.is_some() {
        faults.add("/redirect", FieldCode::NotExactlyOne, "exactly one of category and path must be given");
    }
    if let Some(code) = redirect.category.as_deref() {
        check_category(code, "/redirect/category", references, faults);
    }
    if let Some(path) = redirect.path.as_deref().filter(|path| !is_path(path)) {
        let detail =
            format!("\"{}\" is no path of the shop: it begins with one slash", path.chars().take(40).collect::<String>());
        faults.add("/redirect/path", FieldCode::BadPath, detail);
    }
}

/// Whether a text is a path inside the shop: a client that goes there never leaves it.
fn is_path(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    plain && text.starts_with('/') && !text.starts_with("//")
}

impl SearchBoost {
    /// Its factor.
    pub(super) fn factor(&self) -> f32 {
        let micros: Quantity = self.factor.0;
        micros.micros() as f32 / 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside_the_shop() {
        for path in ["/", "/guides/bearings?size=6#top", "/a//b"] {
            assert!(is_path(path), "{path}");
        }
        for path in ["", "guides", "//evil.example", "/\\evil.example", "https://evil.example", "/a b", "/\n", "/ü"] {
            assert!(!is_path(path), "{path}");
        }
    }
}
