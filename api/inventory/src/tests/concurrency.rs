//! Concurrent buyers.

use std::sync::Arc;

use entity::ProductId;

use super::fixture::{StockFixture, units_of};
use crate::{Demand, Reservation, SourcingPreference, StockLevels, issue, release, reserve};

fn demand(key: usize, product: ProductId, units: i64) -> Demand {
    Demand { key, product, quantity: units_of(units), multiple: units_of(1), all_or_nothing: false }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_buyers_reserve_exactly_the_available_stock() {
    for fixture in StockFixture::each(1).await {
        let product = fixture.products[0];
        fixture.receive(product, fixture.warehouses[0], 70).await;
        fixture.receive(product, fixture.warehouses[1], 30).await;
        let fixture = Arc::new(fixture);
        let mut buyers = tokio::task::JoinSet::new();
        for buyer in 0..200 {
            let fixture = fixture.clone();
            buyers.spawn(async move {
                let tx = fixture.begin().await;
                let got = reserve(&tx, &[demand(0, product, 1)], &SourcingPreference::default(), &format!("SO-{buyer}"))
                    .await
                    .expect("reserved");
                tx.commit(got.len()).await.expect("committed")
            });
        }
        let got: usize = buyers.join_all().await.into_iter().sum();
        assert_eq!(got, 100);
        let stock_levels = StockLevels::load(&fixture.db.reader()).await.expect("loaded");
        assert!(stock_levels.available(product).is_zero());
        fixture.assert_ledger_matches().await;
        Arc::into_inner(fixture).expect("all buyers are done").close().await;
    }
}

/// Orders for the same products in different line orders wait for each other instead of deadlocking, while other transactions
/// release and issue their reservations.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crossing_orders_do_not_deadlock() {
    for fixture in StockFixture::each(12).await {
        for product in &fixture.products {
            fixture.receive(*product, fixture.warehouses[0], 40).await;
            fixture.receive(*product, fixture.warehouses[2], 20).await;
        }
        let fixture = Arc::new(fixture);
        let mut buyers = tokio::task::JoinSet::new();
        for buyer in 0..60_usize {
            let fixture = fixture.clone();
            buyers.spawn(async move {
                let turned = (0..12).map(|at| fixture.products[(at * 5 + buyer) % 12]);
                let demands: Vec<Demand> = turned.enumerate().map(|(key, product)| demand(key, product, 1)).collect();
                let tx = fixture.begin().await;
                let got = reserve(&tx, &demands, &SourcingPreference::default(), "SO").await.expect("reserved");
                let reservations: Vec<Reservation> =
                    tx.commit(got).await.expect("committed").into_iter().map(Reservation::from).collect();
                let tx = fixture.begin().await;
                let done =
                    if buyer % 2 == 0 { release(&tx, &reservations, "SO").await } else { issue(&tx, &reservations, "SO").await };
                done.expect("settled");
                tx.commit(reservations.len()).await.expect("committed")
            });
        }
        assert_eq!(buyers.join_all().await.into_iter().sum::<usize>(), 60 * 12);
        let stock_levels = StockLevels::load(&fixture.db.reader()).await.expect("loaded");
        for product in &fixture.products {
            assert_eq!(stock_levels.available(*product), units_of(30));
        }
        fixture.assert_ledger_matches().await;
        Arc::into_inner(fixture).expect("all buyers are done").close().await;
    }
}
