//! Price quotes over HTTP.

use std::sync::Arc;

use entity::AccountId;
use poem_openapi::{OpenApi, Tags};
use pricing::{Amount, Currency, Quantity, UnitCode, Viewer};

use super::error::{BadInput, PriceError};
use super::input::{excerpt, read_currency};
use super::lookup::{Explained, PriceRequest, Prices};
use super::price_book::PriceLine;
use super::price_inquiry::MAX_COUPONS;
use super::price_inquiry::MAX_LINES;
use super::price_inquiry::QuoteInput;
use super::price_inquiry::QuoteLineInput;
use super::price_inquiry::QuoteLineView;
use super::price_inquiry::QuoteTotals;
use super::price_inquiry::QuoteView;
use catalog::{Product, Products};
use identity::permit;
use identity::scope::Scope;
use identity::{Account, Accounts, account_for};
use kernel::field_code::FieldCode;
use kernel::principal::Acting;
use kernel::problem::{ApiError, CommonError, FieldError};
use kernel::wire::StaticCode;
use kernel::wire::{AmountText, Body, JsonResponse, QuantityText, Text, Timestamp};
use store::clock;

type Result<T> = std::result::Result<T, ApiError<PriceError>>;

#[derive(Tags)]
pub(super) enum Tag {
    /// Price lists, contracts, promotions, quotes.
    Prices,
}

/// Price quotes.
#[derive(Debug)]
pub struct PriceQuoteRoutes {
    /// All accounts.
    pub accounts: Accounts,
    /// All products.
    pub products: Products,
    /// All prices.
    pub prices: Prices,
}

#[OpenApi(tag = "Tag::Prices")]
impl PriceQuoteRoutes {
    /// Price a basket
    ///
    /// Every line gets its price with the way it came about, the rows that lost with a reason each, and the next volume break;
    /// or the reason why it has none. Bad lines do not disturb the others. Nothing is kept: a quote may be asked again at any
    /// time, and with the same `at` and `as_of` the answer is the same for ever. Buyers never see cost, nor what is not
    /// theirs; staff with `prices:write` see everything.
    #[oai(path = "/v1/price-quotes", method = "post", operation_id = "quote_prices")]
    async fn quote_prices(&self, who: Acting<permit::AskPrices>, body: Body<QuoteInput>) -> Result<JsonResponse<QuoteView>> {
        let input = body.0;
        check_size(&input)?;
        let account = account_for(&who, &self.accounts, input.account.as_deref()).map_err(PriceError::from)?;
        let currency = currency_of(&input, &account)?;
        let staff = who.is_seller() && who.holds(Scope::PricesWrite.word());
        let coupons: Vec<String> = input.coupons.into_iter().map(Text::into_inner).collect();
        if !who.is_seller() {
            self.prices.try_coupons(account.id, &coupons)?;
            if input.at.is_some_and(|at| at.0 > clock::now()) {
                let detail = "at must not be in the future: prices to come are not published";
                return Err(CommonError::invalid("/at", FieldCode::OutOfRange, detail).into());
            }
        }
        let mut basket = self.basket(input.lines, (!staff).then_some(account.id));
        let request = PriceRequest {
            account: Some(account.id),
            currency,
            at: input.at.map(|at| at.0),
            as_of: input.as_of.map(|at| at.0),
            coupons: &coupons,
            lines: &basket.asked,
        };
        let viewer = if staff { Viewer::Staff } else { Viewer::Buyer };
        let explained = self.prices.explain(&who.db(), &request, viewer).await?;
        let view = quote_view(&account, currency, explained, std::mem::take(&mut basket.lines))?;
        Ok(JsonResponse::of(&view)?)
    }
}

/// The lines of a request: what is asked, and what is said of every line so far.
struct Basket {
    asked: Vec<PriceLine>,
    lines: Vec<QuoteLineView>,
}

impl PriceQuoteRoutes {
    fn basket(&self, lines: Vec<QuoteLineInput>, viewer: Option<AccountId>) -> Basket {
        let catalog_view = self.products.view_for(viewer);
        let products = self.products.by_skus(lines.iter().map(|line| &*line.sku));
        let mut basket = Basket { asked: Vec::with_capacity(lines.len()), lines: Vec::with_capacity(lines.len()) };
        for (place, (line, product)) in lines.into_iter().zip(products).enumerate() {
            let product = product.filter(|product| catalog_view.can_see(product));
            let view = match ask_line(place, &line, product.as_deref()) {
                Ok((asked, order_rule)) => {
                    basket.asked.push(asked);
                    let quantity = Some(QuantityText(asked.quantity));
                    let unit = Some(asked.unit.to_string());
                    QuoteLineView { sku: line.sku.into_inner(), quantity, unit, order_rule, ..QuoteLineView::default() }
                }
                Err(problem) => {
                    let quantity = line.quantity.read().ok();
                    let unit = line.unit.map(Text::into_inner);
                    QuoteLineView::refused(line.sku.into_inner(), quantity, unit, problem)
                }
            };
            basket.lines.push(view);
        }
        basket
    }
}

fn check_size(input: &QuoteInput) -> std::result::Result<(), PriceError> {
    let mut faults = Vec::new();
    let mut add =
        |pointer, most: usize, detail| faults.push(FieldError::new(pointer, FieldCode::TooMany, detail).with("max", most));
    if input.lines.len() > MAX_LINES {
        add("/lines", MAX_LINES, format!("a quote must have at most {MAX_LINES} lines"));
    }
    if input.coupons.len() > MAX_COUPONS {
        add("/coupons", MAX_COUPONS, format!("a quote must have at most {MAX_COUPONS} coupons"));
    }
    Ok(BadInput::check(faults)?)
}

fn currency_of(input: &QuoteInput, account: &Account) -> std::result::Result<Currency, PriceError> {
    let named = input.currency.as_deref().map(|code| read_currency("/currency", code)).transpose();
    named.map(|named| named.unwrap_or(account.currency)).map_err(|problem| BadInput(vec![problem]).into())
}

/// A line as the engine is asked, with what an order would say to its quantity; or why it cannot be asked.
fn ask_line(
    place: usize,
    line: &QuoteLineInput,
    product: Option<&Product>,
) -> std::result::Result<(PriceLine, Option<FieldError>), FieldError> {
    let problem = |code: FieldCode, detail: String, field: &str| FieldError::new(format!("/lines/{place}/{field}"), code, detail);
    let product = product
        .ok_or_else(|| problem(FieldCode::UnknownProduct, format!("there is no product \"{}\"", excerpt(&line.sku)), "sku"))?;
    let unit: UnitCode = match &line.unit {
        None => product.default_unit(),
        Some(text) => text.parse().ok().filter(|unit| product.factor_of(*unit).is_some()).ok_or_else(|| {
            problem(FieldCode::UnknownUnit, format!("{} is not sold in \"{}\"", product.sku, excerpt(text)), "unit")
        })?,
    };
    let quantity: Quantity = line.quantity.read().map_err(|(code, detail)| problem(code, detail, "quantity"))?;
    if !quantity.is_positive() {
        return Err(problem(FieldCode::NotPositive, "the quantity must be greater than 0".to_owned(), "quantity"));
    }
    let rule = product.check_quantity(unit, quantity).err().map(|rule| rule.under(&format!("/lines/{place}")));
    Ok((PriceLine { product: product.id, unit, quantity }, rule))
}

fn quote_view(
    account: &Arc<Account>,
    currency: Currency,
    explained: Explained,
    lines: Vec<QuoteLineView>,
) -> std::result::Result<QuoteView, PriceError> {
    let mut answers = explained.explanation.lines.into_iter();
    let mut total: i128 = 0;
    let mut priced: u64 = 0;
    let mut shown = Vec::with_capacity(lines.len());
    for (place, line) in lines.into_iter().enumerate() {
        let answer = if line.problem.is_none() { answers.next() } else { None };
        if let Some(Ok(price)) = answer.as_ref().map(|answer| answer.price) {
            total += i128::from(price.line_amount.micros());
            priced += 1;
        }
        shown.push(match answer {
            Some(answer) => line.explained(place, answer),
            None => line,
        });
    }
    let too_large =
        || BadInput::one("/lines", FieldCode::OutOfRange, "the sum of the lines is out of range; ask for fewer lines");
    let amount = i64::try_from(total).map(Amount::from_micros).map_err(|_| too_large())?;
    Ok(QuoteView {
        account: account.code.clone(),
        currency: StaticCode(currency.code()),
        at: Timestamp(explained.at),
        as_of: Timestamp(explained.as_of),
        price_version: explained.version,
        totals: QuoteTotals { amount: AmountText(amount), priced_lines: priced, unpriced_lines: shown.len() as u64 - priced },
        lines: shown,
    })
}
