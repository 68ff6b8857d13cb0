//! What a search asks for besides its text: filters, facets, the order, the page.

use std::cmp::Ordering;

use pricing::{Amount, Per};

use super::offers::{HitOffer, Stocked};
use super::own::{BOUGHT_BEFORE, ON_CONTRACT};
use catalog::Categories;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::{cursor, page_limit, pair_cursor, pair_of, place_of};

/// The longest text that is searched for, in characters.
const LONGEST_TEXT: usize = 500;
const LONGEST_NAME: usize = 100;
const LONGEST_VALUE: usize = 200;
const MOST_FILTERS: usize = 50;
const MOST_FACETS: usize = 20;
/// The last place a page may start at.
const LAST_PLACE: i64 = 10_000;

/// A search as it came.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) q: Option<String>,
    pub(super) limit: Option<u64>,
    pub(super) cursor: Option<String>,
    pub(super) facets: Vec<String>,
    pub(super) filters: Vec<String>,
    pub(super) sort: Option<String>,
    pub(super) explain: bool,
}

/// A search as it is carried out: what the index does itself, and what is joined afterwards.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) query: search::Query,
    pub(super) order: Order,
    /// Any of these price ranges; all prices when there is none.
    pub(super) prices: Vec<PriceRange>,
    /// Whether products must be in stock, or must not.
    pub(super) in_stock: Option<bool>,
    /// Whether products in stock are counted.
    pub(super) counts_stock: bool,
    /// Sets of the account that products must belong to, or must not.
    own: Vec<(&'static str, bool)>,
    /// The search a page belongs to, when an earlier page told.
    pub(super) search: Option<i64>,
}

/// The order of hits that the index cannot give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// As the index gives them.
    Index,
    Price {
        descending: bool,
    },
    /// What is in stock first, most first.
    Availability,
}

/// Bounds of a unit price, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PriceRange {
    low: Option<Amount>,
    high: Option<Amount>,
}

impl Plan {
    /// Reads a search; everything wrong with it is told at once.
    pub(super) fn read(asked: Asked, audience: search::Audience, categories: &Categories) -> Result<Self, CommonError> {
        let text = text(asked.q)?;
        let mut plan = Self {
            query: search::Query::new(text, audience),
            order: Order::Index,
            prices: Vec::new(),
            in_stock: None,
            counts_stock: false,
            own: Vec::new(),
            search: None,
        };
        plan.query.limit = page_limit(asked.limit, 20, 100)? as usize;
        (plan.query.offset, plan.search) = place(asked.cursor.as_deref())?;
        plan.query.explain = asked.explain;
        let mut problems = Vec::new();
        if asked.filters.len() > MOST_FILTERS {
            problems.push(
                FieldError::new("filter", FieldCode::TooMany, format!("there must be at most {MOST_FILTERS} filters"))
                    .with("max", MOST_FILTERS),
            );
        }
        for filter in asked.filters.iter().take(MOST_FILTERS) {
            problems.extend(plan.add_filter(filter, categories).err());
        }
        problems.extend(plan.set_facets(asked.facets).err());
        problems.extend(plan.set_sort(asked.sort.as_deref().unwrap_or("relevance")).err());
        if problems.is_empty() { Ok(plan) } else { Err(CommonError::Invalid(problems)) }
    }

    /// Whether prices or stock decide which hits are shown.
    pub(super) fn joins(&self) -> bool {
        self.needs_prices() || self.needs_stock()
    }

    /// Whether prices decide which hits are shown.
    pub(super) fn needs_prices(&self) -> bool {
        !self.prices.is_empty() || matches!(self.order, Order::Price { .. })
    }

    /// Whether stock decides which hits are shown, or is counted.
    pub(super) fn needs_stock(&self) -> bool {
        self.in_stock.is_some() || self.counts_stock || self.order == Order::Availability
    }

    /// Whether products must belong to a set of the account, or must not.
    pub(super) fn own_wanted(&self, name: &str) -> Option<bool> {
        self.own.iter().find(|(known, _)| *known == name).map(|(_, wanted)| *wanted)
    }

    fn add_own(&mut self, name: &'static str, value: &str) -> Result<(), FieldError> {
        let refused = |detail: &str| FieldError::new("filter", FieldCode::BadFilter, format!("{name} must be {detail}"));
        let wanted = value.parse::<bool>().map_err(|_| refused("true or false"))?;
        match self.own_wanted(name) {
            Some(before) if before != wanted => return Err(refused("one or the other")),
            Some(_) => {}
            None => self.own.push((name, wanted)),
        }
        Ok(())
    }

    fn add_filter(&mut self, filter: &str, categories: &Categories) -> Result<(), FieldError> {
        let refused = |detail: String| FieldError::new("filter", FieldCode::BadFilter, detail);
        let Some((name, value)) = filter.split_once(':') else {
            return Err(refused("a filter is a name, a colon and a value".to_owned()));
        };
        if name.is_empty() || name.chars().count() > LONGEST_NAME || value.chars().count() > LONGEST_VALUE {
            return Err(refused(format!("a name has 1 to {LONGEST_NAME} characters, a value at most {LONGEST_VALUE}")));
        }
        match name {
            "price" => {
                let range = PriceRange::read(value);
                self.prices.push(range.ok_or_else(|| refused("a price filter is low..high, with one end or both".to_owned()))?);
            }
            "availability" => {
                let wanted = match value {
                    "in_stock" => true,
                    "out_of_stock" => false,
                    _ => return Err(refused("availability is in_stock or out_of_stock".to_owned())),
                };
                if self.in_stock.is_some_and(|before| before != wanted) {
                    return Err(refused("availability is one or the other".to_owned()));
                }
                self.in_stock = Some(wanted);
            }
            BOUGHT_BEFORE => return self.add_own(BOUGHT_BEFORE, value),
            ON_CONTRACT => return self.add_own(ON_CONTRACT, value),
            "category" => {
                let value = categories.by_code(value).map_or_else(|| value.to_owned(), |c| c.id.to_string());
                self.query.filters.push(search::Filter { name: "category".to_owned(), value });
            }
            _ => self.query.filters.push(search::Filter { name: name.to_owned(), value: value.to_owned() }),
        }
        Ok(())
    }

    fn set_facets(&mut self, mut facets: Vec<String>) -> Result<(), FieldError> {
        if facets.len() > MOST_FACETS || facets.iter().any(|name| name.chars().count() > LONGEST_NAME) {
            let detail = format!("there must be at most {MOST_FACETS} facets, each a name of at most {LONGEST_NAME} characters");
            return Err(FieldError::new("facet", FieldCode::TooMany, detail));
        }
        let asked = facets.len();
        facets.retain(|name| name != "availability");
        self.counts_stock = facets.len() < asked;
        self.query.facets = facets;
        Ok(())
    }

    fn set_sort(&mut self, sort: &str) -> Result<(), FieldError> {
        let (descending, name) = sort.strip_prefix('-').map_or((false, sort), |name| (true, name));
        let attribute = name.strip_prefix("attribute:").filter(|a| !a.is_empty() && a.chars().count() <= LONGEST_NAME);
        match (name, attribute) {
            ("relevance", _) if !descending => {}
            ("sku", _) if !descending => self.query.sort = search::Sort::Sku,
            ("price", _) => self.order = Order::Price { descending },
            ("availability", _) if !descending => self.order = Order::Availability,
            (_, Some(name)) => self.query.sort = search::Sort::Attribute { name: name.to_owned(), descending },
            _ => {
                let detail = "must be relevance, sku, price, -price, availability, attribute:name or -attribute:name";
                return Err(FieldError::new("sort", FieldCode::BadSort, detail));
            }
        }
        Ok(())
    }

    /// Whether a hit passes the filters on price and stock.
    pub(super) fn admits(&self, price: Option<&HitOffer>, stock: Stocked) -> bool {
        let priced =
            self.prices.is_empty() || price.is_some_and(|p| self.prices.iter().any(|range| range.holds(p.unit_price, p.per)));
        priced && self.in_stock.is_none_or(|wanted| wanted == stock.in_stock())
    }

    /// Which of two hits comes first; hits without a price come last.
    pub(super) fn compare(&self, a: (Option<&HitOffer>, Stocked), b: (Option<&HitOffer>, Stocked)) -> Ordering {
        match self.order {
            Order::Index => Ordering::Equal,
            Order::Availability => b.1.available.cmp(&a.1.available),
            Order::Price { descending } => match (a.0, b.0) {
                (Some(a), Some(b)) if descending => b.compare(a),
                (Some(a), Some(b)) => a.compare(b),
                (a, b) => a.is_none().cmp(&b.is_none()),
            },
        }
    }
}

/// The text to search for.
pub(super) fn text(q: Option<String>) -> Result<String, CommonError> {
    let text = q.unwrap_or_default();
    if text.chars().nth(LONGEST_TEXT).is_some() {
        return Err(CommonError::from(
            FieldError::new("q", FieldCode::TooLong, format!("must have at most {LONGEST_TEXT} characters"))
                .with("max", LONGEST_TEXT),
        ));
    }
    Ok(text)
}

/// Where a page begins, and the search it belongs to.
fn place(cursor: Option<&str>) -> Result<(usize, Option<i64>), CommonError> {
    let read = |cursor: &str| match pair_of(cursor) {
        Ok((place, search)) => Ok((place, Some(search))),
        Err(_) => place_of(cursor).map(|place| (place, None)),
    };
    let (place, search) = cursor.map(read).transpose()?.unwrap_or((0, None));
    if !(0..=LAST_PLACE).contains(&place) {
        return Err(CommonError::invalid(
            "cursor",
            FieldCode::BadCursor,
            "the cursor must be the next_cursor of an earlier answer, unchanged",
        ));
    }
    Ok((place as usize, search))
}

/// The cursor of a page, with the search it belongs to.
pub(super) fn page_cursor(place: i64, search: Option<i64>) -> String {
    search.map_or_else(|| cursor(place), |search| pair_cursor(place, search))
}

/// Where the page after one of `shown` hits at `offset` begins; none when there is no more to see.
pub(super) fn next_place(offset: usize, shown: usize, total: usize) -> Option<i64> {
    let next = (offset + shown) as i64;
    (shown > 0 && offset + shown < total && next <= LAST_PLACE).then_some(next)
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

    fn read(asked: Asked) -> Result<Plan, Vec<String>> {
        match Plan::read(asked, search::Audience::Staff, &Categories::default()) {
            Ok(plan) => Ok(plan),
            Err(CommonError::Invalid(problems)) => {
                Err(problems.into_iter().map(|p| format!("{} {}", p.pointer, p.code)).collect())
            }
            Err(other) => Err(vec![other.to_string()]),
        }
    }

    fn filters(filters: &[&str]) -> Asked {
        Asked { filters: filters.iter().map(|f| (*f).to_owned()).collect(), ..Asked::default() }
    }

    #[test]
    fn price_and_stock_are_joined_the_rest_is_the_index_s() {
        let plan = read(filters(&["brand:SKF", "price:10..20", "availability:in_stock", "thread:M8:x"])).expect("a plan");
        assert!(plan.joins());
        assert_eq!(plan.in_stock, Some(true));
        let names: Vec<(&str, &str)> = plan.query.filters.iter().map(|f| (f.name.as_str(), f.value.as_str())).collect();
        assert_eq!(names, [("brand", "SKF"), ("thread", "M8:x")]);
        assert!(!read(filters(&["length:10..20 mm"])).expect("a plan").joins());
    }

    #[test]
    fn sets_of_the_account_are_asked_for_by_name() {
        let plan = read(filters(&["bought_before:true", "on_contract:false", "on_contract:false"])).expect("a plan");
        assert_eq!((plan.own_wanted(BOUGHT_BEFORE), plan.own_wanted(ON_CONTRACT)), (Some(true), Some(false)));
        assert!(plan.query.filters.is_empty() && !plan.joins());
        let told = read(filters(&["bought_before:yes", "on_contract:true", "on_contract:false"])).expect_err("refused");
        assert_eq!(told, ["filter bad-filter"; 2]);
    }

    #[test]
    fn a_page_knows_its_search() {
        let asked = |cursor: String| Asked { cursor: Some(cursor), ..Asked::default() };
        let plan = read(asked(page_cursor(20, Some(7)))).expect("a plan");
        assert_eq!((plan.query.offset, plan.search), (20, Some(7)));
        let plan = read(asked(page_cursor(20, None))).expect("a plan");
        assert_eq!((plan.query.offset, plan.search), (20, None));
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let wrong = filters(&["brand", ":x", "price:cheap", "price:..", "availability:soon"]);
        let told = read(Asked { sort: Some("-sku".to_owned()), ..wrong }).expect_err("refused");
        assert_eq!(told, ["filter bad-filter"; 5].into_iter().chain(["sort bad-sort"]).collect::<Vec<_>>());
        assert_eq!(read(filters(&["availability:in_stock", "availability:out_of_stock"])).expect_err("refused").len(), 1);
        let long = Asked { q: Some("ü".repeat(501)), ..Asked::default() };
        assert_eq!(read(long).expect_err("refused"), ["q too-long"]);
        assert!(read(Asked { q: Some("ü".repeat(500)), ..Asked::default() }).is_ok());
    }

    #[test]
    fn cursors_of_nowhere_are_refused() {
        for place in [-1, LAST_PLACE + 1, i64::MIN, i64::MAX] {
            let cursor = Some(kernel::wire::cursor(place));
            assert_eq!(read(Asked { cursor, ..Asked::default() }).expect_err("refused"), ["cursor bad-cursor"]);
        }
        assert!(read(Asked { cursor: Some("\u{0}".to_owned()), ..Asked::default() }).is_err());
        assert_eq!(next_place(0, 20, 20), None);
        assert_eq!(next_place(0, 20, 21), Some(20));
        assert_eq!(next_place(9_990, 20, 50_000), None);
        assert_eq!(next_place(0, 0, 5), None);
    }

    #[test]
    fn a_price_range_is_of_one_unit() {
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
