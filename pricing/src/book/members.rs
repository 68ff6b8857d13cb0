//! What belongs to what, as it was known: products a target names, accounts below one, units of a product.
//!
//! Walks everything there is; for reports and replays, not for every price.

use crate::inputs::Target;
use crate::{AccountId, Factor, Instant, PriceBook, ProductId, UnitCode};

impl PriceBook {
    /// The products that a target names, as known at `as_of`, in order of their handles.
    pub fn products_of(&self, target: Target, as_of: Instant) -> Vec<ProductId> {
        if let Target::Sku(product) = target {
            return self.product(product, as_of).map(|_| product).into_iter().collect();
        }
        self.all_products().filter(|product| self.is_named(*product, target, as_of)).collect()
    }

    /// The categories, with those above, and the brand of a product, as known at `as_of`.
    pub fn targets_of(&self, product: ProductId, as_of: Instant) -> impl Iterator<Item = Target> {
        let version = self.product(product, as_of).map(|(_, version)| version);
        version.into_iter().flat_map(|version| version.targets().map(|(target, _)| *target))
    }

    /// Whether a target names the product, as known at `as_of`.
    pub fn is_named(&self, product: ProductId, target: Target, as_of: Instant) -> bool {
        let Some((_, version)) = self.product(product, as_of) else {
            return false;
        };
        match target {
            Target::Sku(named) => named == product,
            other => version.is_in(other),
        }
    }

    /// The handles of all products, known or not.
    pub fn all_products(&self) -> impl Iterator<Item = ProductId> + use<> {
        (0..self.products.len() as u32).map(ProductId)
    }

    /// Stock units in one of the unit, as known at `as_of`; nothing when the product is not sold in it.
    pub fn factor_of(&self, product: ProductId, unit: UnitCode, as_of: Instant) -> Option<Factor> {
        self.product(product, as_of).and_then(|(_, version)| version.factor(unit))
    }

    /// The account and all accounts below it, as known at `as_of`.
    pub fn family_of(&self, account: AccountId, as_of: Instant) -> Vec<AccountId> {
        let mut children: Vec<(AccountId, AccountId)> = Vec::new();
        for (handle, slot) in self.accounts.iter().enumerate() {
            if let Some(parent) = slot.versions.known(as_of).and_then(|account| account.parent) {
                children.push((parent, AccountId(handle as u32)));
            }
        }
        children.sort_unstable();
        let mut family = vec![account];
        let mut seen = ahash::AHashSet::from_iter([account]);
        let mut next = 0;
        while let Some(parent) = family.get(next).copied() {
            let from = children.partition_point(|(above, _)| *above < parent);
            let below = children[from..].iter().take_while(|(above, _)| *above == parent);
            family.extend(below.map(|(_, child)| *child).filter(|child| seen.insert(*child)));
            next += 1;
        }
        family
    }
}
