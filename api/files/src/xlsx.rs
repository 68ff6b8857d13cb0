//! Cells of the first sheet of an XLSX workbook, as text.
//!
//! An XLSX file is a zip of XML parts, from a stranger. Before anything interprets it, the XML
//! parts are inflated under a cap and put into a new, uncompressed zip, so that sizes are what they
//! are; claims of table sizes, which the parser would reserve memory for, are blanked. Cells are
//! streamed, never laid out as a rectangle.
//! Promise: memory is bounded, no input panics. Not here: what the columns mean (`sheet`).

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};

use super::decimal;
use super::sheet::{GridRow, MOST_ROWS, SheetError};

/// All XML parts together, unpacked.
const MOST_UNPACKED: usize = 64 << 20;
const MOST_PARTS: usize = 2000;
/// Text of all cells together.
const MOST_TEXT: usize = 16 << 20;
const MOST_COLUMNS: u32 = 64;
/// Rows above the first line that may hold a letterhead, and the header.
const SPARE_ROWS: usize = 40;

pub(super) fn grid(bytes: &[u8]) -> Result<Vec<GridRow>, SheetError> {
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(SheetError::NotXlsx("it is an old .xls file or protected by a password".to_owned()));
    }
    let plain = repack(bytes)?;
    // The parser is not ours and the bytes are a stranger's; should it panic, the upload is refused
    // and nothing else happens.
    catch_unwind(AssertUnwindSafe(|| read(plain)))
        .unwrap_or_else(|_| Err(SheetError::NotXlsx("the workbook cannot be understood".to_owned())))
}

fn read(plain: Vec<u8>) -> Result<Vec<GridRow>, SheetError> {
    let refuse = |e: calamine::XlsxError| SheetError::NotXlsx(super::rejection::shorten(&e.to_string()));
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(plain)).map_err(refuse)?;
    let sheets: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|s| s.visible == SheetVisible::Visible && s.typ == SheetType::WorkSheet)
        .map(|s| s.name.clone())
        .take(20)
        .collect();
    for name in sheets {
        let mut cells = workbook.worksheet_cells_reader(&name).map_err(refuse)?;
        let mut rows: BTreeMap<u32, BTreeMap<u32, Result<String, &'static str>>> = BTreeMap::new();
        let mut text_size = 0;
        while let Some(cell) = cells.next_cell().map_err(refuse)? {
            let (row, column) = cell.get_position();
            let Some(text) = text_of(cell.get_value()).filter(|_| column < MOST_COLUMNS) else {
                continue;
            };
            text_size += text.as_ref().map_or(0, String::len);
            rows.entry(row).or_default().insert(column, text);
            if rows.len() > MOST_ROWS + SPARE_ROWS {
                return Err(SheetError::TooManyRows);
            }
            if text_size > MOST_TEXT {
                return Err(SheetError::TooLarge);
            }
        }
        if !rows.is_empty() {
            return Ok(rows.into_iter().map(|(row, cells)| lay_out(row, cells)).collect());
        }
    }
    Err(SheetError::Empty)
}

fn lay_out(row: u32, cells: BTreeMap<u32, Result<String, &'static str>>) -> GridRow {
    let mut laid = Vec::new();
    for (column, cell) in cells {
        laid.resize(column as usize, Ok(String::new()));
        laid.push(cell);
    }
    GridRow { row: u64::from(row) + 1, cells: laid }
}

/// `None` for an empty cell; an error says why the cell is of no use.
fn text_of(value: &DataRef<'_>) -> Option<Result<String, &'static str>> {
    let text = match value {
        DataRef::Empty => return None,
        DataRef::Int(number) => number.to_string(),
        // Spreadsheets hold fifteen digits; what is beyond is noise of binary fractions.
        DataRef::Float(number) => match decimal::canonical(&format!("{number:.14e}")) {
            Ok(text) => text,
            Err(_) => return Some(Err("a number too large or too small to be meant")),
        },
        DataRef::String(text) => cut(text),
        DataRef::SharedString(text) => cut(text),
        DataRef::Bool(_) => return Some(Err("a truth value")),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => {
            return Some(Err("the spreadsheet made a date of it; format the column as text and type it again"));
        }
        DataRef::Error(_) => return Some(Err("a formula that failed")),
    };
    (!text.trim().is_empty()).then_some(Ok(text))
}

fn cut(text: &str) -> String {
    text.trim().chars().take(super::sheet::LONGEST_CELL + 1).collect()
}

struct Part<'a> {
    name: &'a [u8],
    deflated: bool,
    data: &'a [u8],
}

/// The workbook's XML parts in a zip without compression.
fn repack(bytes: &[u8]) -> Result<Vec<u8>, SheetError> {
    let broken = || SheetError::NotXlsx("it is not a complete zip file".to_owned());
    let (count, mut at) = directory(bytes).ok_or_else(broken)?;
    if count > MOST_PARTS {
        return Err(SheetError::NotXlsx(format!("it has more than {MOST_PARTS} parts")));
    }
    let mut archive = Stored::default();
    for _ in 0..count {
        let (part, next) = entry(bytes, at).ok_or_else(broken)?;
        at = next;
        let name = part.name.to_ascii_lowercase();
        if !(name.ends_with(b".xml") || name.ends_with(b".rels")) {
            continue;
        }
        let room = MOST_UNPACKED.saturating_sub(archive.bytes.len());
        let mut content = Vec::new();
        if part.deflated {
            let limit = room as u64 + 1;
            let inflated = flate2::read::DeflateDecoder::new(part.data).take(limit).read_to_end(&mut content);
            inflated.map_err(|_| broken())?;
        } else {
            content.extend_from_slice(&part.data[..part.data.len().min(room + 1)]);
        }
        if content.len() > room {
            return Err(SheetError::TooLarge);
        }
        if content.iter().take(16).any(|b| *b == 0) || content.starts_with(&[0xff, 0xfe]) {
            return Err(SheetError::NotXlsx("a part is not UTF-8".to_owned()));
        }
        blank_size_claims(&mut content);
        archive.add(part.name, &content);
    }
    Ok(archive.finish())
}

/// `uniqueCount="9999999999"` makes a reader reserve that much; renaming the attribute makes it
/// grow as it reads.
fn blank_size_claims(xml: &mut [u8]) {
    const CLAIM: &[u8] = b"uniqueCount";
    let mut from = 0;
    while let Some(found) = xml[from..].windows(CLAIM.len()).position(|w| w == CLAIM) {
        let end = from + found + CLAIM.len();
        let is_attribute = xml[end..].trim_ascii_start().starts_with(b"=");
        if is_attribute {
            xml[end - 1] = b'_';
        }
        from = end;
    }
}

/// Number of entries and offset of the central directory.
fn directory(bytes: &[u8]) -> Option<(usize, usize)> {
    const LENGTH: usize = 22;
    let last = bytes.len().checked_sub(LENGTH)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    let end = (first..=last).rev().find(|at| bytes[*at..].starts_with(b"PK\x05\x06"))?;
    Some((number16(bytes, end + 10)?, number32(bytes, end + 16)?))
}

/// The entry at an offset of the central directory, and the offset of the next one.
fn entry(bytes: &[u8], at: usize) -> Option<(Part<'_>, usize)> {
    let sealed = number16(bytes, at + 8)? & 1 == 1;
    let method = number16(bytes, at + 10)?;
    if !bytes.get(at..)?.starts_with(b"PK\x01\x02") || sealed || !matches!(method, 0 | 8) {
        return None;
    }
    let (name_length, size) = (number16(bytes, at + 28)?, number32(bytes, at + 20)?);
    let name = bytes.get(at + 46..at + 46 + name_length)?;
    let local = number32(bytes, at + 42)?;
    if !bytes.get(local..)?.starts_with(b"PK\x03\x04") {
        return None;
    }
    let start = local + 30 + number16(bytes, local + 26)? + number16(bytes, local + 28)?;
    let data = bytes.get(start..start.checked_add(size)?)?;
    let next = at + 46 + name_length + number16(bytes, at + 30)? + number16(bytes, at + 32)?;
    Some((Part { name, deflated: method == 8, data }, next))
}

fn number16(bytes: &[u8], at: usize) -> Option<usize> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(usize::from(u16::from_le_bytes(pair.try_into().ok()?)))
}

fn number32(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(four.try_into().ok()?)).ok()
}

/// A zip being written without compression.
#[derive(Default)]
struct Stored {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Stored {
    /// Callers keep names under 64 KiB, the whole under 4 GiB and the count under 65,536.
    fn add(&mut self, name: &[u8], content: &[u8]) {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let offset = self.bytes.len() as u32;
        let size = (content.len() as u32).to_le_bytes();
        let mut header = Vec::with_capacity(26);
        // Version 2.0, names in UTF-8, stored, no time.
        header.extend_from_slice(&[20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0]);
        header.extend_from_slice(&crc.sum().to_le_bytes());
        header.extend_from_slice(&size);
        header.extend_from_slice(&size);
        header.extend_from_slice(&(name.len() as u16).to_le_bytes());
        header.extend_from_slice(&[0, 0]);
        self.bytes.extend_from_slice(b"PK\x03\x04");
        self.bytes.extend_from_slice(&header);
        self.bytes.extend_from_slice(name);
        self.bytes.extend_from_slice(content);
        self.directory.extend_from_slice(b"PK\x01\x02\x14\0");
        self.directory.extend_from_slice(&header);
        self.directory.extend_from_slice(&[0; 10]);
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(name);
        self.count += 1;
    }

    fn finish(mut self) -> Vec<u8> {
        let offset = (self.bytes.len() as u32).to_le_bytes();
        let size = (self.directory.len() as u32).to_le_bytes();
        self.bytes.append(&mut self.directory);
        self.bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend_from_slice(&self.count.to_le_bytes());
        self.bytes.extend_from_slice(&self.count.to_le_bytes());
        self.bytes.extend_from_slice(&size);
        self.bytes.extend_from_slice(&offset);
        self.bytes.extend_from_slice(&[0, 0]);
        self.bytes
    }
}

/// A workbook of one sheet from its rows of XML, for tests.
#[cfg(test)]
pub(super) fn workbook(rows: &str, strings: &str) -> Vec<u8> {
    let mut archive = Stored::default();
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let parts = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{package}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"rId1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"Order\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
            ),
        ),
        ("xl/sharedStrings.xml", strings.to_owned()),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>")),
    ];
    for (name, content) in parts {
        archive.add(name.as_bytes(), content.as_bytes());
    }
    archive.finish()
}
