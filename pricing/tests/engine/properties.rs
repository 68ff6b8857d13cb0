//! Properties that hold for every world.

use crate::oracle;
use crate::world::{Draw, World, put};
use pricing::{
    Amount, EntryId, ExplainedLine, Flags, LineError, LinePrice, NextBreak, PriceBook, Quantity, RequestLine, StepKind,
    UnitPrice, Viewer, explain, period_lines, price, price_some,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn engine_and_oracle_agree(seed in any::<u64>()) {
        let world = World::random(seed);
        let answer = price(&world.book(), &world.request());
        prop_assert_eq!(answer.lines, oracle::price(&world));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_rows_gives_the_same(seed in any::<u64>()) {
        let world = World::random(seed);
        let mut shuffled = world.clone();
        Draw(seed ^ 1).shuffle(&mut shuffled.rows);
        // Some rows come twice, as events may.
        let again: Vec<_> = shuffled.rows.iter().step_by(3).cloned().collect();
        shuffled.rows.extend(again);
        for viewer in [Viewer::Buyer, Viewer::Staff] {
            let left = explain(&world.book(), &world.request(), viewer);
            prop_assert_eq!(left, explain(&shuffled.book(), &world.request(), viewer));
        }
    }

    #[test]
    fn explanation_gives_the_price_and_sums_to_it(seed in any::<u64>()) {
        let world = World::random(seed);
        let book = world.book();
        let answer = price(&book, &world.request());
        let staff = explain(&book, &world.request(), Viewer::Staff);
        let buyer = explain(&book, &world.request(), Viewer::Buyer);
        for ((price, staff), buyer) in answer.lines.iter().zip(&staff.lines).zip(&buyer.lines) {
            prop_assert_eq!(&staff.price, price);
            let redacted = price.map(|price| LinePrice { flags: price.flags.for_buyer(), ..price });
            prop_assert_eq!(&buyer.price, &redacted);
            prop_assert_eq!(&staff.next_break, &buyer.next_break);
            check_waterfall(staff)?;
            check_waterfall(buyer)?;
            check_redaction(buyer)?;
        }
    }

    #[test]
    fn some_lines_cost_what_they_cost_among_all(seed in any::<u64>()) {
        let world = World::random(seed);
        let book = world.book();
        let all = price(&book, &world.request());
        let places: Vec<usize> = (0..world.lines.len()).rev().step_by(2).collect();
        let some = price_some(&book, &world.request(), &places);
        let expected: Vec<_> = places.iter().map(|place| all.lines[*place]).collect();
        prop_assert_eq!(some, expected);
    }

    #[test]
    fn splitting_a_line_changes_no_unit_price(seed in any::<u64>()) {
        let world = World::random(seed);
        let book = world.book();
        let whole = price(&book, &world.request());
        let mut split = world.clone();
        split.lines = world.lines.iter().flat_map(|line| halves(*line)).collect();
        let parts = price(&book, &split.request());
        let mut parts = parts.lines.iter();
        for (line, whole) in world.lines.iter().zip(&whole.lines) {
            for _ in halves(*line) {
                let part = parts.next().expect("as many parts as were made");
                prop_assert_eq!(part.map(without_quantity), whole.map(without_quantity));
            }
        }
    }

    #[test]
    fn the_next_break_is_what_the_larger_quantity_costs(seed in any::<u64>()) {
        let world = World::random(seed);
        let book = world.book();
        let explained = explain(&book, &world.request(), Viewer::Buyer);
        for (index, line) in explained.lines.iter().enumerate() {
            let Some(next) = line.next_break else { continue };
            let mut larger = world.clone();
            larger.lines[index].quantity = next.quantity;
            let price = price(&book, &larger.request()).lines[index];
            prop_assert!(is_price_of(&next, &price), "{next:?} {price:?}");
            let before = line.price.map(|price| (price.unit_price, price.per));
            prop_assert_ne!(Ok((next.unit_price, next.per)), before);
            let less = line.price.is_ok_and(|price| next.line_amount < price.line_amount);
            prop_assert_eq!(next.costs_less, less);
        }
    }

    #[test]
    fn no_smaller_addition_changes_the_price(seed in any::<u64>(), part in 1_u64..1_000_000) {
        let world = World::random(seed);
        let book = world.book();
        let explained = explain(&book, &world.request(), Viewer::Buyer);
        for (index, line) in explained.lines.iter().enumerate() {
            // In boxes and each, additions go by the order multiple; a pallet takes any quantity.
            let (Some(next), "PAL") = (line.next_break, world.lines[index].unit.as_str()) else { continue };
            let smaller = (i128::from(next.add.micros()) - 1) * i128::from(part) / 1_000_000;
            let smaller = Quantity::from_micros(smaller as i64);
            let mut larger = world.clone();
            larger.lines[index].quantity = larger.lines[index].quantity.checked_add(smaller).expect("small");
            let price = price(&book, &larger.request()).lines[index];
            let pair = |price: LinePrice| (price.unit_price, price.per);
            prop_assert_eq!(price.map(pair), line.price.map(pair));
        }
    }

    #[test]
    fn asking_for_needed_periods_is_enough(seed in any::<u64>()) {
        let world = World::random(seed);
        let book = world.book();
        let needed = period_lines(&book, &world.request());
        let mut only_needed = world.clone();
        only_needed.periods.retain(|period| needed.iter().any(|line| line.line == period.line));
        prop_assert_eq!(price(&book, &world.request()), price(&book, &only_needed.request()));
    }

    #[test]
    fn superseding_later_equals_having_known_it(seed in any::<u64>(), id in 0_i64..24) {
        let mut world = World::random(seed);
        let mut book = world.book();
        let at = pricing::Instant::from_micros(3);
        for row in &mut world.rows {
            if let crate::world::Row::Entry(entry) = row && entry.id == EntryId(id) {
                let earlier = entry.times.superseded_at.map_or(at, |old| old.min(at));
                entry.times.superseded_at = Some(earlier);
                prop_assert_eq!(book.put_entry(entry), Ok(()));
            }
        }
        prop_assert_eq!(price(&book, &world.request()), price(&world.book(), &world.request()));
    }

    #[test]
    fn nothing_panics_on_absurd_numbers(seed in any::<u64>(), wild in prop::collection::vec(any::<i64>(), 40)) {
        let mut world = World::random(seed);
        let mut numbers = wild.into_iter().cycle();
        for row in &mut world.rows {
            spoil(row, &mut numbers);
        }
        for line in &mut world.lines {
            line.quantity = Quantity::from_micros(numbers.next().unwrap_or_default());
        }
        for period in &mut world.periods {
            period.quantity = Quantity::from_micros(numbers.next().unwrap_or_default());
        }
        let book = book_of_sound_rows(&world);
        let answer = price(&book, &world.request());
        for viewer in [Viewer::Buyer, Viewer::Staff] {
            let explained = explain(&book, &world.request(), viewer);
            for (line, price) in explained.lines.iter().zip(&answer.lines) {
                prop_assert_eq!(line.price.map(without_flags), price.map(without_flags));
            }
        }
    }
}

fn check_waterfall(line: &ExplainedLine) -> Result<(), TestCaseError> {
    let Ok(price) = line.price else {
        prop_assert!(line.waterfall.is_empty());
        return Ok(());
    };
    let mut before: Option<UnitPrice> = None;
    for step in &line.waterfall {
        prop_assert_eq!(step.before, before);
        before = Some(step.after);
    }
    prop_assert_eq!(before, Some(UnitPrice { amount: price.unit_price, per: price.per }));
    let has_floor = line.waterfall.iter().any(|step| step.kind == StepKind::Floor);
    prop_assert_eq!(has_floor, price.flags.floor_lifted);
    Ok(())
}

fn check_redaction(line: &ExplainedLine) -> Result<(), TestCaseError> {
    prop_assert!(line.internal.is_none());
    prop_assert!(line.candidates.iter().all(|candidate| !candidate.reason.is_for_staff()));
    for step in &line.waterfall {
        let secret = step.terms.is_some_and(|terms| terms.kind == pricing::Kind::CostPlus && terms.value.is_some());
        prop_assert!(!secret);
    }
    Ok(())
}

/// The line in two, where it can be parted.
fn halves(line: RequestLine) -> Vec<RequestLine> {
    let micros = line.quantity.micros();
    if micros < 2 {
        return vec![line];
    }
    let part = |micros| RequestLine { quantity: Quantity::from_micros(micros), ..line };
    vec![part(micros / 2), part(micros - micros / 2)]
}

fn without_quantity(price: LinePrice) -> LinePrice {
    LinePrice { line_amount: Amount::ZERO, ..price }
}

fn without_flags(price: LinePrice) -> LinePrice {
    LinePrice { flags: Flags::default(), ..price }
}

fn is_price_of(next: &NextBreak, price: &Result<LinePrice, LineError>) -> bool {
    price.is_ok_and(|price| {
        (next.unit_price, next.per, next.line_amount, next.source)
            == (price.unit_price, price.per, price.line_amount, price.source)
    })
}

fn spoil(row: &mut crate::world::Row, numbers: &mut impl Iterator<Item = i64>) {
    use crate::world::Row;
    let mut amount = || Amount::from_micros(numbers.next().unwrap_or_default());
    match row {
        Row::Entry(entry) => {
            entry.unit_price = amount();
            entry.min_quantity = Quantity::from_micros(amount().micros());
        }
        Row::Line(line) => {
            line.terms.value = line.terms.value.map(|_| amount());
            line.terms.breaks.iter_mut().for_each(|step| step.value = amount());
        }
        Row::Promotion(promotion) => {
            for terms in &mut promotion.lines {
                terms.value = terms.value.map(|_| amount());
                terms.breaks.iter_mut().for_each(|step| step.value = amount());
            }
        }
        Row::Product(product) => {
            for money in &mut product.money {
                (money.cost, money.floor) = (money.cost.map(|_| amount()), money.floor.map(|_| amount()));
            }
        }
        Row::Account(_) | Row::List(_) | Row::Contract(_) => {}
    }
}

/// Rows with negative thresholds are refused, which is part of the promise.
fn book_of_sound_rows(world: &World) -> PriceBook {
    let mut book = PriceBook::new();
    for row in &world.rows {
        match row {
            crate::world::Row::Entry(entry) => drop(book.put_entry(entry)),
            other => put(&mut book, other),
        }
    }
    book
}

/// Every outcome, step and reason but numbers out of range.
const REACHED: &str = "\
    priced unknown_product unknown_unit quantity_not_positive price_on_request below_floor list \
    contract promotion floor under_threshold no_list_price no_cost other_unit unknown_unit \
    coupon_missing not_yet_valid expired exclusive_contract farther_source converted_unit \
    smaller_threshold less_specific farther_account earlier_start earlier_recorded higher_price \
    not_lowest tie later_code duplicate costs_less costs_more";

/// Random tests are worth what their worlds reach: every outcome and every reason, again and again.
#[test]
fn worlds_reach_every_rule() {
    let mut seen: BTreeMap<&'static str, u32> = BTreeMap::new();
    for seed in 0..3_000 {
        let world = World::random(seed);
        for line in explain(&world.book(), &world.request(), Viewer::Staff).lines {
            let outcome =
                line.price.map_or_else(LineError::code, |price| if price.flags.below_floor { "below_floor" } else { "priced" });
            let steps = line.waterfall.iter().map(|step| step.kind.code());
            let reasons = line.candidates.iter().map(|candidate| candidate.reason.code());
            let next = line.next_break.map(|next| if next.costs_less { "costs_less" } else { "costs_more" });
            for code in steps.chain(reasons).chain(next).chain([outcome]) {
                *seen.entry(code).or_default() += 1;
            }
        }
    }
    for code in REACHED.split_whitespace() {
        assert!(seen.get(code).is_some_and(|count| *count > 4), "{code} is hardly reached: {seen:?}");
    }
}
