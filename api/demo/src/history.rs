//! A year of past orders, at the prices of their day, and what suggestions learn from them.

use ahash::AHashMap;
use entity::{Amount, Destination, Instant, Quantity};

use super::trade::{Customer, Customers};
use super::{LoadError, Loader, midnight, refused};
use catalog::Products;
use demo_data::model;
use orders::{ImportResult, PastLine, PastOrder, import_past};
use prices::PriceLine;
use prices::PriceRequest;
use prices::Prices;
use store::clock::SECOND;
use store::database::Tx;
use suggestions::learn_all;

/// Orders in one transaction: what is counted of a contract's period is at most so far behind.
const ORDERS: usize = 250;

impl Loader<'_> {
    pub(super) async fn history(&self, customers: &Customers) -> Result<(), LoadError> {
        let demo = self.demo.clone();
        let past = tokio::task::spawn_blocking(move || demo.past_orders()).await.map_err(refused)?;
        self.progress.part("past orders", past.len() as u64);
        let db = self.system.db();
        let products = self.load_products(&db).await?;
        let prices = Prices::load(&db).await.map_err(refused)?;
        for batch in past.chunks(ORDERS) {
            let tx = self.system.begin().await?;
            let mut orders = Vec::with_capacity(batch.len());
            for order in batch {
                if let Some(customer) = customers.get(&order.account_code) {
                    orders.extend(self.priced(&tx, &products, &prices, customer, order).await?);
                }
            }
            for imported in import_past(&tx, &orders).await.map_err(refused)? {
                if let ImportResult::Rejected(error) = imported {
                    return Err(refused(error));
                }
            }
            tx.commit(()).await?;
            self.progress.advance(batch.len() as u64);
        }
        // All orders at once are cheaper than one by one, and no other writer waits during the load.
        let tx = self.system.begin().await?;
        learn_all(&tx).await?;
        tx.commit(()).await?;
        self.quotes(customers, &past).await
    }

    /// The order with the prices its lines had; lines without one are left out, and an order without lines.
    async fn priced(
        &self,
        tx: &Tx,
        products: &Products,
        prices: &Prices,
        customer: &Customer,
        order: &model::PastOrder,
    ) -> Result<Option<PastOrder>, LoadError> {
        let account = &customer.stored;
        let currency = account.currency;
        let placed_at = Instant(midnight(order.placed_on).0 + i64::from(order.placed_minute) * 60 * SECOND);
        let mut asked = Vec::with_capacity(order.lines.len());
        for line in &order.lines {
            let quantity = pricing::Quantity::from_micros(line.quantity);
            asked.push(PriceLine { product: self.id(line.item), unit: line.unit.parse().map_err(refused)?, quantity });
        }
        let ask =
            PriceRequest { account: Some(account.id), currency, at: Some(placed_at), as_of: None, coupons: &[], lines: &asked };
        let basket = prices.price(tx, &ask).await.map_err(refused)?;
        let known = products.by_ids(asked.iter().map(|line| line.product));
        let lines = asked.iter().zip(known).zip(basket.lines).filter_map(|((asked, product), priced)| {
            let priced = priced.ok()?;
            Some(PastLine {
                product: product?,
                unit: asked.unit,
                quantity: asked.quantity.into(),
                unit_price: Amount::from(priced.unit_price),
                per: Quantity(i64::from(priced.per.get()) * 1_000_000),
            })
        });
        let lines: Vec<PastLine> = lines.collect();
        Ok((!lines.is_empty()).then(|| PastOrder {
            account: account.clone(),
            placed_by: customer.people.get(&order.placed_by).cloned().unwrap_or_default(),
            placed_at,
            external_reference: format!("{}/{}", order.account_code, order.po_number),
            purchase_order_number: order.po_number.clone(),
            currency,
            ship_to: destination(customer, &order.ship_to),
            lines,
        }))
    }
}

fn destination(customer: &Customer, code: &str) -> Destination {
    let sites: AHashMap<&str, &model::Site> = customer.made_up.sites.iter().map(|site| (site.code.as_str(), site)).collect();
    sites.get(code).map_or_else(Destination::default, |site| Destination {
        site: Some(site.code.clone()),
        name: site.name.clone(),
        line1: site.street.clone(),
        line2: String::new(),
        city: site.city.to_owned(),
        region: String::new(),
        postal_code: site.postcode.clone(),
        country: site.country.to_owned(),
    })
}
