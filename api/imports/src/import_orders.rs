//! Importing past orders.

use entity::{Amount, Destination, Instant, Quantity};
use pricing::{Currency, UnitCode};

use super::batch::{Importable, NumberedRow, RowOutcome};
use super::references::ImportRun;
use files::rejection::{Problem, Rejection};
use files::rows::OrderRow;
use files::rows::order::OrderLine;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use orders::{ImportResult, OrderError, PastLine, PastOrder, import_past};
use store::database::Tx;

#[async_trait::async_trait]
impl Importable for OrderRow {
    const BATCH: usize = 4_000;

    fn records(&self) -> u64 {
        self.lines.len() as u64
    }

    async fn store(run: &ImportRun, tx: &Tx, rows: &[NumberedRow<Self>]) -> Result<Vec<RowOutcome>, CommonError> {
        let mut outcomes = Vec::with_capacity(rows.len());
        let (mut past, mut places) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for row in rows {
            match past_order(run, row) {
                Ok(order) => {
                    places.push(outcomes.len());
                    past.push(order);
                    outcomes.push(RowOutcome::stored());
                }
                Err(reasons) => outcomes.push(RowOutcome::Refused(reasons)),
            }
        }
        let results = import_past(tx, &past).await.map_err(common_error)?;
        // Suggestions learn from every batch, so that no transaction grows with the file.
        suggestions::learn_all(tx).await?;
        for (place, result) in places.into_iter().zip(results) {
            outcomes[place] = match result {
                ImportResult::Stored => RowOutcome::stored(),
                ImportResult::AlreadyImported => RowOutcome::Skipped,
                ImportResult::Rejected(error) => rows[place].refused(FieldCode::Refused, "", error.to_string(), ""),
            };
        }
        Ok(outcomes)
    }
}

/// The order with its account and products, or the errors of all lines.
fn past_order(run: &ImportRun, row: &NumberedRow<OrderRow>) -> Result<PastOrder, Vec<Rejection>> {
    let order = &row.row;
    let mut reasons = Vec::new();
    let mut refuse = |line, code: FieldCode, field, detail: &str, raw: &str| {
        reasons.push(Problem::new(code.word(), field, detail, raw).at(line));
    };
    let account = run.references.accounts.by_code(&order.account);
    if account.is_none() {
        refuse(row.line, FieldCode::UnknownAccount, "account", "there is no such account", &order.account);
    }
    let currency = order.currency.parse::<Currency>().ok();
    if currency.is_none() {
        refuse(row.line, FieldCode::UnknownCurrency, "currency", "must be a currency code of ISO 4217", &order.currency);
    }
    let products = run.references.products.by_skus(order.lines.iter().map(|line| line.sku.as_str()));
    let mut lines = Vec::with_capacity(order.lines.len());
    for (line, product) in order.lines.iter().zip(products) {
        let Some(product) = product else {
            refuse(line.line, FieldCode::UnknownProduct, "sku", "there is no such product", &line.sku);
            continue;
        };
        let unit = unit_of(line, product.stock_unit).filter(|unit| product.factor_of(*unit).is_some());
        let Some(unit) = unit else {
            let raw = line.unit.as_deref().unwrap_or_default();
            refuse(line.line, FieldCode::UnknownUnit, "unit", "the product is not sold in this unit", raw);
            continue;
        };
        let Some(unit_price) = line.unit_price else {
            refuse(line.line, FieldCode::MissingValue, "unit_price", "the price paid must be given", "");
            continue;
        };
        let (quantity, per) = (Quantity(line.quantity), Quantity(1_000_000));
        lines.push(PastLine { product, unit, quantity, unit_price: Amount(unit_price), per });
    }
    match (account, currency) {
        (Some(account), Some(currency)) if reasons.is_empty() => Ok(PastOrder {
            account,
            placed_by: "import".to_owned(),
            placed_at: Instant(order.placed_at),
            external_reference: order.external_number.clone(),
            purchase_order_number: order.po.clone().unwrap_or_default(),
            currency,
            ship_to: Destination::default(),
            lines,
        }),
        _ => {
            let detail = "every line of the order must be valid; the order is rejected";
            reasons.push(
                Problem::new(FieldCode::OrderIncomplete.word(), "external_number", detail, &order.external_number).at(row.line),
            );
            Err(reasons)
        }
    }
}

fn unit_of(line: &OrderLine, stock_unit: UnitCode) -> Option<UnitCode> {
    line.unit.as_deref().map_or(Some(stock_unit), |unit| unit.parse().ok())
}

fn common_error(error: OrderError) -> CommonError {
    match error {
        OrderError::Common(common_error) => common_error,
        other => CommonError::Internal(other.to_string()),
    }
}
