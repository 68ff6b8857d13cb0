//! Reorder patterns: what an account orders regularly, and what it is due to order.
//!
//! The score of a product depends on the orders of the account, recent ones more; on how much all accounts order it lately,
//! since products that are not ordered any more are out of season or gone; and on whether its usual interval has passed.

use ahash::AHashMap;
use entity::AccountId;

use super::order_history::{DAY, OrderHistory, decay};

/// The most latest orders of an account that are considered, and the most lines of them.
const MAX_ORDERS: usize = 400;
const MAX_LINES: usize = 20_000;

/// Half-life of the weight of an order, in minutes, and the decay of the weight per later order.
const HALF_LIFE: f32 = 300.0 * DAY;
const RANK_DECAY: f32 = 0.05;
/// Share of the score that depends on being due.
const DUE_WEIGHT: f32 = 0.3;

/// The number of latest quantities from which the usual quantity is computed.
const QUANTITIES_KEPT: usize = 5;

/// A product that an account orders.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ReorderPattern {
    pub(super) product: u32,
    /// The best product has 1.
    pub(super) score: f32,
    /// The number of orders of it, and the times of the first and the last, in minutes since 1970.
    pub(super) orders: u32,
    pub(super) first: u32,
    pub(super) last: u32,
    quantities: [f32; QUANTITIES_KEPT],
}

/// What the patterns are for. Orders of all accounts count less for a basket, since the basket shows what is wanted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Basket,
    Reorder,
}

/// The reorder patterns of an account at `minute`, in no order.
pub(super) fn reorder_patterns(history: &OrderHistory, account: AccountId, minute: u32, purpose: Purpose) -> Vec<ReorderPattern> {
    let mut all: AHashMap<u32, ReorderPattern> = AHashMap::new();
    let mut lines = 0;
    for (rank, order_index) in history.of_account(account, minute).take(MAX_ORDERS).enumerate() {
        let order = history.order(order_index);
        let len = history.lines_of(order_index).count();
        lines += len;
        if lines > MAX_LINES && rank > 0 {
            break;
        }
        let age = (minute - order.minute) as f32;
        let weight = decay(age, HALF_LIFE) * (-RANK_DECAY * rank as f32).exp() / (len as f32).powf(0.25);
        for (product, quantity) in history.lines_of(order_index) {
            let new = ReorderPattern {
                product,
                score: 0.0,
                orders: 0,
                first: 0,
                last: order.minute,
                quantities: [0.0; QUANTITIES_KEPT],
            };
            let pattern = all.entry(product).or_insert(new);
            pattern.score += weight.max(f32::MIN_POSITIVE);
            if let Some(free) = pattern.quantities.get_mut(pattern.orders as usize) {
                *free = quantity;
            }
            pattern.orders += 1;
            pattern.first = order.minute;
        }
    }
    let power = if purpose == Purpose::Reorder { 0.5 } else { 0.2 };
    let mut reorder_patterns: Vec<ReorderPattern> = all.into_values().collect();
    for pattern in &mut reorder_patterns {
        pattern.score *= (history.activity(pattern.product, minute) + 0.05).powf(power) * pattern.dueness(minute);
    }
    let best = reorder_patterns.iter().map(|pattern| pattern.score).fold(f32::MIN_POSITIVE, f32::max);
    for pattern in &mut reorder_patterns {
        pattern.score /= best;
    }
    reorder_patterns
}

impl ReorderPattern {
    /// Average minutes between two orders; none for a product that was ordered once.
    pub(super) fn interval(&self) -> Option<f32> {
        (self.orders > 1).then(|| ((self.last - self.first) as f32 / (self.orders - 1) as f32).max(DAY))
    }

    /// When the next order is expected; none for a product without a regular interval.
    pub(super) fn due(&self) -> Option<u32> {
        self.interval().filter(|_| self.orders > 2).map(|interval| self.last.saturating_add(interval as u32))
    }

    fn dueness(&self, minute: u32) -> f32 {
        let Some(interval) = self.interval() else { return 1.0 };
        let passed = (minute - self.last) as f32 / interval;
        let due = if passed < 1.0 { passed } else { passed.recip().sqrt() };
        1.0 - DUE_WEIGHT + 1.5 * DUE_WEIGHT * due
    }

    /// The median of the latest quantities, in stock units.
    pub(super) fn usual_quantity(&self) -> f32 {
        let mut latest = self.quantities;
        let latest = &mut latest[..(self.orders as usize).min(QUANTITIES_KEPT)];
        latest.sort_unstable_by(f32::total_cmp);
        latest.get(latest.len() / 2).copied().unwrap_or_default()
    }

    /// The pattern as a sentence.
    pub(super) fn reason(&self, minute: u32) -> String {
        let last = ago((minute.saturating_sub(self.last)) as f32 / DAY);
        match (self.orders, self.interval()) {
            (1, _) | (_, None) => format!("You ordered this once, {last}"),
            (2, _) => format!("You ordered this twice, last {last}"),
            (_, Some(interval)) => format!("You order this about {}, last {last}", every(interval / DAY)),
        }
    }
}

/// How long ago, in words.
fn ago(days: f32) -> String {
    match days as u32 {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days @ 2..=59 => format!("{days} days ago"),
        days @ 60..=729 => format!("{} months ago", (days as f32 / 30.4).round()),
        days => format!("{} years ago", days / 365),
    }
}

/// How often, in words.
fn every(days: f32) -> String {
    let (count, noun) = match days {
        days if days < 12.0 => (days, "day"),
        days if days < 52.0 => (days / 7.0, "week"),
        days if days < 330.0 => (days / 30.4, "month"),
        days => (days / 365.0, "year"),
    };
    let count = count.round().max(1.0);
    if count < 2.0 { format!("every {noun}") } else { format!("every {count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use entity::{Instant, OrderId, ProductId};

    use super::super::order_history::Purchase;
    use super::*;

    fn learnt(orders: &[(i64, &[(i64, i64)])]) -> OrderHistory {
        let mut history = OrderHistory::default();
        for (order, (day, lines)) in (1..).zip(orders) {
            let lines = lines.iter().map(|(product, quantity)| (ProductId(*product), quantity * 1_000_000)).collect();
            let at = Instant(day * 86_400_000_000);
            history.learn(&Purchase { order: OrderId(order), account: AccountId(1), at, lines });
        }
        history
    }

    fn of(history: &OrderHistory, day: u32, product: i64) -> ReorderPattern {
        let all = reorder_patterns(history, AccountId(1), day * 1_440, Purpose::Reorder);
        all.into_iter().find(|pattern| history.product(pattern.product).0 == product).expect("a pattern")
    }

    #[test]
    fn regular_orders_are_described() {
        let history = learnt(&[(0, &[(1, 10), (2, 5)]), (21, &[(1, 12)]), (42, &[(1, 50), (3, 1)])]);
        assert_eq!(of(&history, 66, 1).reason(66 * 1_440), "You order this about every 3 weeks, last 24 days ago");
        assert_eq!(of(&history, 66, 2).reason(66 * 1_440), "You ordered this once, 2 months ago");
        assert_eq!(of(&history, 43, 3).reason(43 * 1_440), "You ordered this once, yesterday");
        assert_eq!(of(&history, 66, 1).usual_quantity() as i64, 12, "one large order changes no pattern");
        assert_eq!(of(&history, 66, 1).due(), Some(63 * 1_440));
        assert_eq!(of(&history, 66, 2).due(), None);
    }

    #[test]
    fn due_products_come_before_recent_purchases() {
        let lines: &[(i64, i64)] = &[(1, 1)];
        let other: &[(i64, i64)] = &[(2, 1)];
        let history = learnt(&[(0, lines), (1, other), (30, lines), (31, other), (60, lines), (91, other)]);
        assert!(of(&history, 92, 1).score > of(&history, 92, 2).score, "last a month ago against yesterday");
    }

    #[test]
    fn later_orders_do_not_count() {
        let history = learnt(&[(0, &[(1, 1)]), (50, &[(2, 1)])]);
        assert_eq!(reorder_patterns(&history, AccountId(1), 10 * 1_440, Purpose::Basket).len(), 1);
        assert!(reorder_patterns(&history, AccountId(2), 99 * 1_440, Purpose::Basket).is_empty());
    }

    #[test]
    fn intervals_are_described_in_days_to_years() {
        let described: Vec<String> = [0.3, 1.6, 7.0, 14.2, 31.0, 61.0, 366.0].map(every).to_vec();
        let right =
            ["every day", "every 2 days", "every 7 days", "every 2 weeks", "every 4 weeks", "every 2 months", "every year"];
        assert_eq!(described, right);
        assert_eq!(ago(400.0), "13 months ago");
    }
}
