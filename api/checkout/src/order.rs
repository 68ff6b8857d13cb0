//! Making an order of a cart, of lines or of a quote.

use std::sync::Arc;

use entity::{AccountStatus, PaymentMethod, Terms, carts, quotes as quote_rows, sites};
use pricing::{Currency, Per};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::drift::{Demand, Expectation, Quoted, Tolerance};
use super::error::CheckoutError;
use super::views::{OrderInput, OrderLineInput, ShipTo};
use cart::{self, AskedLine, CartCache, CartLine, CheckedLine, Partial, check_again, check_lines};
use catalog::Products;
use identity::{Account, Accounts, IdentityError};
use inventory::{Board, Prefer};
use kernel::field_code::FieldCode;
use kernel::problem::CommonError;
use kernel::problem::FieldError;
use kernel::wire::{Code, Text};
use orders::{self, Destination, NewLine, NewOrder, OrderView, RejectedLine};
use prices::{PricedBasket, Prices};
use search_index::SearchIndex;
use store::database::Db;
use store::database::Reader;
use store::database::Tx;
use store::sql::fetch_one;

/// What the checkout works with.
#[derive(Clone, Debug)]
pub struct Checkout {
    pub accounts: Accounts,
    pub products: Products,
    pub prices: Prices,
    pub board: Board,
    pub carts: CartCache,
    pub index: SearchIndex,
}

/// An order as far as it can be prepared before its transaction begins.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) account: Arc<Account>,
    pub(super) currency: Currency,
    pub(super) ship_to: Destination,
    pub(super) from: Origin,
    pub(super) lines: Vec<CheckedLine>,
    /// Demands and references by place of the line in the request, cart or quote.
    pub(super) extras: Vec<Extra>,
    pub(super) problems: Vec<FieldError>,
    pub(super) input: OrderInput,
}

/// What an order is made of.
#[derive(Debug)]
pub(super) enum Origin {
    Lines,
    /// A cart of this id.
    Cart(String),
    /// A quote of this number, in the version that was seen, if that is said.
    Quote(String, Option<i64>),
}

/// What an order is made of, locked until its transaction ends.
enum Locked {
    Lines,
    Cart(carts::Model),
    Quote(Box<quote_rows::Model>),
}

/// What a line carries besides product and quantity.
#[derive(Clone, Debug, Default)]
pub(super) struct Extra {
    pub(super) demand: Option<Demand>,
    pub(super) reference: String,
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
            let detail = "the number of the customer's purchase order must be given";
            return Err(CommonError::invalid("/purchase_order_number", FieldCode::MissingValue, detail).into());
        }
        let ship_to = destination(db, &account, input.ship_to.take()).await?;
        let currency = cart::currency(input.currency.as_deref().unwrap_or(&account.currency))?;
        let mut prepared = Prepared {
            account,
            currency,
            ship_to,
            from: origin(&mut input)?,
            lines: Vec::new(),
            extras: Vec::new(),
            problems: Vec::new(),
            input,
        };
        if let Some(lines) = prepared.input.lines.take() {
            self.check_direct(db, &mut prepared, lines).await?;
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
                    let detail = format!("\"{text}\" must be an amount such as 0.05 or a percentage such as 2%");
                    malformed.push(FieldError::new(pointer, FieldCode::NotANumber, detail));
                    continue;
                }
            };
            let per = line.expected_per.map(Per::new);
            if per == Some(None) {
                let pointer = format!("/lines/{index}/expected_per");
                malformed.push(FieldError::new(pointer, FieldCode::OutOfRange, "a price must be for at least 1 unit"));
                continue;
            }
            let expectation = line.expected_unit_price.map(|price| Expectation {
                unit_price: price.0,
                per: per.flatten(),
                tolerance,
                otherwise: line.on_price_drift,
            });
            let demand = expectation.map(Demand::Expected);
            prepared.extras.push(Extra { demand, reference: line.reference.into_inner() });
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
            return Err(CommonError::Invalid(malformed).into());
        }
        let (good, bad) = check_lines(db, &self.products, &self.index, Some(prepared.account.id), asked).await?;
        prepared.lines = good;
        prepared.problems = bad.into_iter().map(Into::into).collect();
        Ok(())
    }

    /// Prices and places the order. The view is as the order stands when the transaction is kept.
    pub(super) async fn place(&self, tx: &Tx, mut prepared: Prepared) -> Result<OrderView, CheckoutError> {
        let locked = self.lock(tx, &mut prepared).await?;
        self.prices.lock_version(tx).await?;
        let coupons: Vec<String> = prepared.input.coupons.iter().map(|c| c.to_string()).collect();
        if let Locked::Cart(cart) = &locked {
            self.expect_seen(tx, cart, &mut prepared, &coupons).await?;
        }
        let settled = self.settle(tx, &mut prepared, &coupons).await?;
        let problems = std::mem::take(&mut prepared.problems);
        let demands = settled.demands;
        let mut warnings = settled.warnings;
        let new = new_order(tx, prepared, &settled.basket, coupons, settled.lines);
        let mut reserved = orders::reserve(tx, new).await?;
        if reserved.has_dropped() {
            self.settle_again(tx, &mut reserved, &demands, &mut warnings).await?;
        }
        let mut placed = orders::place(tx, &self.board, reserved).await?;
        placed.rejected.extend(problems.into_iter().map(|problem| RejectedLine { problem }));
        match locked {
            Locked::Lines => {}
            Locked::Cart(cart) => cart::mark_ordered(tx, &cart).await?,
            Locked::Quote(quote) => quotes::mark_ordered(tx, *quote, &placed.order.number).await?,
        }
        let mut view = OrderView::new(placed, &self.accounts, &self.board)?;
        view.warnings = warnings;
        Ok(view)
    }

    /// Locks what the order is made of and takes its lines, checked again: products may have changed since.
    async fn lock(&self, tx: &Tx, prepared: &mut Prepared) -> Result<Locked, CheckoutError> {
        let account = prepared.account.id;
        match &prepared.from {
            Origin::Lines => Ok(Locked::Lines),
            Origin::Cart(id) => {
                let cart = cart::lock_open(tx, id, Some(account)).await?;
                prepared.take_currency(&cart.currency, "cart")?;
                let lines = self.carts.lines(tx, cart.id, cart.version).await?;
                (prepared.lines, prepared.problems) = check_again(&self.products, account, "/cart/lines", &lines);
                Ok(Locked::Cart(cart))
            }
            Origin::Quote(number, version) => {
                let (quote, offered) = quotes::lock_offered(tx, number, account, *version).await?;
                prepared.take_currency(&quote.currency, "quote")?;
                let lines: Vec<CartLine> = offered.iter().map(|offered| offered.line.clone()).collect();
                (prepared.lines, prepared.problems) = check_again(&self.products, account, "/quote/lines", &lines);
                refuse_changed_units(prepared, &offered);
                let number: Arc<str> = quote.number.as_str().into();
                let extra = |offered: quotes::OfferedLine| {
                    let (number, line) = (number.clone(), offered.line.line);
                    let quoted = Quoted { number, line, unit_price: offered.unit_price, per: offered.per };
                    Extra { demand: Some(Demand::Quoted(quoted)), reference: String::new() }
                };
                prepared.extras = offered.into_iter().map(extra).collect();
                Ok(Locked::Quote(quote.into()))
            }
        }
    }
}

/// What an order is made of: one of cart, lines and quote.
fn origin(input: &mut OrderInput) -> Result<Origin, CheckoutError> {
    let (cart, quote) = (input.cart_id.take().map(Text::into_inner), input.quote_number.take().map(Code::into_inner));
    if quote.is_none() && input.quote_version.is_some() {
        let detail = "a version must be given together with the number of its quote";
        return Err(CommonError::invalid("/quote_version", FieldCode::VersionWithoutQuote, detail).into());
    }
    match (cart, quote, &input.lines) {
        (Some(cart), None, None) => Ok(Origin::Cart(cart)),
        (None, None, Some(_)) => Ok(Origin::Lines),
        (None, Some(_), None) if !input.coupons.is_empty() => Err(CommonError::invalid(
            "/coupons",
            FieldCode::NotWithQuote,
            "coupons must not be given with a quote, whose prices stand",
        )
        .into()),
        (None, Some(quote), None) => Ok(Origin::Quote(quote, input.quote_version)),
        _ => Err(CheckoutError::CartOrLines),
    }
}

impl Prepared {
    /// Takes the currency of a cart or quote; refuses another one that the request names.
    fn take_currency(&mut self, code: &str, what: &str) -> Result<(), CheckoutError> {
        let own = cart::currency(code)?;
        let named = self.input.currency.is_some().then_some(self.currency);
        cart::same_currency(named, own, what)?;
        self.currency = own;
        Ok(())
    }
}

/// Takes out lines of a quote whose unit is another quantity than when they were offered.
fn refuse_changed_units(prepared: &mut Prepared, offered: &[quotes::OfferedLine]) {
    let problems = &mut prepared.problems;
    prepared.lines.retain(|line| {
        let factor = offered.get(line.index).map(|offered| offered.factor);
        let stands = factor.is_some() && line.product.factor_of(line.unit) == factor;
        if !stands {
            let detail = format!(
                "one {} of {} is another quantity than when it was offered; ask for a new offer",
                line.unit, line.product.sku
            );
            problems.push(FieldError::new(format!("{}/unit", line.pointer), FieldCode::UnitChanged, detail));
        }
        stands
    });
}

fn prefer(ship_to: &Destination) -> Prefer {
    Prefer { warehouse: None, country: Some(ship_to.country.clone()) }
}

fn new_order(tx: &Tx, prepared: Prepared, basket: &PricedBasket, coupons: Vec<String>, lines: Vec<NewLine>) -> NewOrder {
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
        quote_number: match prepared.from {
            Origin::Quote(number, _) => Some(number),
            Origin::Lines | Origin::Cart(_) => None,
        },
        price_version: basket.version,
        priced_at: basket.at,
        priced_as_of: basket.as_of,
        ordered_before: basket.ordered.clone(),
        requested_at: input.requested_at.map(|t| t.0),
        lines,
        partial: input.partial == Partial::Accept,
        account: prepared.account,
    }
}

/// Where the order goes: the address given, the site named, or the account's default site.
async fn destination(db: &impl Db, account: &Account, ship_to: Option<ShipTo>) -> Result<Destination, CheckoutError> {
    let (site, address) = ship_to.map_or((None, None), |s| (s.site, s.address));
    let own = sites::Entity::find().filter(sites::Column::AccountId.eq(account.id));
    let row = match (site, address) {
        (None, Some(address)) => return Ok(address.into()),
        (Some(_), Some(_)) => {
            return Err(CommonError::invalid(
                "/ship_to",
                FieldCode::SiteAndAddress,
                "either a site or an address must be given, not both",
            )
            .into());
        }
        (Some(code), None) => {
            let code = Code::into_inner(code);
            let row = own.filter(sites::Column::Code.eq(&code)).one(db).await?;
            row.ok_or(CheckoutError::UnknownSite(code))?
        }
        (None, None) => {
            fetch_one(db, own.filter(sites::Column::IsDefault.eq(true))).await?.ok_or(CheckoutError::NoDestination)?
        }
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
