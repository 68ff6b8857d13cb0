//! Entries as a stream: CSV or NDJSON, read and recorded batch by batch.
//!
//! Every batch is a price version of its own, so an upload of a million entries holds nobody up; when it breaks off, what was
//! recorded before stays, and sending it again changes nothing that is recorded already. Good rows are recorded, bad ones told
//! by line. A CSV record is one line.
//!
//! Not here: what an entry must be (`input`).

use poem::{Body, Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, Object};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

use super::error::ContractError;
use super::input::PriceEntryInput;
use super::loose::Loose;
use crate::kernel::problem::{Entry, FieldProblem, Problem};
use crate::kernel::wire::{Each, Text, parse_json, parse_timestamp};

/// Entries of a price list.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceEntriesInput {
    /// At most 10,000; send CSV or NDJSON for more.
    pub(crate) entries: Vec<Each<PriceEntryInput>>,
}

/// A body of entries, by its media type.
#[derive(Debug)]
pub(crate) enum EntriesBody {
    Json(PriceEntriesInput),
    Stream(Format, Body),
}

/// How the rows of a stream are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Ndjson,
}

const MEDIA: Entry = Entry { status: 415, code: "unsupported-media-type", title: "The media type is not supported" };

fn refuse(problem: &Problem) -> poem::Error {
    poem::Error::from_response(problem.response())
}

impl<'a> ApiExtractor<'a> for EntriesBody {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        PriceEntriesInput::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let text = || MetaSchemaRef::Inline(Box::new(MetaSchema::new("string")));
        Some(MetaRequest {
            description: Some(
                "CSV has a header with the fields' names and one record per line; NDJSON has one entry per line. Both may have \
                 up to 1,000,000 entries.",
            ),
            content: vec![
                MetaMediaType { content_type: "application/json", schema: PriceEntriesInput::schema_ref() },
                MetaMediaType { content_type: "application/x-ndjson", schema: text() },
                MetaMediaType { content_type: "text/csv", schema: text() },
            ],
            required: true,
        })
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        let content_type = request.content_type().unwrap_or("application/json");
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/json" => {
                let bytes = <Vec<u8> as poem::FromRequest>::from_request(request, body).await?;
                parse_json(&bytes).map(Self::Json).map_err(|problem| refuse(&problem))
            }
            "application/x-ndjson" => Ok(Self::Stream(Format::Ndjson, body.take()?)),
            "text/csv" => Ok(Self::Stream(Format::Csv, body.take()?)),
            _ => Err(refuse(&Problem::new(MEDIA, "send application/json, application/x-ndjson or text/csv"))),
        }
    }
}

/// A row of a stream: its line, and the entry or what is wrong with it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) entry: Result<PriceEntryInput, FieldProblem>,
}

/// Reads rows from a stream.
pub(super) struct RowReader<R> {
    lines: BufReader<R>,
    format: Format,
    header: Vec<Column>,
    line: u64,
    buffer: Vec<u8>,
}

/// A column of a CSV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Sku,
    Unit,
    Currency,
    MinQuantity,
    UnitPrice,
    Per,
    ValidFrom,
    ValidUntil,
}

const COLUMNS: &[(&str, Column)] = &[
    ("sku", Column::Sku),
    ("unit", Column::Unit),
    ("currency", Column::Currency),
    ("min_quantity", Column::MinQuantity),
    ("unit_price", Column::UnitPrice),
    ("per", Column::Per),
    ("valid_from", Column::ValidFrom),
    ("valid_until", Column::ValidUntil),
];

impl<R: AsyncRead + Unpin> RowReader<R> {
    /// A reader at the first row; reads the header of a CSV file.
    pub(super) async fn new(stream: R, format: Format) -> Result<Self, ContractError> {
        let lines = BufReader::with_capacity(1 << 16, stream);
        let mut reader = Self { lines, format, header: Vec::new(), line: 0, buffer: Vec::new() };
        if format == Format::Csv {
            let header = reader.next_line().await?.ok_or_else(|| ContractError::Unreadable("there is no header".to_owned()))?;
            let header = csv_fields(header.trim_start_matches('\u{feff}').as_bytes())
                .ok_or_else(|| ContractError::Unreadable("the header is not CSV".to_owned()))?;
            let column = |name: &String| {
                let known = COLUMNS.iter().find(|(known, _)| *known == name.trim());
                let known = known.map(|(_, column)| *column);
                known.ok_or_else(|| ContractError::Unreadable(format!("\"{}\" is no field of an entry", shortened(name))))
            };
            reader.header = header.iter().map(column).collect::<Result<_, _>>()?;
            if let Some(name) = twice(&reader.header) {
                return Err(ContractError::Unreadable(format!("the column {name} stands twice")));
            }
        }
        Ok(reader)
    }

    /// Up to `most` rows; none at the end.
    pub(super) async fn batch(&mut self, most: usize) -> Result<Vec<Row>, ContractError> {
        let mut rows = Vec::new();
        while rows.len() < most {
            let Some(text) = self.next_line().await? else { break };
            if text.trim().is_empty() {
                continue;
            }
            let entry = match self.format {
                Format::Ndjson => parse_json(text.as_bytes()).map_err(first_fault),
                Format::Csv => self.csv_entry(&text),
            };
            rows.push(Row { line: self.line, entry });
        }
        Ok(rows)
    }

    async fn next_line(&mut self) -> Result<Option<String>, ContractError> {
        self.buffer.clear();
        let read = self.lines.read_until(b'\n', &mut self.buffer).await;
        let read = read.map_err(|error| ContractError::Unreadable(error.to_string()))?;
        if read == 0 {
            return Ok(None);
        }
        self.line += 1;
        while matches!(self.buffer.last(), Some(b'\n' | b'\r')) {
            self.buffer.pop();
        }
        // What is no UTF-8 becomes a sign that no SKU has, so the row is told and not recorded.
        Ok(Some(String::from_utf8_lossy(&self.buffer).into_owned()))
    }

    fn csv_entry(&self, text: &str) -> Result<PriceEntryInput, FieldProblem> {
        let fault = |field: &str, code: &str, detail: String| FieldProblem::new(format!("/{field}"), code, detail);
        let fields = csv_fields(text.as_bytes()).ok_or_else(|| fault("", "invalid-value", "the line is not CSV".to_owned()))?;
        if fields.len() != self.header.len() {
            let detail = format!("{} fields where the header has {}", fields.len(), self.header.len());
            return Err(fault("", "invalid-value", detail));
        }
        let get = |column: Column| {
            let place = self.header.iter().position(|found| *found == column)?;
            fields.get(place).map(|field| field.trim().to_owned()).filter(|field| !field.is_empty())
        };
        let text_of = |field: &str, value: String| Text::parse(value).map_err(|detail| fault(field, "invalid-value", detail));
        let needed =
            |field: &str, value: Option<String>| value.ok_or_else(|| fault(field, "missing-value", "it is empty".to_owned()));
        let time = |field: &str, value: Option<String>| {
            value.map(|text| parse_timestamp(&text).map_err(|detail| fault(field, "invalid-value", detail))).transpose()
        };
        let per =
            get(Column::Per).map(|text| text.parse().map_err(|_| fault("per", "out-of-range", "not a whole number".to_owned())));
        Ok(PriceEntryInput {
            sku: Text::parse(needed("sku", get(Column::Sku))?).map_err(|detail| fault("sku", "invalid-value", detail))?,
            unit: get(Column::Unit).map(|unit| text_of("unit", unit)).transpose()?,
            currency: text_of("currency", needed("currency", get(Column::Currency))?)?,
            min_quantity: get(Column::MinQuantity).map(Loose),
            unit_price: Loose(needed("unit_price", get(Column::UnitPrice))?),
            per: per.transpose()?,
            valid_from: time("valid_from", get(Column::ValidFrom))?,
            valid_until: time("valid_until", get(Column::ValidUntil))?,
        })
    }
}

fn csv_fields(line: &[u8]) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(line);
    let mut record = csv::StringRecord::new();
    let found = reader.read_record(&mut record).ok()?;
    found.then(|| record.iter().map(str::to_owned).collect())
}

fn twice(header: &[Column]) -> Option<&'static str> {
    let mut names = COLUMNS.iter();
    names.find(|(_, column)| header.iter().filter(|found| *found == column).count() > 1).map(|(name, _)| *name)
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// A row that is no entry, with the field that is wrong.
fn first_fault(problem: Problem) -> FieldProblem {
    let detail = problem.detail;
    problem.errors.into_iter().next().unwrap_or_else(|| FieldProblem::new("", "invalid-value", detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn rows(text: &str, format: Format) -> Result<Vec<Row>, ContractError> {
        RowReader::new(text.as_bytes(), format).await?.batch(100).await
    }

    #[tokio::test]
    async fn csv_rows_know_their_lines() {
        let text = "\u{feff}sku,unit_price,currency\nA,1.5,EUR\n\n\"B,1\",2,EUR\r\nC,3\n,4,EUR\n";
        let rows = rows(text, Format::Csv).await.expect("a header");
        let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [2, 4, 5, 6]);
        let skus: Vec<Option<&str>> = rows.iter().map(|row| row.entry.as_ref().ok().map(|entry| &*entry.sku)).collect();
        assert_eq!(skus, [Some("A"), Some("B,1"), None, None]);
    }

    #[tokio::test]
    async fn bad_headers_are_refused() {
        for text in ["", "sku,colour\n", "sku,sku,unit_price,currency\n"] {
            assert!(rows(text, Format::Csv).await.is_err(), "{text:?}");
        }
    }

    #[tokio::test]
    async fn ndjson_rows_are_read_strictly() {
        let text = "{\"sku\":\"A\",\"unit_price\":\"1\",\"currency\":\"EUR\"}\n{\"sku\":1}\nnonsense\n";
        let rows = rows(text, Format::Ndjson).await.expect("rows");
        let good: Vec<bool> = rows.iter().map(|row| row.entry.is_ok()).collect();
        assert_eq!(good, [true, false, false]);
    }
}
