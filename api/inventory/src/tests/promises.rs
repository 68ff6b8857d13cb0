//! Promised dates.

use entity::Instant;

use super::house::{House, whole};
use crate::promise::{Outlook, Source, promise_reserved};
use crate::{Allocation, Ask, Board, NewInbound, SourcingPreference, put_inbound};
use store::clock::DAY;

/// Friday 2026-11-20, 08:00 UTC; the cut-off is at 15:00.
const FRIDAY_MORNING: i64 = 1_795_161_600_000_000;
const HOUR: i64 = 3_600_000_000;

#[tokio::test]
async fn goods_are_promised_from_stock_then_supply_then_lead_time() {
    for house in House::each(2).await {
        let product = house.products[0];
        let (kassel, lyon) = (house.warehouses[0], house.warehouses[1]);
        house.receive(product, kassel, 10).await;
        let expected_at = Instant(FRIDAY_MORNING + 5 * DAY);
        let supply = NewInbound { reference: "PO-1".to_owned(), product, warehouse: lyon, quantity: whole(5), expected_at };
        let tx = house.begin().await;
        assert_eq!(put_inbound(&tx, &[supply]).await.expect("announced"), [Ok(())]);
        tx.commit(()).await.expect("kept");
        let db = house.db.reader();
        let board = Board::load(&db).await.expect("loaded");
        let ask = |key, units, backorder| Ask {
            key,
            product,
            quantity: whole(units),
            multiple: whole(1),
            backorder,
            lead_time_days: Some(10),
        };
        let asks = [ask(0, 4, true), ask(1, 8, true), ask(2, 5, true), ask(3, 1, false)];
        let (anywhere, now) = (SourcingPreference::default(), Instant(FRIDAY_MORNING));
        let mut outlook = Outlook::read(&db, &board, vec![product]).await.expect("read");
        let given: Vec<_> = asks.iter().map(|ask| outlook.promise(ask, &anywhere, now)).collect();
        let parts = |key: usize| -> Vec<_> { given[key].parts.iter().map(|p| (p.quantity, p.source, p.at)).collect() };
        let cutoff = |days| Instant(FRIDAY_MORNING + 7 * HOUR + days * DAY);
        assert_eq!(parts(0), [(whole(4), Source::Stock, cutoff(0))]);
        assert_eq!(parts(1), [(whole(6), Source::Stock, cutoff(0)), (whole(2), Source::Inbound, cutoff(5))]);
        // The tenth day is a Monday.
        assert_eq!(parts(2), [(whole(3), Source::Inbound, cutoff(5)), (whole(2), Source::LeadTime, cutoff(10))]);
        assert_eq!(given[2].last().map(|p| (p.source, p.warehouse)), Some((Source::LeadTime, kassel)));
        assert_eq!((parts(3), given[3].uncovered, given[3].last()), (Vec::new(), whole(1), None));
        let got = |key, units| Allocation { key, product, warehouse: kassel, quantity: whole(units) };
        let reserved = [got(0, 4), got(1, 6)];
        let dates = promise_reserved(&db, &board, &asks, &reserved, &anywhere, now).await.expect("promised");
        assert_eq!(dates, [Some(cutoff(0)), Some(cutoff(5)), Some(cutoff(10)), None], "as before anything was reserved");
        house.leave().await;
    }
}
