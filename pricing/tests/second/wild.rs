//! Every number of a market is whatever 64 bits can be: nothing panics, and what is said stays consistent.

use crate::market::{Dice, Market, Question};
use pricing::{
    Asking, Delta, Factor, Instant, Ladders, Per, PriceBook, ProductId, Quantity, Terms, Times, Viewer, explain, period_lines,
    price, price_catalogue,
};
use proptest::prelude::*;

/// Numbers at the edges, and any others.
fn number(dice: &mut Dice) -> i64 {
    let any = i64::from(dice.roll(u32::MAX)) << 32 | i64::from(dice.roll(u32::MAX));
    dice.of(&[0, 1, -1, i64::MAX, i64::MIN, i64::MAX / 2, 1_000_000, any, any, -any.abs()])
}

fn instant(dice: &mut Dice) -> Instant {
    Instant::from_micros(number(dice))
}

fn spoil_times(times: &mut Times, dice: &mut Dice) {
    for end in [&mut times.valid_from, &mut times.valid_until, &mut times.superseded_at] {
        *end = end.map(|_| instant(dice));
    }
    times.recorded_at = dice.of(&[Instant::MIN, Instant::from_micros(0), Instant::MAX]);
}

fn spoil_terms(terms: &mut Terms, dice: &mut Dice) {
    terms.per = Per::new(dice.of(&[1, 2, u32::MAX])).expect("not zero");
    terms.value = terms.value.map(|_| pricing::Amount::from_micros(number(dice)));
    for step in &mut terms.breaks {
        step.value = pricing::Amount::from_micros(number(dice));
        step.threshold = Quantity::from_micros(number(dice));
    }
}

fn spoil(market: &mut Market, dice: &mut Dice) {
    for product in &mut market.products {
        for unit in &mut product.units {
            let part = |dice: &mut Dice| dice.of(&[1, 2, 3, 999_999_999, 1_000_000_000]);
            unit.factor = Factor::new(part(dice), part(dice)).expect("in range");
            unit.order_multiple = unit.order_multiple.map(|_| Quantity::from_micros(number(dice)));
        }
        for category in &mut product.categories {
            category.depth = dice.of(&[0, 1, u32::MAX]);
        }
        for money in &mut product.money {
            money.cost = money.cost.map(|_| pricing::Amount::from_micros(number(dice)));
            money.floor = money.floor.map(|_| pricing::Amount::from_micros(number(dice)));
        }
    }
    for entry in &mut market.entries {
        (entry.unit_price, entry.min_quantity) =
            (pricing::Amount::from_micros(number(dice)), Quantity::from_micros(number(dice)));
        entry.per = Per::new(dice.of(&[1, 7, u32::MAX])).expect("not zero");
        spoil_times(&mut entry.times, dice);
    }
    for contract in &mut market.contracts {
        spoil_times(&mut contract.times, dice);
    }
    for line in &mut market.lines {
        spoil_terms(&mut line.terms, dice);
        spoil_times(&mut line.times, dice);
    }
    for promotion in &mut market.promotions {
        promotion.lines.iter_mut().for_each(|terms| spoil_terms(terms, dice));
        spoil_times(&mut promotion.times, dice);
    }
}

/// Puts what can be put; what is refused must be refused, not panic.
fn book_of(market: &Market) -> PriceBook {
    let mut book = PriceBook::new();
    let mut refused = 0;
    let mut note = |result: Result<(), pricing::BookError>| refused += u32::from(result.is_err());
    market.products.iter().for_each(|row| note(book.put_product(row)));
    market.accounts.iter().for_each(|row| note(book.put_account(row)));
    market.lists.iter().for_each(|row| note(book.put_list(row)));
    market.entries.iter().for_each(|row| note(book.put_entry(row)));
    market.contracts.iter().for_each(|row| note(book.put_contract(row)));
    market.lines.iter().for_each(|row| note(book.put_contract_line(row)));
    market.promotions.iter().for_each(|row| note(book.put_promotion(row)));
    assert!(refused < 110, "most rows are taken");
    book
}

fn spoil_question(question: &mut Question, dice: &mut Dice) {
    (question.at, question.as_of) =
        (instant(dice), dice.of(&[Instant::from_micros(5), Instant::MAX, instant(&mut dice.clone())]));
    for line in &mut question.basket {
        line.quantity = Quantity::from_micros(number(dice));
        line.product = dice.of(&[line.product, line.product, line.product, ProductId(u32::MAX)]);
    }
    for before in &mut question.before {
        before.quantity = Quantity::from_micros(number(dice));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_whatever_the_numbers(seed in any::<u64>()) {
        let dice = &mut Dice::new(seed);
        let mut market = Market::random(dice);
        spoil(&mut market, dice);
        let book = book_of(&market);
        let mut question = Market::question(dice);
        spoil_question(&mut question, dice);
        let request = question.request();
        let answer = price(&book, &request);
        let staff = explain(&book, &request, Viewer::Staff);
        for (priced, line) in answer.lines.iter().zip(&staff.lines) {
            prop_assert_eq!(*priced, line.price);
            if let (Ok(price), Some(last)) = (priced, line.waterfall.last()) {
                prop_assert_eq!((last.after.amount, last.after.per), (price.unit_price, price.per));
            }
        }
        let _ = explain(&book, &request, Viewer::Buyer);
        let _ = answer.total();
        let _ = period_lines(&book, &request);
        let _ = price_catalogue(&book, question.account, question.currency, question.at, question.as_of).count();
        let asking = Asking { account: question.account, currency: question.currency, at: question.at, as_of: question.as_of };
        let mut ladders = Ladders::new(&book, asking);
        let before = Asking { at: instant(dice), as_of: instant(dice), ..asking };
        let mut delta = Delta::new(&book, before, asking);
        for product in book.all_products() {
            let _ = (ladders.of(product).len(), delta.causes(product), delta.ladders(product).0.len());
        }
    }
}
