//! Cases for list and contract prices, units and rounding, and for the readings the crate's documentation takes of them.

use crate::shop::{EXCLUSIVE, Shop, With, since, sku, terms, valid};
use Kind::{AmountOff, CostPlus, Fixed, PercentOff};
use pricing::{AccountId, Audience, BrandId, CategoryId, ContractId, Kind, Target};

const EVERYTHING: Target = Target::Everything;
const CATEGORY: Target = Target::Category(CategoryId(1));
const ROOT: Target = Target::Category(CategoryId(0));
const BRAND: Target = Target::Brand(BrandId(1));

#[test]
fn list_sources_go_from_near_to_far() {
    let mut shop = Shop::open();
    for (list, price) in [(4, "4"), (3, "3"), (1, "1.1"), (2, "22")] {
        shop.entry(list, 1, "EA", "0", price);
        shop.account = Some(AccountId(2));
        assert_eq!(shop.price(&[(1, "1", "EA")]), price, "list {list} of account 2, its parent, group or default");
    }
    // The child sees its parents' lists, not the parent's group.
    shop.account = Some(AccountId(3));
    assert_eq!(shop.price(&[(1, "1", "EA")]), "22");
    shop.account = None;
    assert_eq!(shop.price(&[(1, "1", "EA")]), "4");
}

#[test]
fn a_source_without_applicable_entry_is_passed_over() {
    let mut shop = Shop::open();
    shop.entry(2, 1, "EA", "10", "1").entry(4, 1, "EA", "1", "5");
    assert_eq!(shop.price(&[(1, "9", "EA")]), "5");
    assert_eq!(shop.price(&[(1, "10", "EA")]), "1");
    assert_eq!(shop.price(&[(1, "0.5", "EA")]), "price_on_request");
    assert_eq!(shop.price(&[(3, "1", "EA")]), "price_on_request");
}

#[test]
fn lists_of_one_owner_are_one_source() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "1", "5").entry(5, 1, "EA", "10", "6");
    assert_eq!(shop.price(&[(1, "10", "EA")]), "6");
}

#[test]
fn equal_thresholds_go_by_start_then_recording_then_price() {
    let mut shop = Shop::open();
    shop.timed_entry(4, 1, "EA", "1", "5", valid(10, 5_000)).timed_entry(4, 1, "EA", "1", "6", valid(20, 5_000));
    assert_eq!(shop.price(&[(1, "1", "EA")]), "6");
    shop.timed_entry(4, 1, "EA", "1", "4", since(900));
    assert_eq!(shop.price(&[(1, "1", "EA")]), "6", "an open start is the earliest");
    shop.timed_entry(4, 2, "EA", "1", "5", since(1)).timed_entry(4, 2, "EA", "1", "7", since(2));
    assert_eq!(shop.price(&[(2, "1", "EA")]), "7");
    shop.timed_entry(4, 2, "EA", "1", "6.5", since(2));
    assert_eq!(shop.price(&[(2, "1", "EA")]), "6.5");
}

#[test]
fn units_convert_from_stock_and_only_from_stock() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "1", "0.1");
    assert_eq!(shop.price(&[(1, "1", "BX")]), "3");
    assert_eq!(shop.price(&[(1, "3", "MET")]), "0.066667", "rounded at the conversion");
    shop.entry(4, 1, "BX", "1", "2.5");
    assert_eq!(shop.price(&[(1, "1", "BX")]), "2.5");
    assert_eq!(shop.price(&[(1, "30", "EA")]), "0.1", "a row per box says nothing about one piece");
    assert_eq!(shop.price(&[(1, "1", "PAL")]), "unknown_unit");
    assert_eq!(shop.price(&[(3, "1", "BX")]), "unknown_unit");
    shop.entry(4, 2, "EA", "24", "1");
    assert_eq!(shop.price(&[(2, "1", "BX")]), "price_on_request", "12 pieces are under 24");
    assert_eq!(shop.price(&[(2, "2", "BX")]), "12");
}

#[test]
fn price_basis_and_rounding() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "1", "12.345/100");
    let line = shop.prices(&[(1, "10", "EA")])[0].expect("priced");
    assert_eq!((line.per.get(), line.line_amount.to_string().as_str()), (100, "1.23"));
    assert_eq!(shop.price(&[(1, "1", "BX")]), "370.35/100");
    shop.currency = "JPY";
    shop.entry(4, 1, "EA", "1", "0.5");
    assert_eq!(shop.prices(&[(1, "1", "EA")])[0].expect("priced").line_amount.to_string(), "1");
}

#[test]
fn currencies_never_mix() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "0", "5");
    shop.contract(1, 2, EXCLUSIVE, vec![terms(sku(1), Fixed, "4")]);
    shop.promotion(1, Audience::Everyone, vec![terms(sku(1), Fixed, "3")]);
    shop.currency = "USD";
    assert_eq!(shop.price(&[(1, "1", "EA")]), "price_on_request");
}

#[test]
fn the_more_specific_contract_line_wins() {
    let ladder = [(EVERYTHING, "9"), (BRAND, "8"), (ROOT, "7"), (CATEGORY, "6"), (sku(1), "5")];
    for upwards in [true, false] {
        let mut shop = Shop::open();
        shop.entry(4, 1, "EA", "0", "10");
        for step in 0..ladder.len() {
            let (target, price) = if upwards { ladder[step] } else { ladder[ladder.len() - 1 - step] };
            shop.contract(step as u32, 2, EXCLUSIVE, vec![terms(target, Fixed, price)]);
            let expected = if upwards { price } else { "5" };
            assert_eq!(shop.price(&[(1, "1", "EA")]), expected, "{target:?}");
        }
    }
}

#[test]
fn then_account_start_price_and_code_decide() {
    let mut shop = Shop::open();
    shop.contract(9, 1, EXCLUSIVE, vec![terms(sku(1), Fixed, "1")]);
    assert_eq!(shop.price(&[(1, "1", "EA")]), "1", "inherited from the parent");
    shop.contract(8, 2, EXCLUSIVE, vec![terms(sku(1), Fixed, "5")]);
    assert_eq!(shop.price(&[(1, "1", "EA")]), "5", "nearer account");
    shop.timed_contract(7, 2, EXCLUSIVE, vec![terms(sku(1), Fixed, "6")], valid(10, 5_000));
    assert_eq!(shop.price(&[(1, "1", "EA")]), "6", "later start");
    shop.timed_contract(6, 2, EXCLUSIVE, vec![terms(sku(1), Fixed, "5.5")], valid(10, 5_000));
    assert_eq!(shop.price(&[(1, "1", "EA")]), "5.5", "lower price");
    shop.timed_contract(5, 2, EXCLUSIVE, vec![terms(sku(1), Fixed, "5.5")], valid(10, 5_000));
    let source = shop.prices(&[(1, "1", "EA")])[0].expect("priced").source;
    assert!(matches!(source, pricing::Source::Contract { contract: ContractId(5), .. }), "lower code");
}

#[test]
fn kinds_of_contract_lines() {
    let cases = [
        (terms(sku(1), Fixed, "7.5"), "7.5", "225"),
        (terms(sku(1), PercentOff, "12.5"), "8.75", "262.5"),
        (terms(sku(1), AmountOff, "0.25"), "9.75", "292.5"),
        (terms(sku(1), CostPlus, "20"), "4.8", "144"),
        (terms(sku(1), CostPlus, "20").per(100), "480/100", "14400/100"),
        (terms(sku(1), Fixed, "75").per(10), "75/10", "2250/10"),
        (terms(sku(1), Fixed, "200").unit("BX"), "10", "200"),
        (terms(sku(1), AmountOff, "15").unit("BX"), "10", "285"),
        (terms(sku(1), PercentOff, "50").unit("BX"), "5", "150"),
    ];
    for (line, each, boxed) in cases {
        let mut shop = Shop::open();
        shop.product(1, Some("4"), None);
        shop.entry(4, 1, "EA", "0", "10");
        shop.contract(1, 2, EXCLUSIVE, vec![line.clone()]);
        assert_eq!(shop.price(&[(1, "1", "EA")]), each, "{line:?}");
        assert_eq!(shop.price(&[(1, "1", "BX")]), boxed, "{line:?}");
    }
}

#[test]
fn amount_off_is_per_one_unit() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "0", "12/100").contract(1, 2, EXCLUSIVE, vec![terms(sku(1), AmountOff, "0.01")]);
    assert_eq!(shop.price(&[(1, "1", "EA")]), "11/100");
}

#[test]
fn a_line_without_its_base_drops_out() {
    let mut shop = Shop::open();
    shop.contract(1, 2, EXCLUSIVE, vec![terms(sku(1), CostPlus, "20"), terms(sku(1), PercentOff, "20")]);
    assert_eq!(shop.price(&[(1, "1", "EA")]), "price_on_request");
    shop.contract(2, 1, EXCLUSIVE, vec![terms(EVERYTHING, Fixed, "3")]);
    assert_eq!(shop.price(&[(1, "1", "EA")]), "3");
}

#[test]
fn a_discount_stops_at_zero() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "0", "5").contract(1, 2, EXCLUSIVE, vec![terms(sku(1), AmountOff, "6")]);
    let line = shop.prices(&[(1, "1", "EA")])[0].expect("priced");
    assert!(line.unit_price.is_zero() && line.flags.stopped_at_zero);
}

#[test]
fn the_asked_unit_beats_a_converted_row() {
    let mut shop = Shop::open();
    let lines = vec![terms(sku(1), Fixed, "0.1"), terms(sku(1), Fixed, "10").unit("BX").from("2")];
    shop.contract(1, 2, EXCLUSIVE, lines);
    assert_eq!(shop.price(&[(1, "2", "BX")]), "10");
    assert_eq!(shop.price(&[(1, "1", "BX")]), "3", "only among rows that apply");
}
