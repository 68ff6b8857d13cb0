//! Pricing something again as it was priced then, with the way every price came about.

use pricing::{PeriodQuantity, Viewer};
use store::Db;

use super::error::PriceError;
use super::lookup::{LineRefusal, PriceRequest, PricedLine, Prices};
use super::price_inquiry::{PriceStepView, step};

/// A line priced again.
#[derive(Debug)]
pub struct ReplayedLine {
    pub price: Result<PricedLine, LineRefusal>,
    /// How the price came about.
    pub waterfall: Vec<PriceStepView>,
}

impl Prices {
    /// Prices a basket again as of price version `version`. What had been ordered before is as given; without that it is what
    /// was known then.
    pub async fn replay(
        &self,
        db: &impl Db,
        version: i64,
        request: &PriceRequest<'_>,
        ordered: Option<Vec<PeriodQuantity>>,
        viewer: Viewer,
    ) -> Result<Vec<ReplayedLine>, PriceError> {
        // Another process may have recorded prices, and placed the order, that this one does not know yet.
        if self.version() < version {
            self.catch_up(db).await?;
        }
        let resolved = match ordered {
            None => self.resolve(db, request).await?,
            Some(ordered) => {
                let mut resolved = self.book.read().resolve(request);
                resolved.ordered = ordered;
                resolved
            }
        };
        let book = self.book.read();
        let explained = pricing::explain(book.engine(), &resolved.engine_request(request, &resolved.lines), viewer);
        let one = |line: pricing::ExplainedLine| ReplayedLine {
            price: book.priced(line.price),
            waterfall: line.waterfall.into_iter().map(step).collect(),
        };
        Ok(explained.lines.into_iter().map(one).collect())
    }
}
