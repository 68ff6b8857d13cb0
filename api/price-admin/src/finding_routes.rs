//! Reviews over HTTP: what looks like a mistake in what is recorded now.

use entity::{AccountId, AudienceKind, PriceSource, ProductId, TargetKind};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use pricing::review::{Finding, FindingKind, ReviewedRow};
use pricing::{ContractLineId, Currency, EntryId, Quantity};

use super::current_entries;
use super::error::PriceAdminError;
use super::finding_views::PriceFindingView;
use super::lines::NewLine;
use super::review::{self, ReviewedEntry};
use super::routes::Tag;
use super::{contract, copy, lists, promotion};
use catalog::Products;
use identity::Accounts;
use identity::permit;
use kernel::principal::Acting;
use kernel::problem::ApiError;
use kernel::wire::StaticCode;
use kernel::wire::{Code, JsonResponse, Page, QuantityText, cursor as cursor_of, page_limit, place_of};
use prices::{PriceLine, PriceRequest, Prices, costs_of};
use store::clock;
use store::database::Reader;

type Result<T> = std::result::Result<T, ApiError<PriceAdminError>>;

/// Products of a list that one request looks at, at most.
const MOST_PRODUCTS: usize = 20_000;
/// Lines that are priced at once.
const PRICED: usize = 5_000;

/// Reviews.
#[derive(Debug)]
pub struct FindingRoutes {
    /// All accounts.
    pub accounts: Accounts,
    /// All products.
    pub products: Products,
    /// All prices.
    pub prices: Prices,
}

/// A line of a contract or promotion with the number that findings give it.
struct Line<'a> {
    row: i64,
    line: &'a NewLine,
}

/// What is asked to see which price a line makes.
struct Buyer<'a> {
    account: Option<AccountId>,
    currency: Currency,
    coupons: &'a [String],
    source: PriceSource,
    label: &'a str,
}

#[OpenApi(tag = "Tag::Prices")]
impl FindingRoutes {
    /// Review a price list
    ///
    /// Its current entries, product by product: overlaps, gaps, breaks that rise with quantity, prices under cost or floor,
    /// units the product does not have. Nothing is refused for it. A page does not part the findings of a product, so it may
    /// hold some more than `limit`; it may also hold none and go on.
    #[oai(path = "/v1/price-lists/:code/findings", method = "get", operation_id = "review_price_list")]
    async fn review_price_list(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<PriceFindingView>>> {
        let limit = page_limit(limit.0, 100, 1_000)? as usize;
        let mut product = ProductId(cursor.0.as_deref().map_or(Ok(0), place_of)?);
        let db = who.db();
        let list = lists::find(&db, &code.0).await?.list.id;
        let (mut items, mut looked_at) = (Vec::new(), 0);
        loop {
            let standing = current_entries::after(&db, list, product).await?;
            if standing.is_empty() {
                return Ok(JsonResponse::of(&Page { items, next_cursor: None })?);
            }
            let products: Vec<ProductId> =
                standing.chunk_by(|a, b| a.entry.product == b.entry.product).map(|c| c[0].entry.product).collect();
            let costs = costs_of(&db, &products).await?;
            for entries in standing.chunk_by(|left, right| left.entry.product == right.entry.product) {
                product = entries[0].entry.product;
                looked_at += 1;
                let rows: Vec<ReviewedEntry> =
                    entries.iter().map(|standing| ReviewedEntry { id: standing.id.0, list: 0, entry: standing.entry }).collect();
                items.extend(review::findings(&rows, &self.products, &costs).iter().map(|found| self.of_entry(found, product)));
                if items.len() >= limit || looked_at >= MOST_PRODUCTS {
                    return Ok(JsonResponse::of(&Page { items, next_cursor: Some(cursor_of(product.0)) })?);
                }
            }
        }
    }

    /// Review a contract
    ///
    /// Its lines against each other, against the products' cost and floor, and against what its account pays because of them
    /// now. Nothing is refused for it.
    #[oai(path = "/v1/contracts/:code/findings", method = "get", operation_id = "review_contract")]
    async fn review_contract(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<PriceFindingView>>> {
        let page = (page_limit(limit.0, 100, 1_000)?, cursor.0.as_deref().map_or(Ok(0), place_of)?);
        let db = who.db();
        let found = contract::find(&db, &code.0).await?;
        let new = copy::of_contract(&found, code.0.to_string());
        let lines: Vec<Line<'_>> = found.lines.iter().map(|(id, line)| Line { row: *id, line }).collect();
        let costs = costs_of(&db, &review::products_of(&new.lines)).await?;
        let mut items: Vec<PriceFindingView> = Vec::new();
        let usual = self.accounts.by_id(new.account).map(|account| account.currency);
        if let Some(usual) = usual.filter(|usual| *usual != new.currency) {
            let detail = format!("the account orders in {usual}");
            let code = StaticCode("other_currency");
            items.push(PriceFindingView { code, detail, sku: None, row: None, other: None, min_quantity: None });
        }
        let reviewed = review::of_contract(&new, &self.products, &costs);
        items.extend(reviewed.iter().filter_map(|finding| of_line(finding, &lines)));
        let buyer = Buyer {
            account: Some(new.account),
            currency: new.currency,
            coupons: &[],
            source: PriceSource::Contract,
            label: &code.0,
        };
        self.priced(&db, &buyer, &lines, &mut items).await?;
        Ok(JsonResponse::of(&page_of(items, page))?)
    }

    /// Review a promotion
    ///
    /// Its lines against each other, against the products' cost and floor, and against what a member of its audience pays
    /// because of them now. Nothing is refused for it.
    #[oai(path = "/v1/promotions/:code/findings", method = "get", operation_id = "review_promotion")]
    async fn review_promotion(
        &self,
        who: Acting<permit::WritePrices>,
        code: Path<Code>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<PriceFindingView>>> {
        let page = (page_limit(limit.0, 100, 1_000)?, cursor.0.as_deref().map_or(Ok(0), place_of)?);
        let db = who.db();
        let found = promotion::find(&db, &code.0).await?;
        let new = copy::of_promotion(&found, code.0.to_string());
        let lines: Vec<Line<'_>> = new.lines.iter().zip(0..).map(|(line, row)| Line { row, line }).collect();
        let costs = costs_of(&db, &review::products_of(&new.lines)).await?;
        let reviewed = review::of_lines(&new.lines, new.currency, &self.products, &costs);
        let mut items: Vec<PriceFindingView> = reviewed.iter().filter_map(|finding| of_line(finding, &lines)).collect();
        let account = match new.audience.kind {
            AudienceKind::Everyone => None,
            AudienceKind::Account => Some(AccountId(new.audience.id)),
            AudienceKind::Group => {
                let all = self.accounts.all();
                all.iter().filter(|a| a.group.as_deref() == Some(&new.audience.code)).map(|a| a.id).min()
            }
        };
        let coupons: Vec<String> = new.coupon.iter().cloned().collect();
        for currency in new.currency.map_or_else(|| self.currencies(), |currency| vec![currency]) {
            let buyer = Buyer { account, currency, coupons: &coupons, source: PriceSource::Promotion, label: &code.0 };
            self.priced(&db, &buyer, &lines, &mut items).await?;
        }
        Ok(JsonResponse::of(&page_of(items, page))?)
    }
}

impl FindingRoutes {
    fn of_entry(&self, finding: &Finding, product: ProductId) -> PriceFindingView {
        let number = |row: ReviewedRow| match row {
            ReviewedRow::Entry(EntryId(id)) | ReviewedRow::ContractLine(ContractLineId(id)) => id,
        };
        let sku = self.products.by_id(product).map(|product| product.sku.to_string());
        PriceFindingView {
            other: finding.other.map(|other| number(other).to_string()),
            min_quantity: (!finding.threshold.is_zero()).then_some(QuantityText(finding.threshold)),
            ..PriceFindingView::new(finding.kind, number(finding.row), sku)
        }
    }

    /// Adds lines for single products whose price, as it is paid now, lies under floor or cost. Fixed prices are compared by
    /// the review already.
    async fn priced(
        &self,
        db: &Reader,
        buyer: &Buyer<'_>,
        lines: &[Line<'_>],
        items: &mut Vec<PriceFindingView>,
    ) -> std::result::Result<(), PriceAdminError> {
        let mut asked: Vec<(&Line<'_>, PriceLine)> = Vec::new();
        for line in lines {
            if line.line.target.kind != TargetKind::Sku || line.line.kind == entity::PriceRuleKind::Fixed {
                continue;
            }
            let product = ProductId(line.line.target.id);
            let Some(sold) = self.products.by_id(product) else { continue };
            let unit = line.line.unit.unwrap_or(sold.stock_unit);
            let base = line.line.value.map(|_| Quantity::ONE);
            let steps = line.line.breaks.iter().map(|(quantity, _)| *quantity).filter(|quantity| quantity.is_positive());
            asked.extend(base.into_iter().chain(steps).map(|quantity| (line, PriceLine { product, unit, quantity })));
        }
        for chunk in asked.chunks(PRICED) {
            let wanted: Vec<PriceLine> = chunk.iter().map(|(_, line)| *line).collect();
            let ask = PriceRequest {
                account: buyer.account,
                currency: buyer.currency,
                at: Some(clock::now()),
                as_of: None,
                coupons: buyer.coupons,
                lines: &wanted,
            };
            for ((line, asked), priced) in chunk.iter().zip(self.prices.price_separately(db, &ask).await?.lines) {
                let Ok(priced) = priced else { continue };
                if priced.source != buyer.source || &*priced.label != buyer.label || priced.row != line.row {
                    continue;
                }
                let found = [
                    (FindingKind::UnderFloor, priced.flags.floor_lifted || priced.flags.below_floor),
                    (FindingKind::UnderCost, priced.flags.below_cost),
                ];
                items.extend(found.into_iter().filter(|(_, is)| *is).map(|(kind, _)| PriceFindingView {
                    min_quantity: Some(QuantityText(asked.quantity)),
                    ..PriceFindingView::new(kind, line.row, sku_of(line.line))
                }));
            }
        }
        Ok(())
    }

    fn currencies(&self) -> Vec<Currency> {
        let all = self.accounts.all();
        let mut currencies: Vec<Currency> = all.iter().map(|account| account.currency).collect();
        currencies.sort_unstable();
        currencies.dedup();
        currencies
    }
}

/// A finding about a line.
fn of_line(finding: &Finding, lines: &[Line<'_>]) -> Option<PriceFindingView> {
    let at = |row: ReviewedRow| match row {
        ReviewedRow::ContractLine(ContractLineId(place)) => lines.get(usize::try_from(place).ok()?),
        ReviewedRow::Entry(_) => None,
    };
    let line = at(finding.row)?;
    Some(PriceFindingView {
        other: finding.other.and_then(at).map(|other| other.row.to_string()),
        min_quantity: (!finding.threshold.is_zero()).then_some(QuantityText(finding.threshold)),
        ..PriceFindingView::new(finding.kind, line.row, sku_of(line.line))
    })
}

fn sku_of(line: &NewLine) -> Option<String> {
    (line.target.kind == TargetKind::Sku).then(|| line.target.code.clone())
}

/// A page of findings, which are computed for each request.
fn page_of(items: Vec<PriceFindingView>, (limit, after): (u64, i64)) -> Page<PriceFindingView> {
    let numbered = items.into_iter().zip(1_i64..).map(|(item, place)| (place, item));
    Page::cut(numbered.filter(|(place, _)| *place > after).take(limit as usize + 1).collect(), limit)
}
