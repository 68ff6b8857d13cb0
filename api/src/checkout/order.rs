//! Making an order of a cart or of lines.

use std::sync::Arc;

use entity::{AccountStatus, PaymentMethod, carts, sites};
use pricing::{Currency, Quantity};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use serde_json::json;

use super::drift::{Expectation, Tolerance};
use super::error::CheckoutError;
use super::views::{OnDrift, OrderInput, OrderLineInput, Partial, ShipTo};
use crate::cart::{self, AskedLine, Carts, CheckedLine, check_lines};
use crate::catalog::Products;
use crate::contracts::{Ask, AskLine, PricedBasket, PricedLine, Prices};
use crate::identity::{Account, Accounts, IdentityError};
use crate::inventory::{self, Board, Prefer};
use crate::kernel::database::{Reader, Tx};
use crate::kernel::problem::{FieldProblem, Trouble};
use crate::kernel::terms::Terms;
use crate::kernel::wire::{Code, Text};
use crate::orders::{self, AgreedPrice, Destination, NewLine, NewOrder, OrderView, RejectedLine};
use crate::storefront::SearchIndex;

/// What the checkout works with.
#[derive(Clone, Debug)]
pub(crate) struct Checkout {
    pub(crate) accounts: Accounts,
    pub(crate) products: Products,
    pub(crate) prices: Prices,
    pub(crate) board: Board,
    pub(crate) carts: Carts,
    pub(crate) index: SearchIndex,
}

/// An order as far as it can be prepared before its transaction begins.
#[derive(Debug)]
pub(super) struct Prepared {
    account: Arc<Account>,
    currency: Currency,
    ship_to: Destination,
    cart: Option<String>,
    lines: Vec<CheckedLine>,
    /// Expectations and references by place of the line in the request.
    extras: Vec<Extra>,
    problems: Vec<FieldProblem>,
    input: OrderInput,
}

/// What a line of a direct order carries besides product and quantity.
#[derive(Debug, Default)]
struct Extra {
    expectation: Option<Expectation>,
    reference: String,
}

impl Checkout {
    /// Reads and checks everything that needs no lock.
    pub(super) async fn prepare(
        &self,
        db: &Reader,
        account: Arc<Account>,
        mut input: OrderInput,
    ) -> Result<Prepared, CheckoutError> {
        if account.status != AccountStatus::Active {
            return Err(IdentityError::AccountBlocked(account.code.clone()).into());
        }
        if input.purchase_order_number.trim().is_empty() {
            let detail = "an order needs the number of the customer's purchase order";
            return Err(Trouble::invalid("/purchase_order_number", "missing", detail).into());
        }
        let ship_to = destination(db, &account, input.ship_to.take()).await?;
        let currency = currency(input.currency.as_deref().unwrap_or(&account.currency))?;
        let mut prepared = Prepared {
            account,
            currency,
            ship_to,
            cart: input.cart_id.take().map(Text::into_inner),
            lines: Vec::new(),
            extras: Vec::new(),
            problems: Vec::new(),
            input,
        };
        match (&prepared.cart, prepared.input.lines.take()) {
            (None, Some(lines)) => self.check_direct(db, &mut prepared, lines).await?,
            (Some(_), None) => {}
            _ => return Err(CheckoutError::CartOrLines),
        }
        Ok(prepared)
    }

    async fn check_direct(&self, db: &Reader, prepared: &mut Prepared, lines: Vec<OrderLineInput>) -> Result<(), CheckoutError> {
        let mut asked = Vec::with_capacity(lines.len());
        let mut malformed = Vec::new();
        for (index, line) in lines.into_iter().enumerate() {
            let tolerance = match line.tolerance.as_deref().map(|text| (text, Tolerance::parse(text))) {
                None => Tolerance::Amount(pricing::Amount::default()),
                Some((_, Some(tolerance))) => tolerance,
                Some((text, None)) => {
                    let pointer = format!("/lines/{index}/tolerance");
                    let detail = format!("\"{text}\" is neither an amount nor a percentage");
                    malformed.push(FieldProblem::new(pointer, "tolerance-malformed", detail));
                    continue;
                }
            };
            let expectation = line.expected_unit_price.map(|price| Expectation {
                unit_price: price.0,
                tolerance,
                otherwise: line.on_price_drift,
            });
            prepared.extras.push(Extra { expectation, reference: line.reference.into_inner() });
            asked.push(AskedLine {
                pointer: format!("/lines/{index}"),
                sku: line.sku.map(Text::into_inner),
                identifier: line.identifier.map(Text::into_inner),
                quantity: Ok(line.quantity.0),
                unit: line.unit.map(Text::into_inner),
                note: line.note.into_inner(),
            });
        }
        if !malformed.is_empty() {
            return Err(Trouble::Invalid(malformed).into());
        }
        let (good, bad) = check_lines(db, &self.products, &self.index, Some(prepared.account.id), asked).await?;
        prepared.lines = good;
        prepared.problems = bad.into_iter().map(|p| FieldProblem::new(p.pointer, &p.code, p.detail)).collect();
        Ok(())
    }

    /// Prices and places the order. The view is as the order stands when the transaction is kept.
    pub(super) async fn place(&self, tx: &Tx, mut prepared: Prepared) -> Result<OrderView, CheckoutError> {
        let cart = match &prepared.cart {
            Some(id) => Some(cart::lock_open(tx, id, Some(prepared.account.id)).await?),
            None => None,
        };
        if let Some(cart) = &cart {
            prepared.currency = currency(&cart.currency)?;
            self.take_cart(tx, cart, &mut prepared).await?;
        }
        self.prices.lock_version(tx).await?;
        let coupons: Vec<String> = prepared.input.coupons.iter().map(|c| c.to_string()).collect();
        let basket = self.price(tx, &prepared, &coupons).await?;
        let partial = prepared.input.partial == Partial::Accept;
        let (lines, warnings) = self.new_lines(tx, &mut prepared, &basket).await?;
        if lines.is_empty() || (!partial && !prepared.problems.is_empty()) {
            if prepared.problems.is_empty() {
                return Err(orders::OrderError::Empty.into());
            }
            return Err(CheckoutError::Lines(prepared.problems));
        }
        let rejected = std::mem::take(&mut prepared.problems);
        let mut placed = orders::place(tx, new_order(tx, prepared, &basket, coupons, lines, partial)).await?;
        placed.rejected.extend(rejected.into_iter().map(|problem| RejectedLine { problem }));
        if let Some(cart) = &cart {
            cart::mark_ordered(tx, cart).await?;
        }
        let mut view = OrderView::new(placed, &self.accounts, &self.board)?;
        view.warnings = warnings;
        Ok(view)
    }

    /// The lines of a cart, checked again: products may have changed since they were added.
    async fn take_cart(&self, tx: &Tx, cart: &carts::Model, prepared: &mut Prepared) -> Result<(), CheckoutError> {
        let lines = self.carts.lines(tx, cart.id, cart.version).await?;
        let sight = self.products.sight(Some(prepared.account.id));
        for (index, line) in lines.iter().enumerate() {
            let pointer = format!("/cart/lines/{}", line.line);
            let mut refuse = |field: &str, code: &str, detail: String| {
                prepared.problems.push(FieldProblem::new(format!("{pointer}/{field}"), code, detail));
            };
            let Some(product) = self.products.by_id(line.product).filter(|product| sight.shows(product)) else {
                refuse("sku", "unknown-product", "the product no longer exists".to_owned());
                continue;
            };
            if !product.is_orderable() {
                refuse("sku", "not-orderable", format!("{} is {}", product.sku, product.lifecycle.word()));
                continue;
            }
            let quantity: Quantity = line.quantity.into();
            if let Err(problem) = product.check_quantity(line.unit, quantity) {
                refuse("quantity", problem.code, problem.detail);
                continue;
            }
            let note = line.note.to_string();
            prepared.lines.push(CheckedLine { index, pointer, product, unit: line.unit, quantity, note });
        }
        Ok(())
    }

    async fn price(&self, tx: &Tx, prepared: &Prepared, coupons: &[String]) -> Result<PricedBasket, CheckoutError> {
        let lines: Vec<AskLine> =
            prepared.lines.iter().map(|l| AskLine { product: l.product.id, unit: l.unit, quantity: l.quantity }).collect();
        let account = Some(prepared.account.id);
        let ask = Ask { account, currency: prepared.currency, at: None, as_of: None, coupons, lines: &lines };
        Ok(self.prices.price(tx, &ask).await?)
    }

    /// Lines with their price and promise; lines without a price, or with one that nobody expects, become problems.
    async fn new_lines(
        &self,
        tx: &Tx,
        prepared: &mut Prepared,
        basket: &PricedBasket,
    ) -> Result<(Vec<NewLine>, Vec<FieldProblem>), CheckoutError> {
        let promises = self.promises(tx, prepared).await?;
        let mut warnings = Vec::new();
        let mut lines = Vec::with_capacity(prepared.lines.len());
        let checked = std::mem::take(&mut prepared.lines);
        for ((line, price), promised_at) in checked.into_iter().zip(&basket.lines).zip(promises) {
            let price = match price {
                Ok(price) => price,
                Err(refusal) => {
                    let code = refusal.code().replace('_', "-");
                    prepared.problems.push(FieldProblem::new(line.pointer, &code, refusal.detail()));
                    continue;
                }
            };
            let extra = prepared.extras.get_mut(line.index).map(std::mem::take).unwrap_or_default();
            if let Some(expected) = extra.expectation.filter(|e| !e.is_met_by(price.unit_price)) {
                let drift = drift_problem(&line, &expected, price);
                match expected.otherwise {
                    OnDrift::Reject => {
                        prepared.problems.push(drift);
                        continue;
                    }
                    OnDrift::Warn => warnings.push(drift),
                    OnDrift::Accept => {}
                }
            }
            lines.push(NewLine {
                pointer: line.pointer,
                product: line.product,
                unit: line.unit,
                quantity: line.quantity.into(),
                price: agreed(price, basket)?,
                promised_at,
                note: line.note,
                reference: extra.reference,
            });
        }
        Ok((lines, warnings))
    }

    async fn promises(&self, tx: &Tx, prepared: &Prepared) -> Result<Vec<Option<entity::Instant>>, CheckoutError> {
        let mut asks = Vec::with_capacity(prepared.lines.len());
        for (key, line) in prepared.lines.iter().enumerate() {
            let quantity = line.product.stock_quantity(line.unit, line.quantity);
            asks.push(inventory::Ask {
                key,
                product: line.product.id,
                quantity: quantity.unwrap_or_default(),
                multiple: Quantity::default(),
                backorder: line.product.may_backorder(),
                lead_time_days: line.product.lead_time_days,
            });
        }
        let prefer = prefer(&prepared.ship_to);
        let promises = inventory::promise(tx, &self.board, &asks, &prefer, tx.now()).await.map_err(orders::OrderError::from)?;
        Ok(promises.iter().map(|promise| promise.last().map(|part| part.at)).collect())
    }
}

fn prefer(ship_to: &Destination) -> Prefer {
    Prefer { warehouse: None, country: Some(ship_to.country.clone()) }
}

fn currency(code: &str) -> Result<Currency, Trouble> {
    let detail = || Trouble::invalid("/currency", "unknown-currency", format!("\"{code}\" is not an ISO 4217 currency"));
    code.parse().map_err(|_| detail())
}

/// The price of a line as it is written into the order.
fn agreed(price: &PricedLine, basket: &PricedBasket) -> Result<AgreedPrice, CheckoutError> {
    let list_price = match price.list_price {
        Some(list) if list.per == price.per => Some(list.amount.into()),
        // Rare: the list price has another basis than the price that won.
        _ => None,
    };
    let per = pricing::Quantity::from_whole(i64::from(price.per.get())).map_err(|_| orders::OrderError::OutOfRange)?;
    Ok(AgreedPrice {
        unit_price: price.unit_price.into(),
        per: per.into(),
        line_amount: price.line_amount.into(),
        list_price,
        source: price.source,
        detail: json!({
            "label": &*price.label,
            "row": price.row,
            "version": basket.version,
            "as_of": basket.as_of.0,
            "floor_lifted": price.flags.floor_lifted,
        })
        .to_string(),
    })
}

fn drift_problem(line: &CheckedLine, expected: &Expectation, price: &PricedLine) -> FieldProblem {
    let detail = format!("{} costs {} and not {}", line.product.sku, price.unit_price, expected.unit_price);
    FieldProblem::new(format!("{}/expected_unit_price", line.pointer), "price-drift", detail)
}

fn new_order(
    tx: &Tx,
    prepared: Prepared,
    basket: &PricedBasket,
    coupons: Vec<String>,
    lines: Vec<NewLine>,
    partial: bool,
) -> NewOrder {
    let prepaid = Terms::parse(&prepared.account.terms).is_some_and(Terms::prepaid);
    let usual = if prepaid { PaymentMethod::Prepaid } else { PaymentMethod::Terms };
    let input = prepared.input;
    NewOrder {
        placed_by: tx.actor().label.to_string(),
        purchase_order_number: input.purchase_order_number.into_inner(),
        currency: prepared.currency,
        payment_method: match input.payment {
            // An account whose terms are prepayment cannot choose to pay later.
            Some(payment) if !prepaid => payment.method,
            _ => usual,
        },
        terms: prepared.account.terms.clone(),
        prefer: prefer(&prepared.ship_to),
        ship_to: prepared.ship_to,
        note: input.note.into_inner(),
        external_reference: input.external_reference.map(Text::into_inner),
        coupons,
        price_version: basket.version,
        priced_at: basket.at,
        requested_at: input.requested_at.map(|t| t.0),
        lines,
        partial,
        account: prepared.account,
    }
}

/// Where the order goes: the address given, the site named, or the account's default site.
async fn destination(
    db: &impl ConnectionTrait,
    account: &Account,
    ship_to: Option<ShipTo>,
) -> Result<Destination, CheckoutError> {
    let (site, address) = ship_to.map_or((None, None), |s| (s.site, s.address));
    let own = sites::Entity::find().filter(sites::Column::AccountId.eq(account.id));
    let row = match (site, address) {
        (None, Some(address)) => return Ok(address.into()),
        (Some(_), Some(_)) => {
            return Err(Trouble::invalid("/ship_to", "site-and-address", "give a site or an address, not both").into());
        }
        (Some(code), None) => {
            let code = Code::into_inner(code);
            let row = own.filter(sites::Column::Code.eq(&code)).one(db).await?;
            row.ok_or(CheckoutError::UnknownSite(code))?
        }
        (None, None) => own.filter(sites::Column::IsDefault.eq(true)).one(db).await?.ok_or(CheckoutError::NoDestination)?,
    };
    Ok(Destination {
        site: Some(row.code),
        name: row.name,
        line1: row.line1,
        line2: row.line2,
        city: row.city,
        region: row.region,
        postal_code: row.postal_code,
        country: row.country,
    })
}
