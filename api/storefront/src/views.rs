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
    /// Price and availability for the account.
    #[oai(flatten)]
    #[serde(flatten)]
    offer: OfferView,
}

impl ProductPage {
    /// The JSON of a product page, from the cached JSON of the product.
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

/// Price and availability of a product for an account.
#[derive(Debug, Object, Serialize)]
pub(crate) struct OfferView {
    /// The price; left out when there is none or the token may not read prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) price: Option<PriceView>,
    /// The availability; left out when the token may not read stock.
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
    /// The quantity the price is for: the smallest that can be ordered.
    pub quantity: QuantityText,
    /// List price of `list_price_per` units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_price: Option<AmountText>,
    /// Basis of the list price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_price_per: Option<u32>,
    /// Where the price comes from.
    pub source: PriceSource,
    /// The next quantity from which the price changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_break: Option<PriceBreakView>,
}

/// The price at a larger quantity.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct PriceBreakView {
    /// The quantity from which the price applies.
    pub quantity: QuantityText,
    /// Price of `per` units from this quantity on.
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

/// The availability of a product.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct OfferAvailabilityView {
    /// The quantity that can be reserved now over all warehouses, in stock units.
    pub available: QuantityText,
    /// Whether any quantity is available.
    pub in_stock: bool,
    /// Days until the product can be delivered when it is not in stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_time_days: Option<i32>,
}

impl OfferAvailabilityView {
    pub(super) fn new(stock: Availability, product: &Product) -> Self {
        Self { available: QuantityText(stock.available), in_stock: stock.in_stock(), lead_time_days: product.lead_time_days }
    }
}

/// The result of a search.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct SearchView {
    /// One page of hits.
    pub items: Vec<HitView>,
    /// The number of products found; among the best 2,000 when price or stock filter or sort.
    pub total: usize,
    /// Counts of values over all products found.
    pub facets: Vec<FacetView>,
    /// The text with misspelt words corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
    /// The kind of the query.
    pub kind: QueryKind,
    /// Whether some of the words or properties were dropped to find anything.
    pub relaxed: bool,
    /// The words of the query that the best hit has, when it was relaxed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relaxed_query: Option<String>,
    /// Categories near the query, when it was relaxed or found nothing.
    pub nearest_categories: Vec<String>,
    /// The number of products found without the filters, when the filters leave none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_without_filters: Option<usize>,
    /// Where the client must go instead of showing the hits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<RedirectView>,
    /// Identifies this search when a click on one of its hits is recorded; left out for the seller's side and for searches
    /// without text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_id: Option<String>,
    /// How the query was parsed, when staff ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<SearchExplanationView>,
    /// Pass this as `cursor` to read the next page; left out on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Where the client must go: either a category or a path.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct RedirectView {
    /// Code of a category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// A path of the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// The kind of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum QueryKind {
    /// No text: finds everything.
    Everything,
    /// A number that exists as written.
    Identifier,
    /// A damaged part number.
    PartNumber,
    /// Words with quantities, dimensions or typed values.
    Specification,
    /// A product that fits a device.
    Compatibility,
    /// A brand and words.
    BrandWords,
    /// Words.
    Words,
}

impl From<search::QueryKind> for QueryKind {
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
    /// The higher, the better the match; comparable within one result.
    pub score: f32,
    /// The price; left out when there is none or the token may not read prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<HitPriceView>,
    /// The availability; left out when the token may not read stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<OfferAvailabilityView>,
    /// Parts of the title that match.
    pub highlights: Vec<SpanView>,
    /// The reasons for its rank, when staff ask for them.
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

/// The number of found products that have a value.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct FacetValueView {
    /// The value.
    pub value: String,
    /// The number of products.
    pub count: usize,
}

impl From<search::Facet> for FacetView {
    fn from(facet: search::Facet) -> Self {
        let values = facet.values.into_iter().map(|(value, count)| FacetValueView { value, count });
        Self { name: facet.name, values: values.collect() }
    }
}

/// Completions of a search text.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct CompletionsView {
    /// Past searches of the account, then of several accounts; brands and categories; words; products.
    pub items: Vec<CompletionView>,
}

/// One completion.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct CompletionView {
    /// The text to search for, or the product's title.
    pub text: String,
    /// Its kind.
    pub kind: CompletionKind,
    /// SKU of a product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
}

/// The kind of a completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum CompletionKind {
    /// A past search of the account.
    PastQuery,
    /// A search that several accounts made.
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
    /// Code of the account, when staff name one.
    #[serde(default)]
    pub account: Option<Code>,
}

/// The products of identifiers.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct IdentifierMatchesView {
    /// One result per identifier, in the same order.
    pub items: Vec<IdentifierView>,
}

/// The product of an identifier.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct IdentifierView {
    /// The identifier as given.
    pub identifier: String,
    /// Whether a product was found.
    pub result: IdentifierResult,
    /// SKU of the product found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Title of the product found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Products that the identifier may mean.
    pub candidates: Vec<IdentifierCandidateView>,
}

/// Whether a product was found for an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum IdentifierResult {
    /// One product has the identifier.
    Found,
    /// Several products have the identifier.
    Ambiguous,
    /// No product has the identifier; the candidates are similar.
    Unknown,
}

/// A product that an identifier may mean.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct IdentifierCandidateView {
    /// SKU.
    pub sku: String,
    /// Title.
    pub title: String,
    /// Why the identifier may mean it.
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
