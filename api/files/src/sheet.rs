//! A list of order lines as people send it: CSV text or an XLSX workbook.
//!
//! Columns are found by the names people give them (SKU, Part No., MPN, EAN, Qty, UoM, Note …), in
//! any order, also under a letterhead of a few rows; a list without a header is read as identifier
//! and quantity (and unit).
//! Promise: good rows come out, bad rows are reported with their row number; 10,000 rows at most;
//! memory is bounded and no input panics. Not here: whether an identifier exists, whether a
//! quantity makes sense (it stays text).

use std::io::{self, BufRead};

use super::csv_text::{Splitter, gather, sniff_delimiter};
use super::decimal::parse_millionths;
use super::lines::Lines;
use super::rejection::{Problem, Rejection, shorten};
use super::xlsx;

/// Rows of one list, header and blank rows not counted.
pub const MOST_ROWS: usize = 10_000;
/// Characters of one cell.
pub(super) const LONGEST_CELL: usize = 500;
const LONGEST_IDENTIFIER: usize = 100;
const LONGEST_QUANTITY: usize = 40;
const LONGEST_UNIT: usize = 20;
/// Rows in which the header is looked for.
const HEADER_WITHIN: usize = 20;
const LONGEST_RECORD: usize = 64 << 10;

/// What the heading of the column says the identifier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentifierKind {
    Sku,
    /// "Part number", "item", "article" and the like, or no heading: any identifier.
    Any,
    Mpn,
    Gtin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetLine {
    /// Row of the sheet, or line of the text, counted from 1.
    pub row: u64,
    pub kind: IdentifierKind,
    pub identifier: String,
    /// As written; numeric cells without `.0` and without exponent.
    pub quantity: String,
    pub unit: Option<String>,
    pub note: Option<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    pub lines: Vec<SheetLine>,
    pub rejected: Vec<Rejection>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    #[error("the list is empty")]
    Empty,
    #[error("the list has more than {MOST_ROWS} rows")]
    TooManyRows,
    #[error("the file is too large once unpacked")]
    TooLarge,
    #[error("the file is not an XLSX workbook: {0}")]
    NotXlsx(String),
    #[error("the text is UTF-16; save it as CSV UTF-8")]
    Utf16,
    #[error("no columns for identifier and quantity are found; the first row is: {0}")]
    NoColumns(String),
}

/// One row of cells; an error is why a cell is of no use.
pub(super) struct GridRow {
    pub(super) row: u64,
    pub(super) cells: Vec<Result<String, &'static str>>,
}

impl GridRow {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.as_ref().is_ok_and(|text| text.trim().is_empty()))
    }

    fn text(&self, column: usize) -> &str {
        match self.cells.get(column) {
            Some(Ok(text)) => text.trim(),
            _ => "",
        }
    }
}

pub fn read_csv(bytes: &[u8]) -> Result<Sheet, SheetError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(SheetError::Utf16);
    }
    let mut rejected = Vec::new();
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Reading from memory does not fail; if it did, the list would be cut short, which is not to
    // pass as a whole one.
    let grid = csv_grid(Lines::new(text, LONGEST_RECORD), &mut rejected).unwrap_or(Err(SheetError::TooLarge))?;
    interpret(&grid, rejected)
}

pub fn read_xlsx(bytes: &[u8]) -> Result<Sheet, SheetError> {
    interpret(&xlsx::grid(bytes)?, Vec::new())
}

fn csv_grid<R: BufRead>(mut lines: Lines<R>, rejected: &mut Vec<Rejection>) -> io::Result<Result<Vec<GridRow>, SheetError>> {
    let mut grid = Vec::new();
    let mut splitter = None;
    while let Some(line) = lines.next()? {
        if !line.too_long && line.is_blank() {
            continue;
        }
        if grid.len() + rejected.len() > MOST_ROWS + HEADER_WITHIN {
            return Ok(Err(SheetError::TooManyRows));
        }
        let mut reject = |code, detail: &str| {
            let raw = String::from_utf8_lossy(&line.bytes[..line.bytes.len().min(500)]);
            rejected.push(Problem::new(code, "", detail, &raw).at(line.number));
        };
        if line.too_long {
            reject("too-long", "the row is too long");
            continue;
        }
        let splitter = splitter.get_or_insert_with(|| Splitter::new(sniff_delimiter(&line)));
        if !gather(&mut lines, splitter, &line, LONGEST_RECORD)? {
            reject("unterminated-quote", "a quote opens here and does not close");
            continue;
        }
        let cells: Result<Vec<_>, _> = splitter.fields().map(std::str::from_utf8).collect();
        match cells {
            Ok(cells) => {
                let cells = cells.into_iter().map(|text| Ok(text.trim().to_owned())).collect();
                grid.push(GridRow { row: line.number, cells });
            }
            Err(_) => reject("bad-encoding", "not UTF-8; save the list as CSV UTF-8"),
        }
    }
    Ok(Ok(grid))
}

/// Where the columns are.
struct Columns {
    /// Best kind first.
    identifiers: Vec<(IdentifierKind, usize)>,
    quantity: usize,
    unit: Option<usize>,
    note: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heading {
    Identifier(IdentifierKind),
    Quantity,
    Unit,
    Note,
}

fn interpret(grid: &[GridRow], mut rejected: Vec<Rejection>) -> Result<Sheet, SheetError> {
    let rows: Vec<&GridRow> = grid.iter().filter(|row| !row.is_blank()).collect();
    let Some(first) = rows.first() else {
        return if rejected.is_empty() { Err(SheetError::Empty) } else { Ok(Sheet { lines: Vec::new(), rejected }) };
    };
    let header = rows.iter().take(HEADER_WITHIN).enumerate().find_map(|(i, row)| Some((i, headed(row)?)));
    let (start, columns) = match header {
        Some((at, columns)) => (at + 1, columns),
        None => (0, headless(first)?),
    };
    if rows.len() - start + rejected.len() > MOST_ROWS {
        return Err(SheetError::TooManyRows);
    }
    let mut lines = Vec::with_capacity(rows.len() - start);
    for row in &rows[start..] {
        match columns.line(row) {
            Ok(line) => lines.push(line),
            Err(problem) => rejected.push(problem.at(row.row)),
        }
    }
    rejected.sort_by_key(|r| r.line);
    Ok(Sheet { lines, rejected })
}

fn headed(row: &GridRow) -> Option<Columns> {
    let headings: Vec<(Heading, usize)> =
        (0..row.cells.len()).filter_map(|column| Some((heading(row.text(column))?, column))).collect();
    let first = |wanted| headings.iter().find(|(heading, _)| *heading == wanted).map(|(_, column)| *column);
    let mut identifiers: Vec<(IdentifierKind, usize)> = headings
        .iter()
        .filter_map(|(heading, column)| match heading {
            Heading::Identifier(kind) => Some((*kind, *column)),
            _ => None,
        })
        .collect();
    identifiers.sort_unstable();
    if identifiers.is_empty() {
        return None;
    }
    Some(Columns { identifiers, quantity: first(Heading::Quantity)?, unit: first(Heading::Unit), note: first(Heading::Note) })
}

/// Identifier and quantity, in the order in which the second of them, or else the first, reads as a
/// number.
fn headless(first: &GridRow) -> Result<Columns, SheetError> {
    let is_number = |column| parse_millionths(first.text(column)).is_ok();
    let (identifier, quantity) = match (is_number(0), is_number(1)) {
        (_, true) if !first.text(0).is_empty() => (0, 1),
        (true, false) if !first.text(1).is_empty() => (1, 0),
        _ => {
            let shown: Vec<&str> = (0..first.cells.len().min(10)).map(|column| first.text(column)).collect();
            return Err(SheetError::NoColumns(shorten(&shown.join(" | "))));
        }
    };
    Ok(Columns { identifiers: vec![(IdentifierKind::Any, identifier)], quantity, unit: Some(2), note: None })
}

impl Columns {
    fn line(&self, row: &GridRow) -> Result<SheetLine, Problem> {
        let mut found = None;
        for (kind, column) in &self.identifiers {
            let text = cell(row, *column, "identifier", LONGEST_IDENTIFIER)?;
            if !text.is_empty() {
                found = Some((*kind, text));
                break;
            }
        }
        let Some((kind, identifier)) = found else {
            return Err(Problem::new("missing-value", "identifier", "the row must have an identifier", ""));
        };
        let quantity = cell(row, self.quantity, "quantity", LONGEST_QUANTITY)?;
        if quantity.is_empty() {
            return Err(Problem::new("missing-value", "quantity", "the row must have a quantity", identifier));
        }
        let optional = |column: Option<usize>, field, most| match column {
            Some(column) => cell(row, column, field, most).map(|text| (!text.is_empty()).then(|| text.to_owned())),
            None => Ok(None),
        };
        Ok(SheetLine {
            row: row.row,
            kind,
            identifier: identifier.to_owned(),
            quantity: quantity.to_owned(),
            unit: optional(self.unit, "unit", LONGEST_UNIT)?,
            note: optional(self.note, "note", LONGEST_CELL)?,
        })
    }
}

fn cell<'r>(row: &'r GridRow, column: usize, field: &str, most: usize) -> Result<&'r str, Problem> {
    if let Some(Err(detail)) = row.cells.get(column) {
        return Err(Problem::new("bad-cell", field, *detail, ""));
    }
    let text = row.text(column);
    if text.chars().nth(most).is_some() {
        return Err(Problem::new("too-long", field, format!("must have at most {most} characters"), text));
    }
    if text.chars().any(|c| c.is_control() && !(field == "note" && c.is_whitespace())) {
        return Err(Problem::new("control-character", field, "must not contain control characters", text));
    }
    Ok(text)
}

/// Case, punctuation and what stands in brackets do not matter.
fn heading(text: &str) -> Option<Heading> {
    let text = text.split(['(', '[']).next().unwrap_or_default();
    let plain: String = text.chars().take(60).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    Some(match plain.as_str() {
        "sku" | "oursku" | "suppliersku" | "vendorsku" | "skunumber" | "skuno" | "skucode" => {
            Heading::Identifier(IdentifierKind::Sku)
        }
        "identifier" | "id" | "partnumber" | "partno" | "partnr" | "part" | "pn" | "item" | "itemno" | "itemnr"
        | "itemnumber" | "itemcode" | "itemid" | "article" | "articleno" | "articlenr" | "articlenumber" | "artno" | "artnr"
        | "artikel" | "artikelnr" | "artikelnummer" | "product" | "productno" | "productnumber" | "productcode" | "productid"
        | "code" | "material" | "materialno" | "materialnumber" | "stockcode" | "ordercode" | "catalognumber" | "catalogno"
        | "cataloguenumber" | "customerpartnumber" | "yourpartnumber" | "supplierpartnumber" | "vendorpartnumber" => {
            Heading::Identifier(IdentifierKind::Any)
        }
        "mpn"
        | "manufacturerpartnumber"
        | "manufacturerpartno"
        | "mfrpartnumber"
        | "mfrpartno"
        | "mfgpartnumber"
        | "mfgpartno"
        | "mfrpn"
        | "mfgpn" => Heading::Identifier(IdentifierKind::Mpn),
        "gtin" | "gtin8" | "gtin12" | "gtin13" | "gtin14" | "ean" | "ean8" | "ean13" | "eancode" | "upc" | "upca" | "upccode"
        | "barcode" => Heading::Identifier(IdentifierKind::Gtin),
        "qty" | "quantity" | "orderqty" | "orderquantity" | "qtyordered" | "quantityordered" | "count" | "pcs" | "pieces"
        | "menge" | "anzahl" | "bestellmenge" => Heading::Quantity,
        "unit" | "units" | "uom" | "um" | "unitofmeasure" | "unitofissue" | "orderunit" | "einheit" => Heading::Unit,
        "note" | "notes" | "comment" | "comments" | "remark" | "remarks" | "linenote" | "bemerkung" => Heading::Note,
        _ => return None,
    })
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
