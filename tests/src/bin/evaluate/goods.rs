//! The shop of IT, office supplies and electronic parts: what the search sets and the accessories are asked of.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::time::Instant;

use serde_json::{Value, json};

use super::Result;
use super::data::{Row, open, rows};
use super::options::Options;
use super::server::Server;

/// Texts of attributes may be as long; longer lists go on in a further attribute.
const LONGEST_TEXT: usize = 2_000;
const LONGEST_NUMBER: usize = 100;

/// A server with both catalogues, ready to be searched.
pub(crate) async fn shop(options: &Options) -> Result<Server> {
    let started = Instant::now();
    let server = Server::start().await?;
    let parts = unique_parts(options)?;
    let mut libraries: Vec<&str> = parts.iter().map(|row| row["library"].as_str()).collect();
    libraries.sort_unstable();
    libraries.dedup();
    for library in libraries {
        server.put(&format!("/v1/categories/{}", code(library)), &json!({ "name": library })).await?;
    }
    let mut products = office(options)?;
    products.extend(parts.iter().map(part));
    let (refused, example) = server.put_products(&products).await?;
    if refused > 0 {
        println!("{refused} facts of products were refused, such as {}", example.unwrap_or_default());
    }
    server.wait_until_indexed(products.len()).await?;
    println!("{} products of IT, office and electronics loaded and indexed in {:.1?}", products.len(), started.elapsed());
    Ok(server)
}

/// A code without the signs that addresses give a meaning.
fn code(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

/// A product's id in the data sets by its SKU; a SKU has no spaces.
pub(crate) fn sku(id: &str) -> String {
    id.split_whitespace().collect::<Vec<_>>().join("_")
}

fn office(options: &Options) -> Result<Vec<Value>> {
    let reader = BufReader::new(open(&options.data.join("icecat-office-it/products.jsonl.zst"))?);
    let mut products = Vec::new();
    for line in reader.lines() {
        // Windows letters that were once taken for Latin-1 are control characters now.
        let line: String = line?.chars().map(|c| if ('\u{80}'..'\u{a0}').contains(&c) { ' ' } else { c }).collect();
        products.push(office_product(&serde_json::from_str(&line)?));
    }
    Ok(products)
}

fn office_product(given: &Value) -> Value {
    let text = |name: &str| given[name].as_str().unwrap_or_default();
    let mpn = Some(text("mpn_or_name")).filter(|n| n.chars().count() <= LONGEST_NUMBER && n.chars().any(char::is_alphanumeric));
    let numbers: Vec<&str> = given["ean"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let gtin = numbers.iter().find(|number| is_gtin(number)).copied();
    let others: Vec<&str> = numbers.iter().copied().filter(|number| Some(*number) != gtin).take(50).collect();
    let attributes: Vec<Value> =
        given["attributes"].as_object().into_iter().flatten().flat_map(|(name, value)| attributes(name, value)).collect();
    json!({
        "sku": text("id"),
        "title": text("title"),
        "description": text("short_description"),
        "brand": text("brand"),
        "stock_unit": "EA",
        "identifiers": { "gtin": gtin, "mpn": mpn, "superseded": others },
        "attributes": attributes,
    })
}

/// An attribute as the catalogue gives it: `t_` text, `n_` number, `b_` flag. A long list becomes several attributes.
fn attributes(key: &str, value: &Value) -> Vec<Value> {
    let Some(name) = key.get(2..).filter(|name| !name.is_empty()) else {
        return Vec::new();
    };
    match value {
        Value::Number(_) => {
            let unit = unit(name);
            vec![json!({ "name": name, "value": value, "unit": (!unit.is_empty()).then_some(unit) })]
        }
        Value::String(text) => {
            let named = |(at, part)| {
                let name = if at == 0 { name.to_owned() } else { format!("{name} {}", at + 1) };
                json!({ "name": name, "value": part })
            };
            pieces(text).into_iter().enumerate().map(named).collect()
        }
        other => vec![json!({ "name": name, "value": other })],
    }
}

/// A text in parts that are not too long, cut where a list has its commas.
fn pieces(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for item in text.split_inclusive([',', ';', '\n', ' ']) {
        let part = parts.last_mut().filter(|part| part.chars().count() + item.chars().count() <= LONGEST_TEXT);
        match part {
            Some(part) => part.push_str(item),
            None => parts.push(item.chars().take(LONGEST_TEXT).collect()),
        }
    }
    parts
}

/// The catalogue gives these features in fixed units, which the data set left out.
fn unit(name: &str) -> &'static str {
    match name {
        "cable_length" => "m",
        "display_diagonal" => "in",
        "output_power_capacity" => "VA",
        "output_power" | "power_consumption__typical_" => "W",
        "capacity" | "total_storage_capacity" | "hdd_capacity" | "ssd_capacity" => "GB",
        "memory_clock_speed" => "MHz",
        name if name.ends_with("page_yield") => "pages",
        name if ["width", "height", "depth", "diameter"].iter().any(|end| name.ends_with(end)) => "mm",
        name if name.ends_with("weight") => "g",
        _ => "",
    }
}

/// Whether the check digit is right.
fn is_gtin(number: &str) -> bool {
    let digits: Option<Vec<u32>> = number.chars().map(|c| c.to_digit(10)).collect();
    let Some(digits) = digits.filter(|d| matches!(d.len(), 8 | 12 | 13 | 14)) else {
        return false;
    };
    let sum: u32 = digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 0 { *digit } else { 3 * digit }).sum();
    sum.is_multiple_of(10)
}

/// A part number that stands in several libraries counts once.
fn unique_parts(options: &Options) -> Result<Vec<Row>> {
    let mut parts = rows(&options.data.join("kicad-parts/parts.csv.zst"))?;
    let mut seen = HashSet::new();
    parts.retain(|row| seen.insert(row["part_number"].clone()));
    Ok(parts)
}

fn part(row: &Row) -> Value {
    let number = &row["part_number"];
    let keywords: Vec<&str> = row["keywords"].split_whitespace().take(100).collect();
    let package = Some(&row["package"]).filter(|package| !package.is_empty());
    json!({
        "sku": sku(&format!("k:{number}")),
        "title": format!("{number} {}", row["description"]).chars().take(300).collect::<String>(),
        "category": code(&row["library"]),
        "stock_unit": "EA",
        "identifiers": { "mpn": number },
        "keywords": keywords,
        "attributes": package.map(|package| json!({ "name": "package", "value": package })).into_iter().collect::<Vec<_>>(),
    })
}
