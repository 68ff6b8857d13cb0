//! Loads that must be quick. Run with `--release -- --ignored --nocapture` for figures that count.

use std::time::Duration;

use super::house::{House, whole};
use crate::{Board, Demand, SourcingPreference, reserve, set_levels};
use store::database::STATEMENTS;

/// CPU time of this process so far; what counts on a machine that has other work.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, rest) = stat.rsplit_once(") ").expect("a command in brackets");
    let ticks: u64 = rest.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum();
    Duration::from_millis(ticks * 10)
}

#[tokio::test]
#[ignore = "measures; takes seconds"]
async fn three_hundred_thousand_levels() {
    for house in House::each(100_000).await {
        let started = cpu();
        for products in house.products.chunks(5_000) {
            let all = products.iter().flat_map(|p| house.warehouses.iter().map(|w| (*p, *w, whole(1_000), whole(5))));
            let tx = house.begin().await;
            set_levels(&tx, &all.collect::<Vec<_>>(), "import").await.expect("set");
            tx.commit(()).await.expect("kept");
        }
        let rows = 300_000 * 1_000 / cpu().saturating_sub(started).as_millis().max(1);
        let started = cpu();
        let board = Board::load(&house.db.reader()).await.expect("loaded");
        let loaded = cpu().saturating_sub(started);
        assert_eq!(board.available(house.products[0]), whole(2_985));
        let started = cpu();
        house.is_sound().await;
        let verified = cpu().saturating_sub(started);
        let wants: Vec<Demand> = (0..5_000)
            .map(|key| Demand {
                key,
                product: house.products[key * 7],
                quantity: whole(1_200),
                multiple: whole(1),
                all_or_nothing: false,
            })
            .collect();
        let started = cpu();
        let tx = house.begin().await;
        assert_eq!(reserve(&tx, &wants, &SourcingPreference::default(), "SO").await.expect("reserved").len(), 10_000);
        tx.commit(()).await.expect("kept");
        let basket = cpu().saturating_sub(started);
        let started = cpu();
        for _ in 0..100 {
            let tx = house.begin().await;
            reserve(&tx, &wants[..10], &SourcingPreference::default(), "SO").await.expect("reserved");
            tx.commit(()).await.expect("kept");
        }
        let small = cpu().saturating_sub(started) / 100;
        let line = format!(
            "CPU: {rows} levels/s set; loaded in {loaded:?}; verified in {verified:?}; basket of 5000 in {basket:?}; of 10 in {small:?}\n"
        );
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
        let wants: Vec<Demand> = (0..size)
            .map(|key| Demand { key, product: products[key], quantity: whole(1), multiple: whole(1), all_or_nothing: false })
            .collect();
        let counted = STATEMENTS.scope(std::sync::Arc::default(), async {
            let tx = house.begin().await;
            set_levels(&tx, &levels, "import").await.expect("set");
            assert_eq!(reserve(&tx, &wants, &SourcingPreference::default(), "SO").await.expect("reserved").len(), size);
            STATEMENTS.with(|count| count.load(std::sync::atomic::Ordering::Relaxed))
        });
        counts.push(counted.await);
    }
    assert_eq!(counts[0], counts[1]);
    house.leave().await;
}
