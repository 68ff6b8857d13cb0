//! Prices against a real database: what is recorded is what is priced, followed or loaded, now or as of then.

use entity::{AccountId, AccountStatus, AssignedKind, ContractMode, PriceRuleKind, ProductId, TargetKind, VolumeScope};
use pricing::{Amount, Currency, Per, Quantity, UnitCode};
use sea_orm::ConnectionTrait as _;

use super::{
    Assigned, EntryOutcome, NewContract, NewEntry, NewLine, NewPriceList, NewTarget, PriceChange, PricingInputsRecorder,
    put_contract, put_costs, put_entries, put_price_list,
};
use identity::{NewAccount, put_account};
use prices::{LineRefusal, PriceLine, PriceRequest, PricedBasket, PricedLine, Prices, ProductCost};
use store::actor::Actor;
use store::database::{Database, Tx};

struct House {
    db: Database,
    account: AccountId,
    list: entity::PriceListId,
    _folder: tempfile::TempDir,
}

fn eur() -> Currency {
    "EUR".parse().expect("a currency")
}

fn unit(code: &str) -> UnitCode {
    code.parse().expect("a unit")
}

fn amount(text: &str) -> Amount {
    text.parse().expect("a decimal")
}

fn quantity(text: &str) -> Quantity {
    text.parse().expect("a decimal")
}

fn entry(product: i64, price: &str, min: &str) -> NewEntry {
    NewEntry {
        product: ProductId(product),
        unit: unit("EA"),
        currency: eur(),
        min_quantity: quantity(min),
        unit_price: amount(price),
        per: Per::ONE,
        valid_from: None,
        valid_until: None,
    }
}

impl House {
    /// A house with three products, an account and an empty default list.
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let db = Database::connect(&url, 2)
            .await
            .expect("a database")
            .with_commit_hooks(vec![std::sync::Arc::new(PricingInputsRecorder)]);
        db.migrate().await.expect("a schema");
        let tx = begin(&db).await;
        for id in 1..=3 {
            let sql = format!(
                "insert into products (id, sku, title, description, brand, stock_unit, fractional, lifecycle, backorder, \
                 tax_class, attributes, keywords, fingerprint, version, created_at, updated_at) values \
                 ({id}, 'P{id}', '', '', 'Acme', 'EA', false, 'active', true, 'standard', '[]', '', '', 1, 0, 0)"
            );
            tx.execute_unprepared(&sql).await.expect("a product");
        }
        tx.execute_unprepared("insert into product_units (product_id, unit, numerator, denominator) values (1, 'BX', 30, 1)")
            .await
            .expect("a unit");
        products_changed(&tx, (1..=3).collect());
        let account = NewAccount {
            code: "A".to_owned(),
            name: "A".to_owned(),
            parent: None,
            group: None,
            currency: "EUR".to_owned(),
            status: AccountStatus::Active,
        };
        let account = put_account(&tx, account, None).await.expect("an account").id;
        let change = PriceChange::begin(&tx, String::new()).await.expect("a version");
        let assigned = Assigned { kind: AssignedKind::Default, id: 0, code: String::new() };
        let list = NewPriceList { code: "STD".to_owned(), name: String::new(), assigned };
        let list = put_price_list(&tx, &change, list, None).await.expect("a list").list.id;
        tx.commit(()).await.expect("a commit");
        Self { db, account, list, _folder: folder }
    }

    async fn entries(&self, entries: &[NewEntry]) -> Vec<EntryOutcome> {
        let tx = begin(&self.db).await;
        let change = PriceChange::begin(&tx, String::new()).await.expect("a version");
        let outcomes = put_entries(&tx, &change, self.list, entries).await.expect("outcomes");
        tx.commit(outcomes).await.expect("a commit")
    }

    async fn contract(&self, lines: Vec<NewLine>) {
        let tx = begin(&self.db).await;
        let change = PriceChange::begin(&tx, String::new()).await.expect("a version");
        let new = NewContract {
            code: "C".to_owned(),
            name: String::new(),
            account: self.account,
            currency: eur(),
            valid_from: None,
            valid_until: None,
            mode: ContractMode::Exclusive,
            active: true,
            lines,
        };
        put_contract(&tx, &change, new, None).await.expect("a contract");
        tx.commit(()).await.expect("a commit");
    }

    async fn cost(&self, product: i64, cost: &str) {
        let tx = begin(&self.db).await;
        let change = PriceChange::begin(&tx, String::new()).await.expect("a version");
        let cost = ProductCost { product: ProductId(product), currency: eur(), cost: Some(amount(cost).into()), floor: None };
        put_costs(&tx, &change, &[cost]).await.expect("a cost");
        tx.commit(()).await.expect("a commit");
    }

    async fn loaded(&self) -> Prices {
        Prices::load(&self.db.reader()).await.expect("prices")
    }

    /// Asks for 1, 10 and 40 of everything, each as a basket of its own.
    async fn ask(&self, prices: &Prices, then: Option<&PricedBasket>) -> PricedBasket {
        let line = |product, count| PriceLine { product: ProductId(product), unit: unit("EA"), quantity: quantity(count) };
        let mut lines: Vec<PriceLine> = (1..=3).flat_map(|product| ["1", "10", "40"].map(|count| line(product, count))).collect();
        lines.push(PriceLine { product: ProductId(1), unit: unit("BX"), quantity: quantity("2") });
        let (at, as_of) = (then.map(|basket| basket.at), then.map(|basket| basket.as_of));
        let ask = PriceRequest { account: Some(self.account), currency: eur(), at, as_of, coupons: &[], lines: &lines };
        prices.price_separately(&self.db.reader(), &ask).await.expect("prices")
    }
}

/// Says that products changed, as the catalog does.
fn products_changed(tx: &Tx, ids: Vec<i64>) {
    let ids = ids.into_iter().map(ProductId).collect();
    tx.record(&catalog::events::ProductsChanged { ids, skus: Vec::new() });
}

async fn begin(db: &Database) -> Tx {
    db.begin(Actor::system("test")).await.expect("a transaction")
}

fn line(kind: PriceRuleKind, value: &str) -> NewLine {
    NewLine {
        target: NewTarget { kind: TargetKind::Sku, id: 2, code: "P2".to_owned() },
        kind,
        value: Some(amount(value)),
        unit: None,
        per: Per::ONE,
        scope: VolumeScope::Sku,
        breaks: vec![(quantity("20"), amount("1"))],
        valid_from: None,
        valid_until: None,
    }
}

/// What was answered, without ids.
fn shown(basket: &PricedBasket) -> Vec<String> {
    let one = |line: &Result<PricedLine, LineRefusal>| match line {
        Ok(line) => format!("{} {} {}", line.unit_price, line.line_amount, line.label),
        Err(refusal) => refusal.code().word().to_owned(),
    };
    basket.lines.iter().map(one).collect()
}

#[tokio::test]
async fn following_and_loading_give_the_same_and_the_past_stays() {
    let house = House::open().await;
    let follower = house.loaded().await;
    let mut past: Vec<(PricedBasket, Vec<String>)> = Vec::new();
    for step in 0..6 {
        match step {
            0 => drop(house.entries(&[entry(1, "10", "0"), entry(1, "9", "20"), entry(2, "5", "0")]).await),
            1 => house.contract(vec![line(PriceRuleKind::Fixed, "4"), line(PriceRuleKind::PercentOff, "3")]).await,
            2 => house.contract(vec![line(PriceRuleKind::CostPlus, "50")]).await,
            3 => house.cost(2, "2").await,
            4 => drop(house.entries(&[entry(1, "11", "0"), entry(3, "7.77", "0")]).await),
            _ => house.cost(2, "3").await,
        }
        follower.catch_up(&house.db.reader()).await.expect("caught up");
        let fresh = house.loaded().await;
        let answer = house.ask(&follower, None).await;
        assert_eq!(shown(&answer), shown(&house.ask(&fresh, Some(&answer)).await), "step {step}");
        assert_eq!((follower.version(), answer.version), (fresh.version(), fresh.version()));
        for (then, expected) in &past {
            assert_eq!(&shown(&house.ask(&follower, Some(then)).await), expected, "the past, followed, at step {step}");
            assert_eq!(&shown(&house.ask(&fresh, Some(then)).await), expected, "the past, loaded, at step {step}");
        }
        let text = shown(&answer);
        assert!(past.last().is_none_or(|(_, before)| *before != text), "step {step} changes something");
        past.push((answer, text));
    }
}

#[tokio::test]
async fn inputs_of_products_and_accounts_count_as_they_were() {
    let house = House::open().await;
    house.entries(&[entry(1, "10", "0"), entry(2, "20", "0")]).await;
    let brand = NewTarget { kind: TargetKind::Brand, id: 0, code: "Acme".to_owned() };
    house.contract(vec![NewLine { target: brand, ..line(PriceRuleKind::PercentOff, "50") }]).await;
    let follower = house.loaded().await;
    let mut past: Vec<(PricedBasket, Vec<String>)> = Vec::new();
    for sql in [
        "select 1",
        "update products set brand = 'Other' where id = 1",
        "update product_units set numerator = 20 where product_id = 1",
        "update products set title = 'a new title' where id = 1",
        "update products set brand = 'Acme' where id = 1",
    ] {
        let (before, tx) = (follower.version(), begin(&house.db).await);
        tx.execute_unprepared(sql).await.expect("a change");
        products_changed(&tx, vec![1]);
        tx.commit(()).await.expect("a commit");
        follower.catch_up(&house.db.reader()).await.expect("caught up");
        let answer = house.ask(&follower, None).await;
        let text = shown(&answer);
        let concerns_prices = past.last().is_some_and(|(_, before)| *before != text);
        assert_eq!(follower.version() > before, concerns_prices, "{sql}: only what concerns prices is a price version");
        past.push((answer, text));
        let fresh = house.loaded().await;
        for (then, expected) in &past {
            assert_eq!(&shown(&house.ask(&follower, Some(then)).await), expected, "followed, after {sql}");
            assert_eq!(&shown(&house.ask(&fresh, Some(then)).await), expected, "loaded, after {sql}");
        }
    }
    assert_eq!(past[0].1[0], "5 5 C");
    assert_eq!(past[1].1[0], "10 10 STD");
}

#[tokio::test]
async fn a_repeated_entry_is_left_alone() {
    let house = House::open().await;
    let first = house.entries(&[entry(1, "10", "0"), entry(1, "10", "0"), entry(1, "9", "5")]).await;
    assert!(matches!(first[..], [EntryOutcome::Created(_), EntryOutcome::Duplicate, EntryOutcome::Created(_)]));
    let again = house.entries(&[entry(1, "10", "0"), entry(1, "8", "5")]).await;
    assert!(matches!(again[..], [EntryOutcome::Unchanged(_), EntryOutcome::Replaced(_)]));
}

#[tokio::test]
async fn a_locked_version_is_not_outdated() {
    let house = House::open().await;
    house.entries(&[entry(1, "10", "0")]).await;
    let late = house.loaded().await;
    house.entries(&[entry(1, "12", "0")]).await;
    assert_eq!(shown(&house.ask(&late, None).await)[0], "10 10 STD");
    let tx = begin(&house.db).await;
    late.lock_version(&tx).await.expect("locked");
    assert_eq!(shown(&house.ask(&late, None).await)[0], "12 12 STD");
    tx.commit(()).await.expect("a commit");
}

#[tokio::test]
async fn thousands_of_entries_are_loaded_in_batches() {
    let house = House::open().await;
    let tx = begin(&house.db).await;
    tx.execute_unprepared(
        "insert into products (id, sku, title, description, brand, stock_unit, fractional, lifecycle, backorder, tax_class,          attributes, keywords, fingerprint, version, created_at, updated_at) \
         with recursive numbers (n) as (select 1001 union all select n + 1 from numbers where n < 5500) \
         select n, 'N' || n, '', '', '', 'EA', false, 'active', true, 'standard', '[]', '', '', 1, 0, 0 from numbers",
    )
    .await
    .expect("products");
    products_changed(&tx, (1_001..=5_500).collect());
    tx.commit(()).await.expect("a commit");
    let numbers = (1_001..=5_500).flat_map(|product| (0..10).map(move |step| (product, step)));
    let mut entries: Vec<NewEntry> = numbers.map(|(product, step)| entry(product, "1", &step.to_string())).collect();
    entries.push(entry(1, "1", "40"));
    let outcomes = house.entries(&entries).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, EntryOutcome::Created(_))));
    house.entries(&[entry(1, "2", "40")]).await;
    assert_eq!(shown(&house.ask(&house.loaded().await, None).await)[2], "2 80 STD");
}

#[tokio::test]
async fn period_quantities_count_what_was_ordered_and_not_cancelled() {
    let house = House::open().await;
    house.entries(&[entry(2, "10", "0")]).await;
    let period = NewLine {
        scope: VolumeScope::Period,
        value: None,
        breaks: vec![(quantity("100"), amount("20"))],
        ..line(PriceRuleKind::PercentOff, "0")
    };
    house.contract(vec![period]).await;
    let prices = house.loaded().await;
    assert_eq!(shown(&house.ask(&prices, None).await)[5], "10 400 STD");
    let tx = begin(&house.db).await;
    let account = house.account;
    let order = format!(
        "insert into order_lines (order_id, line_no, account_id, product_id, sku, title, unit, numerator, denominator, quantity, \
         cancelled, allocated, picked, shipped, delivered, invoiced, returned, unit_price, per, line_amount, price_source, \
         price_detail, note, reference, placed_at) values \
         (1, 1, {account}, 2, 'P2', '', 'BX', 30, 1, 3000000, 1000000, 0, 0, 0, 0, 0, 0, 0, 1000000, 0, 'list', '', '', '', 5)"
    );
    tx.execute_unprepared("pragma defer_foreign_keys = on").await.expect("a setting");
    let header = format!(
        "insert into orders (id, number, account_id, placed_by, purchase_order_number, currency, payment_method, terms, ship_to, \
         note, total, price_version, priced_at, coupons, placed_at, updated_at, version, open) values \
         (1, 'SO-1', {account}, '', '', 'EUR', 'terms', 'NET30', '{{}}', '', 0, 0, 0, '', 5, 5, 1, true)"
    );
    tx.execute_unprepared(&header).await.expect("an order");
    tx.execute_unprepared(&order).await.expect("an order line");
    tx.commit(()).await.expect("a commit");
    // 2 boxes of 30 are 60; 40 more reach the break, 10 do not.
    let answer = shown(&house.ask(&prices, None).await);
    assert_eq!((answer[4].as_str(), answer[5].as_str()), ("10 100 STD", "8 320 C"));
}
