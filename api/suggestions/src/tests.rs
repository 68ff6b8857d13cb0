//! Learning from orders with a database: each order counts once, cancelled lines do not count, and loading and following give
//! the same result.

use entity::{AccountId, OrderId, PaymentMethod, PriceSource, ProductId, accounts, order_lines, orders};
use sea_orm::{ColumnTrait as _, EntityTrait, IntoActiveModel, PaginatorTrait as _, QueryFilter as _};

use super::learn::{Learner, learn_all};
use super::purchase_history::PurchaseHistory;
use catalog::{NewProduct, put_products};
use kernel::wire::Money;
use order_events::{OrderCancelled, OrderPlaced, OrdersImported};
use store::DomainEvent;
use store::actor::Actor;
use store::database::{Database, Tx};
use store::event_handlers::EventHandler as _;
use store::events::Event;
use store::projections::Projection as _;
use store::sql::insert_all;

async fn open() -> (Database, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("test.db").display());
    let db = Database::connect(&url, 2).await.expect("a database");
    db.migrate().await.expect("a schema");
    let tx = begin(&db).await;
    for id in [1, 2] {
        let account = accounts::Model {
            id: AccountId(id),
            code: format!("A{id}"),
            name: String::new(),
            parent_id: None,
            group_code: None,
            currency: "EUR".parse().expect("a currency"),
            credit_limit: None,
            terms: "NET30".parse().expect("terms"),
            overdue_grace_days: 0,
            status: entity::AccountStatus::Active,
            version: 1,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        accounts::Entity::insert(account.into_active_model()).exec_without_returning(&tx).await.expect("an account");
    }
    // On an empty database the ids of products start at 1.
    let products = (1..=5_000).map(|at| NewProduct::named(format!("P{at}"), "Product", "EA"));
    assert!(put_products(&tx, products.collect()).await.expect("products").iter().all(Result::is_ok));
    tx.commit(()).await.expect("a commit");
    (db, folder)
}

async fn begin(db: &Database) -> Tx {
    db.begin(Actor::system("test")).await.expect("a transaction")
}

async fn order(db: &Database, id: i64, account: i64, products: impl IntoIterator<Item = i64>) {
    let tx = begin(db).await;
    let now = tx.now();
    let row = orders::Model {
        id: OrderId(id),
        number: format!("SO-{id}"),
        account_id: AccountId(account),
        placed_by: String::new(),
        purchase_order_number: String::new(),
        currency: "EUR".parse().expect("a currency"),
        payment_method: PaymentMethod::Terms,
        terms: "NET30".parse().expect("terms"),
        ship_to: entity::Destination::default(),
        site_code: None,
        note: String::new(),
        external_reference: None,
        total: entity::Amount(0),
        price_version: 0,
        priced_at: now,
        coupons: String::new(),
        requested_at: None,
        placed_at: now,
        updated_at: now,
        version: 1,
        open: true,
        quote_number: None,
    };
    orders::Entity::insert(row.into_active_model()).exec_without_returning(&tx).await.expect("an order");
    let lines =
        products.into_iter().zip(1..).map(|(product, line_no)| line(id, account, product, line_no, now).into_active_model());
    insert_all(&tx, lines.collect(), None).await.expect("lines");
    tx.commit(()).await.expect("a commit");
}

fn line(order: i64, account: i64, product: i64, line_no: i32, placed_at: entity::Instant) -> order_lines::Model {
    let none = entity::Quantity(0);
    order_lines::Model {
        order_id: OrderId(order),
        line_no,
        account_id: AccountId(account),
        product_id: ProductId(product),
        sku: String::new(),
        title: String::new(),
        unit: "BX".parse().expect("a unit"),
        numerator: 30,
        denominator: 1,
        quantity: entity::Quantity(2_000_000),
        cancelled: none,
        allocated: none,
        picked: none,
        shipped: none,
        delivered: none,
        invoiced: none,
        returned: none,
        unit_price: entity::Amount(0),
        per: entity::Quantity(1_000_000),
        line_amount: entity::Amount(0),
        list_price: None,
        price_source: PriceSource::List,
        price_detail: String::new(),
        promised_at: None,
        note: String::new(),
        reference: String::new(),
        placed_at,
    }
}

fn event(event: &impl DomainEvent) -> Event {
    Event::new(event, &Actor::system("test"), entity::Instant(0)).expect("JSON")
}

fn placed(order: i64) -> Event {
    event(&OrderPlaced {
        order_id: OrderId(order),
        number: format!("SO-{order}"),
        account_id: AccountId(1),
        purchase_order_number: String::new(),
        total: Money::new(entity::Amount(0), "EUR"),
        lines: 1,
    })
}

fn imported(order: i64) -> Event {
    event(&OrdersImported { order_ids: vec![OrderId(order)] })
}

fn cancelled(order: i64) -> Event {
    let number = format!("SO-{order}");
    event(&OrderCancelled { order_id: OrderId(order), number, account_id: None, lines: Vec::new(), reason: String::new() })
}

/// The orders in a purchase history: the account of each and what it bought, in stock units.
fn known(purchases: &PurchaseHistory) -> Vec<(i64, Vec<(i64, f32)>)> {
    let history = purchases.read();
    let mut all: Vec<_> = [1, 2]
        .into_iter()
        .flat_map(|account| history.of_account(AccountId(account), u32::MAX).map(move |index| (account, index)))
        .map(|(account, index)| {
            let mut lines: Vec<_> = history.lines_of(index).map(|(at, quantity)| (history.product(at).0, quantity)).collect();
            lines.sort_by_key(|line| line.0);
            (account, lines)
        })
        .collect();
    all.sort_by_key(|order| (order.0, order.1.len()));
    all
}

async fn loaded(db: &Database) -> Vec<(i64, Vec<(i64, f32)>)> {
    known(&PurchaseHistory::load(&db.reader()).await.expect("purchases"))
}

async fn handle_events(db: &Database, events: &[Event]) {
    let tx = begin(db).await;
    for event in events {
        Learner.handle(&tx, event).await.expect("learnt");
    }
    tx.commit(()).await.expect("a commit");
}

async fn stored(db: &Database) -> u64 {
    entity::learned_baskets::Entity::find().count(&db.reader()).await.expect("a count")
}

#[tokio::test]
async fn every_order_counts_once() {
    let (db, _folder) = open().await;
    order(&db, 101, 1, [1, 2, 1, 3]).await;
    order(&db, 102, 2, [1, 2]).await;
    let right = vec![(1, vec![(1, 120.0), (2, 60.0), (3, 60.0)]), (2, vec![(1, 60.0), (2, 60.0)])];
    assert_eq!(loaded(&db).await, right, "orders that are not stored yet are read from their lines");
    handle_events(&db, &[placed(101), placed(101), placed(999)]).await;
    assert_eq!((loaded(&db).await, stored(&db).await), (right.clone(), 1));
    let tx = begin(&db).await;
    assert_eq!(learn_all(&tx).await.expect("learnt"), 1);
    assert_eq!(learn_all(&tx).await.expect("learnt"), 0);
    tx.commit(()).await.expect("a commit");
    assert_eq!((loaded(&db).await, stored(&db).await), (right, 2));
}

#[tokio::test]
async fn following_equals_loading() {
    let (db, _folder) = open().await;
    let purchases = PurchaseHistory::load(&db.reader()).await.expect("purchases");
    let follow = async |event: Event| purchases.apply(&db.reader(), &[event]).await.expect("followed");
    order(&db, 101, 1, [1, 2, 3]).await;
    order(&db, 102, 2, [2, 3]).await;
    follow(placed(101)).await;
    follow(imported(102)).await;
    follow(imported(102)).await;
    handle_events(&db, &[placed(101)]).await;
    assert_eq!(known(&purchases), loaded(&db).await);
    cancel(&db, 101, 2).await;
    follow(cancelled(101)).await;
    handle_events(&db, &[cancelled(101)]).await;
    let left = vec![(1, vec![(1, 60.0), (3, 60.0)]), (2, vec![(2, 60.0), (3, 60.0)])];
    assert_eq!((known(&purchases), loaded(&db).await), (left.clone(), left));
    for line in [1, 3] {
        cancel(&db, 101, line).await;
    }
    follow(cancelled(101)).await;
    handle_events(&db, &[cancelled(101)]).await;
    assert_eq!(known(&purchases).len(), 1, "a completely cancelled order is removed");
    assert_eq!((loaded(&db).await.len(), stored(&db).await), (1, 0));
}

async fn cancel(db: &Database, order: i64, line_no: i32) {
    let tx = begin(db).await;
    let all = sea_orm::sea_query::Expr::col(order_lines::Column::Quantity);
    let update = order_lines::Entity::update_many().col_expr(order_lines::Column::Cancelled, all);
    let update = update.filter(order_lines::Column::OrderId.eq(order)).filter(order_lines::Column::LineNo.eq(line_no));
    update.exec(&tx).await.expect("cancelled");
    tx.commit(()).await.expect("a commit");
}

#[tokio::test]
async fn a_long_order_is_stored_as_one_row() {
    let (db, _folder) = open().await;
    order(&db, 101, 1, 1..=5_000).await;
    let tx = begin(&db).await;
    learn_all(&tx).await.expect("learnt");
    tx.commit(()).await.expect("a commit");
    assert_eq!(stored(&db).await, 1);
    let purchases = PurchaseHistory::load(&db.reader()).await.expect("purchases");
    let history = purchases.read();
    let order = history.order(0);
    assert_eq!((history.lines_of(0).count(), history.basket_of(order).len()), (5_000, 100));
}
