//! Offering prices.

use entity::{Instant, Quantity, quote_lines, quotes};
use pricing::Amount;

use super::close::refuse_final;
use super::error::QuoteError;
use super::events::QuoteOffered;
use super::line_prices;
use super::offer_lines::{LineTerms, OfferPrice, read_terms};
use super::queries::lines_of;
use super::request::{PricedQuote, save, save_lines};
use super::revise_request::OrderableProducts;
use catalog::Products;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use kernel::problem::FieldError;
use prices::PriceToCheck;
use prices::Prices;
use prices::under_limits;
use store::database::Tx;

/// An offer to be made.
#[derive(Clone, Debug)]
pub struct NewOffer {
    pub valid_until: Instant,
    pub note: String,
    /// Percentage off today's price of lines without terms of their own; none for today's price.
    pub percent_off: Option<Amount>,
    /// Lines with terms of their own.
    pub lines: Vec<NewOfferLine>,
}

/// The terms of one line of an offer.
#[derive(Clone, Debug)]
pub struct NewOfferLine {
    /// Number of the line.
    pub line: i32,
    /// Whether the line is left out of the offer.
    pub declined: bool,
    /// Quantity in the line's unit; none for the requested quantity.
    pub quantity: Option<Quantity>,
    /// Price of `per` units.
    pub unit_price: Option<Amount>,
    /// Price basis; none for 1.
    pub per: Option<u32>,
    /// Percentage off today's price.
    pub percent_off: Option<Amount>,
}

/// The products and prices that commands on quotes need.
#[derive(Debug)]
pub struct QuoteContext<'a> {
    pub products: &'a Products,
    pub prices: &'a Prices,
}

/// Offers prices for a quote locked by the caller, in place of an earlier offer. Returns it with warnings for the seller's staff.
pub async fn offer(
    tx: &Tx,
    context: &QuoteContext<'_>,
    mut quote: quotes::Model,
    new: NewOffer,
) -> Result<(PricedQuote, Vec<FieldError>), QuoteError> {
    refuse_final(&quote, tx)?;
    check_date(new.valid_until, tx.now())?;
    let mut lines = lines_of(tx, quote.id).await?;
    let catalog_view = context.products.view_for(Some(quote.account_id));
    let orderable = OrderableProducts { products: context.products, catalog_view: &catalog_view };
    let terms = read_terms(&orderable, &mut lines, new.percent_off, &new.lines)?;
    quote.offer_round = Some(quote.round);
    let basket = line_prices::price_lines_today(tx, context, &quote, &lines, &catalog_view).await?;
    let priced = PricedQuote { quote, lines, basket };
    let (mut priced, mut warnings) = price(priced, &terms)?;
    let quote = &mut priced.quote;
    quote.offered_at = Some(tx.now());
    quote.offered_by = Some(tx.actor().label.to_string());
    quote.valid_until = Some(new.valid_until);
    quote.offer_note = new.note;
    quote.declined_at = None;
    quote.reason = String::new();
    save_lines(tx, &priced.lines).await?;
    save(tx, quote).await?;
    tx.record(&QuoteOffered((&*quote).into()));
    warnings.extend(below_limits(tx, context.products, &priced, &terms).await?);
    Ok((priced, warnings))
}

fn check_date(valid_until: Instant, now: Instant) -> Result<(), QuoteError> {
    if valid_until > now {
        return Ok(());
    }
    Err(CommonError::invalid("/valid_until", FieldCode::InThePast, "an offer must be valid until an instant in the future")
        .into())
}

/// Writes the offered prices into the lines and the total. Returns warnings for prices above today's.
fn price(mut priced: PricedQuote, terms: &[LineTerms]) -> Result<(PricedQuote, Vec<FieldError>), QuoteError> {
    let currency = priced.quote.currency.0;
    let (mut problems, mut warnings) = (Vec::new(), Vec::new());
    for ((line, terms), today) in priced.lines.iter_mut().zip(terms).zip(&priced.basket.lines) {
        let quantity = line.offer_quantity.unwrap_or(line.quantity);
        match terms.price(today.as_ref().map_err(|refusal| *refusal), quantity, currency) {
            Ok(offered) => {
                write(line, offered);
                if today.as_ref().is_ok_and(|today| offered.is_some_and(|offered| offered.is_above(today))) {
                    warnings.push(FieldError::new(
                        terms.pointer.clone(),
                        FieldCode::AboveToday,
                        "the offered price is higher than today's",
                    ));
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(QuoteError::Offer(problems));
    }
    let amounts = priced.lines.iter().filter_map(|line| line.offer_amount).map(Amount::from);
    let total = Amount::checked_sum(amounts).map_err(|_| QuoteError::OutOfRange)?;
    priced.quote.offer_total = Some(total.into());
    Ok((priced, warnings))
}

fn write(line: &mut quote_lines::Model, offered: Option<OfferPrice>) {
    line.offer_unit_price = offered.map(|offered| offered.unit_price.into());
    line.offer_per = offered.map(|offered| offered.per.into());
    line.offer_amount = offered.map(|offered| offered.amount.into());
}

/// Warnings for offered prices below cost or floor.
async fn below_limits(
    tx: &Tx,
    products: &Products,
    priced: &PricedQuote,
    terms: &[LineTerms],
) -> Result<Vec<FieldError>, QuoteError> {
    let currency = priced.quote.currency.0;
    let (mut offered, mut pointers) = (Vec::with_capacity(priced.lines.len()), Vec::with_capacity(priced.lines.len()));
    for (line, terms) in priced.lines.iter().zip(terms).filter(|(_, terms)| !terms.is_declined()) {
        pointers.push(&terms.pointer);
        offered.push(PriceToCheck {
            product: line.product_id,
            unit: line.unit.0,
            currency,
            unit_price: line.offer_unit_price.unwrap_or_default().into(),
            per: line.offer_per.unwrap_or_default().into(),
        });
    }
    let found = under_limits(tx, products, &offered).await?.into_iter();
    let warnings =
        found.filter_map(|(place, code, sentence)| Some(FieldError::new(pointers.get(place)?.as_str(), code, sentence)));
    Ok(warnings.collect())
}
