//! Offering prices.

use entity::{Instant, quote_lines, quotes};
use pricing::Amount;

use super::ask::Shelf;
use super::close::not_final;
use super::error::QuoteError;
use super::events::QuoteOffered;
use super::input::SalesOfferInput;
use super::line_prices;
use super::offer_lines::{OfferPrice, Terms, terms};
use super::queries::lines_of;
use super::request::{Priced, save, save_lines};
use catalog::Products;
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use kernel::problem::FieldError;
use kernel::wire::Text;
use prices::PriceToCheck;
use prices::Prices;
use prices::under_limits;
use store::database::Tx;

/// What offers are made with.
#[derive(Debug)]
pub struct Desk<'a> {
    pub products: &'a Products,
    pub prices: &'a Prices,
}

/// Offers prices for a quote locked by the caller, in place of an earlier offer. Gives it with remarks for the seller's staff.
pub async fn offer(
    tx: &Tx,
    desk: &Desk<'_>,
    mut quote: quotes::Model,
    input: SalesOfferInput,
) -> Result<(Priced, Vec<FieldError>), QuoteError> {
    not_final(&quote, tx)?;
    check_date(input.valid_until.0, tx.now())?;
    let mut lines = lines_of(tx, quote.id).await?;
    let catalog_view = desk.products.view_for(Some(quote.account_id));
    let shelf = Shelf { products: desk.products, catalog_view: &catalog_view };
    let terms = terms(&shelf, &mut lines, input.percent_off, input.lines)?;
    quote.offer_round = Some(quote.round);
    let basket = line_prices::today(tx, desk, &quote, &lines, &catalog_view).await?;
    let priced = Priced { quote, lines, basket };
    let (mut priced, mut warnings) = price(priced, &terms)?;
    let quote = &mut priced.quote;
    quote.offered_at = Some(tx.now());
    quote.offered_by = Some(tx.actor().label.to_string());
    quote.valid_until = Some(input.valid_until.0);
    quote.offer_note = Text::into_inner(input.note);
    quote.declined_at = None;
    quote.reason = String::new();
    save_lines(tx, &priced.lines).await?;
    save(tx, quote).await?;
    tx.record(&QuoteOffered((&*quote).into()));
    warnings.extend(too_low(tx, desk.products, &priced, &terms).await?);
    Ok((priced, warnings))
}

fn check_date(valid_until: Instant, now: Instant) -> Result<(), QuoteError> {
    if valid_until > now {
        return Ok(());
    }
    Err(CommonError::invalid("/valid_until", FieldCode::InThePast, "an offer must be valid until an instant in the future")
        .into())
}

/// Writes the offered prices into the lines and the total; tells which are dearer than today.
fn price(mut priced: Priced, terms: &[Terms]) -> Result<(Priced, Vec<FieldError>), QuoteError> {
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

/// Which offered prices are under cost or floor.
async fn too_low(tx: &Tx, products: &Products, priced: &Priced, terms: &[Terms]) -> Result<Vec<FieldError>, QuoteError> {
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
    let told = found.filter_map(|(place, code, sentence)| Some(FieldError::new(pointers.get(place)?.as_str(), code, sentence)));
    Ok(told.collect())
}
