//! Reads a search request: text, filters, facets, sort order, page.

use std::cmp::Ordering;

use pricing::{Amount, Per};

use super::account_filters::{BOUGHT_BEFORE, ON_CONTRACT};
use super::offers::{Availability, HitOffer};
use catalog::Categories;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::{cursor, page_limit, pair_cursor, pair_of, place_of};

/// The longest text, in characters.
const MAX_TEXT_CHARS: usize = 500;
const MAX_NAME_CHARS: usize = 100;
const MAX_VALUE_CHARS: usize = 200;
const MAX_FILTERS: usize = 50;
const MAX_FACETS: usize = 20;
/// The last offset of a page.
const MAX_OFFSET: i64 = 10_000;

/// The query parameters of a search.
#[derive(Debug, Default)]
pub(super) struct SearchParameters {
    pub(super) q: Option<String>,
    pub(super) limit: Option<u64>,
    pub(super) cursor: Option<String>,
    pub(super) facets: Vec<String>,
    pub(super) filters: Vec<String>,
    pub(super) sort: Option<String>,
    pub(super) explain: bool,
}

/// A valid search request: what the index filters and sorts, and what price and stock filter and sort afterwards.
#[derive(Clone, Debug)]
pub(super) struct SearchRequest {
    pub(super) text: String,
    pub(super) filters: Vec<search::Filter>,
    pub(super) facets: Vec<String>,
    pub(super) sort: search::Sort,
    pub(super) limit: usize,
    pub(super) offset: usize,
    pub(super) explain: bool,
    pub(super) order: ResultOrder,
    /// The price must be in one of these ranges; any price when there is none.
    pub(super) prices: Vec<PriceRange>,
    /// Whether products must be in stock (`true`) or out of stock (`false`).
    pub(super) in_stock: Option<bool>,
    /// Whether to count products in stock as a facet.
    pub(super) counts_stock: bool,
    /// Product sets of the account, each with whether products must belong to it or not.
    account_filters: Vec<(&'static str, bool)>,
    /// The logged search that this page belongs to; none on the first page.
    pub(super) search_id: Option<i64>,
}

/// A sort order that the index cannot provide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResultOrder {
    /// The order of the index.
    Index,
    Price {
        descending: bool,
    },
    /// The largest available quantity first.
    Availability,
}

/// A range of unit prices, bounds included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PriceRange {
    low: Option<Amount>,
    high: Option<Amount>,
}

impl SearchRequest {
    /// Reads the query parameters; reports everything that is wrong with them.
    pub(super) fn read(parameters: SearchParameters, categories: &Categories) -> Result<Self, CommonError> {
        let text = query_text(parameters.q)?;
        let limit = page_limit(parameters.limit, 20, 100)? as usize;
        let (offset, search_id) = page_start(parameters.cursor.as_deref())?;
        let mut request = Self {
            text,
            filters: Vec::new(),
            facets: Vec::new(),
            sort: search::Sort::Relevance,
            limit,
            offset,
            explain: parameters.explain,
            order: ResultOrder::Index,
            prices: Vec::new(),
            in_stock: None,
            counts_stock: false,
            account_filters: Vec::new(),
            search_id,
        };
        let mut problems = Vec::new();
        if parameters.filters.len() > MAX_FILTERS {
            problems.push(
                FieldError::new("filter", FieldCode::TooMany, format!("there must be at most {MAX_FILTERS} filters"))
                    .with("max", MAX_FILTERS),
            );
        }
        for filter in parameters.filters.iter().take(MAX_FILTERS) {
            problems.extend(request.add_filter(filter, categories).err());
        }
        problems.extend(request.set_facets(parameters.facets).err());
        problems.extend(request.set_sort(parameters.sort.as_deref().unwrap_or("relevance")).err());
        if problems.is_empty() { Ok(request) } else { Err(CommonError::Invalid(problems)) }
    }

    /// Whether prices or stock filter, sort or are counted.
    pub(super) fn needs_offers(&self) -> bool {
        self.needs_prices() || self.needs_stock()
    }

    /// Whether prices filter or sort.
    pub(super) fn needs_prices(&self) -> bool {
        !self.prices.is_empty() || matches!(self.order, ResultOrder::Price { .. })
    }

    /// Whether stock filters, sorts or is counted.
    pub(super) fn needs_stock(&self) -> bool {
        self.in_stock.is_some() || self.counts_stock || self.order == ResultOrder::Availability
    }

    /// Whether products must belong to a set of the account (`true`) or must not (`false`); none when the request does not
    /// filter by it.
    pub(super) fn account_filter(&self, name: &str) -> Option<bool> {
        self.account_filters.iter().find(|(known, _)| *known == name).map(|(_, wanted)| *wanted)
    }

    fn add_account_filter(&mut self, name: &'static str, value: &str) -> Result<(), FieldError> {
        let refused = |detail: &str| FieldError::new("filter", FieldCode::BadFilter, format!("{name} must be {detail}"));
        let wanted = value.parse::<bool>().map_err(|_| refused("true or false"))?;
        match self.account_filter(name) {
            Some(before) if before != wanted => return Err(refused("one or the other")),
            Some(_) => {}
            None => self.account_filters.push((name, wanted)),
        }
        Ok(())
    }

    fn add_filter(&mut self, filter: &str, categories: &Categories) -> Result<(), FieldError> {
        let refused = |detail: String| FieldError::new("filter", FieldCode::BadFilter, detail);
        let Some((name, value)) = filter.split_once(':') else {
            return Err(refused("a filter must be a name, a colon and a value".to_owned()));
        };
        if name.is_empty() || name.chars().count() > MAX_NAME_CHARS || value.chars().count() > MAX_VALUE_CHARS {
            return Err(refused(format!("a name must have 1 to {MAX_NAME_CHARS} characters, a value at most {MAX_VALUE_CHARS}")));
        }
        match name {
            "price" => {
                let range = PriceRange::read(value);
                self.prices
                    .push(range.ok_or_else(|| refused("a price filter must be low..high, with one end or both".to_owned()))?);
            }
            "availability" => {
                let wanted = match value {
                    "in_stock" => true,
                    "out_of_stock" => false,
                    _ => return Err(refused("availability must be in_stock or out_of_stock".to_owned())),
                };
                if self.in_stock.is_some_and(|before| before != wanted) {
                    return Err(refused("availability must be one or the other".to_owned()));
                }
                self.in_stock = Some(wanted);
            }
            BOUGHT_BEFORE => return self.add_account_filter(BOUGHT_BEFORE, value),
            ON_CONTRACT => return self.add_account_filter(ON_CONTRACT, value),
            "category" => {
                let value = categories.by_code(value).map_or_else(|| value.to_owned(), |c| c.id.to_string());
                self.filters.push(search::Filter { name: "category".to_owned(), value });
            }
            _ => self.filters.push(search::Filter { name: name.to_owned(), value: value.to_owned() }),
        }
        Ok(())
    }

    fn set_facets(&mut self, mut facets: Vec<String>) -> Result<(), FieldError> {
        if facets.len() > MAX_FACETS || facets.iter().any(|name| name.chars().count() > MAX_NAME_CHARS) {
            let detail = format!("there must be at most {MAX_FACETS} facets, each a name of at most {MAX_NAME_CHARS} characters");
            return Err(FieldError::new("facet", FieldCode::TooMany, detail));
        }
        let requested = facets.len();
        facets.retain(|name| name != "availability");
        self.counts_stock = facets.len() < requested;
        self.facets = facets;
        Ok(())
    }

    fn set_sort(&mut self, sort: &str) -> Result<(), FieldError> {
        let (descending, name) = sort.strip_prefix('-').map_or((false, sort), |name| (true, name));
        let attribute = name.strip_prefix("attribute:").filter(|a| !a.is_empty() && a.chars().count() <= MAX_NAME_CHARS);
        match (name, attribute) {
            ("relevance", _) if !descending => {}
            ("sku", _) if !descending => self.sort = search::Sort::Sku,
            ("price", _) => self.order = ResultOrder::Price { descending },
            ("availability", _) if !descending => self.order = ResultOrder::Availability,
            (_, Some(name)) => self.sort = search::Sort::Attribute { name: name.to_owned(), descending },
            _ => {
                let detail = "must be relevance, sku, price, -price, availability, attribute:name or -attribute:name";
                return Err(FieldError::new("sort", FieldCode::BadSort, detail));
            }
        }
        Ok(())
    }

    /// Whether a product passes the filters on price and stock.
    pub(super) fn accepts(&self, price: Option<&HitOffer>, stock: Availability) -> bool {
        let priced =
            self.prices.is_empty() || price.is_some_and(|p| self.prices.iter().any(|range| range.holds(p.unit_price, p.per)));
        priced && self.in_stock.is_none_or(|wanted| wanted == stock.in_stock())
    }

    /// Compares two products in the requested order; products without a price come last.
    pub(super) fn compare(&self, a: (Option<&HitOffer>, Availability), b: (Option<&HitOffer>, Availability)) -> Ordering {
        match self.order {
            ResultOrder::Index => Ordering::Equal,
            ResultOrder::Availability => b.1.available.cmp(&a.1.available),
            ResultOrder::Price { descending } => match (a.0, b.0) {
                (Some(a), Some(b)) if descending => b.compare(a),
                (Some(a), Some(b)) => a.compare(b),
                (a, b) => a.is_none().cmp(&b.is_none()),
            },
        }
    }
}

/// The text to search for.
pub(super) fn query_text(q: Option<String>) -> Result<String, CommonError> {
    let text = q.unwrap_or_default();
    if text.chars().nth(MAX_TEXT_CHARS).is_some() {
        return Err(CommonError::from(
            FieldError::new("q", FieldCode::TooLong, format!("must have at most {MAX_TEXT_CHARS} characters"))
                .with("max", MAX_TEXT_CHARS),
        ));
    }
    Ok(text)
}

/// The offset of a page, and the logged search it belongs to.
fn page_start(cursor: Option<&str>) -> Result<(usize, Option<i64>), CommonError> {
    let read = |cursor: &str| match pair_of(cursor) {
        Ok((place, search)) => Ok((place, Some(search))),
        Err(_) => place_of(cursor).map(|place| (place, None)),
    };
    let (place, search) = cursor.map(read).transpose()?.unwrap_or((0, None));
    if !(0..=MAX_OFFSET).contains(&place) {
        return Err(CommonError::invalid(
            "cursor",
            FieldCode::BadCursor,
            "the cursor must be the next_cursor of an earlier answer, unchanged",
        ));
    }
    Ok((place as usize, search))
}

/// The cursor of a page, with the logged search it belongs to.
pub(super) fn page_cursor(offset: i64, search_id: Option<i64>) -> String {
    search_id.map_or_else(|| cursor(offset), |search_id| pair_cursor(offset, search_id))
}

/// The offset of the page after `shown` hits at `offset`; none on the last page.
pub(super) fn next_offset(offset: usize, shown: usize, total: usize) -> Option<i64> {
    let next = (offset + shown) as i64;
    (shown > 0 && offset + shown < total && next <= MAX_OFFSET).then_some(next)
}

impl PriceRange {
    fn read(text: &str) -> Option<Self> {
        let (low, high) = text.split_once("..")?;
        let bound =
            |text: &str| -> Option<Option<Amount>> { if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) } };
        let range = Self { low: bound(low)?, high: bound(high)? };
        (range.low.is_some() || range.high.is_some()).then_some(range)
    }

    fn holds(&self, price: Amount, per: Per) -> bool {
        let price = i128::from(price.micros());
        let whole = |bound: Amount| i128::from(bound.micros()) * i128::from(per.get());
        self.low.is_none_or(|low| whole(low) <= price) && self.high.is_none_or(|high| price <= whole(high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parameters: SearchParameters) -> Result<SearchRequest, Vec<String>> {
        match SearchRequest::read(parameters, &Categories::default()) {
            Ok(request) => Ok(request),
            Err(CommonError::Invalid(problems)) => {
                Err(problems.into_iter().map(|p| format!("{} {}", p.pointer, p.code)).collect())
            }
            Err(other) => Err(vec![other.to_string()]),
        }
    }

    fn filters(filters: &[&str]) -> SearchParameters {
        SearchParameters { filters: filters.iter().map(|f| (*f).to_owned()).collect(), ..SearchParameters::default() }
    }

    #[test]
    fn only_price_and_stock_need_offers() {
        let request = read(filters(&["brand:SKF", "price:10..20", "availability:in_stock", "thread:M8:x"])).expect("a request");
        assert!(request.needs_offers());
        assert_eq!(request.in_stock, Some(true));
        let names: Vec<(&str, &str)> = request.filters.iter().map(|f| (f.name.as_str(), f.value.as_str())).collect();
        assert_eq!(names, [("brand", "SKF"), ("thread", "M8:x")]);
        assert!(!read(filters(&["length:10..20 mm"])).expect("a request").needs_offers());
    }

    #[test]
    fn account_filters_are_read_by_name() {
        let request = read(filters(&["bought_before:true", "on_contract:false", "on_contract:false"])).expect("a request");
        assert_eq!((request.account_filter(BOUGHT_BEFORE), request.account_filter(ON_CONTRACT)), (Some(true), Some(false)));
        assert!(request.filters.is_empty() && !request.needs_offers());
        let errors = read(filters(&["bought_before:yes", "on_contract:true", "on_contract:false"])).expect_err("refused");
        assert_eq!(errors, ["filter bad-filter"; 2]);
    }

    #[test]
    fn a_cursor_holds_the_logged_search() {
        let parameters = |cursor: String| SearchParameters { cursor: Some(cursor), ..SearchParameters::default() };
        let request = read(parameters(page_cursor(20, Some(7)))).expect("a request");
        assert_eq!((request.offset, request.search_id), (20, Some(7)));
        let request = read(parameters(page_cursor(20, None))).expect("a request");
        assert_eq!((request.offset, request.search_id), (20, None));
    }

    #[test]
    fn all_errors_are_reported_at_once() {
        let wrong = filters(&["brand", ":x", "price:cheap", "price:..", "availability:soon"]);
        let errors = read(SearchParameters { sort: Some("-sku".to_owned()), ..wrong }).expect_err("refused");
        assert_eq!(errors, ["filter bad-filter"; 5].into_iter().chain(["sort bad-sort"]).collect::<Vec<_>>());
        assert_eq!(read(filters(&["availability:in_stock", "availability:out_of_stock"])).expect_err("refused").len(), 1);
        let long = SearchParameters { q: Some("ü".repeat(501)), ..SearchParameters::default() };
        assert_eq!(read(long).expect_err("refused"), ["q too-long"]);
        assert!(read(SearchParameters { q: Some("ü".repeat(500)), ..SearchParameters::default() }).is_ok());
    }

    #[test]
    fn cursors_out_of_range_are_refused() {
        for place in [-1, MAX_OFFSET + 1, i64::MIN, i64::MAX] {
            let cursor = Some(kernel::wire::cursor(place));
            assert_eq!(
                read(SearchParameters { cursor, ..SearchParameters::default() }).expect_err("refused"),
                ["cursor bad-cursor"]
            );
        }
        assert!(read(SearchParameters { cursor: Some("\u{0}".to_owned()), ..SearchParameters::default() }).is_err());
        assert_eq!(next_offset(0, 20, 20), None);
        assert_eq!(next_offset(0, 20, 21), Some(20));
        assert_eq!(next_offset(9_990, 20, 50_000), None);
        assert_eq!(next_offset(0, 0, 5), None);
    }

    #[test]
    fn a_price_range_applies_to_one_unit() {
        let range = PriceRange::read("1.5..2").expect("a range");
        let amount = |text: &str| text.parse::<Amount>().expect("an amount");
        let per = |n: u32| Per::new(n).expect("a basis");
        assert!(range.holds(amount("1.5"), per(1)));
        assert!(range.holds(amount("200"), per(100)));
        assert!(!range.holds(amount("200.000001"), per(100)));
        assert!(!range.holds(amount("1.5"), per(100)));
        assert!(PriceRange::read("..2").expect("a range").holds(amount("-5"), per(1)));
        assert_eq!(PriceRange::read("2"), None);
        assert_eq!(PriceRange::read("a..2"), None);
    }
}
