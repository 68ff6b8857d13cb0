//! Files in request bodies and reports in response bodies. Both are streamed and never held in memory.

use std::path::Path;

use poem::{Body, IntoResponse, Request, RequestBody, Response};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ApiResponse, ExtractParamOptions};
use tokio::fs::File;

use super::error::ImportJobError;
use kernel::problem::{DomainError as _, Problem};

/// Accepted media types of a file. The format is recognised from its first bytes.
pub(super) const MEDIA_TYPES: &[&str] = &["text/csv", "application/x-ndjson", "application/gzip", "application/zstd"];

/// A file in the body of a request.
pub(crate) struct Upload {
    body: Body,
}

impl<'a> ApiExtractor<'a> for Upload {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn request_meta() -> Option<MetaRequest> {
        let schema = || MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", "binary")));
        let content = MEDIA_TYPES.iter().map(|media| MetaMediaType { content_type: media, schema: schema() });
        Some(MetaRequest { description: Some("CSV or NDJSON, plain, gzip or zstd."), content: content.collect(), required: true })
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        let media = request.content_type().unwrap_or_default().to_ascii_lowercase();
        let essence = media.split(';').next().unwrap_or_default().trim();
        if !MEDIA_TYPES.contains(&essence) {
            let refusal = ImportJobError::Media;
            let problem = Problem::new(refusal.problem_type(), refusal.to_string());
            return Err(problem.into_error());
        }
        Ok(Self { body: body.take()? })
    }
}

impl Upload {
    /// Writes the file to `path`, and deletes it when writing fails.
    pub(super) async fn write_to(self, path: &Path) -> Result<(), ImportJobError> {
        let written = async {
            let mut file = File::create(path).await?;
            tokio::io::copy(&mut self.body.into_async_read(), &mut file).await?;
            file.sync_all().await
        };
        let result: std::io::Result<()> = written.await;
        if let Err(error) = result {
            let _ = tokio::fs::remove_file(path).await;
            return Err(ImportJobError::Storage(error.to_string()));
        }
        Ok(())
    }
}

/// A report as CSV.
pub(crate) struct ReportFile(pub(super) File);

impl IntoResponse for ReportFile {
    fn into_response(self) -> Response {
        let body = Body::from_async_read(self.0);
        Response::builder().content_type("text/csv; charset=utf-8").header("content-disposition", "attachment").body(body)
    }
}

impl ApiResponse for ReportFile {
    fn meta() -> MetaResponses {
        let schema = MetaSchemaRef::Inline(Box::new(MetaSchema::new("string")));
        MetaResponses {
            responses: vec![MetaResponse {
                description: "The report: `line,code,field,detail,raw`.",
                status: Some(200),
                status_range: None,
                content: vec![MetaMediaType { content_type: "text/csv; charset=utf-8", schema }],
                headers: vec![],
            }],
        }
    }

    fn register(_: &mut Registry) {}
}
