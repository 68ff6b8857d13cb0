//! Attributes of products, as relation rules and device lists need them. Only the attributes they name are read from the
//! database, many products in one text value.

use std::borrow::Cow;
use store::{Db, Row};

use entity::ProductId;
use sea_orm::{DbErr, Value as Bound};
use serde::Deserialize;

use super::comparable_value::{ComparableValue, name_of};
use catalog::AttributeValue;
use store::sql::{ids_value, key_list};

/// Products read by one statement.
const PRODUCTS_PER_STATEMENT: usize = 5_000;

/// The attributes of one product.
#[derive(Clone, Debug, Default)]
pub(super) struct ProductAttributes {
    values: Vec<(String, ComparableValue)>,
}

impl ProductAttributes {
    /// The value of an attribute. The name must be a result of [`name_of`].
    pub(super) fn get(&self, name: &str) -> Option<&ComparableValue> {
        self.values.iter().find(|attribute| attribute.0 == name).map(|attribute| &attribute.1)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &ComparableValue)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }
}

#[derive(Deserialize)]
struct Stored<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    value: AttributeValue,
    #[serde(borrow, default)]
    unit: Option<Cow<'a, str>>,
}

/// The products to read.
#[derive(Clone, Copy, Debug)]
pub(super) enum ReadScope<'a> {
    All,
    Only(&'a [ProductId]),
}

/// Passes on the attributes of each product that has an attribute whose name matches one of `patterns` (words separated by
/// `%`).
pub(super) async fn for_each(
    db: &impl Db,
    scope: ReadScope<'_>,
    patterns: &[String],
    mut consume: impl FnMut(ProductId, ProductAttributes),
) -> Result<(), DbErr> {
    if patterns.is_empty() {
        return Ok(());
    }
    match scope {
        ReadScope::Only(ids) => {
            for ids in ids.chunks(PRODUCTS_PER_STATEMENT) {
                let list = ids_value(db, ids.iter().map(|id| id.0));
                let which = format!("id in {}", key_list(db, 1, "bigint"));
                read(db, &which, "", list, patterns, &mut consume).await?;
            }
        }
        ReadScope::All => {
            let mut after = 0_i64;
            let page = format!("order by id limit {PRODUCTS_PER_STATEMENT}");
            while let Some(last) = read(db, "id > $1", &page, after.into(), patterns, &mut consume).await? {
                after = last;
            }
        }
    }
    Ok(())
}

async fn read(
    db: &impl Db,
    which: &str,
    page: &str,
    bound: Bound,
    patterns: &[String],
    consume: &mut impl FnMut(ProductId, ProductAttributes),
) -> Result<Option<i64>, DbErr> {
    let (newline, like) = (db.dialect("char(10)", "chr(10)"), db.dialect("like", "ilike"));
    let holds: Vec<String> = (2..patterns.len() + 2).map(|place| format!("attributes {like} ${place}")).collect();
    let sql = format!(
        "select max(id), string_agg(id || ' ' || attributes, {newline}) from \
         (select id, attributes from products where {which} and ({}) {page}) as facts",
        holds.join(" or ")
    );
    let values = std::iter::once(bound).chain(patterns.iter().map(|pattern| format!("%{pattern}%").into()));
    let row = db.row(db.statement(sql, values)).await?;
    let both = |row: Row| Ok::<_, DbErr>((row.get(0)?, row.get(1)?));
    let (last, text): (Option<i64>, Option<String>) = row.map(both).transpose()?.unwrap_or_default();
    // The attributes of a product contain no line break, since JSON escapes it.
    for line in text.unwrap_or_default().lines() {
        if let Some((id, attributes)) = line.split_once(' ')
            && let (Ok(id), Ok(stored)) = (id.parse(), serde_json::from_str::<Vec<Stored<'_>>>(attributes))
        {
            let values = stored
                .iter()
                .map(|attribute| (name_of(&attribute.name), ComparableValue::read(&attribute.value, attribute.unit.as_deref())));
            consume(ProductId(id), ProductAttributes { values: values.collect() });
        }
    }
    Ok(last)
}

/// The pattern that finds attributes of a name, whatever characters separate its words. It contains only letters, digits and
/// `%`, so no character needs to be escaped.
pub(super) fn pattern_of(name: &str) -> String {
    name_of(name).replace(' ', "%")
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for ProductAttributes {
    fn from(facts: [(&str, &str); N]) -> Self {
        let value = |text: &str| ComparableValue::read(&AttributeValue::Text(text.to_owned()), None);
        Self { values: facts.into_iter().map(|(name, text)| (name_of(name), value(text))).collect() }
    }
}
