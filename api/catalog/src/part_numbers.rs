//! Accounts' own numbers for products.

use ahash::AHashMap;
use entity::{AccountId, IdentifierKind, ProductId, product_identifiers};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::identifiers::normalise;
use super::products::Products;
use super::put::{lock_catalog, record_changed};
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use store::database::Tx;
use store::sql::{insert_all, key_chunks};

/// What an account calls a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartNumber {
    pub product: ProductId,
    pub number: String,
}

/// The longest number an account may give a product.
const LONGEST: usize = 100;

/// Adds an account's own numbers and says of those refused why, in the order given; a pointer is left for the caller to
/// fill. A number stands for one product. With `instead_for` the numbers of that product so far are forgotten first.
pub async fn put_part_numbers(
    tx: &Tx,
    products: &Products,
    account: AccountId,
    numbers: &[PartNumber],
    instead_for: Option<ProductId>,
) -> Result<Vec<Result<(), FieldError>>, CommonError> {
    lock_catalog(tx).await?;
    if let Some(product) = instead_for {
        own(account).filter(product_identifiers::Column::ProductId.eq(product)).exec(tx).await?;
    }
    let keys: Vec<String> = numbers.iter().map(|n| normalise(&n.number)).collect();
    let mut taken: AHashMap<String, ProductId> = AHashMap::new();
    for keys in key_chunks(&keys) {
        let select = product_identifiers::Entity::find()
            .filter(product_identifiers::Column::AccountId.eq(account.0))
            .filter(product_identifiers::Column::Kind.eq(IdentifierKind::Customer))
            .filter(product_identifiers::Column::Normalised.is_in(keys.iter().map(String::as_str)));
        taken.extend(select.all(tx).await?.into_iter().map(|row| (row.normalised, row.product_id)));
    }
    let mut rows = AHashMap::new();
    let mut results = Vec::with_capacity(numbers.len());
    for (number, key) in numbers.iter().zip(keys) {
        let result = check(products, number, &key, &taken);
        if result.is_ok() {
            taken.insert(key.clone(), number.product);
            rows.insert((number.product, key.clone()), row_of(account, number, key));
        }
        results.push(result);
    }
    let mut changed: Vec<ProductId> = rows.keys().map(|(product, _)| *product).chain(instead_for).collect();
    changed.sort_unstable();
    changed.dedup();
    let replace = OnConflict::columns([
        product_identifiers::Column::ProductId,
        product_identifiers::Column::Kind,
        product_identifiers::Column::AccountId,
        product_identifiers::Column::Normalised,
    ])
    .update_column(product_identifiers::Column::Value)
    .to_owned();
    insert_all(tx, rows.into_values().map(IntoActiveModel::into_active_model).collect(), Some(replace)).await?;
    let known = products.by_ids(changed);
    record_changed(tx, known.iter().flatten().map(|product| (product.id, product.sku.as_ref())));
    Ok(results)
}

fn own(account: AccountId) -> sea_orm::DeleteMany<product_identifiers::Entity> {
    product_identifiers::Entity::delete_many()
        .filter(product_identifiers::Column::AccountId.eq(account.0))
        .filter(product_identifiers::Column::Kind.eq(IdentifierKind::Customer))
}

fn check(products: &Products, number: &PartNumber, key: &str, taken: &AHashMap<String, ProductId>) -> Result<(), FieldError> {
    if key.is_empty() || number.number.chars().count() > LONGEST {
        let detail = format!("a part number must have at least one letter or digit and at most {LONGEST} characters");
        return Err(FieldError::new("", FieldCode::BadPartNumber, detail).with("max", LONGEST));
    }
    match taken.get(key).filter(|product| **product != number.product) {
        None => Ok(()),
        Some(other) => {
            let sku = products.by_id(*other).map(|p| p.sku.to_string()).unwrap_or_default();
            Err(FieldError::new(
                "",
                FieldCode::PartNumberTaken,
                format!("{} stands for {sku} already; remove it there first", number.number),
            ))
        }
    }
}

fn row_of(account: AccountId, number: &PartNumber, normalised: String) -> product_identifiers::Model {
    product_identifiers::Model {
        product_id: number.product,
        kind: IdentifierKind::Customer,
        account_id: account.0,
        value: number.number.clone(),
        normalised,
    }
}
