//! Which rows the oracle sees: versions as known, the companies above an account.

use super::{Oracle, known};
use crate::world::Row;
use pricing::{AccountId, AccountVersion, Assignment, ContractVersion, Instant, ProductId, ProductVersion, Promotion};

impl Oracle<'_> {
    pub(super) fn product(&self, id: ProductId) -> Option<ProductVersion> {
        let all = self.world.rows.iter().filter_map(|row| match row {
            Row::Product(version) if version.id == id => Some((version.recorded_at, version.clone())),
            _ => None,
        });
        recorded(all.collect(), self.world.as_of)
    }

    pub(super) fn account(&self, id: AccountId) -> Option<AccountVersion> {
        let all = self.world.rows.iter().filter_map(|row| match row {
            Row::Account(version) if version.id == id => Some((version.recorded_at, *version)),
            _ => None,
        });
        recorded(all.collect(), self.world.as_of)
    }

    pub(super) fn company_chain(&self) -> Vec<AccountId> {
        let mut chain = Vec::new();
        let mut next = self.world.account;
        while let Some(account) = next.filter(|account| !chain.contains(account)) {
            chain.push(account);
            next = self.account(account).and_then(|version| version.parent);
        }
        chain
    }

    pub(super) fn group(&self) -> Option<pricing::GroupId> {
        self.account(self.world.account?)?.group
    }

    pub(super) fn is_assigned(&self, list: pricing::ListId, source: Assignment) -> bool {
        let all = self.world.rows.iter().filter_map(|row| match row {
            Row::List(version) if version.id == list => Some((version.recorded_at, version.clone())),
            _ => None,
        });
        recorded(all.collect(), self.world.as_of).is_some_and(|version| version.assigned.contains(&source))
    }

    pub(super) fn contract(&self, id: pricing::ContractId) -> Option<ContractVersion> {
        let all = self.world.rows.iter().filter_map(|row| match row {
            Row::Contract(version) if version.id == id && known(&version.times, self.world.as_of) => Some(version),
            _ => None,
        });
        all.max_by_key(|version| (version.times.recorded_at, version.version)).cloned()
    }

    /// The version of each promotion that is known.
    pub(super) fn promotions(&self) -> Vec<Promotion> {
        let all: Vec<&Promotion> = self
            .world
            .rows
            .iter()
            .filter_map(|row| match row {
                Row::Promotion(promotion) if known(&promotion.times, self.world.as_of) => Some(promotion),
                _ => None,
            })
            .collect();
        let order = |promotion: &Promotion| (promotion.times.recorded_at, promotion.version);
        let is_last =
            |promotion: &&&Promotion| all.iter().all(|other| other.id != promotion.id || order(other) <= order(promotion));
        all.iter().filter(is_last).map(|promotion| (*promotion).clone()).collect()
    }
}

/// Of several recordings the last one known, or else the first one of all.
fn recorded<T>(mut all: Vec<(Instant, T)>, as_of: Instant) -> Option<T> {
    all.sort_by_key(|(recorded_at, _)| *recorded_at);
    let place = all.iter().rposition(|(recorded_at, _)| *recorded_at <= as_of).unwrap_or(0);
    (!all.is_empty()).then(|| all.swap_remove(place).1)
}
