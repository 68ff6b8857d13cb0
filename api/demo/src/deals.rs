//! Price lists, entries, contracts, promotions, costs.

use entity::{AssignedKind, AudienceKind, ContractMode, PriceListId, PriceRuleKind, TargetKind, VolumeScope};
use pricing::{Amount, Currency, Per, Quantity};

use super::produce::batches;
use super::trade::Customers;
use super::{LoadError, Loader, midnight, refused};
use catalog::Categories;
use demo_data::model::{self, Audience};
use price_admin::{
    Assigned, NewAudience, NewContract, NewEntry, NewLine, NewPriceList, NewPromotion, NewTarget, PriceChange, put_contract,
    put_costs, put_entries, put_price_list, put_promotion,
};
use prices::ProductCost;

/// Entries of one price change.
const ENTRIES: usize = 20_000;
const COSTS: usize = 10_000;
/// What the demo keeps its costs in.
const HOUSE_CURRENCY: &str = "EUR";

impl Loader<'_> {
    pub(super) async fn deals(&self, customers: &Customers) -> Result<(), LoadError> {
        let lists = self.price_lists(customers).await?;
        self.entries(&lists).await?;
        self.costs().await?;
        let categories = Categories::load(&self.system.db()).await?;
        self.contracts(customers, &categories).await?;
        self.promotions(customers, &categories).await
    }

    async fn price_lists(&self, customers: &Customers) -> Result<Vec<PriceListId>, LoadError> {
        let tx = self.system.begin().await?;
        let change = PriceChange::begin(&tx, "demo".to_owned()).await?;
        let mut ids = Vec::new();
        for list in self.demo.price_lists() {
            let (kind, id, code) = match &list.audience {
                Audience::Everyone => (AssignedKind::Default, 0, String::new()),
                Audience::Group(code) => (AssignedKind::Group, 0, (*code).to_owned()),
                Audience::Account(code) => (AssignedKind::Account, account_id(customers, code)?, code.clone()),
            };
            let new = NewPriceList { code: list.code, name: list.name, assigned: Assigned { kind, id, code } };
            ids.push(put_price_list(&tx, &change, new, None).await.map_err(refused)?.list.id);
        }
        Ok(tx.commit(ids).await?)
    }

    async fn entries(&self, lists: &[PriceListId]) -> Result<(), LoadError> {
        self.progress.part("prices", u64::from(self.demo.product_count()));
        let currencies: Vec<&'static str> = self.demo.price_lists().iter().map(|list| list.currency).collect();
        let mut made = batches(&self.demo, ENTRIES, |demo, item, rows| rows.extend(demo.price_entries_of(item)));
        while let Some(batch) = made.recv().await {
            let mut by_list: Vec<Vec<NewEntry>> = vec![Vec::new(); lists.len()];
            for entry in &batch.rows {
                let list = usize::from(entry.list);
                if let (Some(entries), Some(currency)) = (by_list.get_mut(list), currencies.get(list)) {
                    entries.push(self.entry(entry, currency)?);
                }
            }
            let tx = self.system.begin().await?;
            let change = PriceChange::begin(&tx, "demo".to_owned()).await?;
            for (list, entries) in lists.iter().zip(by_list) {
                put_entries(&tx, &change, *list, &entries).await?;
            }
            tx.commit(()).await?;
            self.progress.advance(batch.products);
        }
        Ok(())
    }

    fn entry(&self, entry: &model::PriceEntry, currency: &str) -> Result<NewEntry, LoadError> {
        Ok(NewEntry {
            product: self.id(entry.item),
            unit: entry.unit.parse().map_err(refused)?,
            currency: currency.parse().map_err(refused)?,
            min_quantity: Quantity::from_micros(entry.min_quantity),
            unit_price: Amount::from_micros(entry.unit_price),
            per: per(entry.per)?,
            valid_from: Some(midnight(entry.valid_from)),
            valid_until: entry.valid_until.map(midnight),
        })
    }

    async fn costs(&self) -> Result<(), LoadError> {
        self.progress.part("costs", u64::from(self.demo.product_count()));
        let currency: Currency = HOUSE_CURRENCY.parse().map_err(refused)?;
        let mut made = batches(&self.demo, COSTS, |demo, item, rows| {
            let product = demo.product(item);
            rows.push((item, product.cost, product.floor));
        });
        while let Some(batch) = made.recv().await {
            let costs = batch.rows.iter().map(|(item, cost, floor)| ProductCost {
                product: self.id(*item),
                currency,
                cost: Some(entity::Amount(*cost)),
                floor: Some(entity::Amount(*floor)),
            });
            let costs: Vec<ProductCost> = costs.collect();
            let tx = self.system.begin().await?;
            let change = PriceChange::begin(&tx, "demo".to_owned()).await?;
            put_costs(&tx, &change, &costs).await?;
            tx.commit(()).await?;
            self.progress.advance(batch.products);
        }
        Ok(())
    }

    async fn contracts(&self, customers: &Customers, categories: &Categories) -> Result<(), LoadError> {
        let contracts = self.demo.contracts();
        self.progress.part("contracts", contracts.len() as u64);
        let tx = self.system.begin().await?;
        let change = PriceChange::begin(&tx, "demo".to_owned()).await?;
        for contract in contracts {
            let mode = match contract.mode {
                model::ContractMode::Exclusive => ContractMode::Exclusive,
                model::ContractMode::BestOf => ContractMode::BestOf,
            };
            let new = NewContract {
                account: entity::AccountId(account_id(customers, &contract.account_code)?),
                code: contract.code,
                name: contract.name,
                currency: contract.currency.parse().map_err(refused)?,
                valid_from: Some(midnight(contract.valid_from)),
                valid_until: contract.valid_until.map(midnight),
                mode,
                active: true,
                lines: self.lines(&contract.lines, categories)?,
            };
            put_contract(&tx, &change, new, None).await.map_err(refused)?;
            self.progress.advance(1);
        }
        Ok(tx.commit(()).await?)
    }

    async fn promotions(&self, customers: &Customers, categories: &Categories) -> Result<(), LoadError> {
        let tx = self.system.begin().await?;
        let change = PriceChange::begin(&tx, "demo".to_owned()).await?;
        for promotion in self.demo.promotions() {
            let (kind, id, code) = match &promotion.audience {
                Audience::Everyone => (AudienceKind::Everyone, 0, String::new()),
                Audience::Group(code) => (AudienceKind::Group, 0, (*code).to_owned()),
                Audience::Account(code) => (AudienceKind::Account, account_id(customers, code)?, code.clone()),
            };
            let new = NewPromotion {
                code: promotion.code.to_owned(),
                name: promotion.name.to_owned(),
                audience: NewAudience { kind, id, code },
                currency: Some(promotion.currency.parse().map_err(refused)?),
                coupon: promotion.coupon.map(str::to_owned),
                valid_from: Some(midnight(promotion.valid_from)),
                valid_until: promotion.valid_until.map(midnight),
                active: true,
                lines: self.lines(&promotion.lines, categories)?,
            };
            put_promotion(&tx, &change, new, None).await.map_err(refused)?;
        }
        Ok(tx.commit(()).await?)
    }

    fn lines(&self, lines: &[model::DealLine], categories: &Categories) -> Result<Vec<NewLine>, LoadError> {
        lines.iter().map(|line| self.line(line, categories)).collect()
    }

    fn line(&self, line: &model::DealLine, categories: &Categories) -> Result<NewLine, LoadError> {
        let kind = match line.kind {
            model::DealKind::Fixed => PriceRuleKind::Fixed,
            model::DealKind::PercentOff => PriceRuleKind::PercentOff,
            model::DealKind::AmountOff => PriceRuleKind::AmountOff,
            model::DealKind::CostPlus => PriceRuleKind::CostPlus,
        };
        let scope = match line.scope {
            model::Scope::Sku => VolumeScope::Sku,
            model::Scope::Group => VolumeScope::Group,
            model::Scope::Period => VolumeScope::Period,
        };
        let breaks = line.breaks.iter().map(|step| (Quantity::from_micros(step.min_quantity), Amount::from_micros(step.value)));
        Ok(NewLine {
            target: self.target(&line.target, categories)?,
            kind,
            value: None,
            unit: line.unit.map(str::parse).transpose().map_err(refused)?,
            per: per(line.per)?,
            scope,
            breaks: breaks.collect(),
            valid_from: None,
            valid_until: None,
        })
    }

    fn target(&self, target: &model::Target, categories: &Categories) -> Result<NewTarget, LoadError> {
        Ok(match target {
            model::Target::Item(item) => NewTarget { kind: TargetKind::Sku, id: self.id(*item).0, code: self.demo.sku(*item) },
            model::Target::Category(code) => {
                let category = categories.by_code(code).ok_or_else(|| refused(format!("no category {code}")))?;
                NewTarget { kind: TargetKind::Category, id: category.id.0, code: (*code).to_owned() }
            }
            model::Target::Brand(name) => NewTarget { kind: TargetKind::Brand, id: 0, code: (*name).to_owned() },
            model::Target::Everything => NewTarget { kind: TargetKind::Everything, id: 0, code: String::new() },
        })
    }
}

fn account_id(customers: &Customers, code: &str) -> Result<i64, LoadError> {
    customers.get(code).map(|customer| customer.stored.id.0).ok_or_else(|| refused(format!("no account {code}")))
}

fn per(per: u16) -> Result<Per, LoadError> {
    Per::new(u32::from(per)).ok_or_else(|| refused("a price is for at least one unit"))
}
