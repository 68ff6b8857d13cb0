//! Importing products with their categories, list prices, costs and floors.
//!
//! Fields that files do not contain (weight, tax class, mix group, keywords, relations, backorders) stay as they are.

use std::collections::BTreeMap;

use ahash::{AHashMap, AHashSet};
use entity::{Lifecycle, ProductId};
use pricing::{Amount, Currency, Per, Quantity};
use sha2::{Digest as _, Sha256};

use super::batch::{Importable, NumberedRow, RowOutcome};
use super::import_prices::list_of;
use super::references::ImportRun;
use catalog::queries::{Detail, details};
use catalog::{self, Attribute, AttributeValue, CatalogError, NewCategory, NewProduct, NewRelation, NewUnit};
use files::attributes;
use files::rejection::{Problem, Rejection};
use files::rows::ProductRow;
use files::rows::product::{self, Lifecycle as FileLifecycle};
use identity::scope::Scope;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use kernel::tokens::hex;
use price_admin::NewEntry;
use price_admin::PriceChange;
use prices::ProductCost;
use store::database::Tx;

/// Units of measure whose quantities may have decimals (UN/ECE Recommendation 20).
const MEASURES: &[&str] = &[
    "MTR", "CMT", "MMT", "KMT", "DMT", "FOT", "INH", "YRD", "MTK", "CMK", "FTK", "MTQ", "CMQ", "LTR", "MLT", "HLT", "DLT", "GLL",
    "GLI", "PTI", "QTL", "KGM", "GRM", "TNE", "LBR", "ONZ", "DTN", "HUR", "KWH",
];
/// Largest number of further part numbers stored for a product.
const MAX_FURTHER_NUMBERS: usize = 50;

#[async_trait::async_trait]
impl Importable for ProductRow {
    const BATCH: usize = 1_000;

    async fn store(run: &ImportRun, tx: &Tx, rows: &[NumberedRow<Self>]) -> Result<Vec<RowOutcome>, CommonError> {
        let categories = put_categories(tx, rows).await?;
        let existing = stored_details(run, tx, rows).await?;
        let mut outcomes = Vec::with_capacity(rows.len());
        let (mut new, mut places) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for row in rows {
            if let Some(code) = row.row.currency.as_ref().filter(|code| code.parse::<Currency>().is_err()) {
                outcomes.push(row.refused(FieldCode::UnknownCurrency, "currency", "must be a currency code of ISO 4217", code));
                continue;
            }
            if writes_amounts(&row.row) && !run.rights.contains(Scope::PricesWrite.word()) {
                let detail = "prices, costs and floors need the scope prices:write";
                outcomes.push(row.refused(FieldCode::NotAllowed, "price", detail, ""));
                continue;
            }
            let (mut product, remarks) = new_product(row);
            product.category = categories.code_of(&row.row.category);
            if let Some(detail) = existing.get(row.row.sku.as_str()) {
                keep_unmentioned(run, &mut product, detail);
            }
            places.push(outcomes.len());
            outcomes.push(RowOutcome::Stored(remarks));
            new.push(product);
        }
        let mut stored = Vec::with_capacity(new.len());
        for (place, result) in places.into_iter().zip(catalog::put_products(tx, new).await?) {
            match result {
                Ok(product) => stored.push((&rows[place].row, product.id)),
                Err(problem) => outcomes[place] = rows[place].refused_by(&problem.errors),
            }
        }
        put_amounts(tx, &stored).await?;
        Ok(outcomes)
    }
}

/// The existing products of the batch, by SKU.
async fn stored_details<'a>(
    run: &ImportRun,
    tx: &Tx,
    rows: &'a [NumberedRow<ProductRow>],
) -> Result<AHashMap<&'a str, Detail>, CommonError> {
    let found = run.references.products.by_skus(rows.iter().map(|row| row.row.sku.as_str()));
    let ids: AHashMap<ProductId, &str> =
        rows.iter().zip(found).filter_map(|(row, found)| Some((found?.id, row.row.sku.as_str()))).collect();
    let mut keys: Vec<ProductId> = ids.keys().copied().collect();
    keys.sort_unstable();
    let details = details(tx, &keys).await?;
    Ok(details.into_iter().filter_map(|detail| Some((*ids.get(&detail.row.id)?, detail))).collect())
}

fn keep_unmentioned(run: &ImportRun, product: &mut NewProduct, old: &Detail) {
    product.backorder = old.row.backorder;
    product.weight_grams = old.row.weight_grams;
    product.tax_class.clone_from(&old.row.tax_class);
    product.mix_group.clone_from(&old.row.mix_group);
    product.keywords.clone_from(&old.keywords);
    let targets = run.references.products.by_ids(old.relations.iter().map(|relation| relation.target_id));
    let kept = old.relations.iter().zip(targets).filter_map(|(relation, target)| {
        Some(NewRelation {
            kind: relation.kind,
            sku: target?.sku.to_string(),
            quantity: relation.quantity.into(),
            note: relation.note.clone(),
        })
    });
    product.relations = kept.collect();
}

/// The product of a row, and warnings about values that are not stored.
fn new_product(row: &NumberedRow<ProductRow>) -> (NewProduct, Vec<Rejection>) {
    let given = &row.row;
    let (gtin, other_gtins) = given.gtins.split_first().map_or((None, &[][..]), |(first, rest)| (Some(first.clone()), rest));
    let mut numbers: Vec<String> = other_gtins.iter().chain(given.identifiers.iter().map(|i| &i.value)).cloned().collect();
    let mut remarks = Vec::new();
    if numbers.len() > MAX_FURTHER_NUMBERS {
        let detail = format!("at most {MAX_FURTHER_NUMBERS} further part numbers are stored");
        remarks.push(Problem::new(FieldCode::TooMany.word(), "identifiers", detail, &numbers.len().to_string()).at(row.line));
        numbers.truncate(MAX_FURTHER_NUMBERS);
    }
    let product = NewProduct {
        description: given.description.clone().unwrap_or_default(),
        brand: given.brand.clone().unwrap_or_default(),
        units: given.units.iter().map(unit).collect(),
        fractional: MEASURES.contains(&given.stock_unit.as_str()),
        lifecycle: lifecycle(given.lifecycle),
        backorder: true,
        min: given.order_rules.minimum.map(Quantity::from_micros),
        max: given.order_rules.maximum.map(Quantity::from_micros),
        multiple: given.order_rules.multiple.map(Quantity::from_micros),
        lead_time_days: given.lead_time_days.map(i32::from),
        mpn: given.mpn.clone(),
        gtin,
        superseded: numbers,
        attributes: given.attributes.iter().map(attribute).collect(),
        ..NewProduct::named(given.sku.clone(), given.title.clone(), &given.stock_unit)
    };
    (product, remarks)
}

fn unit(unit: &product::UnitRow) -> NewUnit {
    NewUnit { unit: unit.unit.clone(), factor: Some(Quantity::from_micros(unit.factor)), fraction: None, gtin: None }
}

fn lifecycle(stage: FileLifecycle) -> Lifecycle {
    match stage {
        FileLifecycle::Draft => Lifecycle::Draft,
        FileLifecycle::Active => Lifecycle::Active,
        FileLifecycle::PhasingOut => Lifecycle::PhaseOut,
        FileLifecycle::Discontinued => Lifecycle::Discontinued,
    }
}

fn attribute(given: &attributes::Attribute) -> Attribute {
    let value = match &given.value {
        attributes::AttributeValue::Text(text) => AttributeValue::Text(text.clone()),
        // A number with more digits than a JSON number holds is stored as text.
        attributes::AttributeValue::Number(text) => match text.parse::<serde_json::Number>() {
            Ok(number) if number.to_string() == *text => AttributeValue::Number(number),
            Ok(number) if text.len() <= 15 => AttributeValue::Number(number),
            _ => AttributeValue::Text(text.clone()),
        },
        attributes::AttributeValue::Boolean(yes) => AttributeValue::Flag(*yes),
    };
    Attribute { name: given.name.clone(), value, unit: given.unit.clone() }
}

/// The codes of the categories of a batch, by path.
struct CategoryCodes {
    by_path: AHashMap<Vec<String>, String>,
}

impl CategoryCodes {
    fn code_of(&self, path: &[String]) -> Option<String> {
        self.by_path.get(path).cloned()
    }
}

/// Creates the categories of a batch. A path of one name that is the code of a category means that category; otherwise the
/// code is made from the names of the path.
async fn put_categories(tx: &Tx, rows: &[NumberedRow<ProductRow>]) -> Result<CategoryCodes, CommonError> {
    let paths: AHashSet<&[String]> = rows.iter().map(|row| row.row.category.as_slice()).filter(|path| !path.is_empty()).collect();
    let existing = existing_codes(tx, paths.iter().filter(|path| path.len() == 1).map(|path| path[0].as_str()).collect()).await?;
    let (mut by_path, mut new) = (AHashMap::with_capacity(paths.len()), Vec::new());
    let mut made: AHashSet<String> = AHashSet::new();
    for path in paths {
        if let [name] = path
            && existing.contains(name)
        {
            by_path.insert(path.to_vec(), name.clone());
            continue;
        }
        let mut parent: Option<String> = None;
        for depth in 1..=path.len() {
            let code = category_code(&path[..depth]);
            if made.insert(code.clone()) {
                new.push(NewCategory { code: code.clone(), name: path[depth - 1].clone(), parent });
            }
            parent = Some(code);
        }
        by_path.extend(parent.map(|code| (path.to_vec(), code)));
    }
    // Categories are stored in the same order on every run.
    new.sort_unstable_by(|a, b| a.code.cmp(&b.code));
    if !new.is_empty() {
        catalog::put_categories(tx, new).await.map_err(|error| match error {
            CatalogError::Common(common_error) => common_error,
            other => CommonError::Internal(other.to_string()),
        })?;
    }
    Ok(CategoryCodes { by_path })
}

async fn existing_codes(tx: &Tx, codes: Vec<&str>) -> Result<AHashSet<String>, CommonError> {
    use entity::categories::{Column, Entity};
    use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
    let found = Entity::find().filter(Column::Code.is_in(codes)).all(tx).await?;
    Ok(found.into_iter().map(|row| row.code).collect())
}

/// A category code: the names in lower case, levels separated by dots, with a digest that makes the code unique.
fn category_code(path: &[String]) -> String {
    let mut code = String::new();
    for name in path {
        code.push_str(if code.is_empty() { "" } else { "." });
        let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        code.push_str(&words.collect::<Vec<_>>().join("-").to_lowercase());
    }
    let readable: String = code.chars().take(48).collect();
    let digest = hex(&Sha256::digest(path.join("\n").as_bytes()));
    format!("{readable}-{}", &digest[..8])
}

/// Whether a row has a list price, a cost or a floor.
fn writes_amounts(row: &ProductRow) -> bool {
    row.price.is_some() || row.cost.is_some() || row.minimum_price.is_some()
}

/// Records list prices, costs and floors of the stored rows.
async fn put_amounts(tx: &Tx, stored: &[(&ProductRow, ProductId)]) -> Result<(), CommonError> {
    let (mut costs, mut lists) = (Vec::new(), BTreeMap::<&str, Vec<NewEntry>>::new());
    for (row, product) in stored {
        let Some((code, currency)) = row.currency.as_ref().and_then(|code| Some((code.as_str(), code.parse().ok()?))) else {
            continue;
        };
        if row.cost.is_some() || row.minimum_price.is_some() {
            let (cost, floor) = (row.cost.map(entity::Amount), row.minimum_price.map(entity::Amount));
            costs.push(ProductCost { product: *product, currency, cost, floor });
        }
        lists.entry(code).or_default().extend(list_price(row, *product, currency));
    }
    lists.retain(|_, entries| !entries.is_empty());
    if costs.is_empty() && lists.is_empty() {
        return Ok(());
    }
    let change = PriceChange::begin(tx, "import".to_owned()).await?;
    for (currency, entries) in lists {
        let list = list_of(tx, &change, &format!("LIST-{currency}")).await.map_err(|error| {
            error.unwrap_or_else(|| CommonError::Internal("the code of a list of list prices is refused".to_owned()))
        })?;
        price_admin::put_entries(tx, &change, list, &entries).await?;
    }
    price_admin::put_costs(tx, &change, &costs).await?;
    Ok(())
}

fn list_price(row: &ProductRow, product: ProductId, currency: Currency) -> Option<NewEntry> {
    let fractional = MEASURES.contains(&row.stock_unit.as_str());
    Some(NewEntry {
        product,
        unit: row.stock_unit.parse().ok()?,
        currency,
        min_quantity: if fractional { Quantity::from_micros(1) } else { Quantity::ONE },
        unit_price: Amount::from_micros(row.price?),
        per: Per::new(1)?,
        valid_from: None,
        valid_until: None,
    })
}
