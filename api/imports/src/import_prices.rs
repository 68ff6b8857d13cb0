//! Importing entries of price lists.

use std::collections::BTreeMap;

use entity::{AssignedKind, Instant, PriceListId};
use pricing::{Amount, Currency, Per, Quantity, UnitCode};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::batch::{Importable, NumberedRow, RowOutcome};
use super::references::ImportRun;
use files::rows::PriceRow;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use price_admin::Assigned;
use price_admin::EntryOutcome;
use price_admin::NewEntry;
use price_admin::NewPriceList;
use price_admin::PriceAdminError;
use price_admin::PriceChange;
use store::database::Tx;

#[async_trait::async_trait]
impl Importable for PriceRow {
    const BATCH: usize = 2_000;

    async fn store(run: &ImportRun, tx: &Tx, rows: &[NumberedRow<Self>]) -> Result<Vec<RowOutcome>, CommonError> {
        let products = run.references.products.by_skus(rows.iter().map(|row| row.row.sku.as_str()));
        let mut row_outcomes = Vec::with_capacity(rows.len());
        let mut lists: BTreeMap<&str, (Vec<usize>, Vec<NewEntry>)> = BTreeMap::new();
        for (row, product) in rows.iter().zip(products) {
            let Some(product) = product else {
                row_outcomes.push(row.refused(FieldCode::UnknownProduct, "sku", "there is no such product", &row.row.sku));
                continue;
            };
            match entry(row, &product) {
                Ok(entry) => {
                    let list = lists.entry(&row.row.price_list).or_default();
                    list.0.push(row_outcomes.len());
                    list.1.push(entry);
                    row_outcomes.push(RowOutcome::stored());
                }
                Err(outcome) => row_outcomes.push(outcome),
            }
        }
        if lists.is_empty() {
            return Ok(row_outcomes);
        }
        let change = PriceChange::begin(tx, "import".to_owned()).await?;
        for (code, (places, entries)) in lists {
            let list = match list_of(tx, &change, code).await {
                Ok(list) => list,
                Err(Some(common_error)) => return Err(common_error),
                Err(None) => {
                    for place in places {
                        row_outcomes[place] =
                            rows[place].refused(FieldCode::BadCode, "price_list", "must be the code of a price list", code);
                    }
                    continue;
                }
            };
            let outcomes = price_admin::put_entries(tx, &change, list, &entries).await?;
            for (place, outcome) in places.into_iter().zip(outcomes) {
                if outcome == EntryOutcome::Duplicate {
                    let detail = "an earlier row has the same product, unit, currency, quantity and start; keep only one of them";
                    row_outcomes[place] = rows[place].refused(FieldCode::Duplicate, "", detail, &rows[place].row.sku);
                }
            }
        }
        Ok(row_outcomes)
    }
}

fn entry(row: &NumberedRow<PriceRow>, product: &catalog::Product) -> Result<NewEntry, RowOutcome> {
    let price = &row.row;
    let unit = price.unit.as_deref().map_or(Some(product.stock_unit), |unit| unit.parse::<UnitCode>().ok());
    let Some(unit) = unit.filter(|unit| product.factor_of(*unit).is_some()) else {
        let raw = price.unit.as_deref().unwrap_or_default();
        return Err(row.refused(FieldCode::UnknownUnit, "unit", "the product is not sold in this unit", raw));
    };
    let Ok(currency) = price.currency.parse::<Currency>() else {
        return Err(row.refused(FieldCode::UnknownCurrency, "currency", "must be a currency code of ISO 4217", &price.currency));
    };
    let whole = u32::try_from(price.per / 1_000_000).ok().filter(|_| price.per % 1_000_000 == 0);
    let Some(per) = whole.and_then(Per::new) else {
        let raw = Quantity::from_micros(price.per).to_string();
        return Err(row.refused(FieldCode::OutOfRange, "per", "must be a whole number of units", &raw));
    };
    Ok(NewEntry {
        product: product.id,
        unit,
        currency,
        min_quantity: Quantity::from_micros(price.min_quantity),
        unit_price: Amount::from_micros(price.unit_price),
        per,
        valid_from: price.valid_from.map(Instant),
        valid_until: price.valid_until.map(Instant),
    })
}

/// The price list with a code, created for all accounts when there is none. `Err(None)` means that the code is not valid.
pub(super) async fn list_of(tx: &Tx, change: &PriceChange, code: &str) -> Result<PriceListId, Option<CommonError>> {
    use entity::price_lists::{Column, Entity};
    if code.chars().count() > 64 || code.contains(char::is_whitespace) {
        return Err(None);
    }
    let found = Entity::find().filter(Column::Code.eq(code)).one(tx).await.map_err(|e| Some(e.into()))?;
    if let Some(list) = found {
        return Ok(list.id);
    }
    let assigned = Assigned { kind: AssignedKind::Default, id: 0, code: String::new() };
    let new = NewPriceList { code: code.to_owned(), name: code.to_owned(), assigned };
    let made = price_admin::put_price_list(tx, change, new, None).await;
    made.map(|made| made.list.id).map_err(|error| Some(common_error(error)))
}

fn common_error(error: PriceAdminError) -> CommonError {
    match error {
        PriceAdminError::Common(common_error) => common_error,
        other => CommonError::Internal(other.to_string()),
    }
}
