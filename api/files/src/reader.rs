//! Records of a stranger's file, one at a time: CSV or NDJSON, detected by content.
//!
//! Promise: memory is bounded (one record, a few decoded ones ahead), a broken record costs only
//! itself and is reported with its line and reason; reading never panics. What cannot be read at all
//! ends with a `ReadError`.
//! Not here: unpacking (`source`), foreign to own names (`mapping`), validation (`rows`).

use std::collections::{HashSet, VecDeque};
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use serde::Deserialize;

use super::csv_text::{Splitter, gather, sniff_delimiter};
use super::lines::{Line, Lines};
use super::rejection::{Problem, Rejection};
use super::value::{Value, parse_json};

/// Records of NDJSON looked at ahead to learn the names of the columns.
const SAMPLE_RECORDS: usize = 200;
const SAMPLE_BYTES: usize = 4 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// ISO 8859-1 with the letters Windows put where that has control characters; both names mean
    /// the same in practice.
    #[serde(rename = "latin-1", alias = "windows-1252", alias = "iso-8859-1")]
    Latin1,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    Csv,
    Ndjson,
}

/// How to read; what is `None` is found out from the content.
#[derive(Debug, Clone)]
pub struct Format {
    pub shape: Option<Shape>,
    pub delimiter: Option<u8>,
    pub encoding: Encoding,
    /// Turn the control characters U+0080 to U+009F, left where Windows text was once taken for
    /// Latin-1, into the letters they were.
    pub repair: bool,
    /// Bytes of one record, line breaks included.
    pub longest_record: usize,
    pub most_columns: usize,
}

impl Default for Format {
    fn default() -> Self {
        Self {
            shape: None,
            delimiter: None,
            encoding: Encoding::Utf8,
            repair: false,
            longest_record: 1 << 20,
            most_columns: 1000,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The line the record begins on.
    pub line: u64,
    pub fields: Vec<(Arc<str>, Value)>,
}

impl Record {
    pub fn get(&self, column: &str) -> Option<&Value> {
        self.fields.iter().find(|(name, _)| &**name == column).map(|(_, value)| value)
    }
}

/// The stream cannot be read any further.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("reading fails after line {line}: {source}")]
    Io { line: u64, source: io::Error },
    #[error("the file holds no record")]
    Empty,
    #[error("the file is UTF-16; save it as UTF-8")]
    Utf16,
    #[error("the file is one JSON array; write one object per line instead")]
    JsonArray,
    #[error("the header line is not usable: {0}")]
    Header(String),
    #[error("the column \"{0}\" occurs twice in the header")]
    DuplicateColumn(String),
}

enum Grammar {
    Csv { splitter: Splitter, header: Vec<Arc<str>> },
    Ndjson,
}

pub struct Records {
    lines: Lines<BufReader<Box<dyn Read + Send>>>,
    format: Format,
    grammar: Grammar,
    ahead: VecDeque<Result<Record, Rejection>>,
    columns: Vec<Arc<str>>,
    last_line: u64,
    ended: bool,
}

impl Records {
    /// Reads as far as is needed to know the shape and the columns.
    pub fn new(input: Box<dyn Read + Send>, format: Format) -> Result<Self, ReadError> {
        let mut lines = Lines::new(BufReader::with_capacity(1 << 16, input), format.longest_record);
        let first = first_line(&mut lines)?;
        let shape = match format.shape {
            Some(shape) => shape,
            None => shape_of(&first)?,
        };
        let mut records = Self {
            lines,
            format,
            grammar: Grammar::Ndjson,
            ahead: VecDeque::new(),
            columns: Vec::new(),
            last_line: 0,
            ended: false,
        };
        match shape {
            Shape::Csv => records.read_header(&first)?,
            Shape::Ndjson => {
                records.lines.give_back(std::iter::once(first));
                records.sample()?;
            }
        }
        Ok(records)
    }

    /// Names of the header, or those seen in the first records of NDJSON.
    pub fn columns(&self) -> &[Arc<str>] {
        &self.columns
    }

    /// Whether the names stand in the file once for all records.
    pub fn has_header(&self) -> bool {
        matches!(self.grammar, Grammar::Csv { .. })
    }

    fn read_header(&mut self, first: &Line) -> Result<(), ReadError> {
        let delimiter = self.format.delimiter.unwrap_or_else(|| sniff_delimiter(first));
        let mut splitter = Splitter::new(delimiter);
        if first.too_long || splitter.feed(first) {
            return Err(ReadError::Header("it is too long or has an open quote".to_owned()));
        }
        if splitter.len() > self.format.most_columns {
            return Err(ReadError::Header(format!("it has more than {} columns", self.format.most_columns)));
        }
        let mut seen = HashSet::new();
        for (i, field) in splitter.fields().enumerate() {
            let text = decode(field, self.format.encoding).map_err(ReadError::Header)?;
            let name: Arc<str> = match text.trim() {
                "" => format!("column {}", i + 1).into(),
                name => name.into(),
            };
            if !seen.insert(Arc::clone(&name)) {
                return Err(ReadError::DuplicateColumn(name.to_string()));
            }
            self.columns.push(name);
        }
        self.grammar = Grammar::Csv { splitter, header: self.columns.clone() };
        Ok(())
    }

    fn sample(&mut self) -> Result<(), ReadError> {
        let mut seen = HashSet::new();
        let mut bytes = 0;
        while self.ahead.len() < SAMPLE_RECORDS && bytes < SAMPLE_BYTES {
            let Some(line) = self.next_line()? else { break };
            bytes += line.bytes.len();
            let record = json_record(&line, &self.format);
            if let Ok(record) = &record {
                for (name, _) in &record.fields {
                    if seen.len() < self.format.most_columns && seen.insert(Arc::clone(name)) {
                        self.columns.push(Arc::clone(name));
                    }
                }
            }
            self.ahead.push_back(record);
        }
        Ok(())
    }

    fn next_line(&mut self) -> Result<Option<Line>, ReadError> {
        loop {
            let read = self.lines.next().map_err(|source| ReadError::Io { line: self.last_line, source })?;
            match read {
                Some(line) if !line.too_long && line.is_blank() => {}
                Some(line) => {
                    self.last_line = line.number;
                    return Ok(Some(line));
                }
                None => return Ok(None),
            }
        }
    }

    fn repaired(&self, entry: Result<Record, Rejection>) -> Result<Record, Rejection> {
        let mut record = entry?;
        if self.format.repair {
            for (_, value) in &mut record.fields {
                repair(value);
            }
        }
        Ok(record)
    }

    fn next_entry(&mut self) -> Result<Option<Result<Record, Rejection>>, ReadError> {
        if let Some(entry) = self.ahead.pop_front() {
            return Ok(Some(entry));
        }
        let Some(line) = self.next_line()? else {
            return Ok(None);
        };
        match self.grammar {
            Grammar::Ndjson => Ok(Some(json_record(&line, &self.format))),
            Grammar::Csv { .. } => self.csv_record(&line).map(Some),
        }
    }

    fn csv_record(&mut self, first: &Line) -> Result<Result<Record, Rejection>, ReadError> {
        let Grammar::Csv { splitter, header } = &mut self.grammar else {
            return Ok(Err(too_long(first)));
        };
        if first.too_long {
            return Ok(Err(too_long(first)));
        }
        let closed = gather(&mut self.lines, splitter, first, self.format.longest_record)
            .map_err(|source| ReadError::Io { line: first.number, source })?;
        if !closed {
            let raw = String::from_utf8_lossy(first.body());
            let detail = "a quote opens here and does not close; read on from the next line";
            return Ok(Err(Problem::new("unterminated-quote", "", detail, &raw).at(first.number)));
        }
        Ok(assemble(splitter, header, first, self.format.encoding))
    }
}

impl Iterator for Records {
    type Item = Result<Result<Record, Rejection>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let entry = self.next_entry();
        self.ended = !matches!(entry, Ok(Some(_)));
        Some(entry.transpose()?.map(|entry| self.repaired(entry)))
    }
}

fn first_line<R: io::BufRead>(lines: &mut Lines<R>) -> Result<Line, ReadError> {
    let mut marked = true;
    loop {
        let read = lines.next().map_err(|source| ReadError::Io { line: 0, source })?;
        let mut line = read.ok_or(ReadError::Empty)?;
        if marked && (line.bytes.starts_with(&[0xff, 0xfe]) || line.bytes.starts_with(&[0xfe, 0xff])) {
            return Err(ReadError::Utf16);
        }
        if marked && line.bytes.starts_with(b"\xef\xbb\xbf") {
            line.bytes.drain(..3);
        }
        marked = false;
        if line.too_long || !line.is_blank() {
            return Ok(line);
        }
    }
}

fn shape_of(first: &Line) -> Result<Shape, ReadError> {
    let text = first.bytes.trim_ascii();
    match text.first() {
        Some(b'{') => Ok(Shape::Ndjson),
        // A header may well begin with a bracket, `[SKU],[Title]`; a list of objects or an open
        // bracket alone may not.
        Some(b'[') if matches!(text[1..].trim_ascii().first(), None | Some(b'{' | b']')) => Err(ReadError::JsonArray),
        _ => Ok(Shape::Csv),
    }
}

fn too_long(line: &Line) -> Rejection {
    let raw = String::from_utf8_lossy(&line.bytes[..line.bytes.len().min(500)]);
    Problem::new("too-long", "", "the line must be shorter; no record may be so long", &raw).at(line.number)
}

fn json_record(line: &Line, format: &Format) -> Result<Record, Rejection> {
    if line.too_long {
        return Err(too_long(line));
    }
    let text = decode(line.body(), format.encoding)
        .map_err(|detail| Problem::new("bad-encoding", "", detail, &String::from_utf8_lossy(line.body())).at(line.number))?;
    let refuse = |code, detail: String| Problem::new(code, "", detail, &text).at(line.number);
    let value = parse_json(&text).map_err(|detail| refuse("bad-json", detail))?;
    let Value::Object(fields) = value else {
        return Err(refuse("bad-json", "must be an object".to_owned()));
    };
    if fields.len() > format.most_columns {
        return Err(refuse("too-many", format!("must have at most {} members", format.most_columns)));
    }
    let mut names = HashSet::with_capacity(fields.len());
    if let Some((name, _)) = fields.iter().find(|(name, _)| !names.insert(name.as_str())) {
        return Err(refuse("bad-json", format!("the member \"{}\" must occur only once", super::rejection::shorten(name))));
    }
    let fields = fields.into_iter().map(|(name, value)| (Arc::from(name), value)).collect();
    Ok(Record { line: line.number, fields })
}

fn assemble(splitter: &Splitter, header: &[Arc<str>], first: &Line, encoding: Encoding) -> Result<Record, Rejection> {
    let surplus_is_blank = splitter.fields().skip(header.len()).all(<[u8]>::is_empty);
    if splitter.len() < header.len() || !surplus_is_blank {
        let detail = format!("the row has {} fields but must have {} as the header", splitter.len(), header.len());
        let raw = String::from_utf8_lossy(first.body());
        return Err(Problem::new("column-count", "", detail, &raw).at(first.number));
    }
    let mut fields = Vec::with_capacity(header.len());
    for (name, bytes) in header.iter().zip(splitter.fields()) {
        let text = decode(bytes, encoding)
            .map_err(|detail| Problem::new("bad-encoding", name, detail, &String::from_utf8_lossy(bytes)).at(first.number))?;
        fields.push((Arc::clone(name), Value::Text(text)));
    }
    Ok(Record { line: first.number, fields })
}

/// What Windows-1252 has at 0x80..0xa0; the unassigned five keep their code.
const WINDOWS_LETTERS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”',
    '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn repair(value: &mut Value) {
    match value {
        Value::Text(text) if text.contains(|c| matches!(c, '\u{80}'..='\u{9f}')) => {
            *text = text.chars().map(|c| u8::try_from(c).map_or(c, windows_letter)).collect();
        }
        Value::List(items) => items.iter_mut().for_each(repair),
        Value::Object(members) => members.iter_mut().for_each(|(_, value)| repair(value)),
        _ => {}
    }
}

fn windows_letter(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_LETTERS[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

fn decode(bytes: &[u8], encoding: Encoding) -> Result<String, String> {
    match encoding {
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(format!(
                "not UTF-8 at byte {}; if the file is Latin-1, say encoding = \"latin-1\" in the mapping",
                error.valid_up_to() + 1
            )),
        },
        Encoding::Latin1 => Ok(bytes.iter().map(|byte| windows_letter(*byte)).collect()),
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
