//! Engine and rules say the same, line by line, of prices and of next breaks; and prices fall where the data falls.

use crate::market::{Dice, Market};
use crate::next::{is_priced, next_break};
use crate::rules::Rules;
use pricing::{
    AccountId, Amount, Assignment, Audience, Break, ContractId, ContractLine, ContractLineId, ContractStatus, ContractVersion,
    Entry, EntryId, Instant, Kind, LineError, ListId, ListVersion, Mode, Per, PriceBook, PriceRequest, ProductId, ProductVersion,
    Promotion, PromotionId, Quantity, RequestLine, Scope, Target, Terms, Times, UnitPrice, Viewer, explain, price,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

proptest! {
    #![proptest_config(ProptestConfig { cases: 6_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_follows_the_rules(seed in any::<u64>()) {
        let dice = &mut Dice::new(seed);
        let market = Market::random(dice);
        let book = market.book(dice);
        for _ in 0..3 {
            let question = Market::question(dice);
            let rules = Rules { market: &market, question: &question };
            let answer = price(&book, &question.request());
            for (line, priced) in question.basket.iter().zip(&answer.lines) {
                prop_assert_eq!(*priced, rules.price(line), "{:?} in {:?}", line, question);
            }
        }
    }

    #[test]
    fn the_next_break_is_found_by_trying(seed in any::<u64>()) {
        let dice = &mut Dice::new(seed);
        let market = Market::random(dice);
        let book = market.book(dice);
        let question = Market::question(dice);
        let explained = explain(&book, &question.request(), Viewer::Buyer);
        for (place, line) in explained.lines.iter().enumerate() {
            let tried = if is_priced(&line.price) { next_break(&market, &question, place) } else { None };
            prop_assert_eq!(line.next_break, tried, "{:?} in {:?}", question.basket[place], question);
        }
    }
}

/// Random tests are worth what they reach.
#[test]
fn markets_reach_every_source_and_every_refusal() {
    let mut seen: BTreeMap<&'static str, u32> = BTreeMap::new();
    for seed in 0..2_000 {
        let dice = &mut Dice::new(seed);
        let market = Market::random(dice);
        let book = market.book(dice);
        let question = Market::question(dice);
        for line in explain(&book, &question.request(), Viewer::Staff).lines {
            let outcome = line.price.map_or_else(LineError::code, |_| "priced");
            let steps = line.waterfall.iter().map(|step| step.kind.code());
            let next = line.next_break.map(|next| if next.costs_less { "costs_less" } else { "costs_more" });
            for word in steps.chain(next).chain([outcome]) {
                *seen.entry(word).or_default() += 1;
            }
        }
    }
    let words = "priced list contract promotion floor unknown_product unknown_unit quantity_not_positive price_on_request \
                 costs_less costs_more";
    for word in words.split_whitespace() {
        assert!(seen.get(word).is_some_and(|count| *count > 20), "{word} is hardly reached: {seen:?}");
    }
}

const THEN: Times = Times::since(Instant::from_micros(0));

fn cents(cents: u32) -> Amount {
    Amount::from_micros(i64::from(cents) * 10_000)
}

/// A product, its list, and a contract of account 0 that has no lines yet.
fn shelf(mode: Mode) -> PriceBook {
    let mut book = PriceBook::new();
    let product = ProductVersion {
        id: ProductId(0),
        recorded_at: THEN.recorded_at,
        categories: vec![],
        brand: None,
        mix_group: None,
        stock_unit: "EA".parse().expect("a code"),
        units: vec![],
        money: vec![],
    };
    let assigned = vec![Assignment::Default];
    let list = ListVersion { id: ListId(0), recorded_at: THEN.recorded_at, code: "L".to_owned(), assigned };
    let contract = ContractVersion {
        id: ContractId(0),
        version: 1,
        code: "C".to_owned(),
        account: AccountId(0),
        currency: "EUR".parse().expect("listed"),
        mode,
        status: ContractStatus::Active,
        times: THEN,
    };
    let put = book.put_product(&product).and_then(|()| book.put_list(&list)).and_then(|()| book.put_contract(&contract));
    put.expect("sound rows");
    book
}

/// A shop with falling prices only: one list, one contract, one promotion, each better the more is bought.
fn falling(thresholds: &[u16], start: u32, mode: Mode) -> PriceBook {
    let mut book = shelf(mode);
    let quantity = |place: usize| Quantity::from_micros(i64::from(thresholds[place]) * 1_000_000);
    let falls = |place: usize, step: u32| cents(start.saturating_sub(place as u32 * step));
    let put = |result: Result<(), pricing::BookError>| result.expect("a sound row");
    for place in 0..thresholds.len() {
        put(book.put_entry(&Entry {
            id: EntryId(place as i64),
            list: ListId(0),
            product: ProductId(0),
            unit: "EA".parse().expect("a code"),
            currency: "EUR".parse().expect("listed"),
            min_quantity: quantity(place),
            unit_price: falls(place, 11),
            per: Per::ONE,
            times: THEN,
        }));
    }
    let terms = |kind: Kind, value: &dyn Fn(usize) -> Amount| Terms {
        target: Target::Everything,
        kind,
        unit: None,
        per: Per::ONE,
        scope: Scope::Sku,
        value: Some(value(0)),
        breaks: (1..thresholds.len()).map(|place| Break { threshold: quantity(place), value: value(place) }).collect(),
    };
    let fixed = terms(Kind::Fixed, &|place| falls(place, 7));
    put(book.put_contract_line(&ContractLine { id: ContractLineId(0), contract: ContractId(0), terms: fixed, times: THEN }));
    let percent = terms(Kind::PercentOff, &|place| cents(place as u32 * 150));
    put(book.put_promotion(&Promotion {
        id: PromotionId(0),
        version: 1,
        code: "P".to_owned(),
        audience: Audience::Everyone,
        coupon: None,
        currency: None,
        lines: vec![percent],
        times: THEN,
    }));
    book
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn more_never_costs_more_per_unit_where_the_data_falls(
        mut thresholds in prop::collection::vec(1_u16..500, 1..6),
        start in 100_u32..100_000,
        exclusive in any::<bool>(),
        with_account in any::<bool>(),
        quantities in (1_u32..1_000, 1_u32..1_000),
    ) {
        thresholds.sort_unstable();
        thresholds.dedup();
        thresholds[0] = 0;
        let book = falling(&thresholds, start, if exclusive { Mode::Exclusive } else { Mode::BestOf });
        let at = |count: u32| {
            let unit = "EA".parse().expect("a code");
            let lines = [RequestLine { product: ProductId(0), quantity: Quantity::from_micros(i64::from(count) * 1_000_000), unit }];
            let request = PriceRequest {
                account: with_account.then_some(AccountId(0)),
                currency: "EUR".parse().expect("listed"),
                at: Instant::from_micros(0),
                as_of: Instant::from_micros(0),
                coupons: &[],
                lines: &lines,
                period_quantities: &[],
            };
            price(&book, &request).lines[0].map(|price| UnitPrice { amount: price.unit_price, per: price.per })
        };
        let (less, more) = (quantities.0.min(quantities.1), quantities.0.max(quantities.1));
        let (Ok(few), Ok(many)) = (at(less), at(more)) else { return Err(TestCaseError::fail("priced")) };
        prop_assert!(many.cmp_value(&few).is_le(), "{less} at {few:?}, {more} at {many:?}");
    }
}
