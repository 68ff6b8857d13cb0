//! What was ordered in a contract's period as it was known then, to price something again.
//!
//! As in `period`, but with the knowledge of an instant: cancellations and imports of later do not count, and the company tree,
//! categories, brands and units are those of then. It takes one statement per contract, and only requests
//! that price something again run it.
//!
//! An `as_of` that is the very instant of a price version stands for all that was known under that version, up to the instant
//! asked for: that is what an answer's own `as_of` says. Any other `as_of` is taken as it is.

use ahash::AHashMap;
use entity::Instant;
use pricing::{ContractLineId, Factor, PeriodLine, PeriodQuantity, Quantity};
use sea_orm::{DbErr, Value};
use store::Db;

use super::period::converted;
use super::price_book::Book;
use store::sql::{ids_value, key_list};

/// Contract lines of one holder and period.
#[derive(Clone, Debug)]
pub(super) struct Window {
    /// The holder and the accounts below it.
    family: Vec<i64>,
    from: Option<Instant>,
    until: Option<Instant>,
    lines: Vec<(ContractLineId, Counted)>,
}

/// Which products count for a line, and how many stock units one of the wanted unit is.
#[derive(Clone, Debug)]
enum Counted {
    All,
    These(AHashMap<i64, Factor>),
}

impl Book {
    /// What a request needs to know of orders placed before, as it was known then.
    pub(super) fn windows(&self, request: &pricing::PriceRequest<'_>) -> Vec<Window> {
        let mut windows: Vec<Window> = Vec::new();
        let mut places: AHashMap<(pricing::ContractId, pricing::AccountId), usize> = AHashMap::new();
        for line in pricing::period_lines(self.engine(), request) {
            let place = *places.entry((line.contract, line.account)).or_insert(windows.len());
            if place == windows.len() {
                let family = self.engine().family_of(line.account, request.as_of);
                windows.push(Window {
                    family: family.into_iter().filter_map(|account| self.account_id(account)).collect(),
                    from: line.from.map(Into::into),
                    until: line.until.map(Into::into),
                    lines: Vec::new(),
                });
            }
            windows[place].lines.push((line.line, self.counted(&line, request)));
        }
        windows
    }

    fn counted(&self, line: &PeriodLine, request: &pricing::PriceRequest<'_>) -> Counted {
        if line.target == pricing::Target::Everything && line.unit.is_none() {
            return Counted::All;
        }
        let factor = |product| match line.unit {
            Some(unit) => self.engine().factor_of(product, unit, request.as_of),
            None => Some(Factor::ONE),
        };
        let products = self.engine().products_of(line.target, request.as_of).into_iter();
        Counted::These(products.filter_map(|product| Some((self.product_id(product)?, factor(product)?))).collect())
    }
}

impl Window {
    /// The products that any line counts; none when all do.
    fn products(&self) -> Option<Vec<i64>> {
        let mut products = Vec::new();
        for (_, counted) in &self.lines {
            match counted {
                Counted::All => return None,
                Counted::These(these) => products.extend(these.keys().copied()),
            }
        }
        products.sort_unstable();
        products.dedup();
        Some(products)
    }
}

/// Until when orders, cancellations and imports were known.
async fn horizon(db: &impl Db, at: Instant, as_of: Instant) -> Result<Instant, DbErr> {
    let sql = "select (select count(*) from price_changes where recorded_at = $1), \
               (select min(recorded_at) from price_changes where recorded_at > $1)";
    let row = db.row(db.statement(sql, vec![as_of.0.into()])).await?;
    let (exact, next): (i64, Option<i64>) = match &row {
        Some(row) => (row.get(0)?, row.get(1)?),
        None => (0, None),
    };
    let last = next.map_or(at.0, |next| at.0.min(next - 1));
    Ok(if exact > 0 { Instant(last.max(as_of.0)) } else { as_of })
}

/// The quantities ordered before `at` as known at `as_of`, one per line.
pub(super) async fn ordered(db: &impl Db, windows: &[Window], at: Instant, as_of: Instant) -> Result<Vec<PeriodQuantity>, DbErr> {
    let known = horizon(db, at, as_of).await?;
    let mut found = Vec::new();
    for window in windows {
        let rows = rows_of(db, window, at, known).await?;
        for (line, counted) in &window.lines {
            let mut sum: i128 = 0;
            for (product, sold, micros) in &rows {
                let wanted = match counted {
                    Counted::All => Some(Factor::ONE),
                    Counted::These(these) => these.get(product).copied(),
                };
                sum += wanted.map_or(0, |wanted| converted(*micros, *sold, wanted));
            }
            let quantity = Quantity::from_micros(i64::try_from(sum.max(0)).unwrap_or(i64::MAX));
            found.push(PeriodQuantity { line: *line, quantity });
        }
    }
    Ok(found)
}

/// Product, unit sold in and quantity of what was ordered in a window.
async fn rows_of(db: &impl Db, window: &Window, at: Instant, known: Instant) -> Result<Vec<(i64, Factor, i64)>, DbErr> {
    let until = window.until.map_or(at, |until| until.min(at));
    let mut values: Vec<Value> = vec![
        ids_value(db, window.family.iter().copied()),
        window.from.map_or(0, |from| from.0).into(),
        until.0.into(),
        known.0.into(),
    ];
    let products = match window.products() {
        None => String::new(),
        Some(products) => {
            values.push(ids_value(db, products.iter().copied()));
            format!(" and l.product_id in {}", key_list(db, 5, "bigint"))
        }
    };
    let sql = format!(
        "select l.product_id, l.numerator, l.denominator, cast(sum(l.quantity - l.cancelled + coalesce( \
         (select sum(c.quantity) from order_cancellations c where c.order_id = l.order_id and c.line_no = l.line_no \
         and c.cancelled_at > $4), 0)) as bigint) from order_lines l \
         where l.account_id in {accounts} and l.placed_at >= $2 and l.placed_at < $3 and l.placed_at <= $4{products} \
         and not exists (select 1 from order_imports i where i.order_id = l.order_id and i.imported_at > $4) \
         group by l.product_id, l.numerator, l.denominator",
        accounts = key_list(db, 1, "bigint"),
    );
    let mut rows = Vec::new();
    for row in db.rows(db.statement(sql, values)).await? {
        let sold = Factor::new(row.get(1)?, row.get(2)?).unwrap_or(Factor::ONE);
        rows.push((row.get(0)?, sold, row.get(3)?));
    }
    Ok(rows)
}
