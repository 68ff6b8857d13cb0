//! The price book: every row that can make a price, in memory, fed row by row.
//!
//! Promises: putting a row costs in proportion to that row; rows may come in any order and more than once and the
//! prices are the same; nothing is copied per account; nothing that was known is forgotten. Not here: where rows come
//! from, how a price is found (see [`crate::price`]).

pub(crate) mod dedup;
pub(crate) mod entries;
mod history;
pub(crate) mod index;
pub(crate) mod lines;
mod members;
pub(crate) mod named;
pub(crate) mod rows;

use crate::inputs::{
    AccountVersion, Assignment, Audience, ContractLine, ContractVersion, Entry, Kind, ListVersion, ProductVersion, Promotion,
    Scope, Target,
};
use crate::{AccountId, Factor, HANDLE_LIMIT, Instant, ProductId};
use ahash::AHashMap;
use dedup::{Deduplicated, Interned};
use entries::{EntryKey, EntryRow, EntryTerms};
use history::History;
use index::TargetIndex;
use lines::{LineTable, check_terms};
use named::{IN_CONTRACTS, IN_PROMOTIONS, Named};
use rows::{
    Account, AccountSlot, Categories, ContractHeader, ContractSlot, GroupSlot, List, Product, ProductSlot, PromotionRow, SoldIn,
    Span,
};
use smallvec::SmallVec;

/// Why a row is not taken into the book. The book is unchanged then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// A handle is not below [`HANDLE_LIMIT`].
    #[error("a handle is too large")]
    HandleTooLarge,
    /// A threshold or minimum quantity is negative.
    #[error("a threshold is negative")]
    NegativeThreshold,
    /// Two breaks of one line have the same threshold.
    #[error("two breaks have the same threshold")]
    DuplicateThreshold,
    /// A line has neither a value nor a break.
    #[error("the line has no value")]
    NoValue,
    /// A unit is given twice, or the stock unit with a factor other than 1.
    #[error("a unit is given twice with different meaning")]
    ConflictingUnits,
    /// A promotion line has scope period or kind cost-plus, which only contracts have.
    #[error("promotions have no period scope and no cost-plus")]
    ContractOnly,
    /// A promotion with amounts names no currency.
    #[error("a promotion with amounts needs a currency")]
    CurrencyMissing,
}

/// All rows that can make a price. Cloning copies everything.
#[derive(Debug, Clone, Default)]
pub struct PriceBook {
    version: u64,
    pub(crate) products: Vec<ProductSlot>,
    sold_in: Interned<SoldIn>,
    categories: Interned<Categories>,
    pub(crate) entry_terms: Deduplicated<EntryTerms>,
    pub(crate) accounts: Vec<AccountSlot>,
    pub(crate) groups: AHashMap<u32, GroupSlot>,
    pub(crate) lists: Vec<History<List>>,
    pub(crate) default_lists: SmallVec<[u32; 2]>,
    pub(crate) contracts: Vec<ContractSlot>,
    pub(crate) everyone: TargetIndex,
    pub(crate) promotion_rows: Vec<PromotionRow>,
    promotion_versions: AHashMap<u32, Vec<u32>>,
    pub(crate) named: Named,
    pub(crate) lines: LineTable,
}

impl PriceBook {
    /// An empty book of version 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// The version the caller gave to the present content.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Gives the present content a version; answers carry it.
    pub const fn set_version(&mut self, version: u64) {
        self.version = version;
    }

    /// Makes room for so many products more. Worth a call before loading, never needed.
    pub fn expect_products(&mut self, count: usize) {
        self.products.reserve_exact(count);
    }

    /// Gives back memory that growing left unused. Worth a call after loading, never needed.
    pub fn shrink(&mut self) {
        self.entry_terms.shrink();
        self.contracts.iter_mut().for_each(|contract| contract.lines.shrink());
        self.lines.shrink();
    }

    /// Adds a version of a product.
    pub fn put_product(&mut self, version: &ProductVersion) -> Result<(), BookError> {
        let stock = version.units.iter().filter(|unit| unit.code == version.stock_unit);
        let twice = |index: usize| version.units[..index].iter().any(|unit| unit.code == version.units[index].code);
        if stock.into_iter().any(|unit| unit.factor != Factor::ONE) || (0..version.units.len()).any(twice) {
            return Err(BookError::ConflictingUnits);
        }
        let categories = version.categories.iter().map(|category| category.id.0);
        if categories.chain(version.brand.map(|brand| brand.0)).any(|handle| handle >= HANDLE_LIMIT) {
            return Err(BookError::HandleTooLarge);
        }
        let slot = slot(&mut self.products, version.id.0)?;
        let product = Product::new(version, &mut self.sold_in, &mut self.categories);
        slot.versions.put(version.recorded_at, product);
        Ok(())
    }

    /// Adds a version of an account.
    pub fn put_account(&mut self, version: &AccountVersion) -> Result<(), BookError> {
        let handles = [version.parent.map(|parent| parent.0), version.group.map(|group| group.0)];
        if handles.into_iter().flatten().any(|handle| handle >= HANDLE_LIMIT) {
            return Err(BookError::HandleTooLarge);
        }
        let account = Account { parent: version.parent, group: version.group };
        slot(&mut self.accounts, version.id.0)?.versions.put(version.recorded_at, account);
        Ok(())
    }

    /// Adds a version of a price list.
    pub fn put_list(&mut self, version: &ListVersion) -> Result<(), BookError> {
        let mut assigned = version.assigned.clone();
        assigned.sort_unstable();
        assigned.dedup();
        for assignment in &assigned {
            let lists = match assignment {
                Assignment::Account(account) => &mut slot(&mut self.accounts, account.0)?.lists,
                Assignment::Group(group) => &mut self.groups.entry(group.0).or_default().lists,
                Assignment::Default => &mut self.default_lists,
            };
            insert_sorted(lists, version.id.0);
        }
        let list = List { code: version.code.as_str().into(), assigned: assigned.into() };
        slot(&mut self.lists, version.id.0)?.put(version.recorded_at, list);
        Ok(())
    }

    /// Adds an entry of a price list; one of the same id, list, product and currency is replaced.
    pub fn put_entry(&mut self, entry: &Entry) -> Result<(), BookError> {
        if entry.min_quantity.is_negative() {
            return Err(BookError::NegativeThreshold);
        }
        if entry.list.0 >= HANDLE_LIMIT {
            return Err(BookError::HandleTooLarge);
        }
        let span = Span::new(&entry.times);
        let slot = slot(&mut self.products, entry.product.0)?;
        let terms = EntryTerms {
            unit: entry.unit,
            per: entry.per,
            valid_from: span.valid_from,
            valid_until: span.valid_until,
            recorded_at: span.recorded_at,
        };
        let row = EntryRow {
            id: entry.id.0,
            step: crate::Break { threshold: entry.min_quantity, value: entry.unit_price },
            key: EntryKey::new(entry.list.0, entry.currency),
            terms: self.entry_terms.number(terms),
        };
        slot.entries.put(row, span.superseded_at);
        Ok(())
    }

    /// Adds a version of a contract's header.
    pub fn put_contract(&mut self, version: &ContractVersion) -> Result<(), BookError> {
        let account = slot(&mut self.accounts, version.account.0)?;
        if version.id.0 >= HANDLE_LIMIT {
            return Err(BookError::HandleTooLarge);
        }
        insert_sorted(&mut account.contracts, version.id.0);
        let header = ContractHeader {
            version: version.version,
            code: version.code.as_str().into(),
            account: version.account,
            currency: version.currency,
            mode: version.mode,
            status: version.status,
            span: Span::new(&version.times),
        };
        slot(&mut self.contracts, version.id.0)?.put(header);
        Ok(())
    }

    /// Adds a line of a contract; one of the same id is replaced.
    pub fn put_contract_line(&mut self, line: &ContractLine) -> Result<(), BookError> {
        check_terms(&line.terms)?;
        if let Target::Sku(product) = line.terms.target {
            slot(&mut self.products, product.0)?.in_contracts = true;
        }
        self.named.note(line.terms.target, IN_CONTRACTS);
        let contract = slot(&mut self.contracts, line.contract.0)?;
        contract.has_period |= line.terms.scope == Scope::Period;
        self.lines.put_contract_line(&mut contract.lines, line)
    }

    /// Adds a version of a promotion.
    pub fn put_promotion(&mut self, promotion: &Promotion) -> Result<(), BookError> {
        check_promotion(promotion)?;
        let versions = self.promotion_versions.entry(promotion.id.0).or_default();
        let number = |row: &u32| self.promotion_rows[*row as usize].promotion.version;
        let same = versions.iter().position(|row| number(row) == promotion.version);
        let mut span = Span::new(&promotion.times);
        if let Some(place) = same {
            let old = &self.promotion_rows[versions[place] as usize];
            if old.promotion == *promotion {
                return Ok(());
            }
            span = span.superseded_no_later_than(old.span);
            old.rows.iter().for_each(|line| self.lines.bury(*line));
            versions.remove(place);
        }
        let row = self.promotion_rows.len() as u32;
        versions.push(row);
        let rows = self.file_promotion(promotion, row, span)?;
        let id = promotion.id.0;
        let (promotion, code) = (promotion.clone(), promotion.code.as_str().into());
        self.promotion_rows.push(PromotionRow { promotion, code, span, rows });
        self.update_promotion_lines(id);
        Ok(())
    }

    /// Copies validity and the number of versions to the lines of all versions of a promotion.
    fn update_promotion_lines(&mut self, promotion: u32) {
        let versions = self.promotion_versions.get(&promotion).map_or(&[][..], Vec::as_slice);
        for row in versions {
            let version = &self.promotion_rows[*row as usize];
            for line in &version.rows {
                self.lines.set_promotion(*line, version.span, versions.len() > 1);
            }
        }
    }

    fn file_promotion(&mut self, promotion: &Promotion, row: u32, span: Span) -> Result<Vec<u32>, BookError> {
        for terms in &promotion.lines {
            self.named.note(terms.target, IN_PROMOTIONS);
            if let Target::Sku(product) = terms.target {
                slot(&mut self.products, product.0)?.in_promotions = true;
            }
        }
        let index = match promotion.audience {
            Audience::Everyone => &mut self.everyone,
            Audience::Group(group) => &mut self.groups.entry(group.0).or_default().promotions,
            Audience::Account(account) => slot(&mut self.accounts, account.0)?.promotions.get_or_insert_default(),
        };
        let terms = promotion.lines.iter().enumerate();
        let owner = (row, promotion, span);
        terms.map(|(position, terms)| self.lines.put_promotion_line(index, owner, position, terms)).collect()
    }

    /// Whether this row is the version of its promotion that counts at `as_of`.
    pub(crate) fn is_known_promotion(&self, row: u32, as_of: Instant) -> bool {
        let promotion = &self.promotion_rows[row as usize];
        if !promotion.span.known(as_of) {
            return false;
        }
        let versions = self.promotion_versions.get(&promotion.promotion.id.0).map_or(&[][..], Vec::as_slice);
        let order = |row: &PromotionRow| (row.span.recorded_at, row.promotion.version);
        versions
            .iter()
            .map(|row| &self.promotion_rows[*row as usize])
            .all(|other| !other.span.known(as_of) || order(other) <= order(promotion))
    }

    pub(crate) fn product(&self, id: ProductId, as_of: Instant) -> Option<(&ProductSlot, &Product)> {
        let slot = self.products.get(id.0 as usize)?;
        slot.versions.known(as_of).map(|product| (slot, product))
    }

    pub(crate) fn account(&self, id: AccountId) -> Option<&AccountSlot> {
        self.accounts.get(id.0 as usize)
    }
}

impl ProductSlot {
    /// Begins to load what is needed soon, so that the waits for memory run side by side. Changes nothing.
    pub(crate) fn touch(&self) {
        std::hint::black_box((self.in_contracts, self.entries.is_empty()));
    }
}

fn check_promotion(promotion: &Promotion) -> Result<(), BookError> {
    let handle = match promotion.audience {
        Audience::Everyone => 0,
        Audience::Group(group) => group.0,
        Audience::Account(account) => account.0,
    };
    if handle >= HANDLE_LIMIT {
        return Err(BookError::HandleTooLarge);
    }
    for terms in &promotion.lines {
        check_terms(terms)?;
        if terms.scope == Scope::Period || terms.kind == Kind::CostPlus {
            return Err(BookError::ContractOnly);
        }
        if promotion.currency.is_none() && terms.kind != Kind::PercentOff {
            return Err(BookError::CurrencyMissing);
        }
    }
    Ok(())
}

/// Adds an item to a sorted list that has each item once.
fn insert_sorted(items: &mut SmallVec<[u32; 2]>, item: u32) {
    if let Err(place) = items.binary_search(&item) {
        items.insert(place, item);
    }
}

fn slot<T: Default>(slots: &mut Vec<T>, handle: u32) -> Result<&mut T, BookError> {
    if handle >= HANDLE_LIMIT {
        return Err(BookError::HandleTooLarge);
    }
    let index = handle as usize;
    if slots.len() <= index {
        slots.resize_with(index + 1, T::default);
    }
    Ok(&mut slots[index])
}
