//! Importing stock: each row is a count of the quantity on hand.

use ahash::AHashMap;
use entity::{ProductId, WarehouseId, warehouses};
use pricing::Quantity;
use sea_orm::EntityTrait as _;

use super::batch::{Importable, NumberedRow, RowOutcome};
use super::references::ImportRun;
use files::rows::StockRow;
use inventory::{self, Reason, StockMovement};
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use store::database::Tx;

#[async_trait::async_trait]
impl Importable for StockRow {
    const BATCH: usize = 2_000;

    async fn store(run: &ImportRun, tx: &Tx, rows: &[NumberedRow<Self>]) -> Result<Vec<RowOutcome>, CommonError> {
        let found = warehouses::Entity::find().all(tx).await?;
        let warehouses: AHashMap<&str, WarehouseId> = found.iter().map(|row| (row.code.as_str(), row.id)).collect();
        let products = run.references.products.by_skus(rows.iter().map(|row| row.row.sku.as_str()));
        let mut outcomes = Vec::with_capacity(rows.len());
        let (mut moves, mut places) = (Vec::new(), Vec::new());
        for (row, product) in rows.iter().zip(products) {
            let warehouse = warehouses.get(row.row.warehouse.as_str());
            let Some(product) = product else {
                outcomes.push(row.refused(FieldCode::UnknownProduct, "sku", "there is no such product", &row.row.sku));
                continue;
            };
            let Some(warehouse) = warehouse else {
                outcomes.push(row.refused(
                    FieldCode::UnknownWarehouse,
                    "warehouse",
                    "there is no such warehouse",
                    &row.row.warehouse,
                ));
                continue;
            };
            let quantity = Quantity::from_micros(row.row.quantity);
            if !product.fractional && !quantity.is_whole() {
                let raw = quantity.to_string();
                outcomes.push(row.refused(FieldCode::NotWhole, "quantity", "must be a whole number of units", &raw));
                continue;
            }
            places.push(outcomes.len());
            moves.push(count(product.id, *warehouse, quantity));
            outcomes.push(RowOutcome::stored());
        }
        let results = inventory::move_stock(tx, &moves).await.map_err(common_error)?;
        for (place, result) in places.into_iter().zip(results) {
            if let Err(refusal) = result {
                outcomes[place] = rows[place].refused(refusal.code(), "quantity", refusal.to_string(), "");
            }
        }
        Ok(outcomes)
    }
}

fn count(product: ProductId, warehouse: WarehouseId, quantity: Quantity) -> StockMovement {
    StockMovement { product, warehouse, quantity, reason: Reason::Count, to: None, reference: "import".to_owned() }
}

fn common_error(error: inventory::StockError) -> CommonError {
    match error {
        inventory::StockError::Common(common_error) => common_error,
        other => CommonError::Internal(other.to_string()),
    }
}
