//! The catalog against a database: what is stored, what is refused, what a name means.

use entity::{AccountId, Lifecycle, RelationKind};
use pricing::{Quantity, UnitCode};
use tempfile::TempDir;

use super::new_product::Outcome;
use super::new_product::ProductProblem;
use super::put::Stored;
use super::{
    Categories, Name, NewCategory, NewProduct, NewRelation, NewUnit, PartNumber, Products, Resolution, put_categories,
    put_part_numbers, put_products, resolve,
};
use identity::Accounts;
use kernel::field_code::FieldCode;
use store::actor::Actor;
use store::database::Database;

pub(super) struct Shop {
    pub(super) db: Database,
    _folder: TempDir,
}

impl Shop {
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let db = Database::connect(&url, 2).await.expect("a database");
        db.migrate().await.expect("a schema");
        Self { db, _folder: folder }
    }

    pub(super) async fn put(&self, new: Vec<NewProduct>) -> Vec<Result<Stored, ProductProblem>> {
        let tx = self.db.begin(Actor::system("test")).await.expect("a transaction");
        let results = put_products(&tx, new).await.expect("an answer");
        tx.commit(results).await.expect("a commit")
    }

    pub(super) async fn products(&self) -> Products {
        let db = self.db.reader();
        let (accounts, categories) =
            (Accounts::load(&db).await.expect("accounts"), Categories::load(&db).await.expect("categories"));
        Products::load(&db, &accounts, &categories).await.expect("products")
    }

    async fn call(&self, account: i64, sku: &str, number: &str) {
        let products = self.products().await;
        let product = products.by_sku(sku).expect("a product").id;
        let tx = self.db.begin(Actor::system("test")).await.expect("a transaction");
        let numbers = [PartNumber { product, number: number.to_owned() }];
        let results = put_part_numbers(&tx, &products, AccountId(account), &numbers, None).await.expect("an answer");
        assert_eq!(results, [Ok(())]);
        tx.commit(()).await.expect("a commit");
    }

    /// What a name means: an SKU, or candidates after `?` when nothing decides and `~` when nothing is found.
    async fn means(&self, account: Option<i64>, name: Name<'_>) -> String {
        let products = self.products().await;
        let found = resolve(&self.db.reader(), &products, account.map(AccountId), &[name]).await.expect("an answer");
        let list = |candidates: &[super::Candidate]| candidates.iter().map(|c| c.sku.as_str()).collect::<Vec<_>>().join(" ");
        match &found[0] {
            Resolution::Found(product) => product.sku.to_string(),
            Resolution::Ambiguous(candidates) => format!("?{}", list(candidates)),
            Resolution::Unknown { candidates } => format!("~{}", list(candidates)),
        }
    }
}

pub(super) fn plain(sku: &str) -> NewProduct {
    NewProduct::named(sku, format!("Product {sku}"), "EA")
}

fn with_mpn(sku: &str, mpn: &str) -> NewProduct {
    NewProduct { mpn: Some(mpn.to_owned()), ..plain(sku) }
}

fn needs(sku: &str, target: &str) -> NewProduct {
    let relation =
        NewRelation { kind: RelationKind::Required, sku: target.to_owned(), quantity: Quantity::ONE, note: String::new() };
    NewProduct { relations: vec![relation], ..plain(sku) }
}

fn outcomes(results: &[Result<Stored, ProductProblem>]) -> Vec<Result<Outcome, String>> {
    let outcome = |r: &Result<Stored, ProductProblem>| match r {
        Ok(stored) => Ok(stored.outcome),
        Err(problem) => Err(problem.errors[0].pointer.clone()),
    };
    results.iter().map(outcome).collect()
}

#[tokio::test]
async fn good_products_are_kept_and_bad_ones_reported() {
    let shop = Shop::open().await;
    let bad_unit = NewProduct { units: vec![NewUnit::of("BX", 0)], ..plain("D") };
    let batch = vec![needs("A", "B"), plain("B"), plain("B"), bad_unit, needs("E", "D"), needs("F", "E"), needs("G", "NONE")];
    let results = shop.put(batch).await;
    let refused = |pointer: &str| Err(pointer.to_owned());
    let target = "/relations/0/sku";
    assert_eq!(
        outcomes(&results),
        [
            Ok(Outcome::Created),
            Ok(Outcome::Created),
            refused("/sku"),
            refused("/units/0/factor"),
            refused(target),
            refused(target),
            refused(target),
        ]
    );
    assert_eq!(shop.products().await.count(), 2);
}

#[tokio::test]
async fn a_product_is_replaced_whole_or_left_alone() {
    let shop = Shop::open().await;
    let boxed = NewProduct { units: vec![NewUnit::of("BX", 30)], ..with_mpn("A", "M-1") };
    shop.put(vec![boxed.clone()]).await;
    shop.call(7, "A", "own 1").await;
    assert_eq!(outcomes(&shop.put(vec![boxed]).await), [Ok(Outcome::Unchanged)]);
    let results = shop.put(vec![NewProduct { units: vec![NewUnit::of("PK", 5)], ..with_mpn("A", "M-2") }]).await;
    assert_eq!(outcomes(&results), [Ok(Outcome::Changed)]);
    let product = shop.products().await.by_sku("A").expect("a product");
    assert_eq!((product.version, product.mpn.as_deref()), (2, Some("M-2")));
    let factor = |unit: &str| product.factor_of(unit.parse::<UnitCode>().expect("a unit")).map(pricing::Factor::numerator);
    assert_eq!((factor("EA"), factor("PK"), factor("BX")), (Some(1), Some(5), None));
    assert_eq!(shop.means(None, Name::any("m1")).await, "~");
    assert_eq!(shop.means(Some(7), Name::any("OWN-1")).await, "A");
}

#[tokio::test]
async fn a_name_means_one_product_or_none() {
    let shop = Shop::open().await;
    let gtin = NewProduct { gtin: Some("036000291452".to_owned()), ..plain("GTIN") };
    let former = NewProduct { superseded: vec!["OLD-77".to_owned()], ..plain("NEW") };
    let draft = NewProduct { lifecycle: Lifecycle::Draft, ..plain("DRAFT") };
    let products = vec![
        with_mpn("AB-100", "6204-2RS"),
        with_mpn("AB-200", "6204 2rs"),
        with_mpn("AB-300", "1/2-X"),
        with_mpn("AB-400", "AB-100"),
        gtin,
        former,
        draft,
    ];
    assert!(shop.put(products).await.iter().all(Result::is_ok));
    shop.call(7, "NEW", "AB-200").await;
    let sku = |sku| Name { sku: Some(sku), identifier: None };
    for (account, name, expected) in [
        (None, sku("AB-100"), "AB-100"),
        (None, Name::any("AB-100"), "AB-100"),
        (None, Name::any("ab 300"), "AB-300"),
        (None, Name::any("6204-2RS"), "AB-100"),
        (None, Name::any("62042RS"), "?AB-100 AB-200"),
        (None, Name::any("12x"), "~AB-300"),
        (None, Name::any("1/2 x"), "AB-300"),
        (None, Name::any("0036000291452"), "GTIN"),
        (None, Name::any("00036000291452"), "GTIN"),
        (None, Name::any("old77"), "NEW"),
        (None, Name::any("DRAFT"), "~"),
        (None, sku("DRAFT"), "~"),
        (None, Name::any("AB-200"), "AB-200"),
        (Some(7), Name::any("AB-200"), "NEW"),
        (Some(7), sku("AB-200"), "AB-200"),
        (Some(8), Name::any("AB-200"), "AB-200"),
        (None, Name::any(""), "~"),
        (None, Name::default(), "~"),
        (None, Name::any("\0'; drop table products; --"), "~"),
    ] {
        assert_eq!(shop.means(account, name).await, expected, "{name:?} for {account:?}");
    }
}

#[tokio::test]
async fn quantities_follow_the_order_rules() {
    let shop = Shop::open().await;
    let quantity = |text: &str| text.parse::<Quantity>().ok();
    let bolt = NewProduct {
        units: vec![NewUnit::of("BX", 30), NewUnit { fraction: Some((1, 3)), ..NewUnit::of("TH", 1) }],
        min: quantity("20"),
        max: quantity("600"),
        multiple: quantity("10"),
        ..plain("BOLT")
    };
    let cable =
        NewProduct { fractional: true, units: vec![NewUnit::of("REEL", 100)], ..NewProduct::named("CABLE", "Cable", "MTR") };
    assert!(shop.put(vec![bolt, cable]).await.iter().all(Result::is_ok));
    let products = shop.products().await;
    for (sku, unit, amount, expected) in [
        ("BOLT", "EA", "20", None),
        ("BOLT", "BX", "20", None),
        ("BOLT", "TH", "60", None),
        ("BOLT", "EA", "10", Some(FieldCode::BelowMinimum)),
        ("BOLT", "BX", "21", Some(FieldCode::AboveMaximum)),
        ("BOLT", "EA", "25", Some(FieldCode::NotAMultiple)),
        ("BOLT", "EA", "20.5", Some(FieldCode::NotWhole)),
        ("BOLT", "BX", "0.5", Some(FieldCode::NotWhole)),
        ("BOLT", "TH", "61", Some(FieldCode::NotExact)),
        ("BOLT", "EA", "0", Some(FieldCode::NotPositive)),
        ("BOLT", "EA", "-30", Some(FieldCode::NotPositive)),
        ("BOLT", "BX", "9000000000000", Some(FieldCode::OutOfRange)),
        ("BOLT", "MTR", "30", Some(FieldCode::UnknownUnit)),
        ("CABLE", "MTR", "2.5", None),
        ("CABLE", "REEL", "0.25", None),
    ] {
        let product = products.by_sku(sku).expect("a product");
        let result = product.check_quantity(unit.parse().expect("a unit"), amount.parse().expect("a decimal"));
        assert_eq!(result.err().map(|problem| problem.code), expected, "{amount} {unit} of {sku}");
    }
    let bolt = products.by_sku("BOLT").expect("a product");
    assert_eq!(bolt.orderable_quantity(Quantity::ONE), quantity("20"));
    assert_eq!(bolt.orderable_quantity(quantity("21").expect("a decimal")), quantity("30"));
    assert_eq!(bolt.orderable_quantity(quantity("601").expect("a decimal")), None);
}

#[tokio::test]
async fn categories_stay_a_tree() {
    let shop = Shop::open().await;
    let new = |code: &str, parent: Option<&str>| NewCategory {
        code: code.to_owned(),
        name: code.to_owned(),
        parent: parent.map(str::to_owned),
    };
    let put = async |categories: Vec<NewCategory>| {
        let tx = shop.db.begin(Actor::system("test")).await.expect("a transaction");
        let result = put_categories(&tx, categories).await;
        if result.is_ok() {
            tx.commit(()).await.expect("a commit");
        }
        result.is_ok()
    };
    assert!(put(vec![new("C", Some("B")), new("B", Some("A")), new("A", None)]).await);
    assert!(!put(vec![new("A", Some("C"))]).await);
    assert!(!put(vec![new("D", Some("D"))]).await);
    assert!(!put(vec![new("E", Some("NONE"))]).await);
    let deep: Vec<NewCategory> =
        (0..20).map(|at| new(&format!("L{at}"), (at > 0).then(|| format!("L{}", at - 1)).as_deref())).collect();
    assert!(!put(deep).await);
    let categories = super::Categories::load(&shop.db.reader()).await.expect("categories");
    let id = categories.by_code("C").expect("a category").id;
    assert_eq!(categories.chain(id).iter().map(|c| c.code.as_str()).collect::<Vec<_>>(), ["C", "B", "A"]);
}
