//! Learning from orders against a database: each order once, a long order bounded, nobody's single order told to others.

use entity::{AccountId, OrderId, PaymentMethod, PriceSource, ProductId, accounts, order_lines, orders};
use migration::{Migrator, MigratorTrait as _};
use sea_orm::{EntityTrait, IntoActiveModel, PaginatorTrait as _};

use super::learn::{Learner, learn_all};
use super::together::companions;
use crate::catalog::{NewProduct, put_products};
use crate::kernel::database::{Database, Tx};
use crate::kernel::events::Event;
use crate::kernel::follow::Listener as _;
use crate::kernel::principal::Actor;
use crate::kernel::sql::insert_all;

async fn open() -> (Database, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("test.db").display());
    let db = Database::connect(&url, 2).await.expect("a database");
    Migrator::up(db.for_migration(), None).await.expect("a schema");
    let tx = begin(&db).await;
    for id in [1, 2] {
        let account = accounts::Model {
            id: AccountId(id),
            code: format!("A{id}"),
            name: String::new(),
            parent_id: None,
            group_code: None,
            currency: "EUR".to_owned(),
            credit_limit: None,
            terms: "NET30".to_owned(),
            overdue_grace_days: 0,
            status: entity::AccountStatus::Active,
            version: 1,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        accounts::Entity::insert(account.into_active_model()).exec_without_returning(&tx).await.expect("an account");
    }
    // On an empty database the products get the ids from 1 on.
    let products = (1..=5_000).map(|at| NewProduct::named(format!("P{at}"), "Product", "EA"));
    assert!(put_products(&tx, products.collect()).await.expect("products").iter().all(Result::is_ok));
    tx.keep(()).await.expect("a commit");
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
        currency: "EUR".to_owned(),
        payment_method: PaymentMethod::Terms,
        terms: "NET30".to_owned(),
        ship_to: "{}".to_owned(),
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
    };
    orders::Entity::insert(row.into_active_model()).exec_without_returning(&tx).await.expect("an order");
    let lines =
        products.into_iter().zip(1..).map(|(product, line_no)| line(id, account, product, line_no, now).into_active_model());
    insert_all(&tx, lines.collect(), None).await.expect("lines");
    tx.keep(()).await.expect("a commit");
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
        unit: "BX".to_owned(),
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

fn placed(order: i64) -> Event {
    let data = format!("{{\"order_id\":{order},\"number\":\"SO-{order}\",\"account_id\":1}}");
    Event {
        seq: 1,
        kind: "order.placed".to_owned(),
        subject: String::new(),
        account: None,
        actor: String::new(),
        occurred_at: entity::Instant(0),
        data: serde_json::value::RawValue::from_string(data).expect("JSON"),
    }
}

/// Companions of product 1 as an account sees them, with the number of orders.
async fn seen(db: &Database, account: Option<i64>) -> Vec<(i64, i64)> {
    let (mut pairs, _) = companions(&db.reader(), &[ProductId(1)], account.map(AccountId)).await.expect("pairs");
    pairs.sort_by_key(|pair| pair.other);
    pairs.into_iter().map(|pair| (pair.other.0, pair.baskets)).collect()
}

#[tokio::test]
async fn every_order_counts_once() {
    let (db, _folder) = open().await;
    order(&db, 101, 1, [1, 2, 1, 3]).await;
    order(&db, 102, 1, [1, 2]).await;
    let tx = begin(&db).await;
    for _ in 0..2 {
        Learner.hear(&tx, &placed(101)).await.expect("learnt");
    }
    assert_eq!(learn_all(&tx).await.expect("learnt"), 1);
    assert_eq!(learn_all(&tx).await.expect("learnt"), 0);
    Learner.hear(&tx, &placed(102)).await.expect("learnt");
    Learner.hear(&tx, &placed(999)).await.expect("an order that is gone");
    tx.keep(()).await.expect("a commit");
    assert_eq!(seen(&db, None).await, [(2, 2), (3, 1)]);
    let bought = entity::account_purchases::Entity::find_by_id((AccountId(1), ProductId(1)));
    let bought = bought.one(&db.reader()).await.expect("a row").expect("bought");
    assert_eq!((bought.orders, bought.quantity.0), (2, 180_000_000));
}

#[tokio::test]
async fn a_single_order_is_told_to_nobody_else() {
    let (db, _folder) = open().await;
    order(&db, 101, 1, [1, 2]).await;
    order(&db, 102, 1, [1, 2, 3]).await;
    order(&db, 103, 1, [1, 2]).await;
    let tx = begin(&db).await;
    learn_all(&tx).await.expect("learnt");
    tx.keep(()).await.expect("a commit");
    assert_eq!(seen(&db, Some(1)).await, [(2, 3), (3, 1)]);
    assert_eq!(seen(&db, Some(2)).await, [(2, 3)]);
}

#[tokio::test]
async fn a_long_order_stays_cheap() {
    let (db, _folder) = open().await;
    order(&db, 101, 1, 1..=5_000).await;
    let tx = begin(&db).await;
    learn_all(&tx).await.expect("learnt");
    tx.keep(()).await.expect("a commit");
    let pairs = entity::bought_together::Entity::find().count(&db.reader()).await.expect("a count");
    let bought = entity::account_purchases::Entity::find().count(&db.reader()).await.expect("a count");
    assert_eq!((pairs, bought), (60 * 59, 5_000));
}
