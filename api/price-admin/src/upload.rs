//! Entries as a stream: CSV or NDJSON, plain, gzip or zstd, read in a thread of its own while the rows before are recorded.
//!
//! Promises: memory is bounded whatever the stream holds; every record is accounted for, a broken one by its line and reason;
//! when the receiver of the rows is gone, reading ends.
//!
//! Not here: what an entry must be (`input`), where it goes (`record`, `change_sets`).

use std::io::{self, Read};

use futures_util::StreamExt as _;
use poem::{Body, Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use super::error::PriceAdminError;
use files::reader::{Format, ReadError, Record, Records, Shape};
use files::source::Source;
use kernel::common_problems::UNSUPPORTED_MEDIA_TYPE;
use kernel::field_code::FieldCode;
use kernel::problem::{FieldError, Problem};
use kernel::wire::parse_json;

/// Rows handed over at once: also what is recorded in one transaction.
const BATCH: usize = 4_000;
/// Batches read ahead of the one being recorded.
const AHEAD: usize = 2;
/// Chunks of the body that wait to be unpacked.
const CHUNKS: usize = 16;
/// The most a stream may unpack to.
const MOST_BYTES: u64 = 8 << 30;
/// Bytes of one record.
const LONGEST_RECORD: usize = 64 << 10;

/// Rows in a body: at once as JSON, or a stream of them.
#[derive(Debug)]
pub(crate) enum RowsBody<T> {
    Json(T),
    Stream(Stream),
}

/// A stream of rows. What it is packed with shows in its first bytes.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(super) body: Body,
    /// None where the content is to show it.
    pub(super) shape: Option<Shape>,
}

const TYPES: [(&str, Option<Shape>); 4] = [
    ("application/x-ndjson", Some(Shape::Ndjson)),
    ("text/csv", Some(Shape::Csv)),
    ("application/gzip", None),
    ("application/zstd", None),
];

fn refuse(problem: Problem) -> poem::Error {
    problem.into_error()
}

impl<'a, T: Type + DeserializeOwned> ApiExtractor<'a> for RowsBody<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let text = |format| MetaSchemaRef::Inline(Box::new(MetaSchema { format, ..MetaSchema::new("string") }));
        let streams = TYPES
            .iter()
            .map(|(content_type, shape)| MetaMediaType { content_type, schema: text(shape.is_none().then_some("binary")) });
        let json = MetaMediaType { content_type: "application/json", schema: T::schema_ref() };
        Some(MetaRequest {
            description: Some(
                "CSV has a header with the fields' names; NDJSON has one entry per line. Both may be packed with gzip or zstd, \
                 and have up to 1,000,000 entries.",
            ),
            content: std::iter::once(json).chain(streams).collect(),
            required: true,
        })
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        let content_type = request.content_type().unwrap_or("application/json");
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if essence == "application/json" {
            let bytes = <Vec<u8> as poem::FromRequest>::from_request(request, body).await?;
            return parse_json(&bytes).map(Self::Json).map_err(refuse);
        }
        match TYPES.iter().find(|(known, _)| *known == essence) {
            Some((_, shape)) => Ok(Self::Stream(Stream { body: body.take()?, shape: *shape })),
            None => Err(refuse(Problem::new(
                UNSUPPORTED_MEDIA_TYPE,
                "send application/json, application/x-ndjson, text/csv, or one of these packed",
            ))),
        }
    }
}

/// A record of a stream that is to be checked: its line, and what was read or why it cannot be.
pub(super) type RawRow = (u64, Result<Record, FieldError>);

/// Batches of checked rows; none after the last.
pub(super) type Batches<T> = mpsc::Receiver<Result<Vec<T>, PriceAdminError>>;

/// Reads a stream whose columns are among `columns`; `check` turns records into rows, in the reading thread.
pub(super) fn read<T: Send + 'static>(
    stream: Stream,
    columns: &'static [&'static str],
    check: impl FnMut(Vec<RawRow>) -> Vec<T> + Send + 'static,
) -> Batches<T> {
    let (bytes, chunks) = mpsc::channel(CHUNKS);
    let mut body = stream.body.into_bytes_stream().boxed();
    tokio::spawn(async move {
        while let Some(chunk) = body.next().await {
            let broken = chunk.is_err();
            if bytes.send(chunk.map(|chunk| chunk.to_vec())).await.is_err() || broken {
                break;
            }
        }
    });
    let (sender, batches) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let input = Chunks { waiting: chunks, at_hand: Vec::new(), taken: 0 };
        if let Err(error) = read_all(input, stream.shape, columns, check, &sender) {
            // A receiver that is gone has said why itself.
            let _ = sender.blocking_send(Err(PriceAdminError::Unreadable(error)));
        }
    });
    batches
}

fn read_all<T>(
    input: Chunks,
    shape: Option<Shape>,
    columns: &[&str],
    mut check: impl FnMut(Vec<RawRow>) -> Vec<T>,
    sender: &mpsc::Sender<Result<Vec<T>, PriceAdminError>>,
) -> Result<(), String> {
    let source = Source::stream(input, MOST_BYTES).map_err(|error| error.to_string())?;
    let format = Format { shape, longest_record: LONGEST_RECORD, most_columns: 100, ..Format::default() };
    let records = match Records::new(source.input, format) {
        Err(ReadError::Empty) if shape == Some(Shape::Ndjson) => return Ok(()),
        records => records.map_err(|error| error.to_string())?,
    };
    if let Some(foreign) = records.columns().iter().find(|name| records.has_header() && !columns.contains(&&***name)) {
        return Err(format!("\"{foreign}\" is no field of an entry"));
    }
    let mut batch = Vec::with_capacity(BATCH);
    for record in records {
        let record = record.map_err(|error| error.to_string())?;
        batch.push(match record {
            Ok(record) => (record.line, Ok(record)),
            Err(rejection) => {
                let code = FieldCode::from_word(rejection.problem.code).unwrap_or(FieldCode::InvalidValue);
                (rejection.line, Err(FieldError::new("", code, rejection.problem.detail)))
            }
        });
        if batch.len() == BATCH && sender.blocking_send(Ok(check(std::mem::take(&mut batch)))).is_err() {
            return Ok(());
        }
    }
    if !batch.is_empty() {
        let _ = sender.blocking_send(Ok(check(batch)));
    }
    Ok(())
}

/// The body as something that can be read in a thread.
struct Chunks {
    waiting: mpsc::Receiver<io::Result<Vec<u8>>>,
    at_hand: Vec<u8>,
    taken: usize,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.at_hand.len() {
            match self.waiting.blocking_recv() {
                Some(chunk) => (self.at_hand, self.taken) = (chunk?, 0),
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.at_hand.len() - self.taken);
        buffer[..count].copy_from_slice(&self.at_hand[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}
