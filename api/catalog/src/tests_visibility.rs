//! What accounts may see, against a database: which rules apply, what a rule that cannot be read hides, lists of products.

use entity::{AccountId, AudienceKind, Instant, Lifecycle, VisibilityEffect, visibility_rules};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};

use super::queries::{ProductFilter, list_visible};
use super::tests::{Shop, plain};
use super::{NewProduct, Products};
use store::actor::Actor;

const ACME: AccountId = AccountId(7);
const OTHER: AccountId = AccountId(8);
const BROKEN: &str = "{\"products\": [";

impl Shop {
    /// Stores a rule as another version of the program may have left it.
    async fn rule(&self, effect: VisibilityEffect, audience: Option<AccountId>, targets: &str) {
        let tx = self.db.begin(Actor::system("test")).await.expect("a transaction");
        let id = tx.id().await.expect("an id");
        let row = visibility_rules::Model {
            id,
            code: format!("R{id}"),
            effect,
            audience_kind: audience.map_or(AudienceKind::Everyone, |_| AudienceKind::Account),
            audience_id: audience.unwrap_or(AccountId(0)),
            audience_code: String::new(),
            active: true,
            version: 1,
            created_at: Instant(0),
            updated_at: Instant(0),
            targets: targets.to_owned(),
        };
        let row = row.into_active_model().reset_all();
        visibility_rules::Entity::insert(row).exec_without_returning(&tx).await.expect("a rule");
        tx.commit(()).await.expect("a commit");
    }

    /// SKUs that an account may see, or the seller's side.
    async fn seen(&self, account: Option<AccountId>) -> Vec<String> {
        let products = self.products().await;
        seen(&products, account)
    }

    /// A page of the list of products.
    async fn page(&self, account: Option<AccountId>, after: i64, limit: u64) -> Vec<String> {
        let products = self.products().await;
        let filter = ProductFilter { after, ..ProductFilter::default() };
        let view = products.view_for(account);
        let ids = list_visible(&self.db.reader(), &products, &view, filter, limit).await.expect("a page");
        products.by_ids(ids).into_iter().flatten().map(|product| product.sku.to_string()).collect()
    }
}

fn seen(products: &Products, account: Option<AccountId>) -> Vec<String> {
    let view = products.view_for(account);
    let mut skus: Vec<String> =
        products.all().iter().filter(|product| view.can_see(product)).map(|product| product.sku.to_string()).collect();
    skus.sort_unstable();
    skus
}

async fn shop() -> Shop {
    let shop = Shop::open().await;
    shop.put(vec![plain("A"), plain("B"), NewProduct { lifecycle: Lifecycle::Draft, ..plain("DRAFT") }]).await;
    shop
}

fn only(products: &Products, sku: &str) -> String {
    format!("{{\"products\": [{}], \"categories\": [], \"brands\": []}}", products.by_sku(sku).expect("a product").id)
}

#[tokio::test]
async fn loaded_products_always_obey_the_rules() {
    let shop = shop().await;
    let targets = only(&shop.products().await, "A");
    shop.rule(VisibilityEffect::Deny, Some(ACME), &targets).await;
    assert_eq!(shop.seen(Some(ACME)).await, ["B"]);
    assert_eq!(shop.seen(Some(OTHER)).await, ["A", "B"]);
    assert_eq!(shop.seen(None).await, ["A", "B", "DRAFT"]);
}

#[tokio::test]
async fn a_deny_rule_that_cannot_be_read_hides_everything_from_its_audience() {
    let shop = shop().await;
    shop.rule(VisibilityEffect::Deny, Some(ACME), BROKEN).await;
    assert_eq!(shop.seen(Some(ACME)).await, [""; 0]);
    assert_eq!(shop.seen(Some(OTHER)).await, ["A", "B"]);
    assert_eq!(shop.seen(None).await, ["A", "B", "DRAFT"]);
    let products = shop.products().await;
    let hidden = products.view_for(Some(ACME));
    let none = search::Targets::default;
    let nothing = search::VisibilityFilter::new(none(), Some(none()), none(), none());
    assert_eq!(hidden.search_audience(), search::Audience::Restricted(nothing.into()), "nor does search find it");
    assert!(hidden.is_restricted());
    assert_ne!(hidden.fingerprint(), products.view_for(Some(OTHER)).fingerprint());
}

#[tokio::test]
async fn an_allow_rule_that_cannot_be_read_allows_nothing() {
    let shop = shop().await;
    shop.rule(VisibilityEffect::Allow, Some(ACME), BROKEN).await;
    assert_eq!(shop.seen(Some(ACME)).await, [""; 0]);
    let targets = only(&shop.products().await, "B");
    shop.rule(VisibilityEffect::Allow, Some(ACME), &targets).await;
    assert_eq!(shop.seen(Some(ACME)).await, ["B"], "what another rule allows");
    assert_eq!(shop.seen(Some(OTHER)).await, ["A", "B"]);
}

#[tokio::test]
async fn a_reserve_rule_that_cannot_be_read_hides_everything_from_every_account() {
    let shop = shop().await;
    shop.rule(VisibilityEffect::Reserve, Some(ACME), BROKEN).await;
    assert_eq!(shop.seen(Some(ACME)).await, [""; 0]);
    assert_eq!(shop.seen(Some(OTHER)).await, [""; 0]);
    assert_eq!(shop.seen(None).await, ["A", "B", "DRAFT"]);
}

#[tokio::test]
async fn a_list_has_full_pages_of_what_is_visible() {
    let shop = shop().await;
    shop.put((0..30).map(|n| plain(&format!("P{n:02}"))).collect()).await;
    let products = shop.products().await;
    let id = |sku: &str| products.by_sku(sku).expect("a product").id.0;
    let hidden: Vec<i64> = (0..28).map(|n| id(&format!("P{n:02}"))).collect();
    let targets = format!("{{\"products\": {hidden:?}, \"categories\": [], \"brands\": []}}");
    shop.rule(VisibilityEffect::Deny, Some(ACME), &targets).await;
    assert_eq!(shop.page(None, 0, 4).await, ["A", "B", "DRAFT", "P00"]);
    assert_eq!(shop.page(Some(OTHER), 0, 3).await, ["A", "B", "P00"]);
    assert_eq!(shop.page(Some(ACME), 0, 3).await, ["A", "B", "P28"]);
    assert_eq!(shop.page(Some(ACME), id("P28"), 3).await, ["P29"]);
    assert_eq!(shop.page(Some(ACME), id("P29"), 3).await, [""; 0]);
}
