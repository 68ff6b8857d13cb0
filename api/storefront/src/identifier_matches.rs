//! `POST /v1/identifier-matches`: resolves lists of part numbers, for quick order.
//!
//! `catalog::resolve` finds the products of exact numbers, with one statement for thousands of numbers. Only numbers that it
//! does not find are looked up in the search index, by similarity.

use store::Db;

use super::error::StorefrontError;
use super::routes::StorefrontRoutes;
use super::viewer::Viewer;
use super::views::{IdentifierResult, IdentifierView};
use catalog::{self, Candidate, Name, Resolution};
use search_index::{identifier_text, to_candidates};

/// The most candidates for one number.
const MAX_CANDIDATES: usize = 5;

impl StorefrontRoutes {
    /// The product or the candidates of each identifier, in the order given.
    pub(super) async fn resolve_identifiers(
        &self,
        db: &impl Db,
        viewer: &Viewer,
        identifiers: Vec<String>,
    ) -> Result<Vec<IdentifierView>, StorefrontError> {
        let identifier_text: Vec<String> = identifiers.iter().map(|text| identifier_text(text.trim())).collect();
        let names: Vec<Name<'_>> = identifier_text.iter().map(|text| Name::any(text)).collect();
        let account = viewer.account.as_ref().map(|account| account.id);
        let resolutions = catalog::resolve(db, &self.offers.products, account, &names).await?;
        let is_unknown =
            |resolution: &Resolution| matches!(resolution, Resolution::Unknown { candidates } if candidates.is_empty());
        let unknown = resolutions.iter().zip(&identifier_text).filter(|(r, text)| is_unknown(r) && !text.is_empty());
        let unknown: Vec<String> = unknown.map(|(_, text)| text.clone()).collect();
        let mut similar = self.similar_products(viewer, unknown).await?.into_iter();
        let views = identifiers.into_iter().zip(resolutions).zip(&identifier_text).map(|((identifier, resolution), text)| {
            let resolution = match resolution {
                Resolution::Unknown { candidates } if candidates.is_empty() && !text.is_empty() => {
                    Resolution::Unknown { candidates: similar.next().unwrap_or_default() }
                }
                other => other,
            };
            view(identifier, resolution)
        });
        Ok(views.collect())
    }

    async fn similar_products(&self, viewer: &Viewer, numbers: Vec<String>) -> Result<Vec<Vec<Candidate>>, StorefrontError> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let (account, audience) = (viewer.account_number(), viewer.audience());
        let matches = self.index.with_engine(move |engine| engine.match_identifiers(&numbers, account, &audience)).await?;
        Ok(matches.into_iter().map(|found| to_candidates(found, MAX_CANDIDATES)).collect())
    }
}

fn view(identifier: String, resolution: Resolution) -> IdentifierView {
    let (result, product, candidates) = match resolution {
        Resolution::Found(product) => (IdentifierResult::Found, Some(product), Vec::new()),
        Resolution::Ambiguous(candidates) => (IdentifierResult::Ambiguous, None, candidates),
        Resolution::Unknown { candidates } => (IdentifierResult::Unknown, None, candidates),
    };
    IdentifierView {
        identifier,
        result,
        sku: product.as_ref().map(|p| p.sku.to_string()),
        title: product.as_ref().map(|p| p.title.to_string()),
        candidates: candidates.into_iter().map(Into::into).collect(),
    }
}
