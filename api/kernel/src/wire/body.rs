//! The JSON body of a request.

use std::fmt::Write as _;

use poem::{Request, RequestBody, Result};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde::de::DeserializeOwned;

use crate::common_problems::{INVALID, MALFORMED, UNSUPPORTED_MEDIA_TYPE};
use crate::field_code::FieldCode;
use crate::problem::{FieldError, Problem};

/// A JSON body, read strictly.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<'a, T: Type + DeserializeOwned> ApiExtractor<'a> for Body<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest {
            description: None,
            content: vec![MetaMediaType { content_type: "application/json", schema: T::schema_ref() }],
            required: true,
        })
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _: ExtractParamOptions<()>) -> Result<Self> {
        let content_type = request.content_type().unwrap_or("application/json");
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") && !essence.ends_with("+json") {
            return Err(refuse(Problem::new(UNSUPPORTED_MEDIA_TYPE, "send application/json")));
        }
        let bytes = <Vec<u8> as poem::FromRequest>::from_request(request, body).await?;
        // What reads JSON takes an object's values in the order of its fields for the object.
        if bytes.trim_ascii_start().starts_with(b"[") && is_object::<T>() {
            return Err(refuse(Problem::new(INVALID, "the body is an array where an object is expected")));
        }
        parse(&bytes).map(Self).map_err(refuse)
    }
}

/// Whether values are described by name, as objects are; arrays, and what may be one, are described in place.
fn is_object<T: Type>() -> bool {
    matches!(T::schema_ref(), MetaSchemaRef::Reference(_))
}

fn refuse(problem: Problem) -> poem::Error {
    problem.into_error()
}

/// Reads a value strictly; a refusal names the field by its JSON pointer. The way to a field is followed only in what is
/// refused: it costs as much as the reading.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).or_else(|_| parse_following(bytes))
}

fn parse_following<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer_of(error.path());
        let inner = error.into_inner();
        if inner.classify() != serde_json::error::Category::Data {
            return Problem::new(MALFORMED, format!("the body is not JSON: {inner}"));
        }
        let text = inner.to_string();
        let detail = text.split(" at line ").next().unwrap_or_default().to_owned();
        let mut problem = Problem::new(INVALID, format!("{pointer}: {detail}"));
        problem.errors = vec![FieldError::new(pointer, FieldCode::InvalidValue, detail)];
        problem
    })?;
    reader.end().map_err(|error| Problem::new(MALFORMED, format!("the body is not JSON: {error}")))?;
    Ok(value)
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => {
                let _ = write!(pointer, "/{index}");
            }
            Segment::Map { key } => {
                let _ = write!(pointer, "/{}", key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { variant } => {
                let _ = write!(pointer, "/{variant}");
            }
            Segment::Unknown => {}
        }
    }
    pointer
}
