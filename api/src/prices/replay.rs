//! Pricing something again as it was priced then, with the way every price came about.

use pricing::{PeriodQuantity, Viewer};
use sea_orm::ConnectionTrait;

use super::error::PriceError;
use super::lookup::{Ask, LineRefusal, PricedLine, Prices};
use super::quote::{PriceStepView, step};

/// A line priced again.
#[derive(Debug)]
pub(crate) struct ReplayedLine {
    pub(crate) price: Result<PricedLine, LineRefusal>,
    /// How the price came about.
    pub(crate) waterfall: Vec<PriceStepView>,
}

impl Prices {
    /// Prices a basket again as of price version `version`. What had been ordered before is as given; without that it is what
    /// was known then.
    pub(crate) async fn replay(
        &self,
        db: &impl ConnectionTrait,
        version: i64,
        ask: &Ask<'_>,
        ordered: Option<Vec<PeriodQuantity>>,
        viewer: Viewer,
    ) -> Result<Vec<ReplayedLine>, PriceError> {
        // Another process may have recorded prices, and placed the order, that this one has not heard of.
        if self.version() < version {
            self.catch_up(db).await?;
        }
        let ready = match ordered {
            None => self.ready(db, ask).await?,
            Some(ordered) => {
                let mut ready = self.book.read().ready(ask);
                ready.ordered = ordered;
                ready
            }
        };
        let book = self.book.read();
        let explained = pricing::explain(book.engine(), &ready.request(ask, &ready.lines), viewer);
        let one = |line: pricing::ExplainedLine| ReplayedLine {
            price: book.priced(line.price),
            waterfall: line.waterfall.into_iter().map(step).collect(),
        };
        Ok(explained.lines.into_iter().map(one).collect())
    }
}
