//! Promised dates.

use entity::Instant;

use super::fixture::{StockFixture, units_of};
use crate::promise::{AvailableToPromise, PromiseSource, promise_reserved};
use crate::{Allocation, NewInboundSupply, PromiseRequest, SourcingPreference, StockLevels, put_inbound_supplies};
use store::clock::DAY;

/// Friday 2026-11-20, 08:00 UTC; the cut-off is at 15:00.
const FRIDAY_MORNING: i64 = 1_795_161_600_000_000;
const HOUR: i64 = 3_600_000_000;

#[tokio::test]
async fn goods_are_promised_from_stock_then_inbound_supply_then_lead_time() {
    for fixture in StockFixture::each(2).await {
        let product = fixture.products[0];
        let (kassel, lyon) = (fixture.warehouses[0], fixture.warehouses[1]);
        fixture.receive(product, kassel, 10).await;
        let expected_at = Instant(FRIDAY_MORNING + 5 * DAY);
        let supply =
            NewInboundSupply { reference: "PO-1".to_owned(), product, warehouse: lyon, quantity: units_of(5), expected_at };
        let tx = fixture.begin().await;
        assert_eq!(put_inbound_supplies(&tx, &[supply]).await.expect("announced"), [Ok(())]);
        tx.commit(()).await.expect("committed");
        let db = fixture.db.reader();
        let stock_levels = StockLevels::load(&db).await.expect("loaded");
        let ask = |key, units, backorder| PromiseRequest {
            key,
            product,
            quantity: units_of(units),
            multiple: units_of(1),
            backorder,
            lead_time_days: Some(10),
        };
        let asks = [ask(0, 4, true), ask(1, 8, true), ask(2, 5, true), ask(3, 1, false)];
        let (anywhere, now) = (SourcingPreference::default(), Instant(FRIDAY_MORNING));
        let mut atp = AvailableToPromise::read(&db, &stock_levels, vec![product]).await.expect("read");
        let given: Vec<_> = asks.iter().map(|ask| atp.promise(ask, &anywhere, now)).collect();
        let parts = |key: usize| -> Vec<_> { given[key].parts.iter().map(|p| (p.quantity, p.source, p.at)).collect() };
        let cutoff = |days| Instant(FRIDAY_MORNING + 7 * HOUR + days * DAY);
        assert_eq!(parts(0), [(units_of(4), PromiseSource::Stock, cutoff(0))]);
        assert_eq!(parts(1), [(units_of(6), PromiseSource::Stock, cutoff(0)), (units_of(2), PromiseSource::Inbound, cutoff(5))]);
        // The tenth day is a Monday.
        assert_eq!(
            parts(2),
            [(units_of(3), PromiseSource::Inbound, cutoff(5)), (units_of(2), PromiseSource::LeadTime, cutoff(10))]
        );
        assert_eq!(given[2].last().map(|p| (p.source, p.warehouse)), Some((PromiseSource::LeadTime, kassel)));
        assert_eq!((parts(3), given[3].uncovered, given[3].last()), (Vec::new(), units_of(1), None));
        let got = |key, units| Allocation { key, product, warehouse: kassel, quantity: units_of(units) };
        let reserved = [got(0, 4), got(1, 6)];
        let dates = promise_reserved(&db, &stock_levels, &asks, &reserved, &anywhere, now).await.expect("promised");
        assert_eq!(dates, [Some(cutoff(0)), Some(cutoff(5)), Some(cutoff(10)), None], "the same dates as before reserving");
        fixture.close().await;
    }
}
