//! A small price book for a few products: as prices are, and as they would be.
//!
//! The rows of a draft are put into it as if they were recorded an instant after everything that is, so that one book answers
//! both questions, with the same engine as quotes: knowledge as of [`WhatIfBook::before`], and as of [`WhatIfBook::after`].
//!
//! Not here: which prices are asked for (`preview`).

use ahash::AHashMap;
use entity::{AccountId, Instant, PriceEntryId, ProductId};
use pricing::{Currency, Times};
use sea_orm::Value;
use store::Db;

use super::agreements::{Draft, Proposed};
use super::collect::DraftEntry;
use crate::change::placeholders;
use crate::contract::{self, Difference};
use crate::error::PriceAdminError;
use crate::lines::NewLine;
use crate::{NewContract, NewEntry, NewPromotion};
use prices::{
    AccountRow, ContractRow, EntryRow, LineRefusal, LineRow, PriceLine, PriceRequest, PricedLine, Prices, PromotionRow,
    TermsFilter, log_refused, packed_rows, stored_terms,
};
use store::clock;
use store::database::Reader;
use store::sql::{ids_value, key_list};

/// A small price book.
#[derive(Debug)]
pub(super) struct WhatIfBook {
    prices: Prices,
    before: Instant,
    /// Current entries of the products, as they were read.
    pub(super) entries: Vec<EntryRow>,
    by_case: AHashMap<Case, usize>,
    products: Vec<ProductId>,
    /// Somebody made up for each group that asks.
    members: AHashMap<String, AccountId>,
    /// Numbers for rows that have none yet; all below zero.
    next: i64,
}

/// What two entries must have in common for one to take the other's place: list, product, unit, currency, quantity, start.
type Case = (i64, i64, pricing::UnitCode, Currency, pricing::Quantity, Option<pricing::Instant>);

fn case(row: &EntryRow) -> Case {
    (row.list, row.product, row.unit, row.currency, row.min_quantity, row.times.valid_from)
}

/// The customer whose prices are compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum CustomerScope {
    /// A visitor without account.
    Anybody,
    /// Any member of a group, without prices of its own.
    MemberOf(String),
    Account(AccountId),
}

/// A price request that is answered with the prices before and after the change set.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct WhatIfRequest {
    pub(super) customer: CustomerScope,
    pub(super) currency: Currency,
    pub(super) at: Instant,
    pub(super) coupon: Option<String>,
}

/// The price of a line before and after.
pub(super) type BeforeAfter = (Result<PricedLine, LineRefusal>, Result<PricedLine, LineRefusal>);

impl WhatIfBook {
    /// The lists and current entries of some products.
    pub(super) async fn of(db: &Reader, products: &[ProductId]) -> Result<Self, PriceAdminError> {
        let prices = Prices::default();
        let ids: Vec<i64> = products.iter().map(|product| product.0).collect();
        prices.take_products(db, &ids).await?;
        let current = TermsFilter { condition: "t.superseded_at is null".to_owned(), values: Vec::new() };
        let entries = packed_rows::current_entries(db, products).await?;
        let mut recorded = clock::now();
        {
            let lists = stored_terms::lists(db, &current).await?;
            let mut book = prices.book_mut();
            for row in lists {
                let list = row.list;
                log_refused(book.put_list(row), "price list", list);
            }
            for row in &entries {
                recorded = recorded.max(row.times.recorded_at.into());
                log_refused(book.put_entry(row), "price entry", row.id);
            }
        }
        let by_case = entries.iter().enumerate().map(|(place, row)| (case(row), place)).collect();
        let (products, members) = (products.to_vec(), AHashMap::new());
        Ok(Self { prices, before: recorded, entries, by_case, products, members, next: 0 })
    }

    /// Knowledge of what is recorded.
    fn before(&self) -> Instant {
        self.before
    }

    /// Knowledge of the draft.
    fn after(&self) -> Instant {
        clock::later(self.before, 1)
    }

    fn draft_times(&self) -> Times {
        Times::since(self.after().into())
    }

    fn number(&mut self) -> i64 {
        self.next -= 1;
        self.next
    }

    /// Adds the customer: an account with the companies above it, or a member of a group.
    pub(super) async fn admit(
        &mut self,
        db: &Reader,
        customer: &CustomerScope,
        chain: &[AccountId],
    ) -> Result<(), PriceAdminError> {
        if let CustomerScope::MemberOf(group) = customer
            && !self.members.contains_key(group)
        {
            let id = AccountId(self.number());
            self.members.insert(group.clone(), id);
            let nobody = AccountRow { id: id.0, recorded_at: self.before, parent: None, group: Some(group.clone()) };
            log_refused(self.prices.book_mut().put_account(nobody), "account", id.0);
        }
        let chain: Vec<i64> = chain.iter().map(|account| account.0).collect();
        self.prices.take_accounts(db, &chain).await?;
        Ok(())
    }

    /// Puts an entry of the draft in, from `start` on. False when it says what is recorded already.
    pub(super) fn put_entry(&mut self, id: PriceEntryId, draft: &DraftEntry, start: Option<Instant>) -> bool {
        let new = NewEntry { valid_from: start, ..draft.entry };
        let drafted = self.draft_times();
        let case = (draft.list.0, new.product.0, new.unit, new.currency, new.min_quantity, start.map(Into::into));
        let old = self.by_case.get(&case).map(|place| self.entries[*place]);
        let until = new.valid_until.map(Into::into);
        if old.is_some_and(|old| (old.unit_price, old.per, old.times.valid_until) == (new.unit_price, new.per, until)) {
            return false;
        }
        let mut book = self.prices.book_mut();
        if let Some(old) = old {
            let ended = EntryRow { times: Times { superseded_at: Some(drafted.recorded_at), ..old.times }, ..old };
            log_refused(book.put_entry(&ended), "price entry", old.id);
        }
        let row = EntryRow {
            id: id.0,
            list: draft.list.0,
            product: new.product.0,
            unit: new.unit,
            currency: new.currency,
            min_quantity: new.min_quantity,
            unit_price: new.unit_price,
            per: new.per,
            times: Times { valid_from: start.map(Into::into), valid_until: until, ..drafted },
        };
        log_refused(book.put_entry(&row), "price entry", id.0);
        true
    }

    /// Takes in the contracts of accounts and the promotions of the customers, as far as they can concern the products.
    pub(super) async fn take_agreements(
        &mut self,
        db: &Reader,
        customer: &CustomerScope,
        chain: &[AccountId],
    ) -> Result<(), PriceAdminError> {
        let keys = ids_value(db, self.products.iter().map(|product| product.0));
        if !chain.is_empty() {
            let holders = placeholders(1, chain.len());
            let values: Vec<Value> = chain.iter().map(|account| account.0.into()).collect();
            let which = TermsFilter {
                condition: format!("t.superseded_at is null and t.account_id in ({holders})"),
                values: values.clone(),
            };
            let terms = stored_terms::contracts(db, &which).await?;
            let mut bound = values;
            bound.push(keys.clone());
            let sql = format!(
                "select l.id, l.contract_id, l.recorded_at, l.valid_from, l.valid_until, {} from contract_lines l \
                 join contract_terms t on t.contract_id = l.contract_id and t.superseded_at is null \
                 where l.superseded_at is null and t.account_id in ({holders}) \
                 and (l.target_kind <> 'sku' or l.target_id in {})",
                stored_terms::line_columns("l"),
                key_list(db, chain.len() + 1, "bigint")
            );
            let lines = db.rows(db.statement(sql, bound)).await?;
            let mut book = self.prices.book_mut();
            for row in terms {
                let id = row.id;
                log_refused(book.put_contract(row), "contract", id);
            }
            for row in &lines {
                let id: i64 = row.get(0)?;
                let at = |place: usize| row.get::<Option<Instant>>(place).map(|at| at.map(Into::into));
                let times = Times { valid_from: at(3)?, valid_until: at(4)?, ..Times::since(row.get::<Instant>(2)?.into()) };
                log_refused(book.put_contract_line(id, row.get(1)?, stored_terms::line(row, 5)?, times), "contract line", id);
            }
        }
        let (group, account) = match customer {
            CustomerScope::Anybody => (String::new(), -1),
            CustomerScope::MemberOf(group) => (group.clone(), -1),
            CustomerScope::Account(account) => (self.group_of(db, *account).await?, account.0),
        };
        let which = TermsFilter {
            condition: "t.superseded_at is null and t.active and (t.audience_kind = 'everyone' \
                        or (t.audience_kind = 'group' and t.audience_code = $1) \
                        or (t.audience_kind = 'account' and t.audience_id = $2))"
                .to_owned(),
            values: vec![group.into(), account.into()],
        };
        for row in stored_terms::promotions(db, &which).await? {
            let id = row.id;
            log_refused(self.prices.book_mut().put_promotion(row), "promotion", id);
        }
        Ok(())
    }

    async fn group_of(&self, db: &Reader, account: AccountId) -> Result<String, PriceAdminError> {
        let sql = "select coalesce(group_code, '') from accounts where id = $1";
        let row = db.row(db.statement(sql, vec![account.0.into()])).await?;
        Ok(row.map_or_else(|| Ok(String::new()), |row| row.get(0))?)
    }

    /// Puts a contract or promotion of the draft in, in place of the one that is there.
    pub(super) fn put_agreement(&mut self, draft: &Draft, standing: Option<&contract::Contract>, promotion: Option<i64>) {
        match &draft.proposed {
            Proposed::Contract(proposed) => self.put_contract(proposed, standing),
            Proposed::Promotion(proposed) => self.put_promotion(proposed, promotion),
        }
    }

    fn put_contract(&mut self, proposed: &NewContract, standing: Option<&contract::Contract>) {
        let contract = standing.map_or_else(|| self.number(), |standing| standing.header.id.0);
        let times = self.draft_times();
        let terms = ContractRow {
            // Of two versions known the last recorded counts.
            id: i64::MAX,
            contract,
            code: proposed.code.clone(),
            account: proposed.account.0,
            currency: proposed.currency,
            mode: proposed.mode,
            active: proposed.active,
            times: Times {
                valid_from: proposed.valid_from.map(Into::into),
                valid_until: proposed.valid_until.map(Into::into),
                ..times
            },
        };
        let old = standing.map(|standing| standing.lines.clone()).unwrap_or_default();
        let gone = Difference::between(old.clone(), &proposed.lines);
        let numbered: Vec<(i64, &NewLine)> = gone.added.iter().map(|line| (self.number(), line)).collect();
        let by_id: AHashMap<i64, &NewLine> = old.iter().map(|(id, line)| (*id, line)).collect();
        let mut book = self.prices.book_mut();
        log_refused(book.put_contract(terms), "contract", contract);
        let validity = |line: &NewLine| (line.valid_from.map(Into::into), line.valid_until.map(Into::into));
        for (id, line) in gone.gone.iter().filter_map(|id| Some((*id, *by_id.get(id)?))) {
            let (valid_from, valid_until) = validity(line);
            let ended =
                Times { valid_from, valid_until, recorded_at: pricing::Instant::MIN, superseded_at: Some(times.recorded_at) };
            log_refused(book.put_contract_line(id, contract, row_of(line), ended), "contract line", id);
        }
        for (id, line) in numbered {
            let (valid_from, valid_until) = validity(line);
            log_refused(
                book.put_contract_line(id, contract, row_of(line), Times { valid_from, valid_until, ..times }),
                "contract line",
                id,
            );
        }
    }

    fn put_promotion(&mut self, proposed: &NewPromotion, standing: Option<i64>) {
        let promotion = standing.unwrap_or_else(|| self.number());
        let row = PromotionRow {
            id: i64::MAX,
            promotion,
            code: proposed.code.clone(),
            kind: proposed.audience.kind,
            audience_id: proposed.audience.id,
            audience_code: proposed.audience.code.clone(),
            coupon: proposed.coupon.clone(),
            currency: proposed.currency,
            active: proposed.active,
            times: Times {
                valid_from: proposed.valid_from.map(Into::into),
                valid_until: proposed.valid_until.map(Into::into),
                ..self.draft_times()
            },
            lines: proposed.lines.iter().map(row_of).collect(),
        };
        log_refused(self.prices.book_mut().put_promotion(row), "promotion", promotion);
    }

    /// Prices lines in both states, each as a basket of its own.
    pub(super) async fn price(
        &self,
        db: &Reader,
        question: &WhatIfRequest,
        lines: &[PriceLine],
    ) -> Result<Vec<BeforeAfter>, PriceAdminError> {
        let coupons: Vec<String> = question.coupon.iter().cloned().collect();
        let account = match &question.customer {
            CustomerScope::Anybody => None,
            CustomerScope::MemberOf(group) => self.members.get(group).copied(),
            CustomerScope::Account(account) => Some(*account),
        };
        let ask = |as_of| PriceRequest {
            account,
            currency: question.currency,
            at: Some(question.at),
            as_of: Some(as_of),
            coupons: &coupons,
            lines,
        };
        let before = self.prices.price_separately(db, &ask(self.before())).await?.lines;
        let after = self.prices.price_separately(db, &ask(self.after())).await?.lines;
        Ok(before.into_iter().zip(after).collect())
    }
}

fn row_of(line: &NewLine) -> LineRow {
    LineRow {
        target_kind: line.target.kind,
        target_id: line.target.id,
        target_code: line.target.code.clone(),
        kind: line.kind,
        value: line.value.map(pricing::Amount::micros),
        unit: line.unit,
        per: line.per,
        breaks: line.steps(),
        scope: line.scope,
    }
}
