//! Looking at a set before it is published: whom it concerns, what rises and falls, what falls under floor or cost.
//!
//! Entries are compared as list prices, for the customers of the list: the account, a member of the group, a visitor.
//! Contracts are compared as the account that holds them pays, promotions as a member of their audience does, with the coupon.
//! Each is asked for at its thresholds and at the instant at which it begins. A line for a category, a brand or everything is
//! asked for at all its products, up to a bound; the preview says when that was reached.
//!
//! Products are looked at a few thousand at a time, so that memory is bounded.
//!
//! Not here: counting baskets (`impact`, and the slices that keep them).

use ahash::{AHashMap, AHashSet};
use entity::{AccountId, AssignedKind, AudienceKind, Instant, PriceEntryId, PriceListId, ProductId, TargetKind};
use pricing::{Currency, Quantity};
use store::Db;

use super::agreements::{Draft, Proposed};
use super::collect::{self, DraftEntry};
use super::price_differences::{Cause, ComparedLine, PriceDifferences};
use super::sets::OpenSet;
use super::warnings::Warnings;
use super::what_if::{CustomerScope, WhatIfBook, WhatIfRequest};
use crate::contract::{self, Contract};
use crate::error::PriceAdminError;
use crate::input::Names;
use crate::lines::NewLine;
use crate::{NewContract, NewEntry, NewPromotion, NewTarget, promotion};
use prices::{AccountSet, ImpactScope, ListRow, PriceLine, ProductSet, TermsFilter, stored_terms};
use store::database::Reader;

/// Products looked at together.
const PRODUCTS: usize = 2_000;
/// Prices of contracts and promotions that are asked for at most.
const MOST_ASKED: usize = 200_000;

/// What a set would do.
#[derive(Debug, Default)]
pub(super) struct Preview {
    pub(super) entries: u64,
    pub(super) unchanged_entries: u64,
    pub(super) contracts: u64,
    pub(super) promotions: u64,
    pub(super) differences: PriceDifferences,
    pub(super) warnings: Warnings,
    pub(super) scopes: Vec<ImpactScope>,
    /// Not every price of contracts and promotions was asked for.
    pub(super) is_partial: bool,
}

/// What a preview looks at, and with what.
pub(super) struct PreviewContext<'a> {
    pub(super) db: &'a Reader,
    pub(super) names: Names<'a>,
    pub(super) set: &'a OpenSet,
    /// From when on the set would apply; none for at once.
    pub(super) valid_from: Option<Instant>,
    /// What begins earlier is asked for now.
    pub(super) now: Instant,
}

/// A list of the set: its code, and whom it is for.
struct DraftList {
    code: String,
    customer: CustomerScope,
    chain: Vec<AccountId>,
    accounts: AccountSet,
}

/// Looks at a set.
pub(super) async fn preview(context: &PreviewContext<'_>, drafts: &[Draft]) -> Result<Preview, PriceAdminError> {
    let mut preview = Preview::default();
    context.entries(&mut preview).await?;
    for draft in drafts {
        context.agreement(draft, &mut preview).await?;
    }
    Ok(preview)
}

impl PreviewContext<'_> {
    /// When a row without a start of its own begins.
    fn begins(&self, own: Option<Instant>) -> Instant {
        own.or(self.valid_from).unwrap_or_default().max(self.now)
    }

    async fn lists(&self) -> Result<AHashMap<PriceListId, DraftList>, PriceAdminError> {
        let current = TermsFilter { condition: "t.superseded_at is null".to_owned(), values: Vec::new() };
        let rows = stored_terms::lists(self.db, &current).await?.into_iter();
        let one = |row: ListRow| {
            let account = AccountId(row.assigned_id);
            let (customer, accounts) = match row.kind {
                AssignedKind::Default => (CustomerScope::Anybody, AccountSet::Everyone),
                AssignedKind::Group => (CustomerScope::MemberOf(row.assigned_code.clone()), AccountSet::Group(row.assigned_code)),
                AssignedKind::Account => (CustomerScope::Account(account), AccountSet::Subtree(account)),
            };
            let chain = self.chain(&customer);
            (PriceListId(row.list), DraftList { code: row.code, customer, chain, accounts })
        };
        Ok(rows.map(one).collect())
    }

    fn chain(&self, customer: &CustomerScope) -> Vec<AccountId> {
        match customer {
            CustomerScope::Account(account) => self.names.accounts.chain(*account).iter().map(|company| company.id).collect(),
            _ => Vec::new(),
        }
    }

    async fn entries(&self, preview: &mut Preview) -> Result<(), PriceAdminError> {
        let lists = self.lists().await?;
        let mut reached: AHashMap<(PriceListId, Currency), AHashSet<ProductId>> = AHashMap::new();
        let mut after = 0;
        loop {
            let products = self.products_after(after).await?;
            let Some(last) = products.last() else { break };
            let drafts = collect::between(self.db, self.set, after + 1..=last.0).await?;
            after = last.0;
            self.chunk(&lists, &products, &drafts, preview, &mut reached).await?;
        }
        preview.scopes.extend(reached.into_iter().filter_map(|((list, currency), products)| {
            let accounts = lists.get(&list)?.accounts.clone();
            Some(ImpactScope { accounts, currency: Some(currency), products: ProductSet::These(products) })
        }));
        Ok(())
    }

    /// The next products of the set.
    async fn products_after(&self, after: i64) -> Result<Vec<ProductId>, PriceAdminError> {
        let sql = "select distinct product_id from price_change_set_entries where set_id = $1 and product_id > $2 \
                   order by product_id limit $3";
        let values = vec![self.set.id.0.into(), after.into(), (PRODUCTS as i64).into()];
        let rows = self.db.rows(self.db.statement(sql, values)).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect::<Result<_, sea_orm::DbErr>>()?)
    }

    /// Compares the list prices of some products.
    async fn chunk(
        &self,
        lists: &AHashMap<PriceListId, DraftList>,
        products: &[ProductId],
        drafts: &[(PriceEntryId, DraftEntry)],
        preview: &mut Preview,
        reached: &mut AHashMap<(PriceListId, Currency), AHashSet<ProductId>>,
    ) -> Result<(), PriceAdminError> {
        let mut book = WhatIfBook::of(self.db, products).await?;
        let mut admitted = AHashSet::new();
        let mut asked: AHashMap<WhatIfRequest, (Vec<PriceLine>, Vec<ComparedLine>)> = AHashMap::new();
        let mut changed = Vec::with_capacity(drafts.len());
        for (id, draft) in drafts {
            preview.entries += 1;
            let Some(list) = lists.get(&draft.list) else { continue };
            if admitted.insert(draft.list) {
                book.admit(self.db, &list.customer, &list.chain).await?;
            }
            let entry = &draft.entry;
            let start = entry.valid_from.or(self.valid_from);
            if !book.put_entry(*id, draft, start) {
                preview.unchanged_entries += 1;
                continue;
            }
            changed.push((*id, DraftEntry { list: draft.list, entry: NewEntry { valid_from: start, ..*entry } }));
            reached.entry((draft.list, entry.currency)).or_default().insert(entry.product);
            let quantity = if entry.min_quantity.is_positive() { entry.min_quantity } else { Quantity::ONE };
            let (customer, at) = (list.customer.clone(), self.begins(entry.valid_from));
            let (lines, told) = asked.entry(WhatIfRequest { customer, currency: entry.currency, at, coupon: None }).or_default();
            lines.push(PriceLine { product: entry.product, unit: entry.unit, quantity });
            told.push(ComparedLine {
                cause: Cause::Entry { id: *id, list: list.code.clone() },
                product: entry.product,
                unit: entry.unit,
                currency: entry.currency,
                quantity,
            });
        }
        for (question, (lines, told)) in &asked {
            for (asked, prices) in told.iter().zip(book.price(self.db, question, lines).await?) {
                preview.differences.of_list(asked, &prices);
            }
        }
        preview.warnings.look(self.db, self.names.products, &book.entries, &changed).await
    }

    async fn agreement(&self, draft: &Draft, preview: &mut Preview) -> Result<(), PriceAdminError> {
        match &draft.proposed {
            Proposed::Contract(proposed) => {
                preview.contracts += 1;
                let standing = contract::find_if_any(self.db, &draft.code).await?;
                self.contract(draft, proposed, standing.as_ref(), preview).await
            }
            Proposed::Promotion(proposed) => {
                preview.promotions += 1;
                self.promotion(draft, proposed, preview).await
            }
        }
    }

    async fn contract(
        &self,
        draft: &Draft,
        proposed: &NewContract,
        standing: Option<&Contract>,
        preview: &mut Preview,
    ) -> Result<(), PriceAdminError> {
        let dated = match self.valid_from {
            Some(at) => contract::from_then_on(standing, proposed.clone(), at).unwrap_or_else(|| proposed.clone()),
            None => proposed.clone(),
        };
        let same_terms = standing.is_some_and(|standing| contract::says_the_same(&standing.terms, &dated));
        let old = standing.map(|standing| standing.lines.clone()).unwrap_or_default();
        let difference = contract::Difference::between(old.clone(), &dated.lines);
        let gone = old.iter().filter(|(id, _)| difference.gone.contains(id)).map(|(_, line)| line);
        let mut lines: Vec<NewLine> = gone.chain(&difference.added).cloned().collect();
        if !same_terms {
            lines.extend(difference.kept.iter().map(|(_, line)| line.clone()));
        }
        let earlier = standing.map(|standing| standing.terms.account_id).filter(|account| *account != dated.account);
        let start = dated.valid_from;
        for account in std::iter::once(dated.account).chain(earlier) {
            let comparison = Comparison {
                draft: Draft { proposed: Proposed::Contract(dated.clone()), ..draft.clone() },
                standing: standing.cloned(),
                promotion: None,
                customer: CustomerScope::Account(account),
                accounts: AccountSet::Subtree(account),
                currencies: vec![dated.currency],
                coupon: None,
                cause: Cause::Contract(draft.code.clone()),
            };
            self.lines(&comparison, &lines, start, preview).await?;
        }
        Ok(())
    }

    async fn promotion(&self, draft: &Draft, proposed: &NewPromotion, preview: &mut Preview) -> Result<(), PriceAdminError> {
        let standing = promotion::find_if_any(self.db, &draft.code).await?;
        let mut lines = proposed.lines.clone();
        lines.extend(
            standing.iter().flat_map(|standing| standing.lines.iter()).filter(|line| !proposed.lines.contains(line)).cloned(),
        );
        let account = AccountId(proposed.audience.id);
        let (customer, accounts) = match proposed.audience.kind {
            AudienceKind::Everyone => (CustomerScope::Anybody, AccountSet::Everyone),
            AudienceKind::Group => {
                (CustomerScope::MemberOf(proposed.audience.code.clone()), AccountSet::Group(proposed.audience.code.clone()))
            }
            AudienceKind::Account => (CustomerScope::Account(account), AccountSet::Account(account)),
        };
        let currencies = proposed.currency.map_or_else(|| self.currencies(), |currency| vec![currency]);
        let start = proposed.valid_from.max(self.valid_from);
        let comparison = Comparison {
            draft: Draft {
                proposed: Proposed::Promotion(NewPromotion { valid_from: start, ..proposed.clone() }),
                ..draft.clone()
            },
            standing: None,
            promotion: standing.map(|standing| standing.header.id.0),
            customer,
            accounts,
            currencies,
            coupon: proposed.coupon.clone(),
            cause: Cause::Promotion(draft.code.clone()),
        };
        self.lines(&comparison, &lines, start, preview).await
    }

    /// The currencies that accounts order in.
    fn currencies(&self) -> Vec<Currency> {
        let mut currencies: Vec<Currency> = self.names.accounts.all().iter().map(|account| account.currency).collect();
        currencies.sort_unstable();
        currencies.dedup();
        currencies
    }

    /// Compares what lines of a contract or promotion make of their products' prices.
    async fn lines(
        &self,
        comparison: &Comparison,
        lines: &[NewLine],
        start: Option<Instant>,
        preview: &mut Preview,
    ) -> Result<(), PriceAdminError> {
        let mut goods = Some(AHashSet::new());
        let mut asked: Vec<(Instant, PriceLine)> = Vec::new();
        for line in lines {
            let products = self.products_of(&line.target);
            match &mut goods {
                Some(_) if line.target.kind == TargetKind::Everything => goods = None,
                Some(goods) => goods.extend(products.iter().copied()),
                None => {}
            }
            let at = self.begins(line.valid_from.max(start));
            for product in products {
                if asked.len() >= MOST_ASKED {
                    preview.is_partial = true;
                    break;
                }
                let Some(sold) = self.names.products.by_id(product) else { continue };
                let unit = line.unit.unwrap_or(sold.stock_unit);
                let steps = line.breaks.iter().map(|(quantity, _)| *quantity);
                let base = line.value.map(|_| Quantity::ONE);
                let quantities = base.into_iter().chain(steps).filter(|quantity| quantity.is_positive());
                asked.extend(quantities.map(|quantity| (at, PriceLine { product, unit, quantity })));
            }
        }
        let goods = goods.map_or(ProductSet::All, ProductSet::These);
        let scope =
            |currency| ImpactScope { accounts: comparison.accounts.clone(), currency: Some(currency), products: goods.clone() };
        preview.scopes.extend(comparison.currencies.iter().map(|currency| scope(*currency)));
        asked.sort_unstable_by_key(|(at, line)| (line.product, *at, line.unit, line.quantity));
        asked.dedup_by_key(|(at, line)| (line.product, *at, line.unit, line.quantity));
        let mut products: Vec<ProductId> = asked.iter().map(|(_, line)| line.product).collect();
        products.dedup();
        for chunk in products.chunks(PRODUCTS) {
            let (first, last) = (chunk.first().copied().unwrap_or(ProductId(0)), chunk.last().copied().unwrap_or(ProductId(0)));
            let of_chunk: Vec<&(Instant, PriceLine)> =
                asked.iter().filter(|(_, line)| (first..=last).contains(&line.product)).collect();
            self.compare(comparison, chunk, &of_chunk, preview).await?;
        }
        Ok(())
    }

    async fn compare(
        &self,
        comparison: &Comparison,
        products: &[ProductId],
        asked: &[&(Instant, PriceLine)],
        preview: &mut Preview,
    ) -> Result<(), PriceAdminError> {
        let mut book = WhatIfBook::of(self.db, products).await?;
        let chain = self.chain(&comparison.customer);
        book.admit(self.db, &comparison.customer, &chain).await?;
        book.take_agreements(self.db, &comparison.customer, &chain).await?;
        let range = products.first().map_or(0, |first| first.0)..=products.last().map_or(0, |last| last.0);
        for (id, draft) in collect::between(self.db, self.set, range).await? {
            book.put_entry(id, &draft, draft.entry.valid_from.or(self.valid_from));
        }
        book.put_agreement(&comparison.draft, comparison.standing.as_ref(), comparison.promotion);
        let mut questions: AHashMap<WhatIfRequest, Vec<PriceLine>> = AHashMap::new();
        for (at, line) in asked {
            for currency in &comparison.currencies {
                let (customer, coupon) = (comparison.customer.clone(), comparison.coupon.clone());
                questions.entry(WhatIfRequest { customer, currency: *currency, at: *at, coupon }).or_default().push(*line);
            }
        }
        for (question, lines) in &questions {
            for (line, prices) in lines.iter().zip(book.price(self.db, question, lines).await?) {
                let (cause, currency) = (comparison.cause.clone(), question.currency);
                let PriceLine { product, unit, quantity } = *line;
                preview.differences.of_customer(&ComparedLine { cause, product, unit, currency, quantity }, &prices);
            }
        }
        Ok(())
    }

    /// The products that a line is for.
    fn products_of(&self, target: &NewTarget) -> Vec<ProductId> {
        let named = ProductId(target.id);
        if target.kind == TargetKind::Sku {
            return vec![named];
        }
        let all = self.names.products.all().into_iter();
        let mut found: Vec<ProductId> = match target.kind {
            TargetKind::Brand => all.filter(|product| *product.brand == *target.code).map(|product| product.id).collect(),
            TargetKind::Category => {
                let categories = self.names.categories.all();
                let chains = categories.iter().map(|category| self.names.categories.chain(category.id));
                let below = chains.filter(|chain| chain.iter().any(|above| above.id.0 == target.id));
                let below: AHashSet<entity::CategoryId> = below.filter_map(|chain| Some(chain.first()?.id)).collect();
                let inside = all.filter(|product| product.category.is_some_and(|category| below.contains(&category)));
                inside.map(|product| product.id).collect()
            }
            _ => all.map(|product| product.id).collect(),
        };
        found.sort_unstable();
        found
    }
}

/// A contract or promotion that is looked at.
struct Comparison {
    draft: Draft,
    standing: Option<Contract>,
    promotion: Option<i64>,
    customer: CustomerScope,
    accounts: AccountSet,
    currencies: Vec<Currency>,
    coupon: Option<String>,
    cause: Cause,
}
