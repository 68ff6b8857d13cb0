//! Records of a stream as entries: the value of each field, or what is wrong with it.
//!
//! Not here: whether the product, the unit, the list exist (`input`, `record`).

use super::input::PriceEntryInput;
use super::upload::RawRow;
use catalog::Products;
use files::decimal::canonical;
use files::reader::Record;
use files::value::Value;
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;
use kernel::wire::{Text, Timestamp, parse_timestamp};

use super::NewEntry;
use super::input::Faults;
use kernel::wire::RawDecimal;

/// The fields of an entry of a price list.
pub(super) const COLUMNS: &[&str] =
    &["sku", "unit", "currency", "min_quantity", "unit_price", "per", "valid_from", "valid_until"];
/// The same with the list it is for.
pub(super) const LISTED_COLUMNS: &[&str] =
    &["price_list", "sku", "unit", "currency", "min_quantity", "unit_price", "per", "valid_from", "valid_until"];

/// A row of a stream: its line, and the entry or what is wrong with it.
#[derive(Debug)]
pub(super) struct CheckedRow {
    pub(super) line: u64,
    /// Code of the list the row names, where rows name lists.
    pub(super) list: Option<String>,
    pub(super) entry: Result<NewEntry, Vec<FieldError>>,
}

/// Checks rows against the products there are.
pub(super) fn check(rows: Vec<RawRow>, columns: &[&str], products: &Products) -> Vec<CheckedRow> {
    let read: Vec<(u64, Result<Listed, FieldError>)> =
        rows.into_iter().map(|(line, row)| (line, row.and_then(|record| entry(record, columns)))).collect();
    let skus = read.iter().map(|(_, row)| row.as_ref().map_or("", |row| &*row.entry.sku));
    let found = products.by_skus(skus);
    let checked = read.into_iter().zip(found).map(|((line, row), product)| {
        let mut faults = Faults::default();
        let (list, entry) = match row {
            Ok(row) => (row.list, row.entry.check("", product.as_deref(), &mut faults)),
            Err(fault) => {
                faults.0.push(fault);
                (None, None)
            }
        };
        CheckedRow { line, list, entry: entry.ok_or(faults.0) }
    });
    checked.collect()
}

/// An entry and the code of the list it is for.
struct Listed {
    list: Option<String>,
    entry: PriceEntryInput,
}

fn fault(field: &str, code: FieldCode, detail: impl Into<String>) -> FieldError {
    FieldError::new(format!("/{field}"), code, detail)
}

fn entry(record: Record, columns: &[&str]) -> Result<Listed, FieldError> {
    let (mut list, mut sku, mut unit, mut currency) = (None, None, None, None);
    let (mut min_quantity, mut unit_price, mut per) = (None, None, None);
    let (mut valid_from, mut valid_until) = (None, None);
    for (name, value) in record.fields {
        if !columns.contains(&&*name) {
            return Err(fault(
                &files::rejection::shorten(&name),
                FieldCode::InvalidValue,
                "is not a field of an entry; remove it",
            ));
        }
        if value.is_empty() {
            continue;
        }
        match &*name {
            "price_list" => list = Some(word(&name, value)?),
            "sku" => sku = Some(text(&name, value)?),
            "unit" => unit = Some(text(&name, value)?),
            "currency" => currency = Some(text(&name, value)?),
            "min_quantity" => min_quantity = Some(number(&name, value)?),
            "unit_price" => unit_price = Some(number(&name, value)?),
            "per" => per = Some(units(&name, value)?),
            "valid_from" => valid_from = Some(instant(&name, value)?),
            _ => valid_until = Some(instant(&name, value)?),
        }
    }
    let missing = |field| fault(field, FieldCode::MissingValue, "must not be empty");
    let entry = PriceEntryInput {
        sku: sku.ok_or_else(|| missing("sku"))?,
        unit,
        currency: currency.ok_or_else(|| missing("currency"))?,
        min_quantity,
        unit_price: unit_price.ok_or_else(|| missing("unit_price"))?,
        per,
        valid_from,
        valid_until,
    };
    Ok(Listed { list, entry })
}

fn word(field: &str, value: Value) -> Result<String, FieldError> {
    match value {
        Value::Text(text) => Ok(text.trim().to_owned()),
        _ => Err(fault(field, FieldCode::InvalidValue, "must be a string")),
    }
}

fn text<const MAX: usize>(field: &str, value: Value) -> Result<Text<MAX>, FieldError> {
    Text::parse(word(field, value)?).map_err(|detail| fault(field, FieldCode::InvalidValue, detail))
}

fn number(field: &str, value: Value) -> Result<RawDecimal, FieldError> {
    match value {
        Value::Number(digits) if digits.contains(['e', 'E']) => Ok(RawDecimal::new(&canonical(&digits).unwrap_or(digits))),
        Value::Number(digits) => Ok(RawDecimal::new(&digits)),
        other => word(field, other).map(|text| RawDecimal::new(&text)),
    }
}

fn units(field: &str, value: Value) -> Result<u32, FieldError> {
    let digits = number(field, value)?;
    digits.0.parse().map_err(|_| fault(field, FieldCode::OutOfRange, "not a whole number"))
}

fn instant(field: &str, value: Value) -> Result<Timestamp, FieldError> {
    parse_timestamp(&word(field, value)?).map_err(|detail| fault(field, FieldCode::InvalidValue, detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{upload::Stream, upload::read};
    use files::reader::Shape;

    type Seen = (u64, Result<String, FieldError>);

    async fn rows(body: &[u8], shape: Option<Shape>) -> Result<Vec<Seen>, String> {
        let stream = Stream { body: poem::Body::from_vec(body.to_vec()), shape };
        let sku = |row: Result<Record, FieldError>| row.and_then(|r| entry(r, COLUMNS)).map(|r| r.entry.sku.to_string());
        let mut batches = read(stream, COLUMNS, move |rows| rows.into_iter().map(|(line, row)| (line, sku(row))).collect());
        let mut seen = Vec::new();
        while let Some(batch) = batches.recv().await {
            seen.extend(batch.map_err(|error| error.to_string())?);
        }
        Ok(seen)
    }

    fn told(seen: &[Seen]) -> Vec<String> {
        let one = |(line, row): &Seen| match row {
            Ok(sku) => format!("{line} {sku}"),
            Err(fault) => format!("{line} {} {}", fault.pointer, fault.code),
        };
        seen.iter().map(one).collect()
    }

    #[tokio::test]
    async fn csv_rows_know_their_lines() {
        let text = "\u{feff}sku,unit_price,currency\nA,1.5,EUR\n\n\"B,1\",2,EUR\r\nC,3\n,4,EUR\n";
        let seen = rows(text.as_bytes(), Some(Shape::Csv)).await.expect("a header");
        assert_eq!(told(&seen), ["2 A", "4 B,1", "5  column-count", "6 /sku missing-value"]);
    }

    #[tokio::test]
    async fn packed_rows_are_unpacked() {
        use std::io::Write as _;
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(b"sku,unit_price,currency\nA,1.5,EUR\n").expect("memory");
        let packed = packer.finish().expect("memory");
        assert_eq!(told(&rows(&packed, None).await.expect("gzip")), ["2 A"]);
        assert!(rows(&packed[..packed.len() / 2], None).await.is_err(), "a cut file is told");
    }

    #[tokio::test]
    async fn bad_headers_are_refused() {
        for text in ["", "sku,colour\n", "sku,sku,unit_price,currency\n"] {
            assert!(rows(text.as_bytes(), Some(Shape::Csv)).await.is_err(), "{text:?}");
        }
    }

    #[tokio::test]
    async fn ndjson_rows_are_read_strictly() {
        let text = "{\"sku\":\"A\",\"unit_price\":1e1,\"currency\":\"EUR\"}\n{\"sku\":1}\nnonsense\n\
                    {\"sku\":\"B\",\"colour\":\"red\"}\n";
        let seen = rows(text.as_bytes(), Some(Shape::Ndjson)).await.expect("rows");
        assert_eq!(told(&seen), ["1 A", "2 /sku invalid-value", "3  bad-json", "4 /colour invalid-value"]);
    }
}
