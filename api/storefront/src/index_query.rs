//! The query that a search sends to the index.

use search::{NamedSet, Pin, Query};

use super::error::StorefrontError;
use super::routes::StorefrontRoutes;
use super::search_request::SearchRequest;
use super::viewer::Viewer;
use merchandising::Guidance;

impl StorefrontRoutes {
    /// Builds the whole query: what the request asks for, what the viewer may see, the sets of products of the account, and
    /// the pins, boosts and synonyms of the staff.
    pub(super) fn index_query(
        &self,
        request: &SearchRequest,
        viewer: &Viewer,
        guidance: &Guidance,
    ) -> Result<Query, StorefrontError> {
        let product_sets: Vec<NamedSet> = self.account_filters.product_sets(request, viewer)?;
        Ok(Query {
            text: request.text.clone(),
            filters: request.filters.clone(),
            facets: request.facets.clone(),
            limit: request.limit,
            offset: request.offset,
            account: viewer.account_number(),
            visible_to: viewer.audience(),
            sort: request.sort.clone(),
            product_sets,
            pinned: self.orderable_pins(guidance),
            boosts: guidance.boosts.clone(),
            synonyms: guidance.synonyms.clone(),
            explain: request.explain,
        })
    }

    /// The pinned products that can still be ordered.
    fn orderable_pins(&self, guidance: &Guidance) -> Vec<Pin> {
        let products = self.offers.products.by_ids(guidance.pins.iter().map(|(id, _)| *id));
        let pins = guidance.pins.iter().zip(products).filter(|(_, product)| product.as_ref().is_some_and(|p| p.is_orderable()));
        pins.map(|((id, position), _)| Pin { id: id.0 as u64, position: *position }).collect()
    }
}
