//! The report on the rows of an upload: in its answer, or row by row as a stream of its own.
//!
//! A client that sends a body may not listen before it has sent all of it, so the rows' results wait in a file without a name
//! until then; memory stays bounded.

use poem::{Body, IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaMediaType, MetaResponses, MetaSchema, MetaSchemaRef, Registry};
use serde::Serialize;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};

use super::error::PriceAdminError;
use super::views::PriceEntriesView;
use kernel::problem::CommonError;
use kernel::wire::JsonResponse;

/// Which rows an upload reports, and where.
#[derive(Debug)]
pub(super) enum ReportMode {
    /// Of each, in the answer.
    Each,
    /// Of the rejected ones, in the answer.
    Rejected,
    /// Of each, in a stream that follows the upload.
    All(ResultFile),
}

impl ReportMode {
    /// Of each row, in a stream.
    pub(super) fn all() -> Result<Self, PriceAdminError> {
        let file = tempfile::tempfile().map_err(failed)?;
        Ok(Self::All(ResultFile { file: File::from_std(file), waiting: Vec::new() }))
    }

    /// Writes to the file what was reported since the last call.
    pub(super) async fn flush(&mut self) -> Result<(), PriceAdminError> {
        match self {
            Self::All(file) => file.flush().await,
            _ => Ok(()),
        }
    }
}

/// Results that wait for the end of the upload.
#[derive(Debug)]
pub(super) struct ResultFile {
    file: File,
    waiting: Vec<u8>,
}

#[derive(Serialize)]
struct Last<'a> {
    summary: &'a PriceEntriesView,
}

impl ResultFile {
    /// Writes the result of a row.
    pub(super) fn write(&mut self, result: &impl Serialize) -> Result<(), PriceAdminError> {
        serde_json::to_writer(&mut self.waiting, result).map_err(failed)?;
        self.waiting.push(b'\n');
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), PriceAdminError> {
        self.file.write_all(&self.waiting).await.map_err(failed)?;
        self.waiting.clear();
        Ok(())
    }

    /// The results as an answer, the sums last.
    pub(super) async fn respond(mut self, view: &PriceEntriesView) -> Result<UploadResponse, PriceAdminError> {
        self.write(&Last { summary: view })?;
        self.flush().await?;
        self.file.flush().await.map_err(failed)?;
        self.file.rewind().await.map_err(failed)?;
        Ok(UploadResponse::Rows(self.file))
    }
}

fn failed(error: impl std::fmt::Display) -> PriceAdminError {
    CommonError::Internal(format!("results of an upload cannot be kept: {error}")).into()
}

/// The report on recorded entries, at once or row by row.
#[derive(Debug)]
pub(crate) enum UploadResponse {
    Once(JsonResponse<PriceEntriesView>),
    Rows(File),
}

impl IntoResponse for UploadResponse {
    fn into_response(self) -> Response {
        match self {
            Self::Once(answer) => answer.into_response(),
            Self::Rows(file) => Response::builder().content_type("application/x-ndjson").body(Body::from_async_read(file)),
        }
    }
}

impl ApiResponse for UploadResponse {
    fn meta() -> MetaResponses {
        let mut meta = JsonResponse::<PriceEntriesView>::meta();
        let schema = MetaSchemaRef::Inline(Box::new(MetaSchema::new("string")));
        for response in &mut meta.responses {
            response.content.push(MetaMediaType { content_type: "application/x-ndjson", schema: schema.clone() });
        }
        meta
    }

    fn register(registry: &mut Registry) {
        JsonResponse::<PriceEntriesView>::register(registry);
    }
}
