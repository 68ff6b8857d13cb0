//! Validation: good rows in full, bad rows with every reason.

use std::sync::Arc;

use super::product::{Identifier, Lifecycle, OrderRules, UnitRow};
use super::*;
use crate::attributes::AttributeValue;
use crate::mapping::{Applied, Mapping};
use crate::reader::Record;
use crate::value::parse_json;

fn build<T: ImportRow>(json: &str) -> Result<T, Vec<(&'static str, String)>> {
    let Ok(Value::Object(members)) = parse_json(json) else { panic!("an object: {json}") };
    let fields: Vec<(Arc<str>, Value)> = members.into_iter().map(|(n, v)| (Arc::from(n), v)).collect();
    let columns: Vec<Arc<str>> = fields.iter().map(|(name, _)| Arc::clone(name)).collect();
    let mapping = Mapping::own(T::KIND).bind(&columns).expect("our own names");
    let Applied::Fields(fields, problems) = mapping.apply(&Record { line: 3, fields }) else { panic!("no rules") };
    match Checked::new(fields, problems).finish() {
        Ok((row, _)) => Ok(row),
        Err(problems) => Err(problems.into_iter().map(|p| (p.code, p.field)).collect()),
    }
}

#[test]
fn a_product_is_read_in_full() {
    let row: ProductRow = build(
        r#"{"sku":"A-1","title":" Hex  bolt ","description":"one\ntwo","brand":"Acme","category":"Fasteners > Bolts",
        "stock_unit":"EA","units":"BOX=30;PAL=1200.5","mpn":"HB-1","gtins":["4006381333931","4006381333931"],
        "identifiers":[{"kind":"oem","value":"C4872A"},"nsn:5305"],"minimum_quantity":"10","order_multiple":5,
        "lifecycle":"phasing_out","lead_time_days":14,"price":12.50,"currency":"EUR",
        "attributes":{"Length":{"value":40.0,"unit":"mm"},"Coated":true}}"#,
    )
    .expect("good");
    assert_eq!((row.sku.as_str(), row.title.as_str()), ("A-1", "Hex bolt"));
    assert_eq!(row.category, ["Fasteners", "Bolts"]);
    assert_eq!(row.units[1], UnitRow { unit: "PAL".to_owned(), factor: 1_200_500_000 });
    assert_eq!(row.gtins, ["4006381333931"]);
    assert_eq!(row.identifiers[1], Identifier { kind: "nsn".to_owned(), value: "5305".to_owned() });
    let rules = OrderRules { minimum: Some(10_000_000), maximum: None, multiple: Some(5_000_000) };
    assert_eq!(row.order_rules, rules);
    assert_eq!((row.lifecycle, row.lead_time_days), (Lifecycle::PhasingOut, Some(14)));
    assert_eq!((row.price, row.currency.as_deref()), (Some(12_500_000), Some("EUR")));
    assert_eq!(row.attributes[0].value, AttributeValue::Number("40".to_owned()));
    assert_eq!(row.attributes[0].unit.as_deref(), Some("mm"));
}

#[test]
fn a_bad_product_is_told_all_its_reasons() {
    let reasons = build::<ProductRow>(
        r#"{"title":"x\u0000y","stock_unit":"a piece","units":"BOX","gtins":["4006381333932","12"],"price":"1.1234567",
        "minimum_quantity":"0","maximum_quantity":"-1","lifecycle":"old","lead_time_days":"-1","cost":"1"}"#,
    )
    .expect_err("bad");
    let expected = [
        ("missing-value", "sku"),
        ("control-character", "title"),
        ("bad-code", "stock_unit"),
        ("bad-list", "units"),
        ("bad-gtin", "gtins"),
        ("bad-gtin", "gtins"),
        ("out-of-range", "minimum_quantity"),
        ("out-of-range", "maximum_quantity"),
        ("invalid-value", "lifecycle"),
        ("not-a-number", "lead_time_days"),
        ("too-many-decimals", "price"),
        ("missing-value", "currency"),
    ];
    assert_eq!(reasons, expected.map(|(code, field)| (code, field.to_owned())));
}

#[test]
fn prices_stock_and_accounts_are_checked() {
    let price: PriceRow = build(
        r#"{"price_list":"L","sku":"A","currency":"EUR","unit_price":"0.012345","per":"100","valid_from":"2026-01-01",
        "valid_until":"2026-02-01T00:00:00Z"}"#,
    )
    .expect("good");
    assert_eq!((price.unit_price, price.per, price.min_quantity), (12_345, 100_000_000, 1_000_000));
    assert_eq!(price.valid_until.zip(price.valid_from).map(|(u, f)| (u - f) / 86_400_000_000), Some(31));
    let reasons = build::<PriceRow>(
        r#"{"price_list":"L","sku":"A","currency":"eur","unit_price":"1e3","valid_from":"2026-02-01","valid_until":"2026-02-01"}"#,
    )
    .expect_err("bad");
    let codes: Vec<_> = reasons.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["bad-code", "not-a-number", "out-of-range"]);

    let stock: StockRow = build(r#"{"sku":"A","warehouse":"W","quantity":"0"}"#).expect("good");
    assert_eq!(stock.quantity, 0);
    assert!(build::<StockRow>(r#"{"sku":"A","warehouse":"W","quantity":"-1"}"#).is_err());

    let account: AccountRow =
        build(r#"{"code":"C1","name":"Müller","parent":"C0","currency":"EUR","credit_limit":5000}"#).expect("good");
    assert_eq!(account.credit_limit, Some(5_000_000_000));
    let reasons =
        build::<AccountRow>(r#"{"code":"C1","name":"x","parent":"C1","credit_limit":"1","country":"Germany"}"#).expect_err("bad");
    let expected = [("account-loop", "parent"), ("missing-value", "currency"), ("bad-code", "country")];
    assert_eq!(reasons, expected.map(|(code, field)| (code, field.to_owned())));
}

#[test]
fn an_order_with_nested_lines_is_one_row() {
    let order: OrderRow = build(
        r#"{"external_number":"4711","account":"C1","placed_at":"2026-11-21T10:00:00Z","currency":"EUR",
        "lines":[{"sku":"A","quantity":"2","unit_price":"1.5"},{"sku":"B","quantity":0.5,"unit":"M"}]}"#,
    )
    .expect("good");
    assert_eq!(order.lines.len(), 2);
    assert_eq!((order.lines[1].quantity, order.lines[1].unit.as_deref()), (500_000, Some("M")));
    let reasons = build::<OrderRow>(
        r#"{"external_number":"4711","account":"C1","placed_at":"today","currency":"EUR","lines":[{"quantity":"0"}]}"#,
    )
    .expect_err("bad");
    let expected = [("bad-date", "placed_at"), ("missing-value", "sku"), ("out-of-range", "quantity")];
    assert_eq!(reasons, expected.map(|(code, field)| (code, field.to_owned())));
    let header = r#""external_number":"1","account":"C","placed_at":"2026-01-01","currency":"EUR""#;
    assert!(build::<OrderRow>(&format!("{{{header},\"lines\":[]}}")).is_err());
    assert!(build::<OrderRow>(&format!("{{{header},\"lines\":[3]}}")).is_err());
}

#[test]
fn every_length_is_bounded() {
    let long = "x".repeat(30_000);
    for field in ["sku", "title", "description", "brand", "mpn", "stock_unit", "category", "identifiers"] {
        let json = format!(r#"{{"sku":"A","title":"t","stock_unit":"EA","{field}":"k:{long}"}}"#);
        let json = if ["sku", "title", "stock_unit"].contains(&field) {
            json.replacen(
                &format!(
                    r#""{field}":"{}","#,
                    if field == "sku" {
                        "A"
                    } else if field == "title" {
                        "t"
                    } else {
                        "EA"
                    }
                ),
                "",
                1,
            )
        } else {
            json
        };
        let reasons = build::<ProductRow>(&json).expect_err(field);
        assert_eq!(reasons[0].1, field);
    }
}
