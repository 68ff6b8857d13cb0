//! Lists of part numbers resolved at once, for quick order.
//!
//! Numbers that somebody bears are told by `catalog::resolve`, in one query per thousands; only those nobody bears are looked
//! for by likeness.

use store::Db;

use super::error::StorefrontError;
use super::offers::{Offers, Viewpoint};
use super::views::{IdentifierResult, IdentifierView};
use catalog::{self, Candidate, Name, Resolution};
use search_index::{SearchIndex, bounded, candidates_of};

/// How many candidates a number is answered with.
const CANDIDATES: usize = 5;

/// What each of the identifiers stands for, in the order given.
pub(super) async fn identify(
    db: &impl Db,
    index: &SearchIndex,
    offers: &Offers,
    viewpoint: &Viewpoint,
    identifiers: Vec<String>,
) -> Result<Vec<IdentifierView>, StorefrontError> {
    let bounded: Vec<String> = identifiers.iter().map(|text| bounded(text.trim())).collect();
    let names: Vec<Name<'_>> = bounded.iter().map(|text| Name::any(text)).collect();
    let account = viewpoint.account.as_ref().map(|account| account.id);
    let found = catalog::resolve(db, &offers.products, account, &names).await?;
    let unknown = |resolution: &Resolution| matches!(resolution, Resolution::Unknown { candidates } if candidates.is_empty());
    let open: Vec<String> =
        found.iter().zip(&bounded).filter(|(r, text)| unknown(r) && !text.is_empty()).map(|(_, text)| text.clone()).collect();
    let mut near = likely(index, viewpoint, open).await?.into_iter();
    let views = identifiers.into_iter().zip(found).zip(&bounded).map(|((identifier, resolution), text)| {
        let resolution = match resolution {
            Resolution::Unknown { candidates } if candidates.is_empty() && !text.is_empty() => {
                Resolution::Unknown { candidates: near.next().unwrap_or_default() }
            }
            other => other,
        };
        view(identifier, resolution)
    });
    Ok(views.collect())
}

async fn likely(index: &SearchIndex, viewpoint: &Viewpoint, open: Vec<String>) -> Result<Vec<Vec<Candidate>>, StorefrontError> {
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let (account, audience) = (viewpoint.account_number(), viewpoint.audience());
    let matches = index.ask(move |engine| engine.match_identifiers(&open, account, &audience)).await?;
    Ok(matches.into_iter().map(|found| candidates_of(found, CANDIDATES)).collect())
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
