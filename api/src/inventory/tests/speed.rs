//! Loads that must be quick. Run with `--release -- --ignored --nocapture` for figures that count.

use std::time::Instant;

use super::house::{House, whole};
use crate::inventory::{Board, Prefer, Want, reserve, set_levels};
use crate::kernel::database::STATEMENTS;

#[tokio::test]
#[ignore = "measures; takes seconds"]
async fn three_hundred_thousand_levels() {
    for house in House::each(100_000).await {
        let started = Instant::now();
        for products in house.products.chunks(5_000) {
            let all = products.iter().flat_map(|p| house.warehouses.iter().map(|w| (*p, *w, whole(1_000), whole(5))));
            let tx = house.begin().await;
            set_levels(&tx, &all.collect::<Vec<_>>(), "import").await.expect("set");
            tx.keep(()).await.expect("kept");
        }
        let rows = 300_000 * 1_000 / started.elapsed().as_millis().max(1);
        let started = Instant::now();
        let board = Board::load(&house.db.reader()).await.expect("loaded");
        let loaded = started.elapsed();
        assert_eq!(board.available(house.products[0]), whole(2_985));
        let started = Instant::now();
        house.is_sound().await;
        tracing::info!("verified in {:?}", started.elapsed());
        let wants: Vec<Want> = (0..5_000)
            .map(|key| Want { key, product: house.products[key * 7], quantity: whole(1_200), multiple: whole(1), all_or_nothing: false })
            .collect();
        let started = Instant::now();
        let tx = house.begin().await;
        assert_eq!(reserve(&tx, &wants, &Prefer::default(), "SO").await.expect("reserved").len(), 10_000);
        tx.keep(()).await.expect("kept");
        let basket = started.elapsed();
        let started = Instant::now();
        for _ in 0..100 {
            let tx = house.begin().await;
            reserve(&tx, &wants[..10], &Prefer::default(), "SO").await.expect("reserved");
            tx.keep(()).await.expect("kept");
        }
        let small = started.elapsed() / 100;
        let line = format!("{rows} levels/s set; loaded in {loaded:?}; basket of 5000 in {basket:?}; of 10 in {small:?}\n");
        std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).expect("a terminal");
        house.leave().await;
    }
}

#[tokio::test]
async fn baskets_of_any_size_take_the_same_statements() {
    let house = House::on_sqlite(1_000).await;
    let mut counts = Vec::new();
    for size in [10, 1_000] {
        let products = &house.products[..size];
        let levels: Vec<_> = products.iter().map(|p| (*p, house.warehouses[0], whole(1_000), whole(0))).collect();
        let wants: Vec<Want> = (0..size)
            .map(|key| Want { key, product: products[key], quantity: whole(1), multiple: whole(1), all_or_nothing: false })
            .collect();
        let counted = STATEMENTS.scope(std::sync::Arc::default(), async {
            let tx = house.begin().await;
            set_levels(&tx, &levels, "import").await.expect("set");
            assert_eq!(reserve(&tx, &wants, &Prefer::default(), "SO").await.expect("reserved").len(), size);
            STATEMENTS.with(|count| count.load(std::sync::atomic::Ordering::Relaxed))
        });
        counts.push(counted.await);
    }
    assert_eq!(counts[0], counts[1]);
    house.leave().await;
}
