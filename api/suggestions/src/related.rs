//! Everything that is said to go together, in the memory of every process: relations by SKU, rules over properties, devices
//! that products list.
//!
//! Loaded when a process starts, then follows products, categories and rules as they change; a change costs what it concerns.

use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use entity::{ProductId, RelationKind, relation_rules};
use parking_lot::{RwLock, RwLockReadGuard};
use pricing::Quantity;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::devices;
use super::events::RelationRuleChanged;
use super::facts::{self, Facts, Of};
use super::fits::Fits;
use super::rule::{End, Rule};
use super::rulebook::Rulebook;
use super::ties::Ties;
use catalog::events::{CategoriesChanged, ProductsChanged};
use catalog::{Categories, Product, Products};
use kernel::problem::CommonError;
use store::BoxError;
use store::database::Reader;
use store::events::{Event, any_is, decode_all};
use store::projections::Projection;

/// Everything that is said to go together. Cheap to clone; every clone is the same.
#[derive(Clone, Debug, Default)]
pub struct Related {
    known: Arc<RwLock<Known>>,
    products: Products,
    categories: Categories,
}

#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) ties: Ties,
    pub(super) rules: Rulebook,
    pub(super) fits: Fits,
}

/// Who says that two products go together.
#[derive(Clone, Debug)]
pub(super) enum Says {
    /// Somebody who related them; with a remark.
    Tie(Option<Box<str>>),
    Rule(Arc<Rule>),
    /// The product itself, which lists the device.
    Device,
}

/// A product that is said to go with another.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) target: ProductId,
    pub(super) kind: RelationKind,
    pub(super) quantity: Option<Quantity>,
    pub(super) says: Says,
}

impl Related {
    /// Loads what is said, and applies it to all products.
    pub async fn load(db: &Reader, products: &Products, categories: &Categories) -> Result<Self, CommonError> {
        let related = Self { known: Arc::default(), products: products.clone(), categories: categories.clone() };
        let ties = Ties::load(db).await?;
        related.known.write().ties = ties;
        related.read_rules(db, None).await?;
        related.apply(db, Of::All, None).await?;
        Ok(related)
    }

    /// To look closer.
    pub(super) fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read()
    }

    /// Compiles the rules of the ids given, or all, anew, as yet without products.
    async fn read_rules(&self, db: &Reader, ids: Option<&[i64]>) -> Result<(), CommonError> {
        let mut select = relation_rules::Entity::find();
        if let Some(ids) = ids {
            select = select.filter(relation_rules::Column::Id.is_in(ids.iter().copied()));
        }
        let rows = select.all(db).await?;
        let compiled: AHashMap<i64, Arc<Rule>> =
            rows.iter().filter_map(|row| Some((row.id, Rule::compile(row, &self.products, &self.categories)?))).collect();
        let mut known = self.known.write();
        for id in ids.unwrap_or_default() {
            known.rules.put_rule(*id, None);
        }
        for (id, rule) in compiled {
            known.rules.put_rule(id, Some(rule));
        }
        Ok(())
    }

    /// Applies rules, or only some of them, to products; and reads their lists of devices, unless it is about some rules.
    async fn apply(&self, db: &Reader, of: Of<'_>, only: Option<&AHashSet<i64>>) -> Result<(), CommonError> {
        let (mut patterns, rules_for_all) = {
            let known = self.known.read();
            (known.rules.patterns(), known.rules.needs_no_facts())
        };
        if only.is_none() {
            patterns.extend(devices::PATTERNS.iter().map(|pattern| (*pattern).to_owned()));
        }
        let mut seen: AHashSet<ProductId> = AHashSet::new();
        let put = |product: &Product, facts: &Facts| {
            let mut known = self.known.write();
            known.rules.put_product(product, facts, only);
            if only.is_none() {
                known.fits.put(product.id, facts);
            }
        };
        facts::each(db, of, &patterns, |id, facts| {
            seen.insert(id);
            if let Some(product) = self.products.by_id(id) {
                put(&product, &facts);
            }
        })
        .await?;
        // Those without any such property are concerned by rules that ask for none, and may have lost what they had.
        let rest: Vec<Arc<Product>> = match of {
            Of::All if rules_for_all => self.products.all(),
            Of::All => Vec::new(),
            Of::These(ids) => self.products.by_ids(ids.iter().copied()).into_iter().flatten().collect(),
        };
        rest.iter().filter(|product| !seen.contains(&product.id)).for_each(|product| put(product, &Facts::default()));
        Ok(())
    }
}

fn sorted<T: Ord>(ids: impl Iterator<Item = T>) -> Vec<T> {
    let mut ids: Vec<T> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[async_trait::async_trait]
impl Projection for Related {
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError> {
        let moved = any_is::<CategoriesChanged>(events) && self.known.read().rules.names_categories();
        let rules: Vec<RelationRuleChanged> = decode_all(events)?;
        let rules = sorted(rules.into_iter().flat_map(|changed| changed.ids));
        if moved {
            self.read_rules(db, None).await?;
            self.apply(db, Of::All, None).await?;
        } else if !rules.is_empty() {
            self.read_rules(db, Some(&rules)).await?;
            self.apply(db, Of::All, Some(&rules.into_iter().collect())).await?;
        }
        let changed: Vec<ProductsChanged> = decode_all(events)?;
        let changed = sorted(changed.into_iter().flat_map(|changed| changed.ids));
        if !changed.is_empty() {
            let ties = Ties::again(db, &changed).await?;
            {
                let mut known = self.known.write();
                for (product, ties) in ties {
                    known.ties.put(product, ties);
                }
            }
            self.apply(db, Of::These(&changed), None).await?;
        }
        Ok(())
    }
}

impl Known {
    /// What is said to go with a product, in no order: relations, rules from its end (what merely fits, from either end), and
    /// products that list it as their device.
    pub(super) fn links(&self, product: &Product, products: &Products) -> Vec<Link> {
        let tied = self.ties.of(product.id).iter().map(|tie| Link {
            target: tie.target,
            kind: tie.kind,
            quantity: Some(tie.quantity),
            says: Says::Tie(tie.note.clone()),
        });
        let fitting = self.ties.fitting(product.id).iter().map(|other| Link {
            target: *other,
            kind: RelationKind::Compatible,
            quantity: None,
            says: Says::Tie(None),
        });
        let mut links: Vec<Link> = tied.chain(fitting).collect();
        for applied in self.rules.all() {
            let rule = &applied.rule;
            let both = rule.kind == RelationKind::Compatible;
            for end in [End::From, End::To].into_iter().take(if both { 2 } else { 1 }) {
                let quantity = (end == End::From && rule.kind != RelationKind::Compatible).then_some(rule.quantity);
                let says = Says::Rule(rule.clone());
                let partners = applied.partners(end, product.id, usize::MAX);
                links.extend(partners.into_iter().map(|target| Link { target, kind: rule.kind, quantity, says: says.clone() }));
            }
        }
        links.extend(self.made_for(product, products).into_iter().map(|target| Link {
            target,
            kind: RelationKind::Accessory,
            quantity: None,
            says: Says::Device,
        }));
        links
    }

    /// Accessories of a product, and who says so; at most `most`, those by SKU first.
    pub(super) fn accessories(&self, product: &Product, products: &Products, most: usize) -> Vec<(ProductId, Says)> {
        let kind = RelationKind::Accessory;
        let tied = self.ties.of(product.id).iter().filter(|tie| tie.kind == kind);
        let mut found: Vec<(ProductId, Says)> = tied.map(|tie| (tie.target, Says::Tie(tie.note.clone()))).collect();
        found.extend(self.made_for(product, products).into_iter().map(|target| (target, Says::Device)));
        for applied in self.rules.all().filter(|applied| applied.rule.kind == kind) {
            let partners = applied.partners(End::From, product.id, most.saturating_sub(found.len()));
            found.extend(partners.into_iter().map(|target| (target, Says::Rule(applied.rule.clone()))));
        }
        found.truncate(most);
        found
    }

    fn made_for(&self, product: &Product, products: &Products) -> Vec<ProductId> {
        self.fits.made_for(product, |other| products.by_id(other).map(|other| other.brand.clone()))
    }
}
