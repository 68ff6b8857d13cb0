//! Settings over HTTP.

use poem_openapi::param::Header;
use poem_openapi::{OpenApi, Tags};

use super::change::change;
use super::error::SettingsError;
use super::queries;
use super::seller::SellerSettings;
use super::views::{SettingsInput, SettingsView};
use identity::permit;
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::{Body, Etag, JsonResponse, if_match};

type Result<T> = std::result::Result<T, ApiError<SettingsError>>;

#[derive(Tags)]
enum Tag {
    /// What the seller says of itself.
    Settings,
}

/// Settings of the seller.
#[derive(Debug)]
pub struct SettingsRoutes;

#[OpenApi(tag = "Tag::Settings")]
impl SettingsRoutes {
    /// Read the settings
    ///
    /// The latest version. Before anything was set it is version 0: time zone UTC, English, euro.
    #[oai(path = "/v1/settings", method = "get", operation_id = "get_settings")]
    async fn get_settings(&self, who: Acting<permit::WriteSettings>) -> Result<JsonResponse<SettingsView>> {
        let row = queries::latest(&who.db()).await?;
        answer(&row.as_ref().map(SellerSettings::of_row).transpose()?.unwrap_or_default())
    }

    /// Change the settings
    ///
    /// The settings become what the body says, as a new version; a body that changes nothing makes none. With `If-Match` the
    /// change happens only if nobody changed them meanwhile.
    #[oai(path = "/v1/settings", method = "put", operation_id = "put_settings")]
    async fn put_settings(
        &self,
        who: Acting<permit::WriteSettings>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<SettingsInput>,
    ) -> Result<JsonResponse<SettingsView>> {
        let expected = if_match(expected.0.as_deref())?;
        let new = body.0.into_settings()?;
        let tx = who.begin().await?;
        let changed = change(&tx, new, expected).await?;
        answer(&tx.commit(changed).await?)
    }
}

fn answer(settings: &SellerSettings) -> Result<JsonResponse<SettingsView>> {
    Ok(JsonResponse::of(&SettingsView::new(settings))?.with_etag(Etag(settings.version)))
}
