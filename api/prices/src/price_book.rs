//! The engine's book together with what ties it to the database: dense ids for ids and names, codes for labels, the version.
//!
//! Rows may be put more than once and in any order; the book ends up the same. Not here: where rows are read (`load`).

use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, AssignedKind, AudienceKind, ContractMode, Instant, PriceRuleKind, ProductId, TargetKind, VolumeScope};
use pricing::{
    AccountVersion, Amount, Assignment, Audience, Break, ContractLine, ContractStatus, ContractVersion, Currency, Entry, EntryId,
    Kind, ListVersion, Mode, Per, PriceBook, ProductMoney, ProductVersion, Promotion, Quantity, RequestLine, Scope, Target,
    Terms, Times, UnitCode,
};

use super::change_log::ChangeIndex;
use super::dense_ids::DenseIds;
use super::period::{Counted, Period};
use super::pricing_inputs::ProductInputs;

/// All prices, as one process holds them.
#[derive(Debug, Default)]
pub struct Book {
    engine: PriceBook,
    recorded_at: Instant,
    products: DenseIds<i64>,
    accounts: DenseIds<i64>,
    lists: DenseIds<i64>,
    contracts: DenseIds<i64>,
    promotions: DenseIds<i64>,
    categories: DenseIds<i64>,
    groups: DenseIds<String>,
    brands: DenseIds<String>,
    mixes: DenseIds<String>,
    list_codes: Vec<Arc<str>>,
    contract_codes: Vec<Arc<str>>,
    promotion_codes: Vec<Arc<str>>,
    currencies: AHashSet<Currency>,
    /// When products that buyers did not always know of were shown and hidden, in order.
    hidden: AHashMap<u32, Vec<(Instant, bool)>>,
    change_index: ChangeIndex,
}

/// A line that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct PriceLine {
    pub product: ProductId,
    pub unit: UnitCode,
    pub quantity: Quantity,
}

/// What a contract line and a promotion line have in common, as stored.
#[derive(Clone, Debug)]
pub struct LineRow {
    pub target_kind: TargetKind,
    pub target_id: i64,
    pub target_code: String,
    pub kind: PriceRuleKind,
    pub value: Option<i64>,
    pub unit: Option<UnitCode>,
    pub per: Per,
    pub breaks: Vec<Break>,
    pub scope: VolumeScope,
}

/// All that was ever known of a product.
#[derive(Clone, Debug)]
pub(super) struct ProductRow {
    pub(super) id: i64,
    /// Its inputs from each instant on at which they changed, in order; at least one.
    pub(super) versions: Vec<(Instant, ProductInputs)>,
    /// Cost and floor from each instant on at which they changed, in order.
    pub(super) money: MoneyHistory,
}

/// An account's place in the company tree and its group, as recorded.
#[derive(Clone, Debug)]
pub struct AccountRow {
    pub id: i64,
    pub recorded_at: Instant,
    pub parent: Option<i64>,
    pub group: Option<String>,
}

/// Cost and floor by the instants at which they changed, in order.
pub(super) type MoneyHistory = Vec<(Instant, Vec<ProductMoney>)>;

/// A price list's terms, as stored.
#[derive(Clone, Debug)]
pub struct ListRow {
    pub list: i64,
    pub code: String,
    pub recorded_at: Instant,
    pub kind: AssignedKind,
    pub assigned_id: i64,
    pub assigned_code: String,
}

/// A list's entry, as stored.
#[derive(Clone, Copy, Debug)]
pub struct EntryRow {
    pub id: i64,
    pub list: i64,
    pub product: i64,
    pub unit: UnitCode,
    pub currency: Currency,
    pub min_quantity: Quantity,
    pub unit_price: Amount,
    pub per: Per,
    pub times: Times,
}

/// A contract's terms, as stored.
#[derive(Clone, Debug)]
pub struct ContractRow {
    pub id: i64,
    pub contract: i64,
    pub code: String,
    pub account: i64,
    pub currency: Currency,
    pub mode: ContractMode,
    pub active: bool,
    pub times: Times,
}

/// A promotion's terms and lines, as stored.
#[derive(Clone, Debug)]
pub struct PromotionRow {
    pub id: i64,
    pub promotion: i64,
    pub code: String,
    pub kind: AudienceKind,
    pub audience_id: i64,
    pub audience_code: String,
    pub coupon: Option<String>,
    pub currency: Option<Currency>,
    pub active: bool,
    pub times: Times,
    pub lines: Vec<LineRow>,
}

/// The engine refused a row: stored data breaks a rule that is checked when it is recorded.
pub(crate) type Refused = pricing::BookError;

/// Stored rows were checked when they were recorded; one the engine refuses is left out and said so.
pub fn log_refused(outcome: Result<(), Refused>, kind: &str, id: i64) {
    if let Err(error) = outcome {
        tracing::error!(kind, id, error = %error, "a stored row is not taken into the price book");
    }
}

impl Book {
    pub(super) fn engine(&self) -> &PriceBook {
        &self.engine
    }

    /// The price version of the content.
    pub(super) fn version(&self) -> i64 {
        self.engine.version() as i64
    }

    /// When that version was recorded: knowledge as of then is exactly this version.
    pub(super) fn recorded_at(&self) -> Instant {
        self.recorded_at
    }

    /// Says which version the content has reached; an older one than reached before is not taken.
    pub(super) fn reached(&mut self, version: i64, recorded_at: Instant) {
        if version >= self.version() {
            self.engine.set_version(version as u64);
            self.recorded_at = self.recorded_at.max(recorded_at);
        }
    }

    /// Which products' own rows changed when.
    pub(super) fn change_index(&self) -> &ChangeIndex {
        &self.change_index
    }

    pub(super) fn change_index_mut(&mut self) -> &mut ChangeIndex {
        &mut self.change_index
    }

    /// Whether buyers did not know of the product at an instant.
    pub(super) fn is_hidden(&self, product: pricing::ProductId, as_of: Instant) -> bool {
        let Some(known) = self.hidden.get(&product.0) else { return false };
        let place = known.partition_point(|(at, _)| *at <= as_of).max(1);
        known[place - 1].1
    }

    /// Whether any row is in the currency.
    pub(super) fn has_currency(&self, currency: Currency) -> bool {
        self.currencies.contains(&currency)
    }

    pub(super) fn account(&self, account: AccountId) -> pricing::AccountId {
        pricing::AccountId(self.accounts.known(&account.0))
    }

    pub(super) fn account_id(&self, account: pricing::AccountId) -> Option<i64> {
        self.accounts.key(account.0).copied()
    }

    pub(super) fn product_id(&self, product: pricing::ProductId) -> Option<i64> {
        self.products.key(product.0).copied()
    }

    pub(super) fn category_id(&self, category: pricing::CategoryId) -> Option<i64> {
        self.categories.key(category.0).copied()
    }

    pub(super) fn brand(&self, brand: pricing::BrandId) -> Option<&str> {
        self.brands.key(brand.0).map(String::as_str)
    }

    pub(super) fn request_line(&self, line: &PriceLine) -> RequestLine {
        let product = pricing::ProductId(self.products.known(&line.product.0));
        RequestLine { product, quantity: line.quantity, unit: line.unit }
    }

    pub(super) fn list_code(&self, list: pricing::ListId) -> Arc<str> {
        code_of(&self.list_codes, list.0)
    }

    pub(super) fn contract_code(&self, contract: pricing::ContractId) -> Arc<str> {
        code_of(&self.contract_codes, contract.0)
    }

    pub(super) fn promotion_code(&self, promotion: pricing::PromotionId) -> Arc<str> {
        code_of(&self.promotion_codes, promotion.0)
    }

    /// What a request needs to know of orders placed before.
    pub(super) fn periods(&self, request: &pricing::PriceRequest<'_>) -> Vec<Period> {
        let lines = pricing::period_lines(&self.engine, request);
        lines.into_iter().filter_map(|line| self.period(&line)).collect()
    }

    fn period(&self, line: &pricing::PeriodLine) -> Option<Period> {
        let counted = match line.target {
            Target::Sku(product) => Counted::Product(*self.products.key(product.0)?),
            Target::Category(category) => Counted::Category(*self.categories.key(category.0)?),
            Target::Brand(brand) => Counted::Brand(self.brands.key(brand.0)?.clone()),
            Target::Everything => Counted::Everything,
        };
        Some(Period {
            line: line.line,
            account: *self.accounts.key(line.account.0)?,
            counted,
            unit: line.unit,
            from: line.from.map(Into::into),
            until: line.until.map(Into::into),
        })
    }

    /// Takes all versions of a product. Before the first one the product counts as the same, without cost and floor.
    pub(super) fn put_product(&mut self, row: &ProductRow) -> Result<(), Refused> {
        let number = self.products.number(row.id);
        let Some((first, _)) = row.versions.first() else { return Ok(()) };
        let mut instants: Vec<Instant> = row.versions.iter().skip(1).map(|(at, _)| *at).collect();
        instants.extend(row.money.iter().map(|(at, _)| *at));
        instants.sort_unstable();
        instants.dedup();
        // When cost was recorded before the first version, that version counts from the beginning.
        let begin = if instants.first().is_some_and(|at| at <= first) { Instant(i64::MIN) } else { *first };
        for at in std::iter::once(begin).chain(instants) {
            let known = row.versions.partition_point(|(from, _)| *from <= at).max(1);
            self.change_index.note_product(number, at);
            let priced = row.money.partition_point(|(from, _)| *from <= at);
            let money = priced.checked_sub(1).map_or(&[][..], |place| &row.money[place].1);
            self.put_product_version(number, at, &row.versions[known - 1].1, money)?;
        }
        if row.versions.iter().any(|(_, inputs)| inputs.hidden) {
            self.hidden.insert(number, row.versions.iter().map(|(at, inputs)| (*at, inputs.hidden)).collect());
        }
        Ok(())
    }

    fn put_product_version(
        &mut self,
        number: u32,
        at: Instant,
        inputs: &ProductInputs,
        money: &[ProductMoney],
    ) -> Result<(), Refused> {
        let Some((stock_unit, units)) = inputs.sold_in() else { return Err(Refused::ConflictingUnits) };
        let categories = inputs
            .categories
            .iter()
            .map(|(id, depth)| pricing::CategoryAt { id: pricing::CategoryId(self.categories.number(*id)), depth: *depth });
        let version = ProductVersion {
            id: pricing::ProductId(number),
            recorded_at: at.into(),
            categories: categories.collect(),
            brand: (!inputs.brand.is_empty()).then(|| pricing::BrandId(self.brands.number(inputs.brand.clone()))),
            mix_group: inputs.mix_group.clone().map(|mix| pricing::MixGroupId(self.mixes.number(mix))),
            stock_unit,
            units,
            money: money.to_vec(),
        };
        self.engine.put_product(&version)
    }

    /// Takes an account's place in the company tree and its group.
    pub fn put_account(&mut self, row: AccountRow) -> Result<(), Refused> {
        self.engine.put_account(&AccountVersion {
            id: pricing::AccountId(self.accounts.number(row.id)),
            recorded_at: row.recorded_at.into(),
            parent: row.parent.map(|parent| pricing::AccountId(self.accounts.number(parent))),
            group: row.group.map(|group| pricing::GroupId(self.groups.number(group))),
        })
    }

    /// Takes a price list's terms.
    pub fn put_list(&mut self, row: ListRow) -> Result<(), Refused> {
        let number = self.lists.number(row.list);
        set_code(&mut self.list_codes, number, &row.code);
        let assigned = match row.kind {
            AssignedKind::Account => Assignment::Account(pricing::AccountId(self.accounts.number(row.assigned_id))),
            AssignedKind::Group => Assignment::Group(pricing::GroupId(self.groups.number(row.assigned_code))),
            AssignedKind::Default => Assignment::Default,
        };
        self.engine.put_list(&ListVersion {
            id: pricing::ListId(number),
            recorded_at: row.recorded_at.into(),
            code: row.code,
            assigned: vec![assigned],
        })
    }

    /// Takes an entry; also one whose end has become known.
    pub fn put_entry(&mut self, row: &EntryRow) -> Result<(), Refused> {
        self.currencies.insert(row.currency);
        let (list, product) = (self.lists.number(row.list), self.products.number(row.product));
        self.change_index.note_entry(list, product, &row.times);
        self.engine.put_entry(&Entry {
            id: EntryId(row.id),
            list: pricing::ListId(list),
            product: pricing::ProductId(product),
            unit: row.unit,
            currency: row.currency,
            min_quantity: row.min_quantity,
            unit_price: row.unit_price,
            per: row.per,
            times: row.times,
        })
    }

    /// Takes a version of a contract's terms.
    pub fn put_contract(&mut self, row: ContractRow) -> Result<(), Refused> {
        self.currencies.insert(row.currency);
        let number = self.contracts.number(row.contract);
        set_code(&mut self.contract_codes, number, &row.code);
        self.engine.put_contract(&ContractVersion {
            id: pricing::ContractId(number),
            version: row.id,
            code: row.code,
            account: pricing::AccountId(self.accounts.number(row.account)),
            currency: row.currency,
            mode: match row.mode {
                ContractMode::Exclusive => Mode::Exclusive,
                ContractMode::BestOf => Mode::BestOf,
            },
            status: if row.active { ContractStatus::Active } else { ContractStatus::Inactive },
            times: row.times,
        })
    }

    /// Takes a line of a contract; also one whose end has become known.
    pub fn put_contract_line(&mut self, id: i64, contract: i64, line: LineRow, times: Times) -> Result<(), Refused> {
        let contract = pricing::ContractId(self.contracts.number(contract));
        let terms = self.terms(line);
        self.engine.put_contract_line(&ContractLine { id: pricing::ContractLineId(id), contract, terms, times })
    }

    /// Takes a version of a promotion with its lines. One that is not active has none.
    pub fn put_promotion(&mut self, row: PromotionRow) -> Result<(), Refused> {
        self.currencies.extend(row.currency);
        let number = self.promotions.number(row.promotion);
        set_code(&mut self.promotion_codes, number, &row.code);
        let lines = if row.active { row.lines } else { Vec::new() };
        let promotion = Promotion {
            id: pricing::PromotionId(number),
            version: row.id,
            code: row.code,
            audience: match row.kind {
                AudienceKind::Everyone => Audience::Everyone,
                AudienceKind::Group => Audience::Group(pricing::GroupId(self.groups.number(row.audience_code))),
                AudienceKind::Account => Audience::Account(pricing::AccountId(self.accounts.number(row.audience_id))),
            },
            coupon: row.coupon,
            currency: row.currency,
            lines: lines.into_iter().map(|line| self.terms(line)).collect(),
            times: row.times,
        };
        self.engine.put_promotion(&promotion)
    }

    fn terms(&mut self, line: LineRow) -> Terms {
        Terms {
            target: match line.target_kind {
                TargetKind::Sku => Target::Sku(pricing::ProductId(self.products.number(line.target_id))),
                TargetKind::Category => Target::Category(pricing::CategoryId(self.categories.number(line.target_id))),
                TargetKind::Brand => Target::Brand(pricing::BrandId(self.brands.number(line.target_code))),
                TargetKind::Everything => Target::Everything,
            },
            kind: match line.kind {
                PriceRuleKind::Fixed => Kind::Fixed,
                PriceRuleKind::PercentOff => Kind::PercentOff,
                PriceRuleKind::AmountOff => Kind::AmountOff,
                PriceRuleKind::CostPlus => Kind::CostPlus,
            },
            unit: line.unit,
            per: line.per,
            scope: match line.scope {
                VolumeScope::Sku => Scope::Sku,
                VolumeScope::Group => Scope::Group,
                VolumeScope::Period => Scope::Period,
            },
            value: line.value.map(Amount::from_micros),
            breaks: line.breaks,
        }
    }

    /// Makes room for so many products, so that loading them copies nothing.
    pub(super) fn expect_products(&mut self, count: usize) {
        self.engine.expect_products(count);
    }

    /// Gives back memory that loading left unused.
    pub(super) fn shrink(&mut self) {
        self.engine.shrink();
    }
}

fn code_of(codes: &[Arc<str>], number: u32) -> Arc<str> {
    codes.get(number as usize).cloned().unwrap_or_else(|| Arc::from(""))
}

fn set_code(codes: &mut Vec<Arc<str>>, number: u32, code: &str) {
    let place = number as usize;
    if codes.len() <= place {
        codes.resize(place + 1, Arc::from(""));
    }
    if &*codes[place] != code {
        codes[place] = Arc::from(code);
    }
}
