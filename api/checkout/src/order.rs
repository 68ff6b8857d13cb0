//! Placing an order for a cart, for lines or for a quote.

use std::sync::Arc;

use entity::PaymentMethod;
use entity::carts;
use entity::quotes as quote_rows;
use pricing::Amount;
use pricing::Currency;

use super::accept_lines::AcceptedLines;
use super::context::Checkout;
use super::error::CheckoutError;
use super::expectation::ExpectedPrice;
use super::expectation::OnDrift;
use super::expectation::PriceExpectation;
use super::expectation::QuotedPrice;
use super::expectation::Tolerance;
use super::queries::destination;
use super::request::Buyer;
use super::request::DraftLine;
use super::request::DraftLines;
use super::request::LineOptions;
use super::request::LineOrigin;
use super::request::LineSource;
use super::request::OrderRequest;
use super::request::Prepared;
use super::request::PreparedLines;
use cart::CartLine;
use cart::CheckedLine;
use cart::RequestedLine;
use cart::check_lines;
use cart::drift as cart_drift;
use cart::recheck_lines;
use identity::Account;
use kernel::field_code::FieldCode;
use kernel::problem::FieldError;
use orders::LoadedOrder;
use orders::NewOrder;
use orders::NewOrderHeader;
use store::database::Reader;
use store::database::Tx;

/// A placed order with the errors and warnings of its lines.
#[derive(Debug)]
pub(super) struct PlacedOrder {
    pub(super) placed: LoadedOrder,
    /// Why lines were not ordered.
    pub(super) rejected: Vec<FieldError>,
    /// Warnings; the order was placed in spite of them.
    pub(super) warnings: Vec<FieldError>,
}

/// The cart or quote that is ordered, locked until the transaction ends.
enum LockedSource {
    Lines,
    Cart(carts::Model),
    Quote(Box<quote_rows::Model>),
}

impl Checkout {
    /// Checks everything that needs no lock.
    pub(super) async fn prepare(
        &self,
        db: &Reader,
        account: Arc<Account>,
        request: OrderRequest,
    ) -> Result<Prepared, CheckoutError> {
        account.refuse_blocked()?;
        let ship_to = destination(db, &account, request.ship_to).await?;
        let from = match request.from {
            LineSource::Direct(lines) => PreparedLines::Lines(self.check_direct(db, &account, lines).await?),
            LineSource::Cart(id) => PreparedLines::Cart(id),
            LineSource::Quote(number, version) => PreparedLines::Quote(number, version),
        };
        Ok(Prepared { buyer: Buyer { account, ship_to, terms: request.terms }, currency: request.currency, from })
    }

    async fn check_direct(
        &self,
        db: &Reader,
        account: &Account,
        lines: Vec<(RequestedLine, LineOptions)>,
    ) -> Result<DraftLines, CheckoutError> {
        let (asked, mut options): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
        let (good, bad) = check_lines(db, &self.products, &self.index, Some(account.id), asked).await?;
        let draft = |line: CheckedLine| {
            let options = options.get_mut(line.index).map(std::mem::take).unwrap_or_default();
            DraftLine { line, origin: LineOrigin::Request, options }
        };
        let lines = good.into_iter().map(draft).collect();
        Ok(DraftLines { lines, problems: bad.into_iter().map(Into::into).collect() })
    }

    /// Prices and places the order.
    pub(super) async fn place(&self, tx: &Tx, prepared: Prepared) -> Result<PlacedOrder, CheckoutError> {
        let Prepared { buyer, currency, from } = prepared;
        let (locked, currency, mut draft) = self.lock(tx, &buyer, currency, from).await?;
        self.prices.lock_version(tx).await?;
        if let LockedSource::Cart(cart) = &locked {
            self.expect_seen(tx, cart, &buyer, &mut draft).await?;
        }
        let accepted = self.accept_lines(tx, &buyer, currency, draft).await?;
        let (rejected, warnings) = (accepted.rejected.clone(), accepted.warnings.clone());
        let placed = orders::place(tx, &self.stock_levels, new_order(tx, buyer, currency, &locked, accepted)).await?;
        match locked {
            LockedSource::Lines => {}
            LockedSource::Cart(cart) => cart::mark_ordered(tx, &cart).await?,
            LockedSource::Quote(quote) => quotes::mark_ordered(tx, *quote, &placed.order.number).await?,
        }
        Ok(PlacedOrder { placed, rejected, warnings })
    }

    /// Locks the cart or quote. Returns the currency and the lines, which are checked again, because products may have changed.
    async fn lock(
        &self,
        tx: &Tx,
        buyer: &Buyer,
        named: Option<Currency>,
        from: PreparedLines,
    ) -> Result<(LockedSource, Currency, DraftLines), CheckoutError> {
        let account = &buyer.account;
        match from {
            PreparedLines::Lines(draft) => {
                let currency = named.unwrap_or(account.currency);
                Ok((LockedSource::Lines, currency, draft))
            }
            PreparedLines::Cart(id) => {
                let cart = cart::lock_open(tx, &id, Some(account.id)).await?;
                let currency = cart.currency.0;
                cart::same_currency(named, currency, "cart")?;
                let lines = self.carts.lines(tx, cart.id, cart.version).await?;
                let (good, problems) = recheck_lines(&self.products, account.id, "/cart/lines", &lines);
                let draft = |line| DraftLine { line, origin: LineOrigin::Cart, options: LineOptions::default() };
                let lines = good.into_iter().map(draft).collect();
                Ok((LockedSource::Cart(cart), currency, DraftLines { lines, problems }))
            }
            PreparedLines::Quote(number, version) => {
                let (quote, offered) = quotes::lock_offered(tx, &number, account.id, version).await?;
                let currency = quote.currency.0;
                cart::same_currency(named, currency, "quote")?;
                let lines: Vec<CartLine> = offered.iter().map(|offered| offered.line.clone()).collect();
                let (good, problems) = recheck_lines(&self.products, account.id, "/quote/lines", &lines);
                let draft = quoted_lines(&quote.number, &offered, good, problems);
                Ok((LockedSource::Quote(quote.into()), currency, draft))
            }
        }
    }

    /// Sets the last seen prices as the expected prices of a cart's lines.
    async fn expect_seen(
        &self,
        tx: &Tx,
        cart: &carts::Model,
        buyer: &Buyer,
        draft: &mut DraftLines,
    ) -> Result<(), CheckoutError> {
        let on_drift = buyer.terms.on_cart_drift;
        if on_drift == OnDrift::Accept {
            return Ok(());
        }
        let lines = self.carts.lines(tx, cart.id, cart.version).await?;
        let report = cart_drift::report(tx, &self.prices, cart, &lines, &buyer.terms.coupons).await?;
        let mut drifted: Vec<_> = report.drifted.into_iter().collect();
        drifted.sort_unstable_by_key(|drifted| drifted.place);
        for line in &mut draft.lines {
            let Ok(found) = drifted.binary_search_by_key(&line.line.index, |drifted| drifted.place) else { continue };
            let previous = drifted[found].previous.as_ref();
            let (unit_price, per) = previous.map_or((Amount::ZERO, None), |line| (line.unit_price, Some(line.per)));
            let expected = ExpectedPrice { unit_price, per, tolerance: Tolerance::Amount(Amount::ZERO), on_drift };
            line.options.expectation = Some(PriceExpectation::Expected(expected));
        }
        Ok(())
    }
}

/// The lines of a quote at the prices offered. A line whose unit factor changed since the offer is reported as an error.
fn quoted_lines(
    number: &str,
    offered: &[quotes::OfferedLine],
    good: Vec<CheckedLine>,
    mut problems: Vec<FieldError>,
) -> DraftLines {
    let number: Arc<str> = number.into();
    let mut lines = Vec::with_capacity(good.len());
    for line in good {
        let own = offered.get(line.index).filter(|offered| line.product.factor_of(line.unit) == Some(offered.factor));
        let Some(own) = own else {
            let detail = format!(
                "one {} of {} is another quantity than when it was offered; ask for a new offer",
                line.unit, line.product.sku
            );
            problems.push(FieldError::new(format!("{}/unit", line.pointer), FieldCode::UnitChanged, detail));
            continue;
        };
        let quoted = QuotedPrice { number: number.clone(), line: own.line.line, unit_price: own.unit_price, per: own.per };
        let options = LineOptions { expectation: Some(PriceExpectation::Quoted(quoted)), reference: String::new() };
        lines.push(DraftLine { line, origin: LineOrigin::Quote, options });
    }
    DraftLines { lines, problems }
}

fn new_order(tx: &Tx, buyer: Buyer, currency: Currency, locked: &LockedSource, accepted: AcceptedLines) -> NewOrder {
    let prepaid = buyer.account.terms.prepaid();
    let usual = if prepaid { PaymentMethod::Prepaid } else { PaymentMethod::Terms };
    let sourcing = buyer.sourcing();
    let Buyer { account, ship_to, terms } = buyer;
    let AcceptedLines { basket, lines, levels, stock, .. } = accepted;
    let header = NewOrderHeader {
        placed_by: tx.actor().label.to_string(),
        purchase_order_number: terms.purchase_order_number,
        currency,
        // An account whose terms are prepayment cannot choose to pay later.
        payment_method: terms.payment_method.filter(|_| !prepaid).unwrap_or(usual),
        terms: account.terms.clone(),
        ship_to,
        note: terms.note,
        external_reference: terms.external_reference,
        coupons: terms.coupons,
        quote_number: match locked {
            LockedSource::Quote(quote) => Some(quote.number.clone()),
            LockedSource::Lines | LockedSource::Cart(_) => None,
        },
        price_version: basket.version,
        priced_at: basket.at,
        priced_as_of: basket.as_of,
        ordered_before: basket.ordered,
        requested_at: terms.requested_at,
        sourcing,
        account,
    };
    NewOrder { header, lines, levels, stock }
}
