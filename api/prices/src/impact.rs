//! The impact of a price change: which accounts, products and currencies it touches.
//!
//! Later slices keep baskets that show today's prices, or prices agreed beside them: open carts, open quotes. Each implements
//! [`OpenBaskets`] to count the baskets that a change touches, and the server passes them in.

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, CurrencyCode, ProductId};
use pricing::Currency;
use store::Db;

use identity::{Account, Accounts};
use kernel::problem::CommonError;
use store::database::Reader;

/// Baskets that show today's prices.
#[async_trait::async_trait]
pub trait OpenBaskets: std::fmt::Debug + Send + Sync {
    /// What they are called, as `carts`.
    fn name(&self) -> &'static str;
    /// How many of them hold something whose price may change.
    async fn affected(&self, db: &Reader, impact: &PriceImpact) -> Result<u64, CommonError>;
}

/// Lines of open baskets read at a time.
const LINES_AT_A_TIME: i64 = 20_000;

/// Counts the baskets that hold something whose price may change, reading their lines a few thousand at a time. `lines`
/// is a `select` of basket, line, account, currency and product from baskets `b` and their lines `l` that ends in a condition,
/// to which the place to read on from is added; `key` is the column of `l` that names the basket.
pub async fn count_affected(db: &Reader, impact: &PriceImpact, lines: &str, key: &str) -> Result<u64, CommonError> {
    let sql = format!("{lines} and (l.{key} > $1 or (l.{key} = $1 and l.line_no > $2)) order by l.{key}, l.line_no limit $3");
    let (mut after, mut counted, mut last) = ((0_i64, 0_i32), 0, None);
    loop {
        let values = [after.0.into(), after.1.into(), LINES_AT_A_TIME.into()];
        let rows = db.rows(db.statement(&sql, values)).await?;
        for row in &rows {
            after = (row.get(0)?, row.get(1)?);
            if last == Some(after.0) {
                continue;
            }
            let currency = row.get::<CurrencyCode>(3)?.0;
            let (account, product) = (AccountId(row.get(2)?), ProductId(row.get(4)?));
            if impact.has(account, currency, product) {
                counted += 1;
                last = Some(after.0);
            }
        }
        if (rows.len() as i64) < LINES_AT_A_TIME {
            return Ok(counted);
        }
    }
}

/// The accounts that changed rows concern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountSet {
    Everyone,
    /// The accounts of a group.
    Group(String),
    /// An account and all below it.
    Subtree(AccountId),
    /// One account alone.
    Account(AccountId),
}

/// The products that changed rows concern.
#[derive(Clone, Debug)]
pub enum ProductSet {
    All,
    These(AHashSet<ProductId>),
}

impl ProductSet {
    fn has(&self, product: ProductId) -> bool {
        match self {
            Self::All => true,
            Self::These(products) => products.contains(&product),
        }
    }
}

/// Changed rows that concern the same accounts.
#[derive(Clone, Debug)]
pub struct ImpactScope {
    pub accounts: AccountSet,
    /// None for every currency.
    pub currency: Option<Currency>,
    pub products: ProductSet,
}

/// What a price change touches.
#[derive(Debug, Default)]
pub struct PriceImpact {
    scopes: Vec<ImpactScope>,
    /// The scopes of each account that any concerns.
    of: AHashMap<AccountId, Vec<u32>>,
    /// Accounts that are concerned in their own currency.
    codes: Vec<String>,
}

impl PriceImpact {
    pub fn new(scopes: Vec<ImpactScope>, accounts: &Accounts) -> Self {
        let mut impact = Self { scopes, of: AHashMap::new(), codes: Vec::new() };
        for account in accounts.all() {
            let found = impact.concerning(&account, accounts);
            if found.is_empty() {
                continue;
            }
            let in_own =
                |scope: &u32| impact.scopes[*scope as usize].currency.is_none_or(|currency| account.currency == currency);
            if found.iter().any(in_own) {
                impact.codes.push(account.code.clone());
            }
            impact.of.insert(account.id, found);
        }
        impact.codes.sort_unstable();
        impact
    }

    fn concerning(&self, account: &Account, accounts: &Accounts) -> Vec<u32> {
        let mut above = None;
        let mut is_below = |holder: AccountId| {
            let chain = above.get_or_insert_with(|| accounts.chain(account.id));
            chain.iter().any(|company| company.id == holder)
        };
        let concerns = |concerned: &AccountSet, is_below: &mut dyn FnMut(AccountId) -> bool| match concerned {
            AccountSet::Everyone => true,
            AccountSet::Group(code) => account.group.as_ref() == Some(code),
            AccountSet::Subtree(holder) => is_below(*holder),
            AccountSet::Account(only) => account.id == *only,
        };
        let numbered = self.scopes.iter().zip(0_u32..);
        numbered.filter(|(scope, _)| concerns(&scope.accounts, &mut is_below)).map(|(_, number)| number).collect()
    }

    /// Codes of the accounts that are concerned in their own currency, in order.
    pub fn codes(&self) -> &[String] {
        &self.codes
    }

    /// Whether an account's price of a product may change in a currency.
    pub fn has(&self, account: AccountId, currency: Currency, product: ProductId) -> bool {
        let Some(scopes) = self.of.get(&account) else { return false };
        let mut scopes = scopes.iter().map(|scope| &self.scopes[*scope as usize]);
        scopes.any(|scope| scope.currency.is_none_or(|only| only == currency) && scope.products.has(product))
    }
}
