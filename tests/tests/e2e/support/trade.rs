//! The verbs of the trade, each through the public API: what is sold, at which price, how many there are, who orders.

use serde_json::{Value, json};

use super::actor::Actor;
use super::answer::Answer;
use super::json::Json;
use super::number::micros;
use super::shop::{Shop, merge};

/// The list everybody's prices come from.
pub(crate) const LIST: &str = "STANDARD";
/// The warehouse that is there from the first product on.
pub(crate) const MAIN: &str = "MAIN";

impl Shop {
    /// Opens a warehouse.
    pub(crate) async fn warehouse(&self, code: &str, priority: i64) {
        let every_day = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let body = json!({ "name": code, "country": "DE", "city": "Bremen", "priority": priority, "working_days": every_day });
        self.admin().put(&format!("/v1/warehouses/{code}"), &body).await.ok();
    }

    /// Creates a product that differs from the usual one in `fields`.
    pub(crate) async fn product(&self, sku: &str, fields: Value) {
        let mut body = json!({ "title": format!("Part {sku}"), "stock_unit": "EA" });
        merge(&mut body, fields);
        self.admin().put(&format!("/v1/products/{sku}"), &body).await.ok();
    }

    /// Lists a price in EUR for everybody.
    pub(crate) async fn price(&self, sku: &str, unit_price: &str) {
        self.prices(&[(sku.to_owned(), unit_price.to_owned())]).await;
    }

    /// Lists prices in EUR for everybody.
    pub(crate) async fn prices(&self, prices: &[(String, String)]) {
        self.prices_in("EUR", prices).await;
    }

    /// Lists prices for everybody.
    pub(crate) async fn prices_in(&self, currency: &str, prices: &[(String, String)]) {
        self.admin().put(&format!("/v1/price-lists/{LIST}"), &json!({ "name": "Standard" })).await.ok();
        for chunk in prices.chunks(1_000) {
            let entries: Vec<Value> =
                chunk.iter().map(|(sku, price)| json!({ "sku": sku, "currency": currency, "unit_price": price })).collect();
            let path = format!("/v1/price-lists/{LIST}/entries");
            let answer = self.admin().post(&path, &json!({ "entries": entries })).await.ok();
            nothing_rejected(&answer);
        }
    }

    /// Receives goods at a warehouse.
    pub(crate) async fn receives(&self, sku: &str, warehouse: &str, quantity: i64) {
        self.receives_many(&[(sku.to_owned(), warehouse.to_owned(), quantity.to_string())]).await;
    }

    /// Receives many goods at once.
    pub(crate) async fn receives_many(&self, goods: &[(String, String, String)]) {
        for chunk in goods.chunks(5_000) {
            let movements: Vec<Value> = chunk
                .iter()
                .map(|(sku, warehouse, quantity)| {
                    json!({ "sku": sku, "warehouse": warehouse, "quantity": quantity, "reason": "receipt" })
                })
                .collect();
            nothing_rejected(&self.admin().post("/v1/stock-movements", &json!(movements)).await.ok());
        }
    }

    /// Sells a product: it exists, has a price and is in stock at `MAIN`.
    pub(crate) async fn sells(&self, sku: &str, unit_price: &str, stock: i64) {
        self.warehouse(MAIN, 1).await;
        self.product(sku, json!({})).await;
        self.price(sku, unit_price).await;
        if stock > 0 {
            self.receives(sku, MAIN, stock).await;
        }
    }

    /// Sells `count` products named `P00000` and so on, at 1.00, 1.01, …, with `stock` of each. All are parts; each is one of
    /// [`KINDS`] of one of [`MATERIALS`].
    pub(crate) async fn sells_many(&self, count: usize, stock: i64) -> Vec<String> {
        self.warehouse(MAIN, 1).await;
        let skus: Vec<String> = (0..count).map(|n| format!("P{n:05}")).collect();
        for chunk in skus.chunks(1_000) {
            let product = |sku: &String| {
                let n: usize = sku[1..].parse().expect("a number");
                let (material, kind) = made_of(n);
                let (title, brand) = (format!("{material} {kind}, part {sku}"), format!("Brand {}", n % 50));
                json!({ "sku": sku, "title": title, "brand": brand, "stock_unit": "EA" })
            };
            let products: Vec<Value> = chunk.iter().map(product).collect();
            nothing_rejected(&self.admin().post("/v1/products/batch", &json!({ "products": products })).await.ok());
        }
        let price = |n: usize| format!("{}.{:02}", 1 + n / 100, n % 100);
        let prices: Vec<(String, String)> = skus.iter().enumerate().map(|(n, sku)| (sku.clone(), price(n))).collect();
        self.prices(&prices).await;
        if stock > 0 {
            let goods: Vec<_> = skus.iter().map(|sku| (sku.clone(), MAIN.to_owned(), stock.to_string())).collect();
            self.receives_many(&goods).await;
        }
        skus
    }

    /// Availability of a product as the seller sees it.
    pub(crate) async fn availability(&self, sku: &str) -> Json {
        self.admin().get(&format!("/v1/availability?sku={sku}")).await.ok()["items"][0].clone()
    }

    /// Whole numbers on hand, reserved and available.
    pub(crate) async fn levels(&self, sku: &str) -> (i64, i64, i64) {
        let item = self.availability(sku).await;
        let whole = |name: &str| i64::try_from(micros(&item[name]) / 1_000_000).expect("a level");
        (whole("on_hand"), whole("reserved"), whole("available"))
    }

    /// The credit position of an account.
    pub(crate) async fn credit(&self, account: &str) -> Json {
        self.admin().get(&format!("/v1/accounts/{account}/credit-position")).await.ok()
    }
}

/// What the products of [`Shop::sells_many`] are made of, and what they are.
const MATERIALS: [&str; 8] = ["steel", "brass", "nylon", "copper", "rubber", "ceramic", "bronze", "titanium"];
const KINDS: [&str; 20] = [
    "washer", "bracket", "valve", "bearing", "gasket", "spring", "hinge", "pulley", "coupling", "flange", "bushing", "shackle",
    "roller", "castor", "handle", "nozzle", "filter", "switch", "socket", "terminal",
];

/// Material and kind of a product of [`Shop::sells_many`].
pub(crate) fn made_of(n: usize) -> (&'static str, &'static str) {
    (MATERIALS[n % MATERIALS.len()], KINDS[n / MATERIALS.len() % KINDS.len()])
}

/// Fails when a batch was not accepted as a whole.
#[track_caller]
pub(crate) fn nothing_rejected(answer: &Json) {
    let rejected = &answer["rejected"];
    let count = rejected.as_u64().or_else(|| rejected.as_array().map(|lines| lines.len() as u64));
    assert_eq!(count, Some(0), "{}", answer.to_string().chars().take(2_000).collect::<String>());
}

/// A line of a cart or an order.
pub(crate) fn line(sku: &str, quantity: impl ToString) -> Value {
    json!({ "sku": sku, "quantity": quantity.to_string() })
}

impl Actor {
    /// Asks for prices in EUR.
    pub(crate) async fn quotes(&self, lines: &[Value]) -> Answer {
        self.post("/v1/price-quotes", &json!({ "currency": "EUR", "lines": lines })).await
    }

    /// The unit price they get for one of a product.
    pub(crate) async fn unit_price(&self, sku: &str) -> String {
        let quote = self.quotes(&[line(sku, 1)]).await.ok();
        quote["lines"][0]["unit_price"].text().to_owned()
    }

    /// Creates a cart; gives its id.
    pub(crate) async fn cart(&self) -> String {
        self.post("/v1/carts", &json!({})).await.is(201)["id"].text().to_owned()
    }

    /// A new cart of lines.
    pub(crate) async fn cart_of(&self, lines: &[Value]) -> Answer {
        self.post("/v1/carts", &json!({ "lines": lines })).await
    }

    /// Adds lines to a cart.
    pub(crate) async fn adds(&self, cart: &str, lines: &[Value]) -> Answer {
        self.post(&format!("/v1/carts/{cart}/lines"), &json!({ "lines": lines })).await
    }

    /// Orders lines on a purchase order number.
    pub(crate) async fn orders(&self, lines: &[Value]) -> Answer {
        self.orders_with(lines, json!({})).await
    }

    /// Orders lines, with further fields of the request.
    pub(crate) async fn orders_with(&self, lines: &[Value], fields: Value) -> Answer {
        let mut body = json!({ "purchase_order_number": "PO-1", "lines": lines });
        merge(&mut body, fields);
        self.post("/v1/orders", &body).await
    }

    /// Orders what is in a cart.
    pub(crate) async fn orders_cart(&self, cart: &str) -> Answer {
        self.post("/v1/orders", &json!({ "purchase_order_number": "PO-1", "cart_id": cart })).await
    }

    /// An order as it stands.
    pub(crate) async fn order(&self, number: &str) -> Json {
        self.get(&format!("/v1/orders/{number}")).await.ok()
    }

    /// Cancels an order, or lines of it.
    pub(crate) async fn cancels(&self, number: &str, body: Value) -> Answer {
        self.post(&format!("/v1/orders/{number}/cancellation"), &body).await
    }
}

/// The number of an order that must have been placed.
#[track_caller]
pub(crate) fn number_of(placed: &Json) -> String {
    placed["number"].text().to_owned()
}
