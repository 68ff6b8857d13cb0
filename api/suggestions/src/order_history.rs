//! Past orders in memory, laid out so that walking the orders of a product or of an account touches little memory. Takes about
//! 13 bytes per order line and 60 per order.
//!
//! Lists of orders are sorted by rising time, so the latest come first from the end. A cancelled order leaves an empty entry
//! until the process restarts.

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, Instant, OrderId, ProductId};

/// The content of an order: products with quantities in millionths of their stock unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Purchase {
    pub(super) order: OrderId,
    pub(super) account: AccountId,
    pub(super) at: Instant,
    pub(super) lines: Vec<(ProductId, i64)>,
}

/// An order in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    pub(super) account: AccountId,
    /// Minutes since 1970.
    pub(super) minute: u32,
    start: u32,
    len: u32,
    /// Weight of each of its products: the more products, the smaller.
    pub(super) weight: f32,
}

/// Recent activity of a product: the weight of each order halves every [`ACTIVITY_HALF_LIFE`].
#[derive(Clone, Copy, Debug, Default)]
struct Activity {
    sum: f32,
    minute: u32,
}

/// All past orders.
#[derive(Debug, Default)]
pub(super) struct OrderHistory {
    product_index: AHashMap<ProductId, u32>,
    products: Vec<ProductId>,
    activity: Vec<Activity>,
    /// For each product, the orders that have it among their first products.
    with: Vec<Vec<u32>>,
    orders: Vec<Order>,
    of_order: AHashMap<OrderId, u32>,
    of_account: AHashMap<AccountId, Vec<u32>>,
    /// Products of all orders, one order after the other. Each product is listed once per order.
    lines: Vec<u32>,
    quantities: Vec<f32>,
    /// Time of the latest order.
    latest: u32,
}

/// The most products of an order that count as bought together. Longer orders are restocks of unrelated products.
pub(super) const MAX_BASKET_PRODUCTS: usize = 100;

/// Half-life of the activity of a product, in minutes.
const ACTIVITY_HALF_LIFE: f32 = 30.0 * DAY;
pub(super) const DAY: f32 = 24.0 * 60.0;

/// Minutes since 1970.
pub(super) fn minute_of(at: Instant) -> u32 {
    u32::try_from(at.0 / 60_000_000).unwrap_or_default()
}

/// The remaining part of a weight after `age`, when it halves every `half`.
pub(super) fn decay(age: f32, half: f32) -> f32 {
    (-age / half).exp2()
}

impl OrderHistory {
    /// Adds an order, or replaces one that was partly cancelled.
    pub(super) fn learn(&mut self, purchase: &Purchase) {
        if let Some(index) = self.of_order.get(&purchase.order).copied()
            && self.is_same(index, purchase)
        {
            return;
        }
        self.forget(purchase.order);
        let (Ok(index), Ok(start)) = (u32::try_from(self.orders.len()), u32::try_from(self.lines.len())) else { return };
        let minute = minute_of(purchase.at);
        self.latest = self.latest.max(minute);
        let mut seen: AHashMap<u32, usize> = AHashMap::with_capacity(purchase.lines.len());
        for (product, quantity) in &purchase.lines {
            let product = self.index_for(*product);
            let quantity = *quantity as f32 / 1e6;
            if let Some(at) = seen.get(&product) {
                self.quantities[*at] += quantity;
                continue;
            }
            seen.insert(product, self.lines.len());
            self.lines.push(product);
            self.quantities.push(quantity);
        }
        let len = self.lines.len() as u32 - start;
        self.orders.push(Order { account: purchase.account, minute, start, len, weight: (len.max(1) as f32).powf(-0.4) });
        self.of_order.insert(purchase.order, index);
        insert_by_time(self.of_account.entry(purchase.account).or_default(), index, &self.orders);
        for at in 0..len as usize {
            let product = self.lines[start as usize + at] as usize;
            self.activity[product].add(minute);
            if at < MAX_BASKET_PRODUCTS {
                insert_by_time(&mut self.with[product], index, &self.orders);
            }
        }
    }

    /// The account of an order.
    pub(super) fn account_of(&self, order: OrderId) -> Option<AccountId> {
        self.of_order.get(&order).map(|index| self.order(*index).account)
    }

    /// Removes an order.
    pub(super) fn forget(&mut self, order: OrderId) {
        if let Some(index) = self.of_order.remove(&order) {
            self.orders[index as usize].len = 0;
        }
    }

    fn is_same(&self, index: u32, purchase: &Purchase) -> bool {
        let known: AHashMap<u32, f32> = self.lines_of(index).collect();
        let mut now: AHashMap<Option<u32>, f32> = AHashMap::with_capacity(known.len());
        for (product, quantity) in &purchase.lines {
            *now.entry(self.index_of(*product)).or_default() += *quantity as f32 / 1e6;
        }
        let same = |(product, quantity): (&Option<u32>, &f32)| product.and_then(|p| known.get(&p)) == Some(quantity);
        known.len() == now.len() && now.iter().all(same)
    }

    fn index_for(&mut self, product: ProductId) -> u32 {
        if let Some(index) = self.product_index.get(&product) {
            return *index;
        }
        let index = self.products.len() as u32;
        self.product_index.insert(product, index);
        self.products.push(product);
        self.activity.push(Activity::default());
        self.with.push(Vec::new());
        index
    }

    /// The index of a product; none for a product that was never ordered.
    pub(super) fn index_of(&self, product: ProductId) -> Option<u32> {
        self.product_index.get(&product).copied()
    }

    /// The product of an index.
    pub(super) fn product(&self, index: u32) -> ProductId {
        self.products[index as usize]
    }

    /// The number of products that were ever ordered.
    pub(super) fn products(&self) -> usize {
        self.products.len()
    }

    /// The number of orders.
    pub(super) fn orders(&self) -> usize {
        self.of_order.len()
    }

    pub(super) fn order(&self, index: u32) -> &Order {
        &self.orders[index as usize]
    }

    /// The products of an order that count as bought together.
    pub(super) fn basket_of(&self, order: &Order) -> &[u32] {
        let start = order.start as usize;
        &self.lines[start..start + (order.len as usize).min(MAX_BASKET_PRODUCTS)]
    }

    /// Products and quantities of an order.
    pub(super) fn lines_of(&self, index: u32) -> impl Iterator<Item = (u32, f32)> {
        let order = self.order(index);
        let range = order.start as usize..(order.start + order.len) as usize;
        self.lines[range.clone()].iter().copied().zip(self.quantities[range].iter().copied())
    }

    /// The number of orders with a product.
    pub(super) fn popularity(&self, product: u32) -> usize {
        self.with[product as usize].len()
    }

    /// Orders with a product up to a minute, latest first.
    pub(super) fn with(&self, product: u32, until: u32) -> impl Iterator<Item = u32> {
        self.until(&self.with[product as usize], until)
    }

    /// Orders of an account up to a minute, latest first.
    pub(super) fn of_account(&self, account: AccountId, until: u32) -> impl Iterator<Item = u32> {
        self.until(self.of_account.get(&account).map(Vec::as_slice).unwrap_or_default(), until)
    }

    fn until<'a>(&'a self, list: &'a [u32], until: u32) -> impl Iterator<Item = u32> + 'a {
        let end = list.partition_point(|index| self.order(*index).minute <= until);
        list[..end].iter().rev().copied().filter(|index| self.order(*index).len > 0)
    }

    /// Every product an account ever ordered.
    pub(super) fn bought_by(&self, account: AccountId) -> Vec<ProductId> {
        let all: AHashSet<u32> =
            self.of_account(account, u32::MAX).flat_map(|index| self.lines_of(index)).map(|line| line.0).collect();
        all.into_iter().map(|index| self.product(index)).collect()
    }

    /// The recent activity of a product, at the time of the latest order up to `minute`.
    pub(super) fn activity(&self, product: u32, minute: u32) -> f32 {
        let activity = self.activity[product as usize];
        activity.sum * decay(self.latest.min(minute).saturating_sub(activity.minute) as f32, ACTIVITY_HALF_LIFE)
    }
}

impl Activity {
    fn add(&mut self, minute: u32) {
        if minute >= self.minute {
            self.sum = self.sum * decay((minute - self.minute) as f32, ACTIVITY_HALF_LIFE) + 1.0;
            self.minute = minute;
        } else {
            self.sum += decay((self.minute - minute) as f32, ACTIVITY_HALF_LIFE);
        }
    }
}

/// Inserts an order into a list sorted by time. Most orders are the latest and are appended.
fn insert_by_time(list: &mut Vec<u32>, index: u32, orders: &[Order]) {
    let minute = orders[index as usize].minute;
    if list.last().is_none_or(|last| orders[*last as usize].minute <= minute) {
        list.push(index);
    } else {
        let at = list.partition_point(|other| orders[*other as usize].minute <= minute);
        list.insert(at, index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purchase(order: i64, account: i64, day: i64, products: &[i64]) -> Purchase {
        let lines = products.iter().map(|product| (ProductId(*product), 1_000_000)).collect();
        Purchase { order: OrderId(order), account: AccountId(account), at: Instant(day * 86_400_000_000), lines }
    }

    fn with(history: &OrderHistory, product: i64) -> Vec<u32> {
        history.with(history.index_of(ProductId(product)).expect("known"), u32::MAX).collect()
    }

    #[test]
    fn orders_are_sorted_by_time() {
        let mut history = OrderHistory::default();
        for (order, day) in [(1, 10), (2, 30), (3, 20), (4, 5)] {
            history.learn(&purchase(order, 1, day, &[7]));
        }
        assert_eq!(with(&history, 7), [1, 2, 0, 3], "latest first");
        assert_eq!(history.of_account(AccountId(1), minute_of(Instant(20 * 86_400_000_000))).count(), 3);
    }

    #[test]
    fn an_order_counts_once_and_as_it_is_now() {
        let mut history = OrderHistory::default();
        history.learn(&purchase(1, 1, 10, &[7, 8, 7]));
        history.learn(&purchase(1, 1, 10, &[7, 8, 7]));
        assert_eq!((history.orders(), history.orders.len()), (1, 1), "a repeat changes nothing");
        assert_eq!(history.lines_of(0).map(|line| line.1).collect::<Vec<_>>(), [2.0, 1.0]);
        history.learn(&purchase(1, 1, 10, &[8]));
        assert!(with(&history, 7).is_empty(), "what was cancelled is gone");
        assert_eq!(with(&history, 8).len(), 1);
        history.forget(OrderId(1));
        assert!(with(&history, 8).is_empty());
    }

    #[test]
    fn activity_does_not_depend_on_the_order_of_learning() {
        let (mut one, mut other) = (OrderHistory::default(), OrderHistory::default());
        for day in [1, 20, 60] {
            one.learn(&purchase(day, 1, day, &[7]));
        }
        for day in [60, 1, 20] {
            other.learn(&purchase(day, 1, day, &[7]));
        }
        let difference = one.activity(0, u32::MAX) - other.activity(0, u32::MAX);
        assert!(difference.abs() < 1e-5);
    }
}
