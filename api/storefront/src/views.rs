//! The storefront on the wire.

use entity::PriceSource;
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use super::explanation_views::SearchExplanationView;
use super::offers::{Availability, HitOffer, ProductOffer};
use catalog::{Candidate, Product, ProductJson, ProductView};
use kernel::problem::CommonError;
use kernel::wire::{AmountText, Buffer, Code, QuantityText};

/// A product as an account sees it.
#[derive(Debug, Object, Serialize)]
pub(crate) struct ProductPage {
    /// The product.
    #[oai(flatten)]
    #[serde(flatten)]
    product: ProductView,
    /// What the account is offered.
    #[oai(flatten)]
    #[serde(flatten)]
    offer: OfferView,
}

impl ProductPage {
    /// The page of a product whose text is ready.
    pub(super) fn text(product: &ProductJson, offer: &OfferView) -> Result<Buffer, CommonError> {
        let offer = serde_json::to_string(offer).map_err(|e| CommonError::Internal(e.to_string()))?;
        let mut page = Buffer::new();
        match offer.strip_prefix('{').filter(|fields| *fields != "}") {
            Some(fields) => {
                page.push(product.json.strip_suffix('}').unwrap_or(&product.json).as_bytes());
                page.push(b",");
                page.push(fields.as_bytes());
            }
            None => page.push(product.json.as_bytes()),
        }
        Ok(page)
    }
}

/// What an account is offered of a product.
#[derive(Debug, Object, Serialize)]
pub(crate) struct OfferView {
    /// What it costs; left out when there is no price or the token may not read prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) price: Option<PriceView>,
    /// Whether it is there; left out when the token may not read stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) availability: Option<OfferAvailabilityView>,
}

/// The price of a product.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct PriceView {
    /// Price of `per` units.
    pub unit_price: AmountText,
    /// Price basis.
    pub per: u32,
    /// The unit.
    pub unit: String,
    /// ISO 4217 currency.
    pub currency: String,
    /// The quantity it is the price for: the smallest that can be ordered.
    pub quantity: QuantityText,
    /// List price of `list_price_per` units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_price: Option<AmountText>,
    /// Basis of the list price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_price_per: Option<u32>,
    /// Where the price comes from.
    pub source: PriceSource,
    /// From which quantity on it costs something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_break: Option<PriceBreakView>,
}

/// The price at a larger quantity.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct PriceBreakView {
    /// From this quantity on.
    pub quantity: QuantityText,
    /// Price of `per` units then.
    pub unit_price: AmountText,
    /// Price basis.
    pub per: u32,
}

impl From<ProductOffer> for PriceView {
    fn from(offer: ProductOffer) -> Self {
        Self {
            unit_price: AmountText(offer.price.unit_price),
            per: offer.price.per.get(),
            unit: offer.price.unit.to_string(),
            currency: offer.price.currency.to_string(),
            quantity: QuantityText(offer.quantity),
            list_price: offer.list_price.map(|list| AmountText(list.amount)),
            list_price_per: offer.list_price.map(|list| list.per.get()),
            source: offer.source,
            next_break: offer.next_break.map(|next| PriceBreakView {
                quantity: QuantityText(next.quantity),
                unit_price: AmountText(next.unit_price),
                per: next.per.get(),
            }),
        }
    }
}

/// Whether a product is there.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct OfferAvailabilityView {
    /// What can be reserved now over all warehouses, in stock units.
    pub available: QuantityText,
    /// Whether that is anything.
    pub in_stock: bool,
    /// Days until it comes when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_time_days: Option<i32>,
}

impl OfferAvailabilityView {
    pub(super) fn new(stock: Availability, product: &Product) -> Self {
        Self { available: QuantityText(stock.available), in_stock: stock.in_stock(), lead_time_days: product.lead_time_days }
    }
}

/// What was found.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct SearchView {
    /// One page of hits.
    pub items: Vec<HitView>,
    /// How many were found in all; where price or stock decide, among the best 2,000.
    pub total: usize,
    /// Counts of values over everything found.
    pub facets: Vec<FacetView>,
    /// The text with misspelt words corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
    /// What the text was taken for.
    pub kind: QuestionKind,
    /// Whether a part of what was asked had to be given up to find anything.
    pub relaxed: bool,
    /// The words of the question that the best hit has, when it had to be relaxed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relaxed_query: Option<String>,
    /// Categories near the question, when it was relaxed or nothing was found.
    pub nearest_categories: Vec<String>,
    /// How many are found without the filters, when nothing is with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_without_filters: Option<usize>,
    /// Where the client should go instead of showing the hits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<RedirectView>,
    /// Names this search when a click on one of its hits is noted; absent for the seller's side and searches without text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_id: Option<String>,
    /// How the question was read, for staff who ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<SearchExplanationView>,
    /// Give this as `cursor` to read on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Where the client should go: one of both.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct RedirectView {
    /// Code of a category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// A path of the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// What a text was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum QuestionKind {
    /// No text: everything.
    Everything,
    /// A number that exists as written.
    Identifier,
    /// A part number with damage.
    PartNumber,
    /// Words with quantities, dimensions or typed values.
    Specification,
    /// Something that fits a device.
    Compatibility,
    /// A brand and words.
    BrandWords,
    /// Words.
    Words,
}

impl From<search::QueryKind> for QuestionKind {
    fn from(kind: search::QueryKind) -> Self {
        match kind {
            search::QueryKind::Everything => Self::Everything,
            search::QueryKind::Identifier => Self::Identifier,
            search::QueryKind::PartNumber => Self::PartNumber,
            search::QueryKind::Specification => Self::Specification,
            search::QueryKind::Compatibility => Self::Compatibility,
            search::QueryKind::BrandWords => Self::BrandWords,
            search::QueryKind::Words => Self::Words,
        }
    }
}

/// A found product.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct HitView {
    /// SKU.
    pub sku: String,
    /// Title.
    pub title: String,
    /// The higher, the nearer to what was asked; comparable within one answer.
    pub score: f32,
    /// What it costs; left out when there is no price or the token may not read prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<HitPriceView>,
    /// Whether it is there; left out when the token may not read stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<OfferAvailabilityView>,
    /// Parts of the title that match.
    pub highlights: Vec<SpanView>,
    /// The reasons of its rank, for staff who ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Vec<String>>,
}

/// The price of a hit.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct HitPriceView {
    /// Price of `per` units at the smallest quantity that can be ordered.
    pub unit_price: AmountText,
    /// Price basis.
    pub per: u32,
    /// ISO 4217 currency.
    pub currency: String,
    /// The unit.
    pub unit: String,
}

/// A part of a text, in characters.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize)]
pub(crate) struct SpanView {
    /// First character, counted from 0.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
}

impl HitView {
    pub(super) fn new(
        ranked: search::Ranked,
        product: &Product,
        highlights: &[(usize, usize)],
        price: Option<HitOffer>,
        availability: Option<OfferAvailabilityView>,
    ) -> Self {
        Self {
            highlights: highlights.iter().map(|span| SpanView::in_characters(&product.title, *span)).collect(),
            sku: product.sku.to_string(),
            title: product.title.to_string(),
            score: ranked.score,
            price: price.map(|offer| HitPriceView {
                unit_price: AmountText(offer.unit_price),
                per: offer.per.get(),
                currency: offer.currency.to_string(),
                unit: offer.unit.to_string(),
            }),
            availability,
            explanation: Some(ranked.explanation).filter(|reasons| !reasons.is_empty()),
        }
    }
}

impl SpanView {
    fn in_characters(text: &str, (start, end): (usize, usize)) -> Self {
        let before = |at: usize| text.get(..at).map_or(0, |part| part.chars().count());
        Self { start: before(start), end: before(end) }
    }
}

/// Counts of the values of one name.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct FacetView {
    /// The name.
    pub name: String,
    /// Values with their counts, each usable in a filter: the most frequent first, ranges of numbers in rising order.
    pub values: Vec<FacetValueView>,
}

/// How many of the found products have a value.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct FacetValueView {
    /// The value.
    pub value: String,
    /// How many.
    pub count: usize,
}

impl From<search::Facet> for FacetView {
    fn from(facet: search::Facet) -> Self {
        let values = facet.values.into_iter().map(|(value, count)| FacetValueView { value, count });
        Self { name: facet.name, values: values.collect() }
    }
}

/// What may be meant by what is being typed.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct CompletionsView {
    /// What was searched for before, by the account and then by several others; brands and categories; words; products.
    pub items: Vec<CompletionView>,
}

/// One way to go on.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct CompletionView {
    /// What to search for, or the product's title.
    pub text: String,
    /// What it is.
    pub kind: CompletionKind,
    /// SKU of a product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
}

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum CompletionKind {
    /// What the account searched for before.
    PastQuery,
    /// What several accounts search for.
    PopularQuery,
    /// Words of the catalogue.
    Words,
    /// A category.
    Category,
    /// A brand.
    Brand,
    /// A product.
    Product,
}

impl From<search::Completion> for CompletionView {
    fn from(completion: search::Completion) -> Self {
        let kind = match completion.kind {
            search::CompletionKind::Words => CompletionKind::Words,
            search::CompletionKind::Category => CompletionKind::Category,
            search::CompletionKind::Brand => CompletionKind::Brand,
            search::CompletionKind::Product => CompletionKind::Product,
        };
        Self { text: completion.text, kind, sku: completion.sku }
    }
}

/// Identifiers to resolve.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentifierListInput {
    /// SKUs, manufacturer part numbers, GTINs, superseded numbers or the account's own ones; up to 10,000.
    #[oai(validator(max_items = 10000))]
    pub identifiers: Vec<String>,
    /// Account, when staff ask for one.
    #[serde(default)]
    pub account: Option<Code>,
}

/// What identifiers stand for.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct IdentifierMatchesView {
    /// One per identifier, in the same order.
    pub items: Vec<IdentifierView>,
}

/// What an identifier stands for.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct IdentifierView {
    /// The identifier as given.
    pub identifier: String,
    /// What became of it.
    pub result: IdentifierResult,
    /// SKU of the product found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Title of the product found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Products that may be meant.
    pub candidates: Vec<IdentifierCandidateView>,
}

/// What became of an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum IdentifierResult {
    /// One product bears it.
    Found,
    /// Several products bear it.
    Ambiguous,
    /// None bears it; the candidates come near.
    Unknown,
}

/// A product that may be meant by an identifier.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct IdentifierCandidateView {
    /// SKU.
    pub sku: String,
    /// Title.
    pub title: String,
    /// Why it may be meant.
    pub reason: String,
}

impl From<Candidate> for IdentifierCandidateView {
    fn from(candidate: Candidate) -> Self {
        Self { sku: candidate.sku, title: candidate.title, reason: candidate.reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highlights_count_characters() {
        let title = "Düse für Öl 1/4\"";
        let at = title.find("Öl").expect("there");
        assert_eq!(SpanView::in_characters(title, (at, at + "Öl".len())), SpanView { start: 9, end: 11 });
    }
}
