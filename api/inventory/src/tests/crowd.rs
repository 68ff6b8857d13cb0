//! Many buyers at once.

use std::sync::Arc;

use entity::ProductId;

use super::house::{House, whole};
use crate::{Board, Demand, Reservation, SourcingPreference, issue, release, reserve};

fn want(key: usize, product: ProductId, units: i64) -> Demand {
    Demand { key, product, quantity: whole(units), multiple: whole(1), all_or_nothing: false }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_buyers_get_exactly_what_there_is() {
    for house in House::each(1).await {
        let product = house.products[0];
        house.receive(product, house.warehouses[0], 70).await;
        house.receive(product, house.warehouses[1], 30).await;
        let house = Arc::new(house);
        let mut buyers = tokio::task::JoinSet::new();
        for buyer in 0..200 {
            let house = house.clone();
            buyers.spawn(async move {
                let tx = house.begin().await;
                let got = reserve(&tx, &[want(0, product, 1)], &SourcingPreference::default(), &format!("SO-{buyer}"))
                    .await
                    .expect("reserved");
                tx.commit(got.len()).await.expect("kept")
            });
        }
        let got: usize = buyers.join_all().await.into_iter().sum();
        assert_eq!(got, 100);
        let board = Board::load(&house.db.reader()).await.expect("loaded");
        assert!(board.available(product).is_zero());
        house.is_sound().await;
        Arc::into_inner(house).expect("all buyers left").leave().await;
    }
}

/// Baskets that name the same products in different orders wait for each other instead of deadlocking, while others give
/// back and ship what they hold.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crossing_baskets_do_not_deadlock() {
    for house in House::each(12).await {
        for product in &house.products {
            house.receive(*product, house.warehouses[0], 40).await;
            house.receive(*product, house.warehouses[2], 20).await;
        }
        let house = Arc::new(house);
        let mut buyers = tokio::task::JoinSet::new();
        for buyer in 0..60_usize {
            let house = house.clone();
            buyers.spawn(async move {
                let turned = (0..12).map(|at| house.products[(at * 5 + buyer) % 12]);
                let wants: Vec<Demand> = turned.enumerate().map(|(key, product)| want(key, product, 1)).collect();
                let tx = house.begin().await;
                let got = reserve(&tx, &wants, &SourcingPreference::default(), "SO").await.expect("reserved");
                let held: Vec<Reservation> = tx.commit(got).await.expect("kept").into_iter().map(Reservation::from).collect();
                let tx = house.begin().await;
                let done = if buyer % 2 == 0 { release(&tx, &held, "SO").await } else { issue(&tx, &held, "SO").await };
                done.expect("settled");
                tx.commit(held.len()).await.expect("kept")
            });
        }
        assert_eq!(buyers.join_all().await.into_iter().sum::<usize>(), 60 * 12);
        let board = Board::load(&house.db.reader()).await.expect("loaded");
        for product in &house.products {
            assert_eq!(board.available(*product), whole(30));
        }
        house.is_sound().await;
        Arc::into_inner(house).expect("all buyers left").leave().await;
    }
}
