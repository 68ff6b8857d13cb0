//! From a name to a product: SKU, manufacturer's number, GTIN, an account's own number, a number of before.
//!
//! Sources in order, the first that knows the name decides: for `sku` the SKU as written; for `identifier` the account's own
//! number, then the SKU as written. Then, for both, SKU, MPN and GTIN as written, the same without regard to case and
//! separators, and numbers of before. Two products from one source make the name ambiguous. A name that fits only when a
//! separator between digits is overlooked (`1/2` for `12`) finds nothing, with that product as a candidate.
//!
//! Not here: likeness and typing errors (`search`).

use std::sync::Arc;
use store::Db;

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, IdentifierKind, ProductId};
use sea_orm::DbErr;

use super::identifiers::{gtin_14, is_gtin, normalise, numeric_form};
use super::product::Product;
use super::products::Products;
use store::sql::{key_chunks, key_list, texts_value};

/// How a line names a product: by `sku` when it has one, else by `identifier`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Name<'a> {
    pub sku: Option<&'a str>,
    pub identifier: Option<&'a str>,
}

impl<'a> Name<'a> {
    /// A name that can be any kind of number.
    pub fn any(identifier: &'a str) -> Self {
        Self { sku: None, identifier: Some(identifier) }
    }

    /// What is looked up.
    pub fn text(&self) -> &'a str {
        self.sku.or(self.identifier).unwrap_or_default()
    }
}

/// A product that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub sku: String,
    pub title: String,
    /// Why it may be meant, in words.
    pub reason: String,
}

/// What a name means.
#[derive(Clone, Debug)]
pub enum Resolution {
    Found(Arc<Product>),
    /// Several products have this name.
    Ambiguous(Vec<Candidate>),
    /// None has it; these come near.
    Unknown {
        candidates: Vec<Candidate>,
    },
}

/// How many candidates a name is answered with.
const MOST_CANDIDATES: usize = 5;

/// Resolves many names for an account in as many statements as there are thousands of names; none when all are SKUs as
/// written. Drafts are not found, nor what the account may not see: a buyer does not know of them.
pub async fn resolve(
    db: &impl Db,
    products: &Products,
    account: Option<AccountId>,
    names: &[Name<'_>],
) -> Result<Vec<Resolution>, DbErr> {
    let catalog_view = products.view_for(account);
    let is_known = |product: &Product| product.is_published() && catalog_view.can_see(product);
    let exact = products.by_skus(names.iter().map(Name::text));
    let sure = |at: usize| names[at].sku.is_some() || account.is_none();
    let known = |at: usize| exact[at].as_ref().is_some_and(|p| is_known(p));
    let open: AHashSet<String> =
        (0..names.len()).filter(|at| !(known(*at) && sure(*at))).flat_map(|at| keys(names[at].text())).collect();
    let rows = lookup(db, account, open.into_iter().collect()).await?;
    let resolved = names.iter().zip(exact).map(|(name, exact)| {
        let exact = exact.filter(|p| is_known(p));
        decide(products, &rows, *name, exact, is_known)
    });
    Ok(resolved.collect())
}

/// The forms under which a name may stand in the table.
fn keys(text: &str) -> impl Iterator<Item = String> {
    let plain = normalise(text);
    let long = is_gtin(&plain).then(|| gtin_14(&plain)).filter(|long| *long != plain);
    std::iter::once(plain).filter(|key| !key.is_empty()).chain(long)
}

/// One name found in the table.
#[derive(Debug)]
struct Found {
    product: ProductId,
    kind: IdentifierKind,
    value: String,
}

type Rows = AHashMap<String, Vec<Found>>;

/// Gathers the rows of a chunk into one: a row for each name would wake this task for each name.
async fn lookup(db: &impl Db, account: Option<AccountId>, keys: Vec<String>) -> Result<Rows, DbErr> {
    let (gather, each) = (db.dialect("json_group_array", "json_agg"), db.dialect("json_array", "json_build_array"));
    let sql = format!(
        "select coalesce(cast({gather}({each}(product_id, kind, value, normalised)) as text), '[]') \
         from product_identifiers where normalised in {} and account_id in (0, $1)",
        key_list(db, 2, "text")
    );
    let mut rows = Rows::new();
    for chunk in key_chunks(&keys) {
        let values = [account.map_or(0, |a| a.0).into(), texts_value(db, chunk)];
        let Some(row) = db.row(db.statement(&sql, values)).await? else { continue };
        let found: Vec<(i64, String, String, String)> =
            serde_json::from_str(&row.get::<String>(0)?).map_err(|e| DbErr::Json(e.to_string()))?;
        for (product, kind, value, key) in found {
            let unknown = || DbErr::Type(format!("\"{kind}\" is not a kind of identifier"));
            let kind = IdentifierKind::from_word(&kind).ok_or_else(unknown)?;
            rows.entry(key).or_default().push(Found { product: ProductId(product), kind, value });
        }
    }
    Ok(rows)
}

/// Sources in the order in which they decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Own,
    Sku,
    AsWritten,
    Normalised,
    Before,
    /// Only when a separator between digits is overlooked: never decides.
    Near,
}

fn decide(
    products: &Products,
    rows: &Rows,
    name: Name<'_>,
    exact: Option<Arc<Product>>,
    is_known: impl Fn(&Product) -> bool,
) -> Resolution {
    let text = name.text();
    let mut hits: Vec<(Source, String, Arc<Product>)> = Vec::new();
    if let Some(product) = exact {
        hits.push((Source::Sku, "SKU".to_owned(), product));
    }
    for key in keys(text) {
        for found in rows.get(&key).into_iter().flatten() {
            let Some(product) = products.by_id(found.product).filter(|p| is_known(p)) else { continue };
            let source = source_of(name, found);
            hits.push((source, reason(found), product));
        }
    }
    hits.sort_by(|a, b| (a.0, &a.2.sku).cmp(&(b.0, &b.2.sku)));
    let Some(best) = hits.first().map(|hit| hit.0) else { return Resolution::Unknown { candidates: Vec::new() } };
    hits.retain(|hit| hit.0 == best);
    hits.dedup_by_key(|hit| hit.2.id);
    match hits.as_slice() {
        [(source, _, product)] if *source != Source::Near => Resolution::Found(product.clone()),
        _ => {
            let candidates = hits.iter().take(MOST_CANDIDATES).map(|(_, reason, product)| Candidate {
                sku: product.sku.to_string(),
                title: product.title.to_string(),
                reason: reason.clone(),
            });
            let candidates = candidates.collect();
            if best == Source::Near { Resolution::Unknown { candidates } } else { Resolution::Ambiguous(candidates) }
        }
    }
}

fn source_of(name: Name<'_>, found: &Found) -> Source {
    let text = name.text();
    let is_number = found.kind == IdentifierKind::Gtin;
    match found.kind {
        _ if !is_number && numeric_form(text) != numeric_form(&found.value) => Source::Near,
        IdentifierKind::Customer if name.sku.is_none() => Source::Own,
        IdentifierKind::Superseded => Source::Before,
        _ if text == found.value || is_number => Source::AsWritten,
        _ => Source::Normalised,
    }
}

fn reason(found: &Found) -> String {
    let kind = match found.kind {
        IdentifierKind::Sku => "SKU",
        IdentifierKind::Mpn => "manufacturer part number",
        IdentifierKind::Gtin => "GTIN",
        IdentifierKind::Customer => "your part number",
        IdentifierKind::Superseded => "former number",
    };
    format!("{kind} {}", found.value)
}
