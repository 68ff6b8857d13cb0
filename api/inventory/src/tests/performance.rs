//! Performance of large loads. Run with `--release -- --ignored --nocapture` for meaningful figures.

use std::time::Duration;

use super::fixture::{StockFixture, units_of};
use crate::{Demand, SourcingPreference, StockLevels, reserve, set_levels};
use store::database::STATEMENTS;

/// CPU time of this process so far, which does not depend on the load of the machine.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, rest) = stat.rsplit_once(") ").expect("a command in brackets");
    let ticks: u64 = rest.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum();
    Duration::from_millis(ticks * 10)
}

#[tokio::test]
#[ignore = "measures performance and takes seconds"]
async fn three_hundred_thousand_levels() {
    for fixture in StockFixture::each(100_000).await {
        let started = cpu();
        for products in fixture.products.chunks(5_000) {
            let all = products.iter().flat_map(|p| fixture.warehouses.iter().map(|w| (*p, *w, units_of(1_000), units_of(5))));
            let tx = fixture.begin().await;
            set_levels(&tx, &all.collect::<Vec<_>>(), "import").await.expect("set");
            tx.commit(()).await.expect("committed");
        }
        let rows = 300_000 * 1_000 / cpu().saturating_sub(started).as_millis().max(1);
        let started = cpu();
        let stock_levels = StockLevels::load(&fixture.db.reader()).await.expect("loaded");
        let loaded = cpu().saturating_sub(started);
        assert_eq!(stock_levels.available(fixture.products[0]), units_of(2_985));
        let started = cpu();
        fixture.assert_ledger_matches().await;
        let verified = cpu().saturating_sub(started);
        let demands: Vec<Demand> = (0..5_000)
            .map(|key| Demand {
                key,
                product: fixture.products[key * 7],
                quantity: units_of(1_200),
                multiple: units_of(1),
                all_or_nothing: false,
            })
            .collect();
        let started = cpu();
        let tx = fixture.begin().await;
        assert_eq!(reserve(&tx, &demands, &SourcingPreference::default(), "SO").await.expect("reserved").len(), 10_000);
        tx.commit(()).await.expect("committed");
        let basket = cpu().saturating_sub(started);
        let started = cpu();
        for _ in 0..100 {
            let tx = fixture.begin().await;
            reserve(&tx, &demands[..10], &SourcingPreference::default(), "SO").await.expect("reserved");
            tx.commit(()).await.expect("committed");
        }
        let small = cpu().saturating_sub(started) / 100;
        let line = format!(
            "CPU: {rows} levels/s set; loaded in {loaded:?}; verified in {verified:?}; basket of 5000 in {basket:?}; of 10 in {small:?}\n"
        );
        std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).expect("a terminal");
        fixture.close().await;
    }
}

#[tokio::test]
async fn orders_of_any_size_take_the_same_number_of_statements() {
    let fixture = StockFixture::on_sqlite(1_000).await;
    let mut counts = Vec::new();
    for size in [10, 1_000] {
        let products = &fixture.products[..size];
        let levels: Vec<_> = products.iter().map(|p| (*p, fixture.warehouses[0], units_of(1_000), units_of(0))).collect();
        let demands: Vec<Demand> = (0..size)
            .map(|key| Demand {
                key,
                product: products[key],
                quantity: units_of(1),
                multiple: units_of(1),
                all_or_nothing: false,
            })
            .collect();
        let count_difference = STATEMENTS.scope(std::sync::Arc::default(), async {
            let tx = fixture.begin().await;
            set_levels(&tx, &levels, "import").await.expect("set");
            assert_eq!(reserve(&tx, &demands, &SourcingPreference::default(), "SO").await.expect("reserved").len(), size);
            STATEMENTS.with(|count| count.load(std::sync::atomic::Ordering::Relaxed))
        });
        counts.push(count_difference.await);
    }
    assert_eq!(counts[0], counts[1]);
    fixture.close().await;
}
