//! The API input of an order.

use entity::PaymentMethod;
use poem_openapi::Object;
use pricing::{Amount, Per};
use serde::Deserialize;

use super::error::CheckoutError;
use super::expectation::{ExpectedPrice, OnDrift, PriceExpectation, Tolerance};
use super::request::{LineOptions, LineSource, OrderRequest, OrderTerms, ShipTo};
use cart::{Partial, RequestedLine};
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use kernel::wire::{AmountText, Code, QuantityText, Text, Timestamp};
use orders::AddressInput;

/// A new order.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderInput {
    /// Account, when staff order for one.
    #[serde(default)]
    pub account: Option<Code>,
    /// Cart to order; or give `lines` or `quote_number`.
    #[serde(default)]
    pub cart_id: Option<Text<20>>,
    /// Lines to order, up to 10,000.
    #[serde(default)]
    pub lines: Option<Vec<OrderLineInput>>,
    /// Number of the quote to order, at the prices of its offer.
    #[serde(default)]
    pub quote_number: Option<Code>,
    /// Version of the quote that was seen; needed with `quote_number`. When the quote has another version by now, the order is
    /// rejected with 412: nobody orders an offer that they have not seen.
    #[serde(default)]
    pub quote_version: Option<i64>,
    /// Number of the customer's purchase order.
    pub purchase_order_number: Text<64>,
    /// ISO 4217 currency. Must be that of the cart or quote when one is given; that of the cart, quote or account when left out.
    #[serde(default)]
    pub currency: Option<Code>,
    /// Destination; the account's default site when left out.
    #[serde(default)]
    pub ship_to: Option<ShipToInput>,
    /// Payment; on the account's terms when left out.
    #[serde(default)]
    pub payment: Option<PaymentInput>,
    /// Coupons; must be empty with a quote, whose prices are fixed.
    #[serde(default)]
    pub coupons: Vec<Code>,
    /// Note.
    #[serde(default)]
    pub note: Text<2000>,
    /// The caller's own reference.
    #[serde(default)]
    pub external_reference: Option<Text<100>>,
    /// Delivery date requested by the customer.
    #[serde(default)]
    pub requested_at: Option<Timestamp>,
    /// What to do when the price of a cart line changed since it was added, last changed or accepted. Default
    /// `warn`.
    #[serde(default)]
    pub on_price_drift: Option<OnDrift>,
    /// What to do when a line cannot be ordered. Default `reject`.
    #[serde(default)]
    pub partial: Partial,
    /// Whether to only return the response of placing the order, without placing it.
    #[serde(default)]
    pub dry_run: bool,
}

/// A line to order.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderLineInput {
    /// SKU; or give an `identifier`.
    #[serde(default)]
    pub sku: Option<Text<64>>,
    /// SKU, manufacturer part number, GTIN or the account's own part number.
    #[serde(default)]
    pub identifier: Option<Text<100>>,
    /// Quantity in the unit.
    pub quantity: QuantityText,
    /// Unit; the product's stock unit when left out.
    #[serde(default)]
    pub unit: Option<Text<8>>,
    /// Note.
    #[serde(default)]
    pub note: Text<500>,
    /// The customer's reference of the line.
    #[serde(default)]
    pub reference: Text<100>,
    /// Unit price the caller expects.
    #[serde(default)]
    pub expected_unit_price: Option<AmountText>,
    /// Price basis of the expected price; that of today's price when left out.
    #[serde(default)]
    pub expected_per: Option<u32>,
    /// How far the price may differ: an amount (`0.05`) or a percentage of the expected price (`2%`). Default 0.
    #[serde(default)]
    pub tolerance: Option<Text<20>>,
    /// What to do when the price differs by more. Default `reject`.
    #[serde(default)]
    pub on_price_drift: OnDrift,
}

/// Destination of an order: a site of the account or an address.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
#[oai(rename = "ShipTo")]
pub(crate) struct ShipToInput {
    /// Code of the account's site.
    #[serde(default)]
    pub site: Option<Code>,
    /// An address.
    #[serde(default)]
    pub address: Option<AddressInput>,
}

/// How an order is paid.
#[derive(Clone, Debug, Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentInput {
    /// On terms or before shipment.
    pub method: PaymentMethod,
}

impl OrderInput {
    /// Reads the request.
    pub(super) fn read(self) -> Result<OrderRequest, CheckoutError> {
        if self.purchase_order_number.trim().is_empty() {
            let detail = "the number of the customer's purchase order must be given";
            return Err(CommonError::invalid("/purchase_order_number", FieldCode::MissingValue, detail).into());
        }
        let ship_to = self.ship_to.map_or(Ok(ShipTo::DefaultSite), ShipToInput::read)?;
        let currency = self.currency.as_deref().map(cart::currency).transpose()?;
        if self.quote_number.is_none() && self.quote_version.is_some() {
            let detail = "a version must be given together with the number of its quote";
            return Err(CommonError::invalid("/quote_version", FieldCode::VersionWithoutQuote, detail).into());
        }
        let from = match (self.cart_id, self.quote_number, self.lines) {
            (Some(cart), None, None) => LineSource::Cart(cart.into_inner()),
            (None, None, Some(lines)) => LineSource::Direct(OrderLineInput::read_all(lines)?),
            (None, Some(_), None) if !self.coupons.is_empty() => {
                let detail = "coupons must not be given with a quote, whose prices are fixed";
                return Err(CommonError::invalid("/coupons", FieldCode::NotWithQuote, detail).into());
            }
            (None, Some(quote), None) => match self.quote_version {
                Some(version) => LineSource::Quote(quote.into_inner(), version),
                None => {
                    let detail = "the version of the quote that was seen must be given, so that no later offer is ordered unseen";
                    return Err(CommonError::invalid("/quote_version", FieldCode::MissingValue, detail).into());
                }
            },
            _ => return Err(CheckoutError::CartOrLines),
        };
        let terms = OrderTerms {
            purchase_order_number: self.purchase_order_number.into_inner(),
            payment_method: self.payment.map(|payment| payment.method),
            coupons: self.coupons.iter().map(|coupon| coupon.to_string()).collect(),
            note: self.note.into_inner(),
            external_reference: self.external_reference.map(Text::into_inner),
            requested_at: self.requested_at.map(|at| at.0),
            on_cart_drift: self.on_price_drift.unwrap_or(OnDrift::Warn),
            partial: self.partial == Partial::Accept,
        };
        Ok(OrderRequest { from, currency, ship_to, terms })
    }
}

impl ShipToInput {
    fn read(self) -> Result<ShipTo, CommonError> {
        match (self.site, self.address) {
            (None, None) => Ok(ShipTo::DefaultSite),
            (Some(site), None) => Ok(ShipTo::Site(site.into_inner())),
            (None, Some(address)) => Ok(ShipTo::Address(address.into())),
            (Some(_), Some(_)) => Err(CommonError::invalid(
                "/ship_to",
                FieldCode::SiteAndAddress,
                "either a site or an address must be given, not both",
            )),
        }
    }
}

impl OrderLineInput {
    /// Reads all lines, or returns the errors of all malformed lines.
    fn read_all(lines: Vec<Self>) -> Result<Vec<(RequestedLine, LineOptions)>, CommonError> {
        let mut read = Vec::with_capacity(lines.len());
        let mut malformed = Vec::new();
        for (index, line) in lines.into_iter().enumerate() {
            match line.read(format!("/lines/{index}")) {
                Ok(line) => read.push(line),
                Err(problem) => malformed.push(problem),
            }
        }
        if malformed.is_empty() { Ok(read) } else { Err(CommonError::Invalid(malformed)) }
    }

    fn read(self, pointer: String) -> Result<(RequestedLine, LineOptions), FieldError> {
        let tolerance = match self.tolerance.as_deref() {
            None => Tolerance::Amount(Amount::ZERO),
            Some(text) => Tolerance::parse(text).ok_or_else(|| {
                let detail = format!("\"{text}\" must be an amount such as 0.05 or a percentage such as 2%");
                FieldError::new(format!("{pointer}/tolerance"), FieldCode::NotANumber, detail)
            })?,
        };
        let per = self.expected_per.map(|per| {
            let problem = || {
                FieldError::new(format!("{pointer}/expected_per"), FieldCode::OutOfRange, "a price must be for at least 1 unit")
            };
            Per::new(per).ok_or_else(problem)
        });
        let per = per.transpose()?;
        let expectation = self.expected_unit_price.map(|price| {
            let unit_price = price.0;
            PriceExpectation::Expected(ExpectedPrice { unit_price, per, tolerance, on_drift: self.on_price_drift })
        });
        let asked = RequestedLine {
            pointer,
            sku: self.sku.map(Text::into_inner),
            identifier: self.identifier.map(Text::into_inner),
            quantity: Ok(self.quantity.0),
            unit: self.unit.map(Text::into_inner),
            note: self.note.into_inner(),
        };
        Ok((asked, LineOptions { expectation, reference: self.reference.into_inner() }))
    }
}
