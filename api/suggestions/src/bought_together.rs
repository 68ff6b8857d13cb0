//! Products bought together with the products of a basket, counted from the orders when requested.
//!
//! The latest orders with each product of the basket are walked. The other products in them count more in recent and in short
//! orders, and several times in orders of the account itself. Products that are popular everywhere count less.
//!
//! Not here: whether the account may learn it; see [`support`].

use ahash::AHashSet;
use entity::AccountId;

use super::order_history::{DAY, OrderHistory, decay};

/// The account that asks, and the time it asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Viewer {
    /// None for the seller's side, which sees everything.
    pub(super) account: Option<AccountId>,
    /// Orders after this minute do not count, and recency is computed from it.
    pub(super) minute: u32,
}

/// The most products of a basket that are considered, the last ones.
pub(super) const MAX_CONTEXT: usize = 64;
/// The most latest orders that are walked for each product.
const MAX_ORDERS_PER_PRODUCT: usize = 400;
/// The most orders that are walked in all.
const MAX_ORDERS: usize = 6_000;
/// The fewest orders that are walked for each product of a large basket.
const MIN_ORDERS_PER_PRODUCT: usize = 40;

/// Half-life of the weight of an order, in minutes.
const HALF_LIFE: f32 = 150.0 * DAY;
/// Weight of an order of the account itself, relative to orders of others.
const OWN_ORDER_WEIGHT: f32 = 8.0;

/// Reusable memory for scores. Clearing it costs only the entries that were used.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    sums: Vec<f32>,
    part: Vec<f32>,
}

/// Products in orders with those of `context`, with a score from 0 to 1, in no order.
pub(super) fn bought_together(history: &OrderHistory, context: &[u32], viewer: Viewer, scratch: &mut Scratch) -> Vec<(u32, f32)> {
    scratch.sums.resize(history.products(), 0.0);
    scratch.part.resize(history.products(), 0.0);
    let context = &context[context.len().saturating_sub(MAX_CONTEXT)..];
    let max_orders = (MAX_ORDERS / context.len().max(1)).clamp(MIN_ORDERS_PER_PRODUCT, MAX_ORDERS_PER_PRODUCT);
    let mut found: Vec<u32> = Vec::new();
    for product in context {
        let (touched, weight) = walk(history, *product, max_orders, viewer, &mut scratch.part);
        if touched.is_empty() {
            continue;
        }
        let rarity = (history.orders() as f32 / history.popularity(*product) as f32).ln().max(0.01).sqrt();
        let factor = rarity / weight.powf(0.25);
        for other in touched {
            let sum = &mut scratch.sums[other as usize];
            if *sum == 0.0 {
                found.push(other);
            }
            *sum += factor * std::mem::take(&mut scratch.part[other as usize]);
        }
    }
    let basket: AHashSet<u32> = context.iter().copied().collect();
    let mut best = f32::MIN_POSITIVE;
    let mut scored = Vec::with_capacity(found.len());
    for other in found {
        let sum = std::mem::take(&mut scratch.sums[other as usize]);
        if !basket.contains(&other) {
            let score = sum / (history.popularity(other).max(1) as f32).powf(0.2);
            best = best.max(score);
            scored.push((other, score));
        }
    }
    for (_, score) in &mut scored {
        *score /= best;
    }
    scored
}

/// Adds up the products in the latest orders with a product. Returns the products and the weight of all orders walked.
fn walk(history: &OrderHistory, product: u32, max_orders: usize, viewer: Viewer, part: &mut [f32]) -> (Vec<u32>, f32) {
    let mut touched = Vec::new();
    let mut weight = 0.0;
    for index in history.with(product, viewer.minute).take(max_orders) {
        let order = history.order(index);
        let own = if viewer.account == Some(order.account) { OWN_ORDER_WEIGHT } else { 1.0 };
        let order_weight = own * order.weight * decay((viewer.minute - order.minute) as f32, HALF_LIFE);
        weight += order_weight;
        for other in history.basket_of(order) {
            let sum = &mut part[*other as usize];
            if *sum == 0.0 {
                touched.push(*other);
            }
            // Never 0, so that used entries can be told from unused ones.
            *sum += order_weight.max(f32::MIN_POSITIVE);
        }
    }
    (touched, weight.max(f32::MIN_POSITIVE))
}

/// How often two products are in the same order, among the latest orders with the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Support {
    /// Orders with both.
    pub(super) both: usize,
    /// Orders walked.
    pub(super) of: usize,
    /// Whether these are all orders with the first.
    pub(super) all: bool,
    /// Orders of the account itself with both, and with the first.
    pub(super) own: usize,
    pub(super) own_of: usize,
    /// Whether enough orders of enough other accounts have both, so that a buyer cannot tell whose orders they are.
    pub(super) is_disclosable_to_all: bool,
}

/// The fewest orders, of the fewest accounts, that are disclosed to a buyer of another account.
const MIN_ORDERS: usize = 3;
const MIN_ACCOUNTS: usize = 2;

/// Counts the orders and accounts of others.
#[derive(Debug, Default)]
pub(super) struct OtherBuyers {
    orders: usize,
    /// At most as many as are needed to disclose the orders.
    accounts: Vec<AccountId>,
}

impl OtherBuyers {
    pub(super) fn count(&mut self, account: AccountId) {
        self.orders += 1;
        if self.accounts.len() < MIN_ACCOUNTS && !self.accounts.contains(&account) {
            self.accounts.push(account);
        }
    }

    pub(super) fn orders(&self) -> usize {
        self.orders
    }

    pub(super) fn are_many(&self) -> bool {
        self.orders >= MIN_ORDERS && self.accounts.len() >= MIN_ACCOUNTS
    }
}

/// The orders that support suggesting `other` for `product`.
pub(super) fn support(history: &OrderHistory, product: u32, other: u32, viewer: Viewer) -> Support {
    let mut support = Support { all: history.popularity(product) <= MAX_ORDERS_PER_PRODUCT, ..Support::default() };
    let mut others = OtherBuyers::default();
    for index in history.with(product, viewer.minute).take(MAX_ORDERS_PER_PRODUCT) {
        let order = history.order(index);
        let own = viewer.account == Some(order.account);
        let both = history.basket_of(order).contains(&other);
        support.of += 1;
        support.both += usize::from(both);
        support.own_of += usize::from(own);
        support.own += usize::from(own && both);
        if both && !own {
            others.count(order.account);
        }
    }
    support.is_disclosable_to_all = viewer.account.is_none() || others.are_many();
    support
}

impl Support {
    /// Whether the account may learn it.
    pub(super) fn may_be_disclosed(&self) -> bool {
        self.is_disclosable_to_all || self.own > 0
    }

    /// The reason as a sentence.
    pub(super) fn reason(&self, sku: &str) -> String {
        let orders = |count: usize| if count == 1 { "order" } else { "orders" };
        if !self.is_disclosable_to_all {
            return format!("You bought it together with {sku} in {} of {} {}", self.own, self.own_of, orders(self.own_of));
        }
        let last = if self.all { "" } else { "the last " };
        format!("Bought together with {sku} in {} of {last}{} {}", self.both, self.of, orders(self.of))
    }
}

#[cfg(test)]
mod tests {
    use entity::{Instant, OrderId, ProductId};

    use super::super::order_history::Purchase;
    use super::*;

    fn learnt(orders: &[(i64, i64, &[i64])]) -> OrderHistory {
        let mut history = OrderHistory::default();
        for (order, (account, day, products)) in (1..).zip(orders) {
            let lines = products.iter().map(|product| (ProductId(*product), 1_000_000)).collect();
            let at = Instant(day * 86_400_000_000);
            history.learn(&Purchase { order: OrderId(order), account: AccountId(*account), at, lines });
        }
        history
    }

    fn viewer(account: i64, day: u32) -> Viewer {
        Viewer { account: Some(AccountId(account)), minute: day * 1_440 }
    }

    fn best(history: &OrderHistory, context: &[i64], viewer: Viewer) -> Vec<i64> {
        let places: Vec<u32> = context.iter().filter_map(|product| history.index_of(ProductId(*product))).collect();
        let mut scratch = Scratch::default();
        let mut scored = bought_together(history, &places, viewer, &mut scratch);
        scored.sort_by(|a, b| b.1.total_cmp(&a.1));
        assert!(scratch.part.iter().chain(&scratch.sums).all(|sum| *sum == 0.0), "the scratch memory is cleared");
        scored.into_iter().map(|(index, _)| history.product(index).0).collect()
    }

    #[test]
    fn recent_and_own_orders_weigh_more() {
        let history = learnt(&[(1, 0, &[1, 2]), (1, 700, &[1, 3]), (2, 0, &[1, 4])]);
        assert_eq!(best(&history, &[1], viewer(3, 701))[0], 3, "the recent one");
        assert_eq!(best(&history, &[1], viewer(3, 1)), best(&history, &[1], viewer(3, 0)));
        assert!(!best(&history, &[1], viewer(3, 10)).contains(&3), "later orders do not count");
        let history = learnt(&[(1, 0, &[1, 2]), (2, 0, &[1, 3])]);
        assert_eq!(best(&history, &[1], viewer(2, 1)), [3, 2]);
        assert_eq!(best(&history, &[1], viewer(1, 1)), [2, 3]);
    }

    #[test]
    fn popular_products_weigh_less() {
        let mut orders: Vec<(i64, i64, &[i64])> = vec![(1, 0, &[1, 2, 3]), (2, 0, &[1, 2, 3])];
        orders.extend((3..40).map(|account| (account, 0, &[3, 4][..])));
        assert_eq!(best(&learnt(&orders), &[1], viewer(9, 1)), [2, 3]);
    }

    #[test]
    fn few_orders_of_one_account_are_disclosed_to_it_alone() {
        let history = learnt(&[(1, 0, &[1, 2]), (1, 1, &[1, 2]), (1, 2, &[1, 2]), (2, 3, &[1, 3])]);
        let index = |product| history.index_of(ProductId(product)).expect("known");
        let disclosed = |account, day| support(&history, index(1), index(2), viewer(account, day)).may_be_disclosed();
        assert!(disclosed(1, 9) && !disclosed(3, 9) && !disclosed(2, 9));
        assert!(support(&history, index(1), index(2), Viewer { account: None, minute: u32::MAX }).may_be_disclosed());
        let history = learnt(&[(1, 0, &[1, 2]), (1, 1, &[1, 2]), (2, 2, &[1, 2])]);
        let support = support(&history, 0, 1, viewer(3, 9));
        assert!(support.may_be_disclosed(), "three orders of two accounts");
        assert_eq!(support.reason("A"), "Bought together with A in 3 of 3 orders");
    }
}
