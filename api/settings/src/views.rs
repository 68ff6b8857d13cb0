//! Settings on the wire.

use chrono_tz::Tz;
use poem_openapi::Object;
use pricing::Currency;
use serde::{Deserialize, Serialize};

use super::public_url::PublicUrl;
use super::seller::SellerSettings;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::Text;

/// The settings as they shall be.
#[derive(Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
#[oai(rename = "SettingsInput")]
pub(crate) struct SettingsInput {
    /// Name of the company, as documents and mails show it.
    pub name: Text<200>,
    /// Time zone of the seller by its IANA name, as `Europe/Berlin`.
    pub time_zone: Text<64>,
    /// Languages of pages and mails, as `en` or `de-AT`; the first is the default.
    pub languages: Vec<Text<16>>,
    /// Currency where none is asked for (ISO 4217).
    pub default_currency: Text<3>,
    /// Where the outside reaches this installation, as `https://shop.example.com`. Links in mails and documents begin with it.
    #[serde(default)]
    pub public_url: Option<Text<500>>,
}

const MOST_LANGUAGES: usize = 20;

impl SettingsInput {
    /// The settings, or everything that is wrong with them.
    pub(crate) fn into_settings(self) -> Result<SellerSettings, CommonError> {
        let mut errors = Vec::new();
        let mut refuse = |pointer: String, code: FieldCode, detail: &str| errors.push(FieldError::new(pointer, code, detail));
        let time_zone = self.time_zone.parse::<Tz>();
        if time_zone.is_err() {
            refuse("/time_zone".to_owned(), FieldCode::UnknownTimeZone, "time_zone must be an IANA name such as Europe/Berlin");
        }
        let currency = self.default_currency.parse::<Currency>();
        if currency.is_err() {
            refuse("/default_currency".to_owned(), FieldCode::UnknownCurrency, "default_currency must be a code of ISO 4217");
        }
        let public_url = self.public_url.as_deref().map(PublicUrl::parse).transpose();
        if let Err(detail) = &public_url {
            refuse("/public_url".to_owned(), FieldCode::BadUrl, &format!("public_url {detail}"));
        }
        let languages: Vec<String> = self.languages.into_iter().map(Text::into_inner).collect();
        if languages.is_empty() {
            refuse("/languages".to_owned(), FieldCode::TooFew, "languages must name at least one");
        }
        if languages.len() > MOST_LANGUAGES {
            refuse("/languages".to_owned(), FieldCode::TooMany, "languages must name at most 20");
        }
        for (at, tag) in languages.iter().enumerate() {
            if !is_language_tag(tag) {
                refuse(format!("/languages/{at}"), FieldCode::BadLanguage, "a language must be a tag such as en or de-AT");
            } else if languages[..at].contains(tag) {
                refuse(format!("/languages/{at}"), FieldCode::Duplicate, "every language must be named once");
            }
        }
        match (time_zone, currency, public_url) {
            (Ok(time_zone), Ok(default_currency), Ok(public_url)) if errors.is_empty() => Ok(SellerSettings {
                version: 0,
                name: self.name.into_inner(),
                time_zone,
                languages,
                default_currency,
                public_url,
            }),
            _ => Err(CommonError::Invalid(errors)),
        }
    }
}

/// Whether a text is a language of two or three small letters, perhaps with a country of two capital ones.
fn is_language_tag(text: &str) -> bool {
    let (language, country) = text.split_once('-').map_or((text, None), |(language, country)| (language, Some(country)));
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && country.is_none_or(|country| country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()))
}

/// The settings of the seller.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "Settings")]
pub(crate) struct SettingsView {
    /// Rises with every change, as in the `ETag`; 0 before anything was set.
    pub version: i64,
    /// Name of the company.
    pub name: String,
    /// Time zone of the seller by its IANA name.
    pub time_zone: String,
    /// Languages of pages and mails; the first is the default.
    pub languages: Vec<String>,
    /// Currency where none is asked for.
    pub default_currency: String,
    /// Where the outside reaches this installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
}

impl SettingsView {
    pub(crate) fn new(settings: &SellerSettings) -> Self {
        Self {
            version: settings.version,
            name: settings.name.clone(),
            time_zone: settings.time_zone.name().to_owned(),
            languages: settings.languages.clone(),
            default_currency: settings.default_currency.code().to_owned(),
            public_url: settings.public_url.as_ref().map(|url| url.as_str().to_owned()),
        }
    }
}
