//! The lines of a request, as JSON, CSV or an Excel workbook.

use poem::http::StatusCode;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type as _;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use pricing::Quantity;

use super::check_lines::{LineProblem, RequestedLine};
use super::error::CartError;
use super::views::{CartLineInput, CartLinesInput};
use files::sheet::{self, IdentifierKind, Sheet};
use kernel::common_problems::UNSUPPORTED_MEDIA_TYPE;
use kernel::field_code::FieldCode;
use kernel::problem::{FieldError, Problem, problem_of, refuse};
use kernel::wire::parse_json;
use tokio::sync::Semaphore;

/// The lines of a request.
#[derive(Debug)]
pub(crate) struct LinesBody {
    pub(super) lines: Vec<RequestedLine>,
    /// Rows of a list that could not be read.
    pub(super) unreadable: Vec<LineProblem>,
}

const CSV: &str = "text/csv";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl<'a> ApiExtractor<'a> for LinesBody {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        CartLinesInput::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let text = MetaSchemaRef::Inline(Box::new(MetaSchema::new("string")));
        let bytes = MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", "binary")));
        Some(MetaRequest {
            description: None,
            content: vec![
                MetaMediaType { content_type: "application/json", schema: CartLinesInput::schema_ref() },
                MetaMediaType { content_type: CSV, schema: text },
                MetaMediaType { content_type: XLSX, schema: bytes },
            ],
            required: true,
        })
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        let content_type = request.content_type().unwrap_or("application/json").to_ascii_lowercase();
        let bytes = <Vec<u8> as poem::FromRequest>::from_request(request, body).await?;
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let read = match essence {
            "application/json" => return parse_json::<CartLinesInput>(&bytes).map(Self::of_json).map_err(refused),
            CSV => in_turn(move || sheet::read_csv(&bytes)).await,
            XLSX => in_turn(move || sheet::read_xlsx(&bytes)).await,
            _ => {
                let detail = format!("send application/json, {CSV} or {XLSX}");
                return Err(refused(Problem::new(UNSUPPORTED_MEDIA_TYPE, detail)));
            }
        };
        match read {
            Ok(Ok(sheet)) => Ok(Self::of_sheet(sheet)),
            Ok(Err(error)) => Err(refused(problem_of(&CartError::UnreadableList(error.to_string())))),
            Err(error) => Err(poem::Error::from_response(
                refuse(poem::Error::from_string(error.to_string(), StatusCode::INTERNAL_SERVER_ERROR)).await,
            )),
        }
    }
}

/// A workbook may take a hundred times its size while it is read, so that few are read at once.
static READING: Semaphore = Semaphore::const_new(2);

async fn in_turn<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> Result<T, tokio::task::JoinError> {
    // Nothing closes the semaphore, so there always is a turn.
    let turn = READING.acquire().await;
    // The work goes on when the client goes away, so it is what holds the turn.
    let held = move || {
        let done = read();
        drop(turn);
        done
    };
    tokio::task::spawn_blocking(held).await
}

fn refused(problem: Problem) -> poem::Error {
    problem.into_error()
}

impl LinesBody {
    fn of_json(input: CartLinesInput) -> Self {
        Self { lines: CartLineInput::into_requested(input.lines), unreadable: Vec::new() }
    }

    fn of_sheet(sheet: Sheet) -> Self {
        let unreadable = sheet.rejected.into_iter().map(|rejection| {
            let pointer = format!("row {}", rejection.line);
            let code = FieldCode::from_word(rejection.problem.code).unwrap_or(FieldCode::InvalidValue);
            let field = FieldError::new(pointer, code, rejection.problem.detail);
            LineProblem { field, candidates: Vec::new() }
        });
        let lines = sheet.lines.into_iter().map(|line| {
            let exact = line.kind == IdentifierKind::Sku;
            RequestedLine {
                pointer: format!("row {}", line.row),
                sku: exact.then(|| line.identifier.clone()),
                identifier: (!exact).then_some(line.identifier),
                quantity: line.quantity.parse::<Quantity>().map_err(|e| format!("\"{}\": {e}", line.quantity)),
                unit: line.unit,
                note: line.note.unwrap_or_default(),
            }
        });
        Self { lines: lines.collect(), unreadable: unreadable.collect() }
    }
}
