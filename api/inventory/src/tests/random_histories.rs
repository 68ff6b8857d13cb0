//! Random operations keep every level within its bounds and equal to the sum of its ledger rows.

use entity::WarehouseId;
use pricing::Quantity;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::fixture::{StockFixture, units_of};
use crate::Demand;
use crate::Reason;
use crate::Reservation;
use crate::SourcingPreference;
use crate::StockLevels;
use crate::StockMovement;
use crate::issue;
use crate::move_stock;
use crate::movements::MovementError;
use crate::release;
use crate::reserve;
use crate::set_levels;
use kernel::field_code::FieldCode;

#[derive(Clone, Debug)]
enum Operation {
    Reserve { product: usize, units: i64, multiple: i64, whole_line: bool, preference: usize },
    Release { reservations: usize },
    Issue { reservations: usize },
    StockMovement { product: usize, warehouse: usize, units: i64, reason: Reason, to: Option<usize> },
    Set { product: usize, warehouse: usize, on_hand: i64, safety: i64 },
}

fn operations() -> impl Strategy<Value = Operation> {
    let reason = prop_oneof![Just(Reason::Receipt), Just(Reason::Adjustment), Just(Reason::Count), Just(Reason::Transfer)];
    prop_oneof![
        (0..3_usize, 0..40_i64, 0..7_i64, any::<bool>(), 0..3_usize).prop_map(
            |(product, units, multiple, whole_line, preference)| Operation::Reserve {
                product,
                units,
                multiple,
                whole_line,
                preference
            }
        ),
        any::<usize>().prop_map(|reservations| Operation::Release { reservations }),
        any::<usize>().prop_map(|reservations| Operation::Issue { reservations }),
        (0..3_usize, 0..3_usize, -30..60_i64, reason, proptest::option::of(0..3_usize)).prop_map(
            |(product, warehouse, units, reason, to)| Operation::StockMovement { product, warehouse, units, reason, to }
        ),
        (0..3_usize, 0..3_usize, 0..50_i64, -1..10_i64).prop_map(|(product, warehouse, on_hand, safety)| Operation::Set {
            product,
            warehouse,
            on_hand,
            safety
        }),
    ]
}

/// Performs one operation and updates the list of reservations.
async fn perform(fixture: &StockFixture, operation: &Operation, reservations: &mut Vec<Reservation>) {
    let tx = fixture.begin().await;
    match operation {
        Operation::Reserve { product, units, multiple, whole_line, preference } => {
            let (product, multiple) = (fixture.products[*product], units_of(*multiple));
            let demand = Demand { key: 7, product, quantity: units_of(*units), multiple, all_or_nothing: *whole_line };
            let preference =
                SourcingPreference { warehouse: Some(fixture.warehouses[*preference]), country: Some("FR".to_owned()) };
            // Two equal demands share the stock.
            let got = reserve(&tx, &[demand, demand], &preference, "SO").await.expect("reserved");
            let taken = Quantity::checked_sum(got.iter().map(|g| g.quantity)).expect("small");
            assert!(taken.micros() <= 2 * demand.quantity.micros());
            assert!(multiple.is_zero() || got.iter().all(|g| g.quantity.is_multiple_of(multiple)));
            reservations.extend(got.into_iter().map(Reservation::from));
        }
        Operation::Release { reservations: at } | Operation::Issue { reservations: at } if !reservations.is_empty() => {
            let one = reservations.swap_remove(at % reservations.len());
            let done = if matches!(operation, Operation::Issue { .. }) {
                issue(&tx, &[one], "SO").await
            } else {
                release(&tx, &[one], "SO").await
            };
            done.expect("reservations can be released and issued");
            let too_much = Reservation { quantity: units_of(1_000), ..one };
            assert!(release(&tx, &[too_much], "SO").await.is_err());
        }
        Operation::Release { .. } | Operation::Issue { .. } => {}
        Operation::StockMovement { product, warehouse, units, reason, to } => {
            let to = to.filter(|_| *reason == Reason::Transfer).map(|at| fixture.warehouses[at]);
            let (product, warehouse) = (fixture.products[*product], fixture.warehouses[*warehouse]);
            let one =
                StockMovement { product, warehouse, quantity: units_of(*units), reason: *reason, to, reference: "M".to_owned() };
            move_stock(&tx, &[one.clone(), one]).await.expect("posted or rejected");
        }
        Operation::Set { product, warehouse, on_hand, safety } => {
            let level = (fixture.products[*product], fixture.warehouses[*warehouse], units_of(*on_hand), units_of(*safety));
            set_levels(&tx, &[level], "import").await.expect("set or rejected");
        }
    }
    tx.commit(()).await.expect("committed");
}

async fn assert_levels_match(fixture: &StockFixture, reservations: &[Reservation]) {
    fixture.assert_ledger_matches().await;
    let stock_levels = StockLevels::load(&fixture.db.reader()).await.expect("loaded");
    for product in &fixture.products {
        for level in stock_levels.levels(*product) {
            let of_level = |h: &&Reservation| (h.product, h.warehouse) == (*product, level.warehouse);
            let sum = Quantity::checked_sum(reservations.iter().filter(of_level).map(|h| h.quantity)).expect("small");
            assert_eq!(level.reserved, sum);
            assert!(level.reserved <= level.on_hand && !level.safety.is_negative());
        }
    }
}

fn random_histories(of: impl Fn() -> Vec<StockFixture>, runtime: &tokio::runtime::Runtime, cases: u32) {
    for fixture in of() {
        let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
        let reservations = parking_lot::Mutex::new(Vec::new());
        let history = proptest::collection::vec(operations(), 1..25);
        let result = runner.run(&history, |operations| {
            let mut reservations = reservations.lock();
            runtime.block_on(async {
                for operation in &operations {
                    perform(&fixture, operation, &mut reservations).await;
                }
                assert_levels_match(&fixture, &reservations).await;
            });
            Ok(())
        });
        assert!(result.is_ok(), "{result:?}");
        runtime.block_on(fixture.close());
    }
}

#[test]
fn levels_stay_the_sums_of_the_ledger() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    random_histories(|| runtime.block_on(StockFixture::each(3)), &runtime, 40);
}

/// Units, multiple, all or nothing, preference; expected quantity of each warehouse.
type Case<'a> = (i64, i64, bool, &'a SourcingPreference, &'a [(WarehouseId, i64)]);

#[tokio::test]
async fn demands_are_served_in_sourcing_order() {
    let fixture = StockFixture::on_sqlite(1).await;
    let product = fixture.products[0];
    let [kassel, lyon, leeds] = fixture.warehouses[..] else { panic!("three warehouses") };
    for (warehouse, units) in [(kassel, 10), (lyon, 25), (leeds, 40)] {
        fixture.receive(product, warehouse, units).await;
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
    for (units, multiple, all_or_nothing, preference, expected) in cases {
        let demand = Demand { key: 3, product, quantity: units_of(units), multiple: units_of(multiple), all_or_nothing };
        // Rolled back, so that every case starts from the same stock.
        let tx = fixture.begin().await;
        let got = reserve(&tx, &[demand], preference, "SO").await.expect("reserved");
        let got: Vec<_> = got.into_iter().map(|g| (g.warehouse, g.quantity)).collect();
        let expected: Vec<_> = expected.iter().map(|(w, units)| (*w, units_of(*units))).collect();
        assert_eq!(got, expected, "{units} in multiples of {multiple}");
    }
    fixture.close().await;
}

#[tokio::test]
async fn invalid_movements_are_rejected_one_by_one() {
    for fixture in StockFixture::each(1).await {
        let (product, kassel, lyon) = (fixture.products[0], fixture.warehouses[0], fixture.warehouses[1]);
        fixture.receive(product, kassel, 10).await;
        let tx = fixture.begin().await;
        let demand = Demand { key: 0, product, quantity: units_of(6), multiple: units_of(1), all_or_nothing: true };
        reserve(&tx, &[demand], &SourcingPreference::default(), "SO").await.expect("reserved");
        let one = |units: i64, reason, to| StockMovement {
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
        let codes: Vec<_> = move_stock(&tx, &moves)
            .await
            .expect("posted or rejected")
            .into_iter()
            .map(|r| r.err().map(MovementError::code))
            .collect();
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
        tx.commit(()).await.expect("committed");
        fixture.assert_ledger_matches().await;
        fixture.close().await;
    }
}
