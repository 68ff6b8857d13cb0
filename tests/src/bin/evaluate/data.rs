//! The data sets' files: csv, plain or packed, and lists of what belongs to a key.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use super::Result;

/// A row by the names of its columns.
pub(crate) type Row = HashMap<String, String>;

/// A file, unpacked when it is packed.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>> {
    let file = File::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
    if path.extension().is_some_and(|e| e == "zst") {
        return Ok(Box::new(zstd::Decoder::new(file)?));
    }
    Ok(Box::new(BufReader::new(file)))
}

/// All rows of a csv file.
pub(crate) fn rows(path: &Path) -> Result<Vec<Row>> {
    let mut reader = csv::Reader::from_reader(open(path)?);
    let rows = reader.deserialize().collect::<std::result::Result<_, _>>();
    Ok(rows.map_err(|e| format!("{}: {e}", path.display()))?)
}

/// The values of one column by those of another.
pub(crate) fn lists(path: &Path, key: &str, value: &str) -> Result<BTreeMap<String, Vec<String>>> {
    let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mut row in rows(path)? {
        let (Some(key), Some(value)) = (row.remove(key), row.remove(value)) else {
            return Err(format!("{}: a column {key} or {value} is missing", path.display()).into());
        };
        lists.entry(key).or_default().push(value);
    }
    Ok(lists)
}

/// The products a query was judged with, and how well each fits, from 0 to 1.
pub(crate) fn gains(path: &Path) -> Result<HashMap<String, HashMap<String, f64>>> {
    let mut gains: HashMap<String, HashMap<String, f64>> = HashMap::new();
    for row in rows(path)? {
        gains.entry(row["query_id"].clone()).or_default().insert(row["product_id"].clone(), row["gain"].parse()?);
    }
    Ok(gains)
}
