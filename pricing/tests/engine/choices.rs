//! Cases for scopes, promotions, choice, floor and time, and for the readings the crate's documentation takes of them.

use crate::shop::{BEST_OF, EXCLUSIVE, Shop, With, basket, quantity, since, sku, terms, valid};
use Kind::{AmountOff, CostPlus, Fixed, PercentOff};
use pricing::{
    AccountId, Audience, BrandId, CategoryId, ContractId, ContractLineId, ContractStatus, ContractVersion, GroupId, Instant,
    Kind, PeriodQuantity, ProductId, Scope, Target, Times, coverage, period_lines, price_catalogue,
};

const EVERYTHING: Target = Target::Everything;
const CATEGORY: Target = Target::Category(CategoryId(1));
const BRAND: Target = Target::Brand(BrandId(1));

#[test]
fn sku_scope_counts_all_lines_in_all_units() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "1", "5").entry(4, 1, "EA", "31", "4");
    assert_eq!(shop.price(&[(1, "30", "EA")]), "5");
    assert_eq!(shop.price(&[(1, "1", "EA"), (1, "1", "BX")]), "4");
    assert_eq!(shop.price(&[(1, "1", "EA"), (2, "99", "EA")]), "5");
    assert_eq!(shop.price(&[(1, "1", "EA"), (1, "-99", "EA"), (1, "99", "PAL")]), "5", "lines in error do not count");
}

#[test]
fn group_scope_counts_in_the_rows_unit() {
    let line = |unit: Option<&str>| {
        let line = terms(sku(1), Fixed, "5").scope(Scope::Group).step("2", "4");
        unit.map_or(line.clone(), |unit| line.unit(unit))
    };
    let mut shop = Shop::open();
    shop.contract(1, 2, EXCLUSIVE, vec![line(None)]);
    assert_eq!(shop.price(&[(1, "1", "EA"), (2, "1", "EA")]), "4");
    assert_eq!(shop.price(&[(1, "1", "EA"), (3, "1", "EA")]), "5", "product 3 is in no group");
    let mut shop = Shop::open();
    shop.contract(1, 2, EXCLUSIVE, vec![line(Some("BX"))]);
    assert_eq!(shop.price(&[(1, "1", "BX"), (2, "12", "EA")]), "4", "a box of 30 and a box of 12 are two boxes");
    assert_eq!(shop.price(&[(1, "1", "BX"), (2, "11", "EA")]), "5");
    let mut shop = Shop::open();
    shop.contract(1, 2, EXCLUSIVE, vec![terms(sku(3), Fixed, "5").scope(Scope::Group).step("2", "4")]);
    assert_eq!(shop.price(&[(3, "1", "EA"), (3, "1", "EA")]), "4", "a SKU in no group is its own group");
}

#[test]
fn period_scope_counts_what_was_ordered_under_the_line() {
    let mut shop = Shop::open();
    shop.contract(1, 1, EXCLUSIVE, vec![terms(CATEGORY, Fixed, "5").scope(Scope::Period).step("10", "4")]);
    let line = ContractLineId(shop.last_id());
    assert_eq!(shop.price(&[(1, "4", "EA"), (2, "5", "EA")]), "5");
    assert_eq!(shop.price(&[(1, "4", "EA"), (2, "6", "EA")]), "4", "all SKUs the line targets");
    shop.periods = vec![PeriodQuantity { line, quantity: quantity("9") }];
    assert_eq!(shop.price(&[(1, "1", "EA")]), "4");
    let basket = basket(&[(1, "1", "EA"), (2, "1", "EA"), (3, "1", "EA")]);
    let needed = period_lines(&shop.book, &shop.request(&basket));
    assert_eq!(needed.len(), 1);
    assert_eq!((needed[0].line, needed[0].account, needed[0].target), (line, AccountId(1), CATEGORY));
}

#[test]
fn coverage_names_what_contracts_in_force_are_for_and_when_that_changes() {
    let mut shop = Shop::open();
    shop.contract(1, 2, EXCLUSIVE, vec![terms(sku(1), Fixed, "5"), terms(BRAND, PercentOff, "5"), terms(sku(1), Fixed, "4")]);
    shop.timed_contract(2, 1, EXCLUSIVE, vec![terms(CATEGORY, Fixed, "5")], valid(0, 2_000));
    shop.timed_contract(3, 2, EXCLUSIVE, vec![terms(sku(2), Fixed, "5")], valid(1_500, 3_000));
    shop.contract(4, 3, EXCLUSIVE, vec![terms(EVERYTHING, Fixed, "5")]);
    let covered = coverage(&shop.book, &shop.request(&[]));
    assert_eq!(covered.targets, [sku(1), CATEGORY, BRAND], "its own and its parent's, each once");
    assert_eq!(covered.until, Some(Instant::from_micros(1_500)));
    shop.at = Instant::from_micros(2_000);
    let covered = coverage(&shop.book, &shop.request(&[]));
    assert_eq!((covered.targets, covered.until), (vec![sku(1), sku(2), BRAND], Some(Instant::from_micros(3_000))));
    shop.currency = "USD";
    assert!(coverage(&shop.book, &shop.request(&[])).targets.is_empty());
}

#[test]
fn the_lowest_promotion_counts_and_coupons_open() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "0", "10");
    shop.promotion(1, Audience::Everyone, vec![terms(sku(1), PercentOff, "10")]);
    shop.promotion(2, Audience::Group(GroupId(1)), vec![terms(BRAND, AmountOff, "2")]);
    shop.promotion(3, Audience::Account(AccountId(1)), vec![terms(EVERYTHING, Fixed, "1")]);
    shop.coupon_promotion(4, Audience::Everyone, Some("SPRING"), vec![terms(sku(1), Fixed, "7").from("5")]);
    assert_eq!(shop.price(&[(1, "1", "EA")]), "8", "group; the parent's promotion is not inherited");
    shop.account = None;
    assert_eq!(shop.price(&[(1, "1", "EA")]), "9");
    shop.coupons = vec!["spring".to_owned()];
    assert_eq!(shop.price(&[(1, "4", "EA")]), "9");
    assert_eq!(shop.price(&[(1, "5", "EA")]), "7");
    let withdrawn = Times { superseded_at: Some(Instant::from_micros(10)), ..since(0) };
    shop.timed_promotion(4, Audience::Everyone, Some("SPRING"), vec![terms(sku(1), Fixed, "7").from("5")], withdrawn);
    assert_eq!(shop.price(&[(1, "5", "EA")]), "9");
}

#[test]
fn exclusive_stands_and_best_of_competes() {
    let cases = [(EXCLUSIVE, "12", "12"), (EXCLUSIVE, "6", "6"), (BEST_OF, "12", "7"), (BEST_OF, "6", "6"), (BEST_OF, "7", "7")];
    for (mode, contract, expected) in cases {
        let mut shop = Shop::open();
        shop.entry(4, 1, "EA", "0", "10").contract(1, 2, mode, vec![terms(sku(1), Fixed, contract)]);
        shop.promotion(1, Audience::Everyone, vec![terms(sku(1), Fixed, "7")]);
        assert_eq!(shop.price(&[(1, "1", "EA")]), expected, "{mode:?} {contract}");
        let source = shop.prices(&[(1, "1", "EA")])[0].expect("priced").source;
        let is_contract = matches!(source, pricing::Source::Contract { .. });
        assert_eq!(is_contract, expected == contract, "on a tie the contract goes first");
    }
}

#[test]
fn the_floor_lifts_all_but_fixed_contract_prices() {
    let cases = [
        (terms(sku(1), Fixed, "3"), "3", (false, true)),
        (terms(sku(1), PercentOff, "70"), "5", (true, false)),
        (terms(sku(1), CostPlus, "0"), "5", (true, false)),
        (terms(sku(1), AmountOff, "5"), "5", (false, false)),
    ];
    for (line, expected, (lifted, below)) in cases {
        let mut shop = Shop::open();
        shop.product(1, Some("4"), Some("5"));
        shop.entry(4, 1, "EA", "0", "10").contract(1, 2, EXCLUSIVE, vec![line.clone()]);
        assert_eq!(shop.price(&[(1, "1", "EA")]), expected, "{line:?}");
        let flags = shop.prices(&[(1, "1", "EA")])[0].expect("priced").flags;
        assert_eq!((flags.floor_lifted, flags.below_floor), (lifted, below), "{line:?}");
        assert_eq!(flags.below_cost, expected == "3");
    }
    let mut shop = Shop::open();
    shop.product(1, None, Some("5"));
    shop.promotion(1, Audience::Everyone, vec![terms(sku(1), Fixed, "1").unit("BX")]);
    assert_eq!(shop.price(&[(1, "1", "BX")]), "150", "the floor is per stock unit");
}

#[test]
fn rows_count_when_known_and_valid() {
    let mut shop = Shop::open();
    shop.timed_entry(4, 1, "EA", "0", "5", valid(100, 200)).timed_entry(
        4,
        1,
        "EA",
        "0",
        "6",
        Times { superseded_at: Some(Instant::from_micros(600)), ..since(500) },
    );
    for (at, as_of, expected) in [
        (99, 400, "price_on_request"),
        (100, 400, "5"),
        (199, 400, "5"),
        (200, 400, "price_on_request"),
        (200, 500, "6"),
        (200, 599, "6"),
        (200, 600, "price_on_request"),
    ] {
        (shop.at, shop.as_of) = (Instant::from_micros(at), Instant::from_micros(as_of));
        assert_eq!(shop.price(&[(1, "1", "EA")]), expected, "at {at} as of {as_of}");
    }
}

#[test]
fn the_last_known_version_of_a_contract_counts() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "0", "10").contract(1, 2, EXCLUSIVE, vec![terms(sku(1), Fixed, "4")]);
    let ended = ContractVersion {
        id: ContractId(1),
        version: 99,
        code: "C1".into(),
        account: AccountId(2),
        currency: "EUR".parse().expect("listed"),
        mode: EXCLUSIVE,
        status: ContractStatus::Inactive,
        times: since(500),
    };
    shop.book.put_contract(&ended).expect("sound");
    assert_eq!(shop.price(&[(1, "1", "EA")]), "10");
    shop.as_of = Instant::from_micros(499);
    assert_eq!(shop.price(&[(1, "1", "EA")]), "4");
}

#[test]
fn versions_go_by_as_of() {
    let mut shop = Shop::open();
    shop.product(1, Some("4"), None);
    let changed_at = shop.last_id();
    shop.product(1, Some("8"), None);
    shop.contract(1, 2, EXCLUSIVE, vec![terms(sku(1), CostPlus, "0")]);
    assert_eq!(shop.price(&[(1, "1", "EA")]), "8");
    shop.as_of = Instant::from_micros(changed_at - 1);
    assert_eq!(shop.price(&[(1, "1", "EA")]), "4");
}

#[test]
fn companies_in_a_circle_are_visited_once() {
    let mut shop = Shop::open();
    let circle = pricing::AccountVersion {
        id: AccountId(1),
        recorded_at: Instant::from_micros(1),
        parent: Some(AccountId(3)),
        group: None,
    };
    shop.book.put_account(&circle).expect("sound");
    shop.account = Some(AccountId(3));
    shop.entry(1, 1, "EA", "0", "5");
    assert_eq!(shop.price(&[(1, "1", "EA")]), "5");
}

#[test]
fn a_catalogue_has_every_product() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "1", "5").entry(4, 2, "EA", "2", "5");
    let euro = "EUR".parse().expect("listed");
    let priced: Vec<(u32, bool)> =
        price_catalogue(&shop.book, None, euro, shop.at, shop.as_of).map(|line| (line.product.0, line.price.is_ok())).collect();
    assert_eq!(priced, [(1, true), (2, false), (3, false)]);
}

#[test]
fn an_open_start_is_the_earliest() {
    let mut shop = Shop::open();
    shop.contract(1, 2, EXCLUSIVE, vec![terms(sku(1), Fixed, "4")]);
    shop.timed_contract(2, 2, EXCLUSIVE, vec![terms(sku(1), Fixed, "5")], valid(1, 9_999));
    assert_eq!(shop.price(&[(1, "1", "EA")]), "5");
}

#[test]
fn one_fault_per_line() {
    let shop = Shop::open();
    assert_eq!(shop.price(&[(9, "0", "PAL")]), "unknown_product");
    assert_eq!(shop.price(&[(1, "0", "PAL")]), "unknown_unit");
    assert_eq!(shop.price(&[(1, "0", "EA")]), "quantity_not_positive");
}

#[test]
fn a_category_given_twice_counts_at_its_deepest_place() {
    let mut shop = Shop::open();
    let category = |id, depth| pricing::CategoryAt { id: CategoryId(id), depth };
    let version = pricing::ProductVersion {
        id: ProductId(7),
        recorded_at: Instant::from_micros(0),
        categories: vec![category(5, 0), category(6, 1), category(5, 2)],
        brand: None,
        mix_group: None,
        stock_unit: "EA".parse().expect("a code"),
        units: vec![],
        money: vec![],
    };
    shop.book.put_product(&version).expect("sound");
    let lines = vec![terms(Target::Category(CategoryId(6)), Fixed, "6"), terms(Target::Category(CategoryId(5)), Fixed, "5")];
    shop.contract(1, 2, EXCLUSIVE, lines);
    assert_eq!(shop.price(&[(7, "1", "EA")]), "5");
}
