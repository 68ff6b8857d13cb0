//! What a request sees, found once for all its lines: the price lists in order, the contracts in force, the promotions'
//! audiences, the quantities ordered before.
//!
//! Promises: the chain of companies ends, also when the data runs in a circle. Not here: products.

use crate::book::index::TargetIndex;
use crate::book::rows::{ContractHeader, PromotionRow};
use crate::inputs::{Assignment, ContractStatus};
use crate::{AccountId, ContractLineId, GroupId, Instant, PriceBook, PriceRequest, Quantity};
use ahash::AHashMap;
use smallvec::SmallVec;

/// Companies above an account that are looked at, itself included.
const LONGEST_CHAIN: usize = 64;

/// Where a list price may come from, first to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListSource {
    /// Equal for lists that belong to the same owner: they are one source.
    pub(crate) rank: u32,
    pub(crate) list: u32,
}

/// A contract in force for the account, with its lines.
#[derive(Clone, Copy)]
pub(crate) struct Contract<'b> {
    pub(crate) id: u32,
    pub(crate) applicable: ApplicableContract<'b>,
    pub(crate) lines: &'b TargetIndex,
    pub(crate) has_period: bool,
}

/// A contract's header and how many companies lie between the account and the holder.
#[derive(Clone, Copy)]
pub(crate) struct ApplicableContract<'b> {
    pub(crate) header: &'b ContractHeader,
    pub(crate) distance: u32,
}

/// Everything about a request that does not depend on the line.
pub(crate) struct PricingContext<'b, 'r> {
    pub(crate) book: &'b PriceBook,
    pub(crate) request: PriceRequest<'r>,
    /// By rank.
    pub(crate) lists: Vec<ListSource>,
    /// Nearest holder first.
    pub(crate) contracts: Vec<Contract<'b>>,
    /// The account's group.
    pub(crate) group: Option<GroupId>,
    /// The account and the companies above it, nearest first.
    companies: SmallVec<[AccountId; 8]>,
    audiences: [Option<&'b TargetIndex>; 3],
    ordered: Option<AHashMap<ContractLineId, Quantity>>,
}

impl<'b, 'r> PricingContext<'b, 'r> {
    pub(crate) fn new(book: &'b PriceBook, request: &PriceRequest<'r>) -> Self {
        let mut context = Self::with_lists(book, request);
        context.add_all_contracts();
        context
    }

    /// A context that still needs [`PricingContext::add_all_contracts`]; what that will look at is being loaded meanwhile.
    pub(crate) fn with_lists(book: &'b PriceBook, request: &PriceRequest<'r>) -> Self {
        let mut context = Self {
            book,
            request: *request,
            lists: Vec::with_capacity(8),
            contracts: Vec::new(),
            group: None,
            companies: SmallVec::new(),
            audiences: [Some(&book.everyone), None, None],
            ordered: None,
        };
        let mut rank = 0;
        if let Some(account) = request.account {
            rank = context.climb(account);
            context.join_groups(account, rank);
        }
        context.add_lists(&book.default_lists, Assignment::Default, rank + 1);
        if !request.period_quantities.is_empty() {
            let mut ordered = AHashMap::with_capacity(request.period_quantities.len());
            for given in request.period_quantities {
                ordered.entry(given.line).or_insert(given.quantity);
            }
            context.ordered = Some(ordered);
        }
        context
    }

    /// Finds the contracts in force.
    pub(crate) fn add_all_contracts(&mut self) {
        let companies = std::mem::take(&mut self.companies);
        for (distance, company) in companies.iter().enumerate() {
            if let Some(slot) = self.book.account(*company) {
                self.add_contracts(&slot.contracts, *company, distance as u32);
            }
        }
        for contract in &self.contracts {
            self.book.lines.touch(contract.lines);
        }
    }

    /// The account and the companies above it, nearest first; none once their contracts were added.
    pub(crate) fn companies(&self) -> impl Iterator<Item = AccountId> {
        self.companies.iter().copied()
    }

    pub(crate) fn as_of(&self) -> Instant {
        self.request.as_of
    }

    /// The promotion lines of the audiences the account belongs to.
    pub(crate) fn audiences(&self) -> impl Iterator<Item = &'b TargetIndex> {
        self.audiences.iter().flatten().copied()
    }

    /// What was ordered before under a contract line.
    pub(crate) fn ordered(&self, line: ContractLineId) -> Quantity {
        self.ordered.as_ref().and_then(|ordered| ordered.get(&line)).copied().unwrap_or_default()
    }

    /// Whether a version of a promotion is the one that is known, in the asked currency.
    pub(crate) fn promotion_is_known(&self, row: u32) -> bool {
        let currency = self.book.promotion_rows[row as usize].promotion.currency;
        currency.is_none_or(|currency| currency == self.request.currency) && self.book.is_known_promotion(row, self.as_of())
    }

    pub(crate) fn has_coupon(&self, promotion: &PromotionRow) -> bool {
        let needed = promotion.promotion.coupon.as_deref();
        needed.is_none_or(|needed| self.request.coupons.iter().any(|given| given.eq_ignore_ascii_case(needed)))
    }

    /// Collects the account and the companies above it, and their lists; returns the next free rank.
    fn climb(&mut self, account: AccountId) -> u32 {
        let mut next = Some(account);
        while let Some(current) = next {
            if self.companies.len() == LONGEST_CHAIN || self.companies.contains(&current) {
                break;
            }
            let rank = self.companies.len() as u32;
            self.companies.push(current);
            let Some(slot) = self.book.account(current) else {
                break;
            };
            for contract in &slot.contracts {
                self.book.contracts.get(*contract as usize).inspect(|contract| contract.touch());
            }
            self.add_lists(&slot.lists, Assignment::Account(current), rank);
            next = slot.versions.known(self.request.as_of).and_then(|account| account.parent);
        }
        self.companies.len() as u32
    }

    fn join_groups(&mut self, account: AccountId, rank: u32) {
        let Some(slot) = self.book.account(account) else {
            return;
        };
        self.audiences[2] = slot.promotions.as_deref();
        self.group = slot.versions.known(self.request.as_of).and_then(|account| account.group);
        let Some(GroupId(group)) = self.group else {
            return;
        };
        let Some(slot) = self.book.groups.get(&group) else {
            return;
        };
        self.audiences[1] = Some(&slot.promotions);
        self.add_lists(&slot.lists, Assignment::Group(GroupId(group)), rank);
    }

    fn add_lists(&mut self, lists: &[u32], assignment: Assignment, rank: u32) {
        for list in lists {
            let version = self.book.lists.get(*list as usize).and_then(|versions| versions.known(self.request.as_of));
            if version.is_some_and(|version| version.assigned.binary_search(&assignment).is_ok()) {
                self.lists.push(ListSource { rank, list: *list });
            }
        }
    }

    fn add_contracts(&mut self, contracts: &[u32], holder: AccountId, distance: u32) {
        for id in contracts {
            let Some(slot) = self.book.contracts.get(*id as usize) else {
                continue;
            };
            let Some(header) = slot.known(self.request.as_of) else {
                continue;
            };
            let in_force = header.account == holder
                && header.currency == self.request.currency
                && header.status == ContractStatus::Active
                && header.span.valid(self.request.at);
            if in_force {
                self.contracts.push(Contract {
                    id: *id,
                    applicable: ApplicableContract { header, distance },
                    lines: &slot.lines,
                    has_period: slot.has_period,
                });
            }
        }
    }
}
