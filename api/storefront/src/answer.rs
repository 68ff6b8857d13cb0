//! From a question to its answer: staff's decisions go in, what was found comes out, and is noted.

use search::{Filter, Kind, Pin, Query};

use super::error::StorefrontError;
use super::explanation_views::SearchExplanationView;
use super::filters::{Plan, page_cursor};
use super::look::{Found, look};
use super::offers::{Offers, Viewpoint};
use super::views::{FacetView, RedirectView, SearchView};
use catalog::Categories;
use identity::permit;
use kernel::principal::Acting;
use kernel::wire::cursor;
use merchandising::{Curation, Guidance, Journal, Redirect, Seen};
use search_index::SearchIndex;
use store::clock;

/// What a search is answered from.
pub(super) struct Desk<'a> {
    pub(super) index: &'a SearchIndex,
    pub(super) offers: &'a Offers,
    pub(super) categories: &'a Categories,
    pub(super) curation: &'a Curation,
    pub(super) journal: &'a Journal,
}

impl Desk<'_> {
    /// Answers a search. Those of buyers are noted.
    pub(super) async fn answer(
        &self,
        who: &Acting<permit::ReadProducts>,
        viewpoint: &Viewpoint,
        mut plan: Plan,
    ) -> Result<SearchView, StorefrontError> {
        let now = clock::now();
        let guidance = self.curation.guide(&plan.query.text, now);
        self.follow(&guidance, &mut plan);
        let (text, offset, earlier) = (plan.query.text.clone(), plan.query.offset, plan.search);
        let redirect = self.redirect(&guidance, viewpoint).await?;
        let found = look(&who.db(), self.index, self.offers, viewpoint, plan).await?;
        let search = match who.account() {
            Some(account) if offset == 0 => self.journal.note(
                now,
                Seen {
                    account,
                    text: &text,
                    lookup: matches!(found.ranking.kind, Kind::Identifier | Kind::PartNumber),
                    relaxed: found.ranking.relaxed,
                    found: found.ranking.total,
                    shown: found.shown.clone(),
                },
            ),
            Some(_) => earlier,
            None => None,
        };
        Ok(view(found, &guidance, redirect, search))
    }

    /// Puts what staff decided into the question. What is not sold any more is not pinned.
    fn follow(&self, guidance: &Guidance, plan: &mut Plan) {
        let products = self.offers.products.by_ids(guidance.pins.iter().map(|(id, _)| *id));
        let pins = guidance.pins.iter().zip(products).filter(|(_, product)| product.as_ref().is_some_and(|p| p.is_orderable()));
        plan.query.pinned = pins.map(|((id, place), _)| Pin { id: id.0 as u64, place: *place }).collect();
        plan.query.weights.clone_from(&guidance.weights);
        plan.query.synonyms.clone_from(&guidance.synonyms);
    }

    /// Where staff send the text, unless it is a category of which whoever asks may see nothing.
    async fn redirect(&self, guidance: &Guidance, viewpoint: &Viewpoint) -> Result<Option<RedirectView>, StorefrontError> {
        let code = match &guidance.redirect {
            None => return Ok(None),
            Some(Redirect::Path(path)) => return Ok(Some(RedirectView { category: None, path: Some(path.to_string()) })),
            Some(Redirect::Category(code)) => code,
        };
        let Some(category) = self.categories.by_code(code) else { return Ok(None) };
        if viewpoint.catalog_view.is_restricted() {
            let filters = vec![Filter { name: "category".to_owned(), value: category.id.to_string() }];
            let query = Query { filters, ..Query::new("", viewpoint.audience()) };
            let any = self.index.ask(move |engine| Ok(engine.rank(&query, 1)?.total > 0)).await?;
            if !any {
                return Ok(None);
            }
        }
        Ok(Some(RedirectView { category: Some(code.to_string()), path: None }))
    }
}

fn view(found: Found, guidance: &Guidance, redirect: Option<RedirectView>, search: Option<i64>) -> SearchView {
    let Found { ranking, page, next, .. } = found;
    let explanation = ranking.reading.map(|reading| SearchExplanationView::new(reading, guidance));
    SearchView {
        items: page,
        total: ranking.total,
        facets: ranking.facets.into_iter().map(FacetView::from).collect(),
        did_you_mean: ranking.did_you_mean,
        kind: ranking.kind.into(),
        relaxed: ranking.relaxed,
        relaxed_query: ranking.relaxed_to,
        nearest_categories: ranking.nearest_categories,
        total_without_filters: ranking.unfiltered,
        redirect,
        search_id: search.map(cursor),
        explanation,
        next_cursor: next.map(|place| page_cursor(place, search)),
    }
}
