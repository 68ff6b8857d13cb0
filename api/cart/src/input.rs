//! Lines as they come in, from JSON, CSV or a workbook, and what becomes of them: a product, a unit, a quantity that may be
//! ordered, or a reason why not.

use std::sync::Arc;

use entity::AccountId;
use poem::http::StatusCode;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type as _;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use pricing::{Quantity, UnitCode};
use sea_orm::ConnectionTrait;

use super::error::CartError;
use super::views::{CartLineInput, CartLineProblem, CartLinesInput, ProductCandidateView};
use catalog::{self, Name, Product, Products, Resolution};
use files::sheet::{self, IdentifierKind, Sheet};
use kernel::common_problems::UNSUPPORTED_MEDIA_TYPE;
use kernel::field_code::FieldCode;
use kernel::problem::{FieldError, Problem, problem_of, refuse};
use kernel::wire::parse_json;
use search_index::SearchIndex;

/// Most lines a request may bring.
pub const MAX_LINES: usize = 10_000;

/// A line as it was asked for. `T` is what the caller carries along with it.
#[derive(Clone, Debug)]
pub struct AskedLine {
    /// JSON pointer of the line, or the row of the list.
    pub pointer: String,
    pub sku: Option<String>,
    pub identifier: Option<String>,
    pub quantity: Result<Quantity, String>,
    pub unit: Option<String>,
    pub note: String,
}

/// A line that can be ordered.
#[derive(Clone, Debug)]
pub struct CheckedLine {
    /// Where it stood among the lines asked for.
    pub index: usize,
    pub pointer: String,
    pub product: Arc<Product>,
    pub unit: UnitCode,
    pub quantity: Quantity,
    pub note: String,
}

/// Finds the product of every line in one go and checks quantities; bad lines come back as problems, those that name no
/// product with what comes near.
pub async fn check_lines(
    db: &impl ConnectionTrait,
    products: &Products,
    index: &SearchIndex,
    account: Option<AccountId>,
    lines: Vec<AskedLine>,
) -> Result<(Vec<CheckedLine>, Vec<CartLineProblem>), CartError> {
    if lines.len() > MAX_LINES {
        return Err(CartError::TooManyLines(MAX_LINES));
    }
    let names: Vec<Name<'_>> =
        lines.iter().map(|l| Name { sku: l.sku.as_deref(), identifier: l.identifier.as_deref() }).collect();
    let mut found = catalog::resolve(db, products, account, &names).await?;
    add_candidates(products, index, account, &names, &mut found).await;
    let (mut good, mut bad) = (Vec::with_capacity(lines.len()), Vec::new());
    for ((index, line), resolution) in lines.into_iter().enumerate().zip(found) {
        match checked(index, line, resolution) {
            Ok(line) => good.push(line),
            Err(problem) => bad.push(problem),
        }
    }
    Ok((good, bad))
}

/// Gives names that nobody bears the products that come near.
async fn add_candidates(
    products: &Products,
    index: &SearchIndex,
    account: Option<AccountId>,
    names: &[Name<'_>],
    found: &mut [Resolution],
) {
    let without = |(name, resolution): (&Name<'_>, &Resolution)| {
        matches!(resolution, Resolution::Unknown { candidates } if candidates.is_empty()) && !name.text().is_empty()
    };
    let open: Vec<usize> = (0..names.len()).filter(|at| without((&names[*at], &found[*at]))).collect();
    if open.is_empty() {
        return;
    }
    let texts: Vec<&str> = open.iter().map(|at| names[*at].text()).collect();
    let audience = products.sight(account).audience();
    for (at, candidates) in open.iter().zip(index.candidates(account, audience, &texts).await) {
        found[*at] = Resolution::Unknown { candidates };
    }
}

fn checked(index: usize, line: AskedLine, resolution: Resolution) -> Result<CheckedLine, CartLineProblem> {
    let field = if line.sku.is_some() { "sku" } else { "identifier" };
    let product = match resolution {
        Resolution::Found(product) => product,
        Resolution::Ambiguous(candidates) => {
            let problem = line.problem(field, FieldCode::AmbiguousIdentifier, "several products answer to this");
            return Err(problem.with(candidates.into_iter().map(ProductCandidateView::from).collect()));
        }
        Resolution::Unknown { candidates } => {
            let asked = line.sku.as_deref().or(line.identifier.as_deref()).unwrap_or_default();
            let detail = if asked.is_empty() {
                "the line names no product".to_owned()
            } else {
                format!("no product answers to \"{asked}\"")
            };
            let problem = line.problem(field, FieldCode::UnknownProduct, &detail);
            return Err(problem.with(candidates.into_iter().map(ProductCandidateView::from).collect()));
        }
    };
    if !product.is_orderable() {
        let detail = format!("{} is {}", product.sku, product.lifecycle.word());
        return Err(line.problem(field, FieldCode::NotOrderable, &detail));
    }
    let unit = match &line.unit {
        None => product.default_unit(),
        Some(text) => match text.parse() {
            Ok(unit) => unit,
            Err(_) => return Err(line.problem("unit", FieldCode::UnknownUnit, &format!("\"{text}\" is not a unit"))),
        },
    };
    let quantity = match &line.quantity {
        Ok(quantity) => *quantity,
        Err(detail) => return Err(line.problem("quantity", FieldCode::NotANumber, detail)),
    };
    if let Err(problem) = product.check_quantity(unit, quantity) {
        return Err(problem.under(&line.pointer).into());
    }
    Ok(CheckedLine { index, pointer: line.pointer, product, unit, quantity, note: line.note })
}

impl AskedLine {
    /// A problem with one of its fields.
    fn problem(&self, field: &str, code: FieldCode, detail: &str) -> CartLineProblem {
        FieldError::new(format!("{}/{field}", self.pointer), code, detail).into()
    }

    /// A line of a JSON body.
    pub fn from_json(pointer: String, line: CartLineInput) -> Self {
        Self {
            pointer,
            sku: line.sku.map(kernel::wire::Text::into_inner),
            identifier: line.identifier.map(kernel::wire::Text::into_inner),
            quantity: Ok(line.quantity.0),
            unit: line.unit.map(kernel::wire::Text::into_inner),
            note: line.note.into_inner(),
        }
    }
}

/// The lines of a request, whatever they came as.
#[derive(Debug)]
pub(crate) struct LinesBody {
    pub(super) lines: Vec<AskedLine>,
    /// Rows of a list that could not even be read.
    pub(super) unreadable: Vec<CartLineProblem>,
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
            CSV => tokio::task::spawn_blocking(move || sheet::read_csv(&bytes)).await,
            XLSX => tokio::task::spawn_blocking(move || sheet::read_xlsx(&bytes)).await,
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

fn refused(problem: Problem) -> poem::Error {
    poem::Error::from_response(problem.response())
}

impl LinesBody {
    fn of_json(input: CartLinesInput) -> Self {
        let lines = input.lines.into_iter().enumerate();
        let lines = lines.map(|(index, line)| AskedLine::from_json(format!("/lines/{index}"), line)).collect();
        Self { lines, unreadable: Vec::new() }
    }

    fn of_sheet(sheet: Sheet) -> Self {
        let unreadable = sheet.rejected.into_iter().map(|rejection| {
            let code = FieldCode::from_word(rejection.problem.code).unwrap_or(FieldCode::InvalidValue);
            FieldError::new(format!("row {}", rejection.line), code, rejection.problem.detail).into()
        });
        let lines = sheet.lines.into_iter().map(|line| {
            let exact = line.kind == IdentifierKind::Sku;
            AskedLine {
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
