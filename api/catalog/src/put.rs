//! Creating products and changing them, many at a time.

use ahash::{AHashMap, AHashSet};
use entity::{
    CategoryId, IdentifierKind, Instant, ProductId, Unreadable, categories, product_identifiers, product_relations,
    product_units, products,
};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use sha2::{Digest as _, Sha256};

use super::check::{check, factor_of};
use super::events::ProductsChanged;
use super::identifiers::{gtin_14, normalise};
use super::new_product::{NewProduct, NewRelation, Outcome, ProductProblem};
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use store::database::{Lock, Tx};
use store::sql::{insert_all, key_chunks};

/// A product that is now as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    pub id: ProductId,
    pub version: i64,
    pub outcome: Outcome,
}

/// Ids in one event, so that none grows without bound.
const IDS_PER_EVENT: usize = 1_000;

/// Stores the products that are good and says of the others what is wrong, in the order given, in a number of statements
/// that does not depend on how many there are (save for batches). A product is replaced whole, but for accounts' own part
/// numbers; one that is as given already is left alone.
pub async fn put_products(tx: &Tx, new: Vec<NewProduct>) -> Result<Vec<Result<Stored, ProductProblem>>, CommonError> {
    lock_catalog(tx).await?;
    let mut problems: Vec<Vec<FieldError>> = new.iter().map(check).collect();
    refuse_repeated(&new, &mut problems);
    let known = known_products(tx, &new).await?;
    let categories = known_categories(tx, &new).await?;
    for (product, problems) in new.iter().zip(&mut problems) {
        if let Some(code) = product.category.as_deref().filter(|code| !categories.contains_key(*code)) {
            problems.push(FieldError::new("/category", FieldCode::UnknownCategory, format!("there is no category \"{code}\"")));
        }
    }
    refuse_unknown_targets(&new, &known, &mut problems);
    let fresh = (0..new.len()).filter(|at| problems[*at].is_empty() && !known.contains_key(&new[*at].sku)).count();
    let mut fresh_ids = tx.ids(fresh).await?.into_iter();
    let mut ids: AHashMap<&str, ProductId> = known.iter().map(|(sku, known)| (sku.as_str(), known.id)).collect();
    let mut changes = Vec::with_capacity(new.len());
    let mut results = Vec::with_capacity(new.len());
    for (product, errors) in new.iter().zip(problems) {
        if !errors.is_empty() {
            results.push(Err(ProductProblem { errors }));
            continue;
        }
        let change = Change::of(product, known.get(&product.sku), || fresh_ids.next().unwrap_or_default());
        ids.insert(&product.sku, change.stored.id);
        results.push(Ok(change.stored));
        if change.stored.outcome != Outcome::Unchanged {
            changes.push(change);
        }
    }
    write(tx, &changes, &ids, &categories).await?;
    record_changed(tx, changes.iter().map(|change| (change.stored.id, change.new.sku.as_str())));
    Ok(results)
}

/// Adds relations to products that exist, or changes their quantity and note; for files in which a product stands before
/// those it needs. Results are in the order given.
pub async fn add_relations(tx: &Tx, new: Vec<(String, NewRelation)>) -> Result<Vec<Result<(), FieldError>>, CommonError> {
    lock_catalog(tx).await?;
    let skus = new.iter().flat_map(|(sku, relation)| [sku.as_str(), relation.sku.as_str()]);
    let known = find_known(tx, skus.collect()).await?;
    let mut rows = AHashMap::new();
    let mut changed: AHashMap<ProductId, &str> = AHashMap::new();
    let mut results = Vec::with_capacity(new.len());
    for (sku, relation) in &new {
        let result = relation_between(&known, sku, relation);
        if let Ok(row) = &result {
            rows.insert((row.product_id, row.kind, row.target_id), row.clone());
            changed.insert(row.product_id, sku);
        }
        results.push(result.map(drop));
    }
    let replace = OnConflict::columns([
        product_relations::Column::ProductId,
        product_relations::Column::Kind,
        product_relations::Column::TargetId,
    ])
    .update_columns([product_relations::Column::Quantity, product_relations::Column::Note])
    .to_owned();
    let rows: Vec<_> = rows.into_values().map(IntoActiveModel::into_active_model).collect();
    insert_all(tx, rows, Some(replace)).await?;
    let ids: Vec<ProductId> = changed.keys().copied().collect();
    for ids in key_chunks(&ids) {
        // Without its fingerprint the product is written anew when it is next put, and loses what was added here only then.
        products::Entity::update_many()
            .col_expr(products::Column::Fingerprint, 0.into())
            .col_expr(products::Column::Version, Expr::col(products::Column::Version).add(1))
            .col_expr(products::Column::UpdatedAt, tx.now().0.into())
            .filter(products::Column::Id.is_in(ids.iter().copied()))
            .exec(tx)
            .await?;
    }
    record_changed(tx, changed.into_iter());
    Ok(results)
}

fn relation_between(
    known: &AHashMap<String, Known>,
    sku: &str,
    relation: &NewRelation,
) -> Result<product_relations::Model, FieldError> {
    let find = |pointer: &str, sku: &str| {
        let unknown = || FieldError::new(pointer, FieldCode::UnknownProduct, format!("there is no product \"{sku}\""));
        known.get(sku).map(|k| k.id).ok_or_else(unknown)
    };
    let (product_id, target_id) = (find("/sku", sku)?, find("/relation/sku", &relation.sku)?);
    if product_id == target_id {
        return Err(FieldError::new("/relation/sku", FieldCode::RelatesToItself, "the related product must be another product"));
    }
    if !relation.quantity.is_positive() {
        return Err(FieldError::new("/relation/quantity", FieldCode::NotPositive, "the quantity must be greater than 0"));
    }
    let quantity = relation.quantity.into();
    Ok(product_relations::Model { product_id, kind: relation.kind, target_id, quantity, note: relation.note.clone() })
}

/// Lets one transaction at a time write the catalog.
pub(super) async fn lock_catalog(tx: &Tx) -> Result<(), DbErr> {
    tx.lock(Lock::Catalog).await
}

/// Records that products changed.
pub(super) fn record_changed<'a>(tx: &Tx, changed: impl Iterator<Item = (ProductId, &'a str)>) {
    let changed: Vec<(ProductId, &str)> = changed.collect();
    for part in changed.chunks(IDS_PER_EVENT) {
        let (ids, skus) = part.iter().map(|(id, sku)| (*id, (*sku).to_owned())).unzip();
        tx.record(&ProductsChanged { ids, skus });
    }
}

/// What the database knows of a product that is about to be put.
#[derive(Clone, Copy, Debug)]
struct Known {
    id: ProductId,
    version: i64,
    created_at: Instant,
    fingerprint: i64,
}

/// One product to write.
struct Change<'a> {
    new: &'a NewProduct,
    stored: Stored,
    created_at: Option<Instant>,
    fingerprint: i64,
}

impl<'a> Change<'a> {
    fn of(new: &'a NewProduct, known: Option<&Known>, fresh_id: impl FnOnce() -> i64) -> Self {
        let fingerprint = fingerprint(new);
        let stored = match known {
            Some(known) if known.fingerprint == fingerprint => {
                Stored { id: known.id, version: known.version, outcome: Outcome::Unchanged }
            }
            Some(known) => Stored { id: known.id, version: known.version + 1, outcome: Outcome::Changed },
            None => Stored { id: ProductId(fresh_id()), version: 1, outcome: Outcome::Created },
        };
        Self { new, stored, created_at: known.map(|k| k.created_at), fingerprint }
    }
}

/// A number that differs when anything of the product does.
fn fingerprint(new: &NewProduct) -> i64 {
    let digest = Sha256::digest(format!("{new:?}"));
    let head = digest.first_chunk::<8>().copied().unwrap_or_default();
    i64::from_be_bytes(head)
}

fn refuse_repeated(new: &[NewProduct], problems: &mut [Vec<FieldError>]) {
    let mut seen = AHashSet::with_capacity(new.len());
    for (product, problems) in new.iter().zip(problems) {
        if !seen.insert(product.sku.as_str()) {
            let detail = format!("a batch must name {} only once", product.sku);
            problems.push(FieldError::new("/sku", FieldCode::Duplicate, detail));
        }
    }
}

/// A relation's target exists or is a good product of the batch; refusing one product can make another's target unknown.
fn refuse_unknown_targets(new: &[NewProduct], known: &AHashMap<String, Known>, problems: &mut [Vec<FieldError>]) {
    loop {
        let good = |at: &usize| problems[*at].is_empty();
        let coming: AHashSet<&str> = (0..new.len()).filter(good).map(|at| new[at].sku.as_str()).collect();
        let mut refused = false;
        for (product, problems) in new.iter().zip(problems.iter_mut()).filter(|(_, problems)| problems.is_empty()) {
            for (at, relation) in product.relations.iter().enumerate() {
                if !known.contains_key(&relation.sku) && !coming.contains(relation.sku.as_str()) {
                    let detail = format!("there is no product \"{}\"", relation.sku);
                    problems.push(FieldError::new(format!("/relations/{at}/sku"), FieldCode::UnknownProduct, detail));
                    refused = true;
                }
            }
        }
        if !refused {
            return;
        }
    }
}

async fn known_products(tx: &Tx, new: &[NewProduct]) -> Result<AHashMap<String, Known>, DbErr> {
    let own = new.iter().map(|p| p.sku.as_str());
    let targets = new.iter().flat_map(|p| p.relations.iter().map(|r| r.sku.as_str()));
    find_known(tx, own.chain(targets).collect()).await
}

async fn find_known(tx: &Tx, skus: AHashSet<&str>) -> Result<AHashMap<String, Known>, DbErr> {
    // A text with a zero byte is no SKU, and PostgreSQL refuses the whole question for it.
    let skus: Vec<&str> = skus.into_iter().filter(|sku| !sku.contains('\0')).collect();
    let mut known = AHashMap::with_capacity(skus.len());
    for skus in key_chunks(&skus) {
        let select = products::Entity::find().select_only().columns([
            products::Column::Sku,
            products::Column::Id,
            products::Column::Version,
            products::Column::CreatedAt,
            products::Column::Fingerprint,
        ]);
        let rows = select.filter(products::Column::Sku.is_in(skus.iter().copied())).into_tuple();
        let rows: Vec<(String, ProductId, i64, Instant, i64)> = rows.all(tx).await?;
        known.extend(
            rows.into_iter()
                .map(|(sku, id, version, created_at, fingerprint)| (sku, Known { id, version, created_at, fingerprint })),
        );
    }
    Ok(known)
}

async fn known_categories(tx: &Tx, new: &[NewProduct]) -> Result<AHashMap<String, CategoryId>, DbErr> {
    let codes: AHashSet<&str> = new.iter().filter_map(|p| p.category.as_deref()).filter(|code| !code.contains('\0')).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let mut known = AHashMap::with_capacity(codes.len());
    for codes in key_chunks(&codes) {
        let select = categories::Entity::find().filter(categories::Column::Code.is_in(codes.iter().copied()));
        known.extend(select.all(tx).await?.into_iter().map(|row| (row.code, row.id)));
    }
    Ok(known)
}

async fn write(
    tx: &Tx,
    changes: &[Change<'_>],
    ids: &AHashMap<&str, ProductId>,
    categories: &AHashMap<String, CategoryId>,
) -> Result<(), DbErr> {
    let replaced: Vec<ProductId> = changes.iter().filter(|c| c.stored.outcome == Outcome::Changed).map(|c| c.stored.id).collect();
    for replaced in key_chunks(&replaced) {
        let replaced = || replaced.iter().copied();
        product_units::Entity::delete_many().filter(product_units::Column::ProductId.is_in(replaced())).exec(tx).await?;
        product_identifiers::Entity::delete_many()
            .filter(product_identifiers::Column::ProductId.is_in(replaced()))
            .filter(product_identifiers::Column::Kind.ne(IdentifierKind::Customer))
            .exec(tx)
            .await?;
        product_relations::Entity::delete_many().filter(product_relations::Column::ProductId.is_in(replaced())).exec(tx).await?;
    }
    let rows = changes.iter().map(|change| Ok(product_row(tx.now(), change, categories)?.into_active_model()));
    insert_all(tx, rows.collect::<Result<_, DbErr>>()?, Some(replace_product())).await?;
    let units = changes.iter().flat_map(unit_rows).map(IntoActiveModel::into_active_model);
    insert_all(tx, units.collect(), None).await?;
    let identifiers = changes.iter().flat_map(identifier_rows).map(IntoActiveModel::into_active_model);
    insert_all(tx, identifiers.collect(), None).await?;
    let relations = changes.iter().flat_map(|change| relation_rows(change, ids)).map(IntoActiveModel::into_active_model);
    insert_all(tx, relations.collect(), None).await
}

fn replace_product() -> OnConflict {
    use sea_orm::Iterable as _;
    let kept = |c: &products::Column| matches!(c, products::Column::Id | products::Column::Sku | products::Column::CreatedAt);
    OnConflict::column(products::Column::Id).update_columns(products::Column::iter().filter(|c| !kept(c))).to_owned()
}

fn product_row(now: Instant, change: &Change<'_>, categories: &AHashMap<String, CategoryId>) -> Result<products::Model, DbErr> {
    let new = change.new;
    Ok(products::Model {
        id: change.stored.id,
        sku: new.sku.clone(),
        title: new.title.trim().to_owned(),
        description: new.description.clone(),
        brand: new.brand.trim().to_owned(),
        category_id: new.category.as_ref().and_then(|code| categories.get(code)).copied(),
        stock_unit: new.stock_unit.parse().map_err(|error: Unreadable| DbErr::Type(error.to_string()))?,
        fractional: new.fractional,
        lifecycle: new.lifecycle,
        backorder: new.backorder,
        min_quantity: new.min.map(Into::into),
        max_quantity: new.max.map(Into::into),
        quantity_multiple: new.multiple.map(Into::into),
        lead_time_days: new.lead_time_days,
        weight_grams: new.weight_grams,
        tax_class: new.tax_class.clone(),
        mix_group: new.mix_group.clone(),
        mpn: new.mpn.clone(),
        gtin: new.gtin.clone(),
        attributes: json_text(&new.attributes),
        keywords: json_text(&new.keywords),
        fingerprint: change.fingerprint,
        version: change.stored.version,
        created_at: change.created_at.unwrap_or(now),
        updated_at: now,
    })
}

/// Lists of texts, numbers and flags always have a JSON form.
fn json_text<T: serde::Serialize>(list: &[T]) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}

fn unit_rows(change: &Change<'_>) -> Vec<product_units::Model> {
    let rows = change.new.units.iter().filter_map(|unit| {
        let factor = factor_of(unit).ok()?;
        Some(product_units::Model {
            product_id: change.stored.id,
            unit: unit.unit.parse().ok()?,
            numerator: factor.numerator(),
            denominator: factor.denominator(),
            gtin: unit.gtin.clone(),
        })
    });
    rows.collect()
}

fn identifier_rows(change: &Change<'_>) -> Vec<product_identifiers::Model> {
    let new = change.new;
    let mut rows: Vec<product_identifiers::Model> = Vec::with_capacity(3 + new.superseded.len());
    let mut add = |kind: IdentifierKind, value: &str| {
        let normalised = if kind == IdentifierKind::Gtin { gtin_14(value) } else { normalise(value) };
        let repeated = rows.iter().any(|row| row.kind == kind && row.normalised == normalised);
        if !normalised.is_empty() && !repeated {
            let product_id = change.stored.id;
            rows.push(product_identifiers::Model { product_id, kind, account_id: 0, value: value.to_owned(), normalised });
        }
    };
    add(IdentifierKind::Sku, &new.sku);
    if let Some(mpn) = &new.mpn {
        add(IdentifierKind::Mpn, mpn);
    }
    for gtin in new.gtin.iter().chain(new.units.iter().filter_map(|u| u.gtin.as_ref())) {
        add(IdentifierKind::Gtin, gtin);
    }
    for number in &new.superseded {
        add(IdentifierKind::Superseded, number);
    }
    rows
}

fn relation_rows(change: &Change<'_>, ids: &AHashMap<&str, ProductId>) -> Vec<product_relations::Model> {
    let rows = change.new.relations.iter().filter_map(|relation| {
        Some(product_relations::Model {
            product_id: change.stored.id,
            kind: relation.kind,
            target_id: *ids.get(relation.sku.as_str())?,
            quantity: relation.quantity.into(),
            note: relation.note.clone(),
        })
    });
    rows.collect()
}
