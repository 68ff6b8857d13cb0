//! What else goes with a basket: the products said to go with those in it, what is bought together with them, and what the
//! account orders anyway, in one list with one reason each.

use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, ProductId};

use super::habits::{For, Habit, habits};
use super::history::History;
use super::memory::Memory;
use super::shop::Shop;
use super::together::{CONTEXT, Others, View, support};
use catalog::Product;

/// A product that goes with the basket.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) product: Arc<Product>,
    /// From 0 to 1,000.
    pub(super) score: u32,
    pub(super) reason: String,
}

/// How much each source says beside what is bought together; habits twice, alone and where they meet the basket.
const HABIT: f32 = 0.45;
const FITTING_HABIT: f32 = 0.5;
const ACCESSORY: f32 = 0.5;
/// What a sum of all of these is multiplied with, so that it stays under 1,000.
const SCALE: f32 = 400.0;

/// So many products are looked at closely for one that is asked for: some cannot be ordered, some may not be told.
const SPARE: usize = 4;

/// Partners of a product are looked for in so many of its latest orders, and so many are tried as its reason.
const ORDERS: usize = 200;
const PARTNERS: usize = 3;

/// An idea in the making.
#[derive(Clone, Copy, Debug, Default)]
struct Idea {
    together: f32,
    habit: Option<Habit>,
    accessory: bool,
}

impl Idea {
    fn score(&self) -> f32 {
        let habit = self.habit.map_or(0.0, |habit| habit.score.powf(0.6));
        let accessory = if self.accessory { ACCESSORY } else { 0.0 };
        self.together + HABIT * habit + FITTING_HABIT * habit * self.together + accessory
    }
}

/// At most `limit` products that go with those of `basket`, best first. `accessories` are said to go with them, each with its
/// reason. Asks no database.
pub(super) fn items(
    memory: &Memory,
    shop: &Shop<'_>,
    basket: &[ProductId],
    accessories: &AHashMap<ProductId, String>,
    view: View,
    limit: usize,
) -> Vec<Item> {
    let history = memory.history();
    let context: Vec<u32> = basket.iter().filter_map(|product| history.place_of(*product)).collect();
    let mut ideas: AHashMap<ProductId, Idea> = AHashMap::new();
    for (place, score) in memory.together(&history, &context, view) {
        ideas.entry(history.product(place)).or_default().together = score;
    }
    for habit in view.account.into_iter().flat_map(|account| habits(&history, account, view.minute, For::Basket)) {
        ideas.entry(history.product(habit.product)).or_default().habit = Some(habit);
    }
    for product in accessories.keys() {
        ideas.entry(*product).or_default().accessory = true;
    }
    let in_basket: AHashSet<&ProductId> = basket.iter().collect();
    ideas.retain(|product, _| !in_basket.contains(product));
    let context = &context[context.len().saturating_sub(CONTEXT)..];
    let reasons = Reasons { history: &history, shop, context: context.iter().copied().collect(), accessories, view };
    best(ideas, |(product, idea)| reasons.item(*product, idea), limit)
}

/// The best `limit` of the ideas that become an item, best first; only as many are looked at closely as it takes.
fn best(ideas: AHashMap<ProductId, Idea>, item: impl Fn(&(ProductId, Idea)) -> Option<Item>, limit: usize) -> Vec<Item> {
    let mut ranked: Vec<(f32, (ProductId, Idea))> = ideas.into_iter().map(|idea| (idea.1.score(), idea)).collect();
    let order = |a: &(f32, (ProductId, Idea)), b: &(f32, (ProductId, Idea))| b.0.total_cmp(&a.0).then(a.1.0.cmp(&b.1.0));
    let near = (limit * SPARE + SPARE).min(ranked.len());
    if near > 0 && near < ranked.len() {
        ranked.select_nth_unstable_by(near - 1, order);
    }
    let mut found: Vec<Item> = Vec::with_capacity(limit);
    for part in [0..near, near..ranked.len()] {
        let part = &mut ranked[part];
        if found.len() < limit {
            part.sort_unstable_by(order);
            found.extend(part.iter().filter_map(|(_, idea)| item(idea)).take(limit - found.len()));
        }
    }
    found
}

struct Reasons<'a> {
    history: &'a History,
    shop: &'a Shop<'a>,
    context: AHashSet<u32>,
    accessories: &'a AHashMap<ProductId, String>,
    view: View,
}

impl Reasons<'_> {
    /// The idea as an item; none when it cannot be ordered or may not be told.
    fn item(&self, product: ProductId, idea: &Idea) -> Option<Item> {
        let product = self.shop.offered(product)?;
        let habit = || idea.habit.map(|habit| habit.words(self.view.minute));
        let together = || partner_words(self.history, self.shop, &self.context, product.id, self.view);
        let usual = idea.habit.is_some_and(|habit| HABIT * habit.score.powf(0.6) > idea.together);
        let reason = match self.accessories.get(&product.id) {
            Some(reason) => Some(reason.clone()),
            None if usual => habit(),
            None => together().or_else(habit),
        };
        Some(Item { score: (idea.score() * SCALE) as u32, reason: reason?, product })
    }
}

/// With which of the products of `context` a product was bought, in words; none when the account may not be told.
fn partner_words(history: &History, shop: &Shop<'_>, context: &AHashSet<u32>, product: ProductId, view: View) -> Option<String> {
    let place = history.place_of(product)?;
    let mut partners: AHashMap<u32, u32> = AHashMap::new();
    let mut others = Others::default();
    for order in history.with(place, view.minute).take(ORDERS).map(|order| history.order(order)) {
        let mut with = history.together(order).iter().filter(|other| context.contains(other)).peekable();
        if with.peek().is_some() && view.account != Some(order.account) {
            others.count(order.account);
        }
        with.for_each(|other| *partners.entry(*other).or_default() += 1);
    }
    let mut partners: Vec<(u32, u32)> = partners.into_iter().collect();
    partners.sort_unstable_by_key(|(partner, count)| (std::cmp::Reverse(*count), *partner));
    let told = partners.iter().take(PARTNERS).find_map(|(partner, _)| {
        let support = support(history, *partner, place, view);
        let partner = shop.products.by_id(history.product(*partner))?;
        support.may_be_told().then(|| support.words(&partner.sku))
    });
    // Rare with each of them, common with all of them.
    let of_all = || format!("Bought together with products of this basket in {} orders", others.orders());
    told.or_else(|| others.are_many().then(of_all))
}

/// Products bought together with one product, best first, each with its reason.
pub(super) fn bought_together_with(memory: &Memory, shop: &Shop<'_>, product: ProductId, view: View, limit: usize) -> Vec<Item> {
    let history = memory.history();
    let context: Vec<u32> = history.place_of(product).into_iter().collect();
    let scored = memory.together(&history, &context, view).into_iter();
    let ideas = scored.map(|(place, together)| (history.product(place), Idea { together, ..Idea::default() })).collect();
    let context = context.into_iter().collect();
    let item = |(other, idea): &(ProductId, Idea)| {
        let other = shop.offered(*other)?;
        let reason = partner_words(&history, shop, &context, other.id, view)?;
        Some(Item { score: (idea.score() * SCALE) as u32, reason, product: other })
    };
    best(ideas, item, limit)
}

/// A product to order again.
#[derive(Clone, Debug)]
pub(super) struct Again {
    pub(super) item: Item,
    pub(super) habit: Habit,
}

/// What an account is likely to order next of what it ordered before, best first.
pub(super) fn again(memory: &Memory, shop: &Shop<'_>, account: AccountId, minute: u32, limit: usize) -> Vec<Again> {
    let history = memory.history();
    let mut all = habits(&history, account, minute, For::Reorder);
    all.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.product.cmp(&b.product)));
    let item = |habit: Habit| {
        let product = shop.offered(history.product(habit.product))?;
        let score = (habit.score * 1e3) as u32;
        Some(Again { item: Item { score, reason: habit.words(minute), product }, habit })
    };
    all.into_iter().filter_map(item).take(limit).collect()
}
