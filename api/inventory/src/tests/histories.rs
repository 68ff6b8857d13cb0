//! Random histories keep every level the sum of its ledger and within its bounds.

use entity::WarehouseId;
use pricing::Quantity;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::house::{House, whole};
use crate::Board;
use crate::Demand;
use crate::Move;
use crate::Reason;
use crate::Reservation;
use crate::SourcingPreference;
use crate::issue;
use crate::move_stock;
use crate::moves::MoveRefusal;
use crate::release;
use crate::reserve;
use crate::set_levels;
use kernel::field_code::FieldCode;

#[derive(Clone, Debug)]
enum Act {
    Reserve { product: usize, units: i64, multiple: i64, whole_line: bool, prefer: usize },
    Release { held: usize },
    Issue { held: usize },
    Move { product: usize, warehouse: usize, units: i64, reason: Reason, to: Option<usize> },
    Set { product: usize, warehouse: usize, on_hand: i64, safety: i64 },
}

fn acts() -> impl Strategy<Value = Act> {
    let reason = prop_oneof![Just(Reason::Receipt), Just(Reason::Adjustment), Just(Reason::Count), Just(Reason::Transfer)];
    prop_oneof![
        (0..3_usize, 0..40_i64, 0..7_i64, any::<bool>(), 0..3_usize).prop_map(
            |(product, units, multiple, whole_line, prefer)| Act::Reserve { product, units, multiple, whole_line, prefer }
        ),
        any::<usize>().prop_map(|held| Act::Release { held }),
        any::<usize>().prop_map(|held| Act::Issue { held }),
        (0..3_usize, 0..3_usize, -30..60_i64, reason, proptest::option::of(0..3_usize))
            .prop_map(|(product, warehouse, units, reason, to)| Act::Move { product, warehouse, units, reason, to }),
        (0..3_usize, 0..3_usize, 0..50_i64, -1..10_i64).prop_map(|(product, warehouse, on_hand, safety)| Act::Set {
            product,
            warehouse,
            on_hand,
            safety
        }),
    ]
}

/// Does one act, and says what is held after it.
async fn perform(house: &House, act: &Act, held: &mut Vec<Reservation>) {
    let tx = house.begin().await;
    match act {
        Act::Reserve { product, units, multiple, whole_line, prefer } => {
            let (product, multiple) = (house.products[*product], whole(*multiple));
            let want = Demand { key: 7, product, quantity: whole(*units), multiple, all_or_nothing: *whole_line };
            let prefer = SourcingPreference { warehouse: Some(house.warehouses[*prefer]), country: Some("FR".to_owned()) };
            // The same want twice shares what there is.
            let got = reserve(&tx, &[want, want], &prefer, "SO").await.expect("reserved");
            let taken = Quantity::checked_sum(got.iter().map(|g| g.quantity)).expect("small");
            assert!(taken.micros() <= 2 * want.quantity.micros());
            assert!(multiple.is_zero() || got.iter().all(|g| g.quantity.is_multiple_of(multiple)));
            held.extend(got.into_iter().map(Reservation::from));
        }
        Act::Release { held: at } | Act::Issue { held: at } if !held.is_empty() => {
            let one = held.swap_remove(at % held.len());
            let done =
                if matches!(act, Act::Issue { .. }) { issue(&tx, &[one], "SO").await } else { release(&tx, &[one], "SO").await };
            done.expect("what is held can be settled");
            let too_much = Reservation { quantity: whole(1_000), ..one };
            assert!(release(&tx, &[too_much], "SO").await.is_err());
        }
        Act::Release { .. } | Act::Issue { .. } => {}
        Act::Move { product, warehouse, units, reason, to } => {
            let to = to.filter(|_| *reason == Reason::Transfer).map(|at| house.warehouses[at]);
            let (product, warehouse) = (house.products[*product], house.warehouses[*warehouse]);
            let one = Move { product, warehouse, quantity: whole(*units), reason: *reason, to, reference: "M".to_owned() };
            move_stock(&tx, &[one.clone(), one]).await.expect("moved or refused");
        }
        Act::Set { product, warehouse, on_hand, safety } => {
            let level = (house.products[*product], house.warehouses[*warehouse], whole(*on_hand), whole(*safety));
            set_levels(&tx, &[level], "import").await.expect("set or refused");
        }
    }
    tx.commit(()).await.expect("kept");
}

async fn is_as_held(house: &House, held: &[Reservation]) {
    house.is_sound().await;
    let board = Board::load(&house.db.reader()).await.expect("loaded");
    for product in &house.products {
        for level in board.levels(*product) {
            let of_level = |h: &&Reservation| (h.product, h.warehouse) == (*product, level.warehouse);
            let sum = Quantity::checked_sum(held.iter().filter(of_level).map(|h| h.quantity)).expect("small");
            assert_eq!(level.reserved, sum);
            assert!(level.reserved <= level.on_hand && !level.safety.is_negative());
        }
    }
}

fn random_histories(of: impl Fn() -> Vec<House>, runtime: &tokio::runtime::Runtime, cases: u32) {
    for house in of() {
        let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
        let held = parking_lot::Mutex::new(Vec::new());
        let history = proptest::collection::vec(acts(), 1..25);
        let result = runner.run(&history, |acts| {
            let mut held = held.lock();
            runtime.block_on(async {
                for act in &acts {
                    perform(&house, act, &mut held).await;
                }
                is_as_held(&house, &held).await;
            });
            Ok(())
        });
        assert!(result.is_ok(), "{result:?}");
        runtime.block_on(house.leave());
    }
}

#[test]
fn levels_stay_the_sums_of_the_ledger() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    random_histories(|| runtime.block_on(House::each(3)), &runtime, 40);
}

/// Units wanted, multiple, all or nothing, preference; what each warehouse gives.
type Case<'a> = (i64, i64, bool, &'a SourcingPreference, &'a [(WarehouseId, i64)]);

#[tokio::test]
async fn wants_go_where_they_should() {
    let house = House::on_sqlite(1).await;
    let product = house.products[0];
    let [kassel, lyon, leeds] = house.warehouses[..] else { panic!("three warehouses") };
    for (warehouse, units) in [(kassel, 10), (lyon, 25), (leeds, 40)] {
        house.receive(product, warehouse, units).await;
    }
    let lyon_first = SourcingPreference { warehouse: Some(lyon), country: None };
    let to_britain = SourcingPreference { warehouse: None, country: Some("GB".to_owned()) };
    let cases: [Case<'_>; 8] = [
        (10, 1, false, &SourcingPreference::default(), &[(kassel, 10)]),
        (11, 1, false, &SourcingPreference::default(), &[(lyon, 11)]),
        (10, 1, false, &lyon_first, &[(lyon, 10)]),
        (10, 1, false, &to_britain, &[(leeds, 10)]),
        (50, 1, false, &SourcingPreference::default(), &[(kassel, 10), (lyon, 25), (leeds, 15)]),
        (72, 12, false, &SourcingPreference::default(), &[(lyon, 24), (leeds, 36)]),
        (76, 1, true, &SourcingPreference::default(), &[]),
        (25, 10, false, &SourcingPreference::default(), &[(lyon, 20)]),
    ];
    for (units, multiple, all_or_nothing, prefer, expected) in cases {
        let want = Demand { key: 3, product, quantity: whole(units), multiple: whole(multiple), all_or_nothing };
        // Not kept: every case starts from the same stock.
        let tx = house.begin().await;
        let got = reserve(&tx, &[want], prefer, "SO").await.expect("reserved");
        let got: Vec<_> = got.into_iter().map(|g| (g.warehouse, g.quantity)).collect();
        let expected: Vec<_> = expected.iter().map(|(w, units)| (*w, whole(*units))).collect();
        assert_eq!(got, expected, "{units} in multiples of {multiple}");
    }
    house.leave().await;
}

#[tokio::test]
async fn bad_movements_are_refused_one_by_one() {
    for house in House::each(1).await {
        let (product, kassel, lyon) = (house.products[0], house.warehouses[0], house.warehouses[1]);
        house.receive(product, kassel, 10).await;
        let tx = house.begin().await;
        let want = Demand { key: 0, product, quantity: whole(6), multiple: whole(1), all_or_nothing: true };
        reserve(&tx, &[want], &SourcingPreference::default(), "SO").await.expect("reserved");
        let one = |units: i64, reason, to| Move {
            product,
            warehouse: kassel,
            quantity: Quantity::from_micros(units),
            reason,
            to,
            reference: String::new(),
        };
        let moves = [
            one(-5_000_000, Reason::Adjustment, None),
            one(0, Reason::Receipt, None),
            one(i64::MAX, Reason::Receipt, None),
            one(i64::MIN, Reason::Damage, None),
            one(5_000_000, Reason::Count, None),
            one(-1, Reason::Count, None),
            one(5_000_000, Reason::Transfer, Some(lyon)),
            one(1_000_000, Reason::Transfer, Some(kassel)),
            one(-4_000_000, Reason::Damage, None),
        ];
        let codes: Vec<_> =
            move_stock(&tx, &moves).await.expect("judged").into_iter().map(|r| r.err().map(MoveRefusal::code)).collect();
        let expected = [
            Some(FieldCode::BelowReserved),
            Some(FieldCode::Zero),
            Some(FieldCode::StockOverflow),
            Some(FieldCode::BelowReserved),
            Some(FieldCode::BelowReserved),
            Some(FieldCode::NegativeStock),
            Some(FieldCode::BelowReserved),
            Some(FieldCode::SameWarehouse),
            None,
        ];
        assert_eq!(codes, expected);
        tx.commit(()).await.expect("kept");
        house.is_sound().await;
        house.leave().await;
    }
}
