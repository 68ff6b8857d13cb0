//! What was ordered in a contract's period so far, for contract lines that count it.
//!
//! One statement per basket, and only when a line of the basket needs it. Ordered quantities count with what was cancelled
//! taken off, from orders placed in the period and before the instant asked for, by the contract's account and all accounts
//! below it.

use std::fmt::Write as _;
use store::Db;

use ahash::AHashMap;
use entity::Instant;
use pricing::{ContractLineId, Factor, PeriodQuantity, Quantity, UnitCode};
use sea_orm::{DbErr, Value};

/// A contract line that counts orders placed before.
#[derive(Clone, Debug)]
pub(super) struct Period {
    pub(super) line: ContractLineId,
    pub(super) account: i64,
    pub(super) counted: Counted,
    /// The unit the quantity is wanted in; none for stock units.
    pub(super) unit: Option<UnitCode>,
    pub(super) from: Option<Instant>,
    pub(super) until: Option<Instant>,
}

/// Which products count.
#[derive(Clone, Debug)]
pub(super) enum Counted {
    Product(i64),
    Category(i64),
    Brand(String),
    Everything,
}

/// Parts of one statement: databases bound how many selects a union may have.
const PARTS: usize = 400;

/// The quantities ordered before `at`, one per line.
pub(super) async fn ordered(db: &impl Db, periods: &[Period], at: Instant) -> Result<Vec<PeriodQuantity>, DbErr> {
    let parts = parts_of(periods);
    let mut sums: AHashMap<(i64, i64), i128> = AHashMap::new();
    for (chunk_number, chunk) in parts.chunks(PARTS).enumerate() {
        let mut query = Query::default();
        for (place, part) in chunk.iter().enumerate() {
            query.add(chunk_number * PARTS + place, part, at);
        }
        let statement = db.statement(&query.sql, query.values);
        for row in db.rows(statement).await? {
            let key = (row.get(0)?, row.get(1)?);
            let [upper, lower, to_upper, to_lower, quantity] = [2, 3, 4, 5, 6].map(|place| row.get::<i64>(place));
            let sold = Factor::new(upper?, lower?).unwrap_or(Factor::ONE);
            let wanted = Factor::new(to_upper?, to_lower?).unwrap_or(Factor::ONE);
            *sums.entry(key).or_default() += converted(quantity?, sold, wanted);
        }
    }
    let quantity_of = |part: usize, product: i64| {
        let sum = sums.get(&(part as i64, product)).copied().unwrap_or_default();
        Quantity::from_micros(i64::try_from(sum.max(0)).unwrap_or(i64::MAX))
    };
    let lines = parts.iter().enumerate().flat_map(|(number, part)| part.lines.iter().map(move |line| (number, line)));
    Ok(lines.map(|(number, (product, line))| PeriodQuantity { line: *line, quantity: quantity_of(number, *product) }).collect())
}

/// Lines that are asked in one select: all lines of a contract for single products, or one other line.
struct Part<'a> {
    period: &'a Period,
    /// The product of each line, 0 where the line is not for a single product.
    lines: Vec<(i64, ContractLineId)>,
}

/// Account, unit, start and end of a period.
type Window = (i64, Option<UnitCode>, Option<Instant>, Option<Instant>);

fn parts_of(periods: &[Period]) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut shared: AHashMap<Window, usize> = AHashMap::new();
    for period in periods {
        let Counted::Product(product) = period.counted else {
            parts.push(Part { period, lines: vec![(0, period.line)] });
            continue;
        };
        let place = *shared.entry((period.account, period.unit, period.from, period.until)).or_insert(parts.len());
        if place == parts.len() {
            parts.push(Part { period, lines: Vec::new() });
        }
        parts[place].lines.push((product, period.line));
    }
    parts
}

/// A quantity from one unit into another by way of the stock unit, cut to whole millionths.
pub(super) fn converted(micros: i64, sold: Factor, wanted: Factor) -> i128 {
    let upper = i128::from(micros) * i128::from(sold.numerator()) * i128::from(wanted.denominator());
    upper / (i128::from(sold.denominator()) * i128::from(wanted.numerator()))
}

#[derive(Default)]
struct Query {
    sql: String,
    values: Vec<Value>,
}

impl Query {
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn add(&mut self, number: usize, part: &Part<'_>, at: Instant) {
        let period = part.period;
        let until = period.until.map_or(at, |until| until.min(at));
        let account = self.bind(period.account);
        let from = self.bind(period.from.map_or(0, |from| from.0));
        let until = self.bind(until.0);
        let (unit_join, unit_columns) = match period.unit {
            Some(unit) => {
                let unit = self.bind(unit.as_str());
                (
                    format!(
                        " join products s on s.id = l.product_id \
                         left join product_units u on u.product_id = l.product_id and u.unit = {unit}"
                    ),
                    "cast(coalesce(u.numerator, 1) as bigint), cast(coalesce(u.denominator, 1) as bigint)",
                )
            }
            None => (String::new(), "cast(1 as bigint), cast(1 as bigint)"),
        };
        // Without a row for the unit it can only be the stock unit; a product that does not have it at all does not count.
        let has_unit = period.unit.map(|unit| {
            let unit = self.bind(unit.as_str());
            format!(" and (u.unit is not null or s.stock_unit = {unit})")
        });
        let counted = self.counted(part);
        let product = if matches!(period.counted, Counted::Product(_)) { "l.product_id" } else { "cast(0 as bigint)" };
        let union = if self.sql.is_empty() { "" } else { " union all " };
        let mut group = if period.unit.is_some() { ", u.numerator, u.denominator" } else { "" }.to_owned();
        if matches!(period.counted, Counted::Product(_)) {
            group.push_str(", l.product_id");
        }
        let _ = write!(
            self.sql,
            "{union}select * from (with recursive family (id) as (select cast({account} as bigint) union \
             select a.id from accounts a join family f on a.parent_id = f.id) \
             select cast({number} as bigint), {product}, l.numerator, l.denominator, {unit_columns}, \
             cast(sum(l.quantity - l.cancelled) as bigint) from order_lines l{unit_join} \
             where l.account_id in (select id from family) and l.placed_at >= {from} and l.placed_at < {until}{counted}{has_unit} \
             group by l.numerator, l.denominator{group}) part_{number}",
            has_unit = has_unit.unwrap_or_default(),
        );
    }

    fn counted(&mut self, part: &Part<'_>) -> String {
        match &part.period.counted {
            Counted::Product(_) => {
                let products: Vec<String> = part.lines.iter().map(|(product, _)| self.bind(*product)).collect();
                format!(" and l.product_id in ({})", products.join(", "))
            }
            Counted::Category(category) => format!(
                " and l.product_id in (select p.id from products p where p.category_id in (\
                 with recursive below (id) as (select cast({} as bigint) union \
                 select c.id from categories c join below b on c.parent_id = b.id) select id from below))",
                self.bind(*category)
            ),
            Counted::Brand(brand) => {
                format!(" and l.product_id in (select p.id from products p where p.brand = {})", self.bind(brand.clone()))
            }
            Counted::Everything => String::new(),
        }
    }
}
