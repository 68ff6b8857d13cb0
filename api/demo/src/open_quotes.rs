//! A few quotes that are open: some wait for an answer, others are offered.

use ahash::AHashSet;
use entity::quotes;
use pricing::{Amount, Currency};
use sea_orm::EntityTrait as _;

use super::trade::{Customer, Customers};
use super::{LoadError, Loader, refused};
use ::quotes::{NewOffer, NewQuote, NewQuoteLine, QuoteContext, offer, request};
use cart::CheckedLine;
use demo_data::model;
use prices::Prices;
use store::clock::{self, DAY};

/// Accounts that ask; every second one is answered.
const QUOTES: usize = 6;
const FEWEST_LINES: usize = 3;
/// Days an offer is valid.
const VALID: i64 = 30;

impl Loader<'_> {
    /// Quotes for what customers ordered last. Leaves alone what an earlier start made.
    pub(super) async fn quotes(&self, customers: &Customers, past: &[model::PastOrder]) -> Result<(), LoadError> {
        let db = self.system.db();
        if quotes::Entity::find().one(&db).await?.is_some() {
            return Ok(());
        }
        self.progress.part("quotes", QUOTES as u64);
        let products = self.load_products(&db).await?;
        let prices = Prices::load(&db).await.map_err(refused)?;
        let context = QuoteContext { products: &products, prices: &prices };
        let mut asking = AHashSet::new();
        for order in past.iter().rev().filter(|order| order.lines.len() >= FEWEST_LINES) {
            let Some(customer) = customers.get(&order.account_code) else { continue };
            if asking.len() < QUOTES && asking.insert(&order.account_code) {
                self.quote(&context, customer, order, asking.len() % 2 == 0).await?;
                self.progress.advance(1);
            }
        }
        Ok(())
    }

    async fn quote(
        &self,
        context: &QuoteContext<'_>,
        customer: &Customer,
        order: &model::PastOrder,
        answered: bool,
    ) -> Result<(), LoadError> {
        let currency: Currency = customer.stored.currency;
        let known = context.products.by_ids(order.lines.iter().map(|line| self.id(line.item)));
        let mut lines = Vec::with_capacity(order.lines.len());
        for (index, (line, product)) in order.lines.iter().zip(known).enumerate() {
            let Some(product) = product.filter(|product| product.is_orderable()) else { continue };
            let (unit, quantity) = (line.unit.parse().map_err(refused)?, pricing::Quantity::from_micros(line.quantity));
            let asked = CheckedLine { index, pointer: String::new(), product, unit, quantity, note: String::new() };
            lines.push(NewQuoteLine { asked, target: None });
        }
        if lines.is_empty() {
            return Ok(());
        }
        let note = "our prices for the coming year, please".to_owned();
        let new = NewQuote { account: customer.stored.id, currency, note, lines };
        let tx = self.system.begin().await?;
        let asked = request(&tx, context, new).await.map_err(refused)?;
        if answered && asked.basket.lines.iter().all(Result::is_ok) {
            let new = NewOffer {
                valid_until: clock::later(tx.now(), VALID * DAY),
                note: "seven percent on the whole list".to_owned(),
                percent_off: Some(Amount::from_micros(7_000_000)),
                lines: Vec::new(),
            };
            offer(&tx, context, asked.quote, new).await.map_err(refused)?;
        }
        Ok(tx.commit(()).await?)
    }
}
