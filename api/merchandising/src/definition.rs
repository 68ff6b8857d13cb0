//! Definitions of synonyms and search rules, as they are stored and checked. SKUs and codes are stored as they were written.

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

/// A product at a position of the hits.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchPin {
    /// SKU.
    pub sku: Code,
    /// Its position, from 1 to 100. When there are fewer hits, the product comes last.
    #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
    pub position: u32,
}

/// A factor on the scores of a product, of a category and those below it, or of a brand: exactly one of them is given.
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
    /// From 0.1, which demotes, to 10.
    pub factor: QuantityText,
}

/// Where the client must go instead of showing the hits: either a category or a path.
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

/// The definition of synonyms.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SynonymsDefinition {
    pub(super) terms: Vec<String>,
    pub(super) means: Vec<String>,
}

/// The definition of a search rule. Without phrases it applies to every query.
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

/// The products and categories that a rule may reference.
pub(super) struct CatalogReferences<'a> {
    pub(super) products: &'a Products,
    pub(super) categories: &'a Categories,
}

const MAX_TERMS: usize = 50;
const MAX_PHRASES: usize = 50;
const MAX_PINS: usize = 20;
const MAX_BOOSTS: usize = 100;
const LAST_POSITION: u32 = 100;
/// The longest phrase, in characters, and the most words of a phrase with synonyms.
const MAX_PHRASE_CHARS: usize = 100;
const MAX_WORDS: usize = 5;
/// Allowed factors, in millionths.
const FACTORS: std::ops::RangeInclusive<i64> = 100_000..=10_000_000;

/// Collects errors.
struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    fn add(&mut self, pointer: impl Into<String>, code: FieldCode, detail: impl Into<String>) -> &mut FieldError {
        let index = self.0.len();
        self.0.push(FieldError::new(pointer, code, detail));
        &mut self.0[index]
    }

    fn at_most(&mut self, list: &str, len: usize, most: usize) {
        if len > most {
            self.add(format!("/{list}"), FieldCode::TooMany, format!("must have at most {most} entries")).add_param("max", most);
        }
    }

    /// Checks phrases: they must be short enough, contain a word, and differ.
    fn phrases(&mut self, list: &str, phrases: &[String], most_words: Option<usize>) {
        let mut seen = AHashSet::new();
        for (at, phrase) in phrases.iter().enumerate() {
            let key = search::phrase_key(phrase);
            let pointer = format!("/{list}/{at}");
            if phrase.chars().count() > MAX_PHRASE_CHARS {
                self.add(pointer, FieldCode::TooLong, format!("must have at most {MAX_PHRASE_CHARS} characters"))
                    .add_param("max", MAX_PHRASE_CHARS);
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
    /// All errors.
    pub(super) fn errors(&self) -> Vec<FieldError> {
        let mut errors = FieldErrors(Vec::new());
        errors.at_most("terms", self.terms.len(), MAX_TERMS);
        errors.at_most("means", self.means.len(), MAX_TERMS);
        errors.phrases("terms", &self.terms, Some(MAX_WORDS));
        errors.phrases("means", &self.means, Some(MAX_WORDS));
        let least = if self.means.is_empty() { 2 } else { 1 };
        if self.terms.len() < least {
            errors.add("/terms", FieldCode::TooFew, "must be two terms that mean the same, or one with what it means");
        }
        errors.0
    }

    /// The synonyms for the search engine.
    pub(super) fn group(&self, code: &str) -> search::SynonymGroup {
        search::SynonymGroup { code: code.into(), terms: self.terms.clone(), means: self.means.clone() }
    }
}

impl RuleDefinition {
    /// All errors.
    pub(super) fn errors(&self, references: &CatalogReferences<'_>) -> Vec<FieldError> {
        let mut errors = FieldErrors(Vec::new());
        errors.at_most("phrases", self.phrases.len(), MAX_PHRASES);
        errors.phrases("phrases", &self.phrases, None);
        if self.pins.is_empty() && self.boosts.is_empty() && self.redirect.is_none() {
            errors.add("/pins", FieldCode::MissingValue, "the rule must have pins, boosts or a redirect");
        }
        if self.phrases.is_empty() && (!self.pins.is_empty() || self.redirect.is_some()) {
            errors.add("/phrases", FieldCode::MissingValue, "must be given with pins and redirects; only boosts may do without");
        }
        self.check_pins(references, &mut errors);
        self.check_boosts(references, &mut errors);
        if let Some(redirect) = &self.redirect {
            check_redirect(redirect, references, &mut errors);
        }
        errors.0
    }

    fn check_pins(&self, references: &CatalogReferences<'_>, errors: &mut FieldErrors) {
        errors.at_most("pins", self.pins.len(), MAX_PINS);
        let found = references.products.by_skus(self.pins.iter().map(|pin| &*pin.sku));
        let (mut skus, mut positions) = (AHashSet::new(), AHashSet::new());
        for ((at, pin), product) in self.pins.iter().enumerate().zip(found) {
            if product.is_none() {
                errors.add(
                    format!("/pins/{at}/sku"),
                    FieldCode::UnknownProduct,
                    format!("there is no product \"{}\"", &*pin.sku),
                );
            } else if !skus.insert(&*pin.sku) {
                errors.add(format!("/pins/{at}/sku"), FieldCode::Duplicate, "each product must be pinned only once");
            }
            if !(1..=LAST_POSITION).contains(&pin.position) {
                errors
                    .add(format!("/pins/{at}/position"), FieldCode::OutOfRange, format!("must be from 1 to {LAST_POSITION}"))
                    .add_param("min", 1)
                    .add_param("max", LAST_POSITION);
            } else if !positions.insert(pin.position) {
                errors.add(format!("/pins/{at}/position"), FieldCode::Duplicate, "only one product must be pinned at a position");
            }
        }
    }

    fn check_boosts(&self, references: &CatalogReferences<'_>, errors: &mut FieldErrors) {
        errors.at_most("boosts", self.boosts.len(), MAX_BOOSTS);
        for (at, boost) in self.boosts.iter().enumerate() {
            let given = [boost.sku.is_some(), boost.category.is_some(), boost.brand.is_some()];
            if given.into_iter().filter(|given| *given).count() != 1 {
                errors.add(
                    format!("/boosts/{at}"),
                    FieldCode::NotExactlyOne,
                    "exactly one of SKU, category and brand must be given",
                );
            }
            if let Some(sku) = boost.sku.as_deref().filter(|sku| references.products.by_sku(sku).is_none()) {
                errors.add(format!("/boosts/{at}/sku"), FieldCode::UnknownProduct, format!("there is no product \"{sku}\""));
            }
            if let Some(code) = boost.category.as_deref() {
                check_category(code, &format!("/boosts/{at}/category"), references, errors);
            }
            if boost.brand.as_deref().is_some_and(|brand| brand.trim().is_empty()) {
                errors.add(format!("/boosts/{at}/brand"), FieldCode::MissingValue, "must not be empty");
            }
            if !FACTORS.contains(&boost.factor.0.micros()) {
                errors.add(format!("/boosts/{at}/factor"), FieldCode::OutOfRange, "the factor must be from 0.1 to 10");
            }
        }
    }
}

fn check_category(code: &str, pointer: &str, references: &CatalogReferences<'_>, errors: &mut FieldErrors) {
    if references.categories.by_code(code).is_none() {
        errors.add(pointer, FieldCode::UnknownCategory, format!("there is no category \"{code}\""));
    }
}

fn check_redirect(redirect: &SearchRedirect, references: &CatalogReferences<'_>, errors: &mut FieldErrors) {
    if redirect.category.is_some() == redirect.path.is_some() {
        errors.add("/redirect", FieldCode::NotExactlyOne, "exactly one of category and path must be given");
    }
    if let Some(code) = redirect.category.as_deref() {
        check_category(code, "/redirect/category", references, errors);
    }
    if let Some(path) = redirect.path.as_deref().filter(|path| !is_path(path)) {
        let detail = format!(
            "\"{}\" must be a path of the shop, which begins with exactly one slash",
            path.chars().take(40).collect::<String>()
        );
        errors.add("/redirect/path", FieldCode::BadPath, detail);
    }
}

/// Whether a text is a path inside the shop, so that a client that follows it never leaves the shop.
fn is_path(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    plain && text.starts_with('/') && !text.starts_with("//")
}

impl SearchBoost {
    /// The factor.
    pub(super) fn factor(&self) -> f32 {
        let factor: Quantity = self.factor.0;
        factor.micros() as f32 / 1e6
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
