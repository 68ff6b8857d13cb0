//! Converts products of the catalog to documents of the index.

use std::sync::Arc;

use ahash::AHashSet;
use entity::{CategoryId, IdentifierKind, Lifecycle, ProductId};

use catalog::queries::Detail;
use catalog::{Attribute, AttributeValue, Categories, Product};

/// The document of a product. Drafts are indexed too, and only staff find them.
pub(super) fn document(detail: Detail, categories: &Categories) -> search::Document {
    let superseded = detail.superseded().map(str::to_owned).collect();
    let path = detail.row.category_id.map(|id| categories.chain(id)).unwrap_or_default();
    let own = detail.identifiers.iter().filter(|i| i.kind == IdentifierKind::Customer);
    let customer_part_numbers = own.map(|i| (i.account_id as u64, i.value.clone())).collect();
    let row = detail.row;
    search::Document {
        id: row.id.0 as u64,
        sku: row.sku,
        title: row.title,
        description: row.description,
        brand: row.brand,
        categories: path.iter().rev().map(|c| search::Category { id: c.id.0 as u64, name: c.name.clone() }).collect(),
        mpn: row.mpn.unwrap_or_default(),
        gtins: row.gtin.into_iter().chain(detail.units.into_iter().filter_map(|unit| unit.gtin)).collect(),
        other_identifiers: superseded,
        customer_part_numbers,
        attributes: detail.attributes.into_iter().map(attribute).collect(),
        keywords: detail.keywords,
        lifecycle: match row.lifecycle {
            Lifecycle::Draft => search::Lifecycle::Hidden,
            Lifecycle::Active => search::Lifecycle::Active,
            Lifecycle::PhaseOut => search::Lifecycle::PhaseOut,
            Lifecycle::Discontinued => search::Lifecycle::Discontinued,
        },
        visibility: search::Visibility::default(),
    }
}

fn attribute(attribute: Attribute) -> search::Attribute {
    let value = match attribute.value {
        AttributeValue::Text(text) => search::Value::Text(text),
        AttributeValue::Flag(yes) => search::Value::Bool(yes),
        AttributeValue::Number(number) => match number.as_f64() {
            Some(value) => search::Value::Number(value, attribute.unit.unwrap_or_default()),
            None => search::Value::Text(number.to_string()),
        },
    };
    search::Attribute { name: attribute.name, value }
}

/// The products in one of the categories or below. Their documents contain the names of these categories.
pub(super) fn products_within(
    changed: &AHashSet<CategoryId>,
    products: &[Arc<Product>],
    categories: &Categories,
) -> Vec<ProductId> {
    let all = categories.all();
    let touched = all.iter().filter(|c| categories.chain(c.id).iter().any(|above| changed.contains(&above.id)));
    let touched: AHashSet<CategoryId> = touched.map(|c| c.id).collect();
    let inside = products.iter().filter(|p| p.category.is_some_and(|category| touched.contains(&category)));
    inside.map(|p| p.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_keep_their_type() {
        let read = |text: &str| attribute(serde_json::from_str(text).expect("an attribute"));
        let voltage = read(r#"{"name": "voltage", "value": 230, "unit": "V"}"#);
        assert_eq!(voltage.value, search::Value::Number(230.0, "V".to_owned()));
        assert_eq!(read(r#"{"name": "sealed", "value": true}"#).value, search::Value::Bool(true));
        assert_eq!(read(r#"{"name": "thread", "value": "M8"}"#).value, search::Value::Text("M8".to_owned()));
    }
}
