//! What the price engine needs to know of products, read from their tables: categories, brand, mix-and-match group, units,
//! and cost and floor with their history.

use ahash::{AHashMap, AHashSet};
use entity::Instant;
use pricing::{Amount, Currency, Factor, ProductMoney, ProductUnit, Quantity, UnitCode};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use super::book::{MoneyHistory, ProductRow};
use super::load::{Versions, note, statement};
use super::prices::Prices;
use crate::kernel::problem::Trouble;

/// Which products are read.
#[derive(Debug)]
pub(super) enum Which {
    All,
    These(Vec<i64>),
    /// Those whose cost or floor the versions changed.
    CostChanged(Versions),
    /// Those in a category whose place in the tree changed.
    CategoriesMoved,
}

const BATCH: i64 = 10_000;

/// Reads products and puts them into the book.
pub(super) async fn take(prices: &Prices, db: &impl ConnectionTrait, which: Which) -> Result<(), Trouble> {
    let tree = Tree::read(db).await?;
    let products = match which {
        Which::All => {
            take_all(prices, db, &tree).await?;
            prices.book.write().tree = tree;
            return Ok(());
        }
        Which::These(ids) => ids,
        Which::CostChanged(versions) => {
            let sql = "select distinct product_id from product_cost_facts where change_id > $1 and change_id <= $2";
            let rows = db.query_all_raw(statement(db, sql, vec![versions.after.into(), versions.upto.into()])).await?;
            rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, DbErr>>()?
        }
        Which::CategoriesMoved => {
            let moved = tree.moved_since(&prices.book.read().tree);
            let products = in_categories(db, &moved).await?;
            prices.book.write().tree = tree.clone();
            products
        }
    };
    for chunk in products.chunks(BATCH as usize) {
        let list: Vec<String> = chunk.iter().map(i64::to_string).collect();
        take_where(prices, db, &tree, &format!("in ({})", list.join(", "))).await?;
    }
    Ok(())
}

async fn take_all(prices: &Prices, db: &impl ConnectionTrait, tree: &Tree) -> Result<(), Trouble> {
    let mut after = 0;
    loop {
        let sql = "select coalesce(max(id), 0) from (select id from products where id > $1 order by id limit 10000) batch";
        let last = db.query_one_raw(statement(db, sql, vec![after.into()])).await?;
        let last: i64 = last.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        if last == 0 {
            return Ok(());
        }
        take_where(prices, db, tree, &format!("between {} and {last}", after + 1)).await?;
        after = last;
    }
}

async fn in_categories(db: &impl ConnectionTrait, categories: &[i64]) -> Result<Vec<i64>, Trouble> {
    let mut products = Vec::new();
    for chunk in crate::kernel::sql::key_chunks(categories) {
        let list: Vec<String> = chunk.iter().map(i64::to_string).collect();
        let sql = format!("select id from products where category_id in ({})", list.join(", "));
        for row in db.query_all_raw(statement(db, sql, Vec::<Value>::new())).await? {
            products.push(row.try_get_by_index(0)?);
        }
    }
    Ok(products)
}

/// Products whose id fulfils a condition of numbers only.
async fn take_where(prices: &Prices, db: &impl ConnectionTrait, tree: &Tree, condition: &str) -> Result<(), Trouble> {
    let query = |sql: String| db.query_all_raw(statement(db, sql, Vec::<Value>::new()));
    let products = query(format!(
        "select id, version, category_id, brand, stock_unit, mix_group, fractional, quantity_multiple from products where id {condition}"
    ));
    let products = products.await?;
    let units = query(format!(
        "select product_id, unit, numerator, denominator from product_units where product_id {condition} order by product_id, unit"
    ));
    let mut units = group_by_product(units.await?)?;
    let money = query(format!(
        "select product_id, currency, cost, floor, recorded_at, superseded_at from product_cost_facts \
         where product_id {condition} order by product_id, recorded_at, id"
    ));
    let mut money = group_by_product(money.await?)?;
    let mut rows = Vec::with_capacity(products.len());
    for product in products {
        let id: i64 = product.try_get("", "id")?;
        let units = units.remove(&id).unwrap_or_default();
        rows.push(product_row(id, &product, &units, &money.remove(&id).unwrap_or_default(), tree)?);
    }
    let mut book = prices.book.write();
    for row in &rows {
        note(book.put_product(row), "product", row.id);
    }
    Ok(())
}

fn group_by_product(rows: Vec<QueryResult>) -> Result<AHashMap<i64, Vec<QueryResult>>, DbErr> {
    let mut groups: AHashMap<i64, Vec<QueryResult>> = AHashMap::new();
    for row in rows {
        groups.entry(row.try_get("", "product_id")?).or_default().push(row);
    }
    Ok(groups)
}

fn unreadable(what: &str, id: i64) -> DbErr {
    DbErr::Custom(format!("{what} of product {id} cannot be read"))
}

fn product_row(
    id: i64,
    row: &QueryResult,
    units: &[QueryResult],
    money: &[QueryResult],
    tree: &Tree,
) -> Result<ProductRow, DbErr> {
    let stock_unit: String = row.try_get("", "stock_unit")?;
    let stock_unit: UnitCode = stock_unit.parse().map_err(|_| unreadable("the stock unit", id))?;
    let rule = OrderRule { fractional: row.try_get("", "fractional")?, multiple: row.try_get("", "quantity_multiple")? };
    let mut sold = vec![ProductUnit { code: stock_unit, factor: Factor::ONE, order_multiple: rule.multiple_in(Factor::ONE) }];
    for unit in units {
        let code: UnitCode = unit.try_get::<String>("", "unit")?.parse().map_err(|_| unreadable("a unit", id))?;
        let factor = Factor::new(unit.try_get("", "numerator")?, unit.try_get("", "denominator")?);
        let factor = factor.map_err(|_| unreadable("a unit", id))?;
        if code != stock_unit {
            sold.push(ProductUnit { code, factor, order_multiple: rule.multiple_in(factor) });
        }
    }
    let category: Option<i64> = row.try_get("", "category_id")?;
    Ok(ProductRow {
        id,
        version: row.try_get("", "version")?,
        categories: category.map(|category| tree.chain(category)).unwrap_or_default(),
        brand: row.try_get("", "brand")?,
        mix_group: row.try_get("", "mix_group")?,
        stock_unit,
        units: sold,
        money: history(money).map_err(|_| unreadable("cost or floor", id))?,
    })
}

/// How a product may be ordered, for the quantity the next break proposes.
struct OrderRule {
    fractional: bool,
    /// In stock units.
    multiple: Option<entity::Quantity>,
}

impl OrderRule {
    /// The smallest quantity of a unit that may be ordered and its multiples; none when any may.
    fn multiple_in(&self, unit: Factor) -> Option<Quantity> {
        let multiple = self.multiple.map(|m| m.0).filter(|m| *m > 0);
        let step = if self.fractional { 1 } else { Quantity::ONE.micros() };
        let Some(multiple) = multiple else { return (!self.fractional).then_some(Quantity::ONE) };
        // The smallest whole number of steps whose stock quantity is a multiple: q · step · n / d ≡ 0 (mod multiple).
        let modulus = i128::from(multiple) * i128::from(unit.denominator());
        let grows = i128::from(step) * i128::from(unit.numerator());
        let steps = modulus / gcd(modulus, grows);
        let micros = steps.checked_mul(i128::from(step))?;
        i64::try_from(micros).ok().map(Quantity::from_micros)
    }
}

fn gcd(mut left: i128, mut right: i128) -> i128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

/// What cost and floor were from each instant of change on.
fn history(rows: &[QueryResult]) -> Result<MoneyHistory, Box<dyn std::error::Error>> {
    let mut history = MoneyHistory::new();
    let mut current: Vec<ProductMoney> = Vec::new();
    for row in rows {
        let currency: Currency = row.try_get::<String>("", "currency")?.parse()?;
        let amount = |column: &str| row.try_get::<Option<entity::Amount>>("", column).map(|a| a.map(Amount::from));
        let recorded_at: Instant = row.try_get("", "recorded_at")?;
        current.retain(|money| money.currency != currency);
        current.push(ProductMoney { currency, cost: amount("cost")?, floor: amount("floor")? });
        match history.last_mut() {
            Some((at, money)) if *at == recorded_at => money.clone_from(&current),
            _ => history.push((recorded_at, current.clone())),
        }
    }
    Ok(history)
}

/// The tree of categories.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    parents: AHashMap<i64, Option<i64>>,
}

impl Tree {
    async fn read(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let rows = db.query_all_raw(statement(db, "select id, parent_id from categories", Vec::new())).await?;
        let parents = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
        Ok(Self { parents: parents.collect::<Result<_, DbErr>>()? })
    }

    /// A category and those above it with their depths; a root has depth 0. Ends also where the tree runs in a circle.
    fn chain(&self, category: i64) -> Vec<(i64, u32)> {
        let mut chain = Vec::new();
        let mut seen = AHashSet::new();
        let mut next = Some(category);
        while let Some(id) = next.filter(|id| seen.insert(*id)) {
            chain.push(id);
            next = self.parents.get(&id).copied().flatten();
        }
        let depth = chain.len() as u32;
        chain.into_iter().zip((0..depth).rev()).collect()
    }

    /// Categories whose chain is not what it was in `before`.
    fn moved_since(&self, before: &Self) -> Vec<i64> {
        self.parents.keys().copied().filter(|id| self.chain(*id) != before.chain(*id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_multiples_are_in_the_asked_unit() {
        let whole = |micros| OrderRule { fractional: false, multiple: Some(entity::Quantity(micros)) };
        let factor = |n, d| Factor::new(n, d).expect("positive");
        let units = |rule: OrderRule, factor| rule.multiple_in(factor).map(|q| q.to_string());
        assert_eq!(units(whole(100_000_000), Factor::ONE), Some("100".to_owned()));
        assert_eq!(units(whole(100_000_000), factor(30, 1)), Some("10".to_owned()));
        assert_eq!(units(whole(100_000_000), factor(100, 1)), Some("1".to_owned()));
        let free = OrderRule { fractional: true, multiple: None };
        assert_eq!(units(free, Factor::ONE), None);
        let metres = OrderRule { fractional: true, multiple: Some(entity::Quantity(500_000)) };
        assert_eq!(units(metres, Factor::ONE), Some("0.5".to_owned()));
        assert_eq!(units(OrderRule { fractional: false, multiple: None }, factor(12, 1)), Some("1".to_owned()));
    }

    #[test]
    fn chains_have_depths_and_end() {
        let tree = Tree { parents: [(1, None), (2, Some(1)), (3, Some(2)), (8, Some(9)), (9, Some(8))].into_iter().collect() };
        assert_eq!(tree.chain(3), [(3, 2), (2, 1), (1, 0)]);
        assert_eq!(tree.chain(8).len(), 2);
        let after = Tree { parents: [(1, None), (2, None), (3, Some(2)), (8, Some(9)), (9, Some(8))].into_iter().collect() };
        let mut moved = after.moved_since(&tree);
        moved.sort_unstable();
        assert_eq!(moved, [2, 3]);
    }
}
