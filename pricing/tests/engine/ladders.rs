//! Ladders say what single lines cost; deltas miss no product whose ladder changed.

use crate::shop::{EXCLUSIVE, Shop, With, quantity, sku, terms, valid};
use crate::world::{Draw, World};
use pricing::{
    Asking, Delta, Instant, Kind, LadderStep, Ladders, LineError, PriceBook, ProductId, Quantity, RequestLine, UnitCode,
    UnitPrice, compare_ladders, price,
};
use proptest::prelude::*;

fn asking(shop: &Shop) -> Asking {
    let currency = shop.currency.parse().expect("listed");
    Asking { account: shop.account, currency, at: shop.at, as_of: shop.as_of }
}

fn shown(steps: &[LadderStep]) -> String {
    let one = |step: &LadderStep| format!("{} {} {}", step.unit, step.min_quantity, step.price.amount);
    steps.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_ladder_has_every_unit_and_every_step() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "1", "10").entry(4, 1, "EA", "100", "8").entry(4, 1, "BX", "2", "200");
    shop.contract(1, 2, EXCLUSIVE, vec![terms(sku(1), Kind::PercentOff, "50").from("200")]);
    let mut ladders = Ladders::new(&shop.book, asking(&shop));
    // EA goes by 5, BX (30 EA) by 1, MET (2/3 EA) by anything.
    let expected =
        "EA 0 10, EA 100 8, EA 200 4, BX 0 300, BX 2 200, BX 7 100, MET 1.5 6.666667, MET 150 5.333333, MET 300 2.666667";
    assert_eq!(shown(ladders.of(ProductId(1))), expected);
    assert_eq!(shown(ladders.of(ProductId(2))), "");
    assert_eq!(shown(ladders.of(ProductId(99))), "");
}

#[test]
fn a_delta_tells_what_begins_and_ends() {
    let mut shop = Shop::open();
    shop.entry(4, 1, "EA", "0", "10").entry(4, 2, "EA", "0", "10").entry(4, 3, "EA", "0", "10");
    shop.timed_entry(4, 1, "EA", "0", "9", valid(2_000, 3_000));
    shop.timed_contract(1, 1, EXCLUSIVE, vec![terms(sku(2), Kind::Fixed, "7")], valid(2_500, 9_000));
    let then = |at: i64| Asking { at: Instant::from_micros(at), ..asking(&shop) };
    let changed = |from: i64, to: i64| {
        let mut delta = Delta::new(&shop.book, then(from), then(to));
        let mut changed = Vec::new();
        for product in shop.book.all_products() {
            let causes = delta.causes(product);
            let (before, after) = delta.ladders(product);
            let (_, new) = compare_ladders(before, after);
            assert_eq!(causes.any(), before != after, "{product:?} {causes:?}");
            changed.extend(new.first().map(|step| format!("{} {}", product.0, step.price.amount)));
        }
        changed.join(", ")
    };
    assert_eq!(changed(1_000, 1_999), "");
    assert_eq!(changed(1_000, 2_000), "1 9");
    assert_eq!(changed(2_000, 2_600), "2 7");
    assert_eq!(changed(2_000, 4_000), "1 10, 2 7");
    assert_eq!(changed(1_000, 4_000), "2 7", "what began and ended in between is no change");
}

#[test]
fn steps_that_are_gone_are_told() {
    let mut shop = Shop::open();
    shop.entry(4, 3, "EA", "1", "10").timed_entry(4, 3, "EA", "50", "8", valid(0, 2_000));
    let mut delta = Delta::new(&shop.book, asking(&shop), Asking { at: Instant::from_micros(2_000), ..asking(&shop) });
    let (before, after) = delta.ladders(ProductId(3));
    let (gone, changed) = compare_ladders(before, after);
    assert_eq!((shown(&gone), shown(&changed)), ("EA 50 8".to_owned(), String::new()));
}

/// What one line of a quantity costs.
fn single(book: &PriceBook, world: &World, product: ProductId, unit: UnitCode, quantity: Quantity) -> Option<UnitPrice> {
    let lines = [RequestLine { product, quantity, unit }];
    let request = pricing::PriceRequest { lines: &lines, coupons: &[], period_quantities: &[], ..world.request() };
    match price(book, &request).lines[0] {
        Ok(price) => Some(UnitPrice { amount: price.unit_price, per: price.per }),
        Err(LineError::PriceOnRequest) => None,
        Err(error) => panic!("{error}"),
    }
}

fn state(world: &World) -> Asking {
    Asking { account: world.account, currency: world.currency, at: world.at, as_of: world.as_of }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_ladder_says_what_single_lines_cost(seed in any::<u64>()) {
        let world = World::random(seed);
        let book = world.book();
        let mut ladders = Ladders::new(&book, state(&world));
        let draw = &mut Draw(seed);
        for product in (0..4).map(ProductId) {
            let steps = ladders.of(product).to_vec();
            let in_stock_unit = steps.iter().find(|step| step.unit.as_str() == "EA");
            prop_assert_eq!(ladders.first(product), in_stock_unit.copied(), "{:?}: {}", product, shown(&steps));
            for unit in ["EA", "BX", "PAL"].map(|code| code.parse::<UnitCode>().expect("a code")) {
                if book.factor_of(product, unit, world.as_of).is_none() {
                    prop_assert!(steps.iter().all(|step| step.unit != unit));
                    continue;
                }
                // Everything is ordered in whole numbers, boxes in even ones.
                let asked = quantity(&(2 * (1 + draw.below(20))).to_string());
                let expected = single(&book, &world, product, unit, asked);
                let reached = steps.iter().rfind(|step| step.unit == unit && step.min_quantity <= asked);
                prop_assert_eq!(reached.map(|step| step.price), expected, "{:?} {} {}: {}", product, asked, unit, shown(&steps));
            }
        }
    }

    #[test]
    fn what_changed_has_a_cause(seed in any::<u64>(), at in 0_i64..8, as_of in 0_i64..8) {
        let world = World::random(seed);
        let book = world.book();
        let after = state(&world);
        let before = Asking { at: Instant::from_micros(at), as_of: Instant::from_micros(as_of), ..after };
        let mut delta = Delta::new(&book, before, after);
        let named: Vec<ProductId> = delta.named().collect();
        for product in book.all_products() {
            let causes = delta.causes(product);
            let (old, new) = delta.ladders(product);
            let same = compare_ladders(old, new) == (vec![], vec![]);
            prop_assert!(same || causes.any(), "{product:?}: {} became {}", shown(old), shown(new));
            let own = causes.list || causes.product;
            prop_assert!(own || !causes.any() || delta.is_wide() || named.contains(&product));
        }
    }
}
