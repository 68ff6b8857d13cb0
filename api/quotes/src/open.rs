//! Open quotes as baskets that a price change affects.

use kernel::problem::CommonError;
use prices::OpenBaskets;
use prices::PriceImpact;
use prices::count_affected;
use store::clock;
use store::database::Reader;

/// Quotes that are requested or whose offer is valid. Both show today's prices.
#[derive(Clone, Copy, Debug)]
pub struct OpenQuotes;

#[async_trait::async_trait]
impl OpenBaskets for OpenQuotes {
    fn name(&self) -> &'static str {
        "quotes"
    }

    async fn affected(&self, db: &Reader, impact: &PriceImpact) -> Result<u64, CommonError> {
        let lines = format!(
            "select l.quote_id, l.line_no, b.account_id, b.currency, l.product_id from quotes b \
             join quote_lines l on l.quote_id = b.id \
             where b.ordered_at is null and b.withdrawn_at is null and b.declined_at is null \
             and (b.offer_round is null or b.offer_round <> b.round or b.valid_until > {})",
            clock::now().0
        );
        count_affected(db, impact, &lines, "quote_id").await
    }
}
