//! What changed for one account between two states of knowledge and time: which products may cost something else, and why.
//!
//! Promises: a product whose ladder differs between the two states has a cause; finding the causes costs in proportion to
//! what belongs to the account (its contracts' lines, the promotions), not to the book. Whether a price really differs is
//! found by comparing two ladders. Not here: which entries were recorded when; the caller may know that better than by looking
//! at every product.

use crate::book::entries::{EntryKey, EntryTerms};
use crate::book::rows::Span;
use crate::context::{Contract, PricingContext};
use crate::inputs::Target;
use crate::ladder::{Asking, Ladders};
use crate::{Audience, Instant, LadderStep, ListId, PriceBook, ProductId};
use ahash::{AHashMap, AHashSet};

/// Why a product may cost something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Causes {
    /// An entry of a price list the account uses, or the lists it uses.
    pub list: bool,
    /// A line of a contract, or the contracts in force.
    pub contract: bool,
    /// A promotion.
    pub promotion: bool,
    /// The product: its units, categories, brand, groups, cost or minimum price.
    pub product: bool,
}

impl Causes {
    /// Whether there is any.
    pub const fn any(self) -> bool {
        self.list || self.contract || self.promotion || self.product
    }
}

/// Two states of what an account's prices depend on.
pub struct Delta<'b> {
    book: &'b PriceBook,
    before: Ladders<'b>,
    after: Ladders<'b>,
    sides: [Side<'b>; 2],
    /// Lists used in either state.
    lists: Vec<u32>,
    /// Lists whose place among the sources differs.
    moved_lists: AHashSet<u32>,
    contracts: Targets,
    promotions: Targets,
}

struct Side<'b> {
    asking: Asking,
    context: PricingContext<'b, 'static>,
}

/// Targets of what changed: single products, and anything else.
#[derive(Default)]
struct Targets {
    products: AHashSet<ProductId>,
    others: Vec<Target>,
}

impl Targets {
    fn add(&mut self, target: Target) {
        match target {
            Target::Sku(product) => {
                self.products.insert(product);
            }
            other if !self.others.contains(&other) => self.others.push(other),
            _ => {}
        }
    }
}

impl Side<'_> {
    fn counts(&self, span: &Span) -> bool {
        span.known(self.asking.as_of) && span.valid(self.asking.at)
    }
}

impl<'b> Delta<'b> {
    /// Compares two states; account and currency are those of `after`.
    pub fn new(book: &'b PriceBook, before: Asking, after: Asking) -> Self {
        let before = Asking { account: after.account, currency: after.currency, ..before };
        let side = |asking: Asking| Side { asking, context: asking.context(book) };
        let mut delta = Self {
            book,
            before: Ladders::new(book, before),
            after: Ladders::new(book, after),
            sides: [side(before), side(after)],
            lists: Vec::new(),
            moved_lists: AHashSet::new(),
            contracts: Targets::default(),
            promotions: Targets::default(),
        };
        delta.compare_lists();
        delta.compare_contracts();
        delta.compare_promotions();
        delta
    }

    /// The lists the account uses in either state.
    pub fn lists(&self) -> impl Iterator<Item = ListId> {
        self.lists.iter().copied().map(ListId)
    }

    /// Whether products beyond those of [`Delta::named`] may be concerned by more than their own entries and versions, so that
    /// every product has to be looked at.
    pub fn is_wide(&self) -> bool {
        !(self.moved_lists.is_empty() && self.contracts.others.is_empty() && self.promotions.others.is_empty())
    }

    /// The products that changed lines of contracts and promotions name one by one.
    pub fn named(&self) -> impl Iterator<Item = ProductId> {
        self.contracts.products.iter().chain(&self.promotions.products).copied()
    }

    /// Why the product may cost something else.
    pub fn causes(&self, product: ProductId) -> Causes {
        Causes {
            list: self.entries_differ(product),
            contract: self.is_targeted(product, &self.contracts),
            promotion: self.is_targeted(product, &self.promotions),
            product: self.versions_differ(product),
        }
    }

    /// The product's ladders before and after.
    pub fn ladders(&mut self, product: ProductId) -> (&[LadderStep], &[LadderStep]) {
        (self.before.of(product), self.after.of(product))
    }

    fn compare_lists(&mut self) {
        // What matters of a source is its lists and the order, not its number.
        let ranked = |side: &Side<'_>| {
            let mut lists: Vec<(u32, u32)> = side.context.lists.iter().map(|source| (source.rank, source.list)).collect();
            lists.sort_unstable();
            lists
        };
        let [before, after] = [ranked(&self.sides[0]), ranked(&self.sides[1])];
        let uses = |lists: &[(u32, u32)], list: u32| lists.iter().any(|(_, other)| *other == list);
        let all = before.iter().chain(&after).map(|(_, list)| *list);
        self.moved_lists.extend(all.clone().filter(|list| uses(&before, *list) != uses(&after, *list)));
        let common = |lists: &[(u32, u32)]| {
            let kept: Vec<(u32, u32)> = lists.iter().copied().filter(|(_, list)| !self.moved_lists.contains(list)).collect();
            let sources = kept.chunk_by(|left, right| left.0 == right.0);
            sources.map(|source| source.iter().map(|(_, list)| *list).collect()).collect::<Vec<Vec<u32>>>()
        };
        let same_order = common(&before) == common(&after);
        self.lists.extend(all.clone());
        self.lists.sort_unstable();
        self.lists.dedup();
        if !same_order {
            self.moved_lists.extend(self.lists.iter().copied());
        }
    }

    fn compare_contracts(&mut self) {
        let [before, after] = &self.sides;
        let find = |side: &Side<'b>, id: u32| side.context.contracts.iter().find(|contract| contract.id == id).copied();
        let mut targets = Targets::default();
        for contract in &before.context.contracts {
            self.compare_contract(contract, find(after, contract.id).as_ref(), &mut targets);
        }
        for contract in after.context.contracts.iter().filter(|contract| find(before, contract.id).is_none()) {
            self.compare_contract(contract, None, &mut targets);
        }
        self.contracts = targets;
    }

    fn compare_contract(&self, contract: &Contract<'b>, other: Option<&Contract<'b>>, targets: &mut Targets) {
        let same = |left: &Contract<'b>, right: &Contract<'b>| {
            let of = |contract: &Contract<'b>| (contract.applicable.header.mode, contract.applicable.header.span.valid_from);
            let codes = left.applicable.header.code == right.applicable.header.code;
            of(left) == of(right) && left.applicable.distance == right.applicable.distance && codes
        };
        let stands = other.is_some_and(|other| same(contract, other));
        let [before, after] = &self.sides;
        for line in self.book.lines.all_of(contract.lines) {
            let (then, now) = (before.counts(&line.span), after.counts(&line.span));
            if then != now || (!stands && (then || now)) {
                targets.add(line.target);
            }
        }
    }

    fn compare_promotions(&mut self) {
        let mut targets = Targets::default();
        let [before, after] = &self.sides;
        for (row, promotion) in self.book.promotion_rows.iter().enumerate() {
            let counts = |side: &Side<'_>| {
                side.is_addressed(promotion.promotion.audience)
                    && side.context.has_coupon(promotion)
                    && promotion.span.valid(side.asking.at)
                    && side.context.promotion_is_known(row as u32)
            };
            if counts(before) != counts(after) {
                promotion.promotion.lines.iter().for_each(|terms| targets.add(terms.target));
            }
        }
        self.promotions = targets;
    }

    fn entries_differ(&self, product: ProductId) -> bool {
        let Some(slot) = self.book.products.get(product.0 as usize) else {
            return false;
        };
        let [before, after] = &self.sides;
        self.lists.iter().any(|list| {
            let moved = self.moved_lists.contains(list);
            let counts = |side: &Side<'_>, terms: &EntryTerms, superseded_at: Instant| {
                let as_of = side.asking.as_of;
                let known = terms.recorded_at <= as_of && (as_of < superseded_at || superseded_at == Instant::MAX);
                known && terms.is_valid(side.asking.at)
            };
            slot.entries.ever(EntryKey::new(*list, after.asking.currency)).any(|(entry, superseded_at)| {
                let terms = self.book.entry_terms.get(entry.terms);
                let (then, now) = (counts(before, terms, superseded_at), counts(after, terms, superseded_at));
                then != now || (moved && now)
            })
        })
    }

    fn is_targeted(&self, product: ProductId, targets: &Targets) -> bool {
        let named = |target: &Target| self.sides.iter().any(|side| self.book.is_named(product, *target, side.asking.as_of));
        targets.products.contains(&product) || targets.others.iter().any(named)
    }

    fn versions_differ(&self, product: ProductId) -> bool {
        let version =
            |side: &Side<'_>| self.book.product(product, side.asking.as_of).map(|(_, version)| std::ptr::from_ref(version));
        let [before, after] = &self.sides;
        version(before) != version(after)
    }
}

impl Side<'_> {
    /// Whether a promotion for this audience is for the account.
    fn is_addressed(&self, audience: Audience) -> bool {
        match audience {
            Audience::Everyone => true,
            Audience::Group(group) => self.context.group == Some(group),
            Audience::Account(account) => self.asking.account == Some(account),
        }
    }
}

/// The steps that are gone and those that are new or give another price, by unit and quantity.
pub fn compare_ladders(before: &[LadderStep], after: &[LadderStep]) -> (Vec<LadderStep>, Vec<LadderStep>) {
    let key = |step: &LadderStep| (step.unit, step.min_quantity);
    let old: AHashMap<_, _> = before.iter().map(|step| (key(step), step.price)).collect();
    let new: AHashSet<_> = after.iter().map(key).collect();
    let gone = before.iter().filter(|step| !new.contains(&key(step))).copied().collect();
    let changed = after.iter().filter(|step| old.get(&key(step)) != Some(&step.price)).copied().collect();
    (gone, changed)
}
