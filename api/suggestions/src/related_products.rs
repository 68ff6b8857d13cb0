//! All relations between products, in the memory of every process: by SKU, by relation rules, and by the devices that products
//! list.
//!
//! They are loaded when a process starts, and then updated as products, categories and rules change. An update reads only what
//! changed.

use std::sync::Arc;

use ahash::AHashSet;
use entity::{ProductId, RelationKind, relation_rules};
use parking_lot::{RwLock, RwLockReadGuard};
use pricing::Quantity;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::applied_rules::AppliedRules;
use super::compatibility::DeviceCompatibility;
use super::devices;
use super::events::RelationRuleChanged;
use super::product_attributes::{self, ProductAttributes, ReadScope};
use super::relations::ProductRelations;
use super::rule::{End, Rule};
use catalog::events::{CategoriesChanged, ProductsChanged};
use catalog::{Categories, Product, Products};
use kernel::problem::CommonError;
use store::BoxError;
use store::database::Reader;
use store::events::{Event, any_is, decode_all};
use store::projections::Projection;

/// All relations between products. Cheap to clone; clones share the data.
#[derive(Clone, Debug, Default)]
pub struct RelatedProducts {
    relations: Arc<RwLock<Relations>>,
    products: Products,
    categories: Categories,
}

#[derive(Debug, Default)]
pub(super) struct Relations {
    pub(super) by_sku: ProductRelations,
    pub(super) rules: AppliedRules,
    pub(super) compatibility: DeviceCompatibility,
}

/// Where a relation comes from.
#[derive(Clone, Debug)]
pub(super) enum RelationSource {
    /// A relation by SKU, with its note.
    ProductRelation(Option<Box<str>>),
    Rule(Arc<Rule>),
    /// The device list of the product itself.
    Device,
}

/// A product that is related to another.
#[derive(Clone, Debug)]
pub(super) struct RelatedProduct {
    pub(super) target: ProductId,
    pub(super) kind: RelationKind,
    pub(super) quantity: Option<Quantity>,
    pub(super) source: RelationSource,
}

impl RelatedProducts {
    /// Loads relations and rules, and applies the rules to all products.
    pub async fn load(db: &Reader, products: &Products, categories: &Categories) -> Result<Self, CommonError> {
        let related = Self { relations: Arc::default(), products: products.clone(), categories: categories.clone() };
        let by_sku = ProductRelations::load(db).await?;
        related.relations.write().by_sku = by_sku;
        related.read_rules(db, None).await?;
        related.apply(db, ReadScope::All, None).await?;
        Ok(related)
    }

    /// Read access to the relations.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Relations> {
        self.relations.read()
    }

    /// Compiles the rules of these ids, or all rules, without applying them to products. A rule that cannot be read is logged
    /// as an error and not applied.
    async fn read_rules(&self, db: &Reader, ids: Option<&[i64]>) -> Result<(), CommonError> {
        let mut select = relation_rules::Entity::find();
        if let Some(ids) = ids {
            select = select.filter(relation_rules::Column::Id.is_in(ids.iter().copied()));
        }
        let rows = select.all(db).await?;
        let mut compiled: Vec<(i64, Arc<Rule>)> = Vec::with_capacity(rows.len());
        for row in rows.iter().filter(|row| row.active) {
            match Rule::compile(row, &self.products, &self.categories) {
                Ok(rule) => compiled.push((row.id, Arc::new(rule))),
                Err(error) => tracing::error!(code = row.code, error = %error, "a relation rule is not applied"),
            }
        }
        let mut relations = self.relations.write();
        for id in ids.unwrap_or_default() {
            relations.rules.put_rule(*id, None);
        }
        for (id, rule) in compiled {
            relations.rules.put_rule(id, Some(rule));
        }
        Ok(())
    }

    /// Applies all rules, or only some, to products. Reads the device lists too, unless only some rules are applied.
    async fn apply(&self, db: &Reader, scope: ReadScope<'_>, only: Option<&AHashSet<i64>>) -> Result<(), CommonError> {
        let (mut patterns, rules_for_all) = {
            let relations = self.relations.read();
            (relations.rules.patterns(), relations.rules.needs_no_attributes())
        };
        if only.is_none() {
            patterns.extend(devices::PATTERNS.iter().map(|pattern| (*pattern).to_owned()));
        }
        let mut seen: AHashSet<ProductId> = AHashSet::new();
        let put = |product: &Product, attributes: &ProductAttributes| {
            let mut relations = self.relations.write();
            relations.rules.put_product(product, attributes, only);
            if only.is_none() {
                relations.compatibility.put(product.id, attributes);
            }
        };
        product_attributes::for_each(db, scope, &patterns, |id, attributes| {
            seen.insert(id);
            if let Some(product) = self.products.by_id(id) {
                put(&product, &attributes);
            }
        })
        .await?;
        // Products without any of these attributes may match rules that need none, and may have lost attributes they had.
        let rest: Vec<Arc<Product>> = match scope {
            ReadScope::All if rules_for_all => self.products.all(),
            ReadScope::All => Vec::new(),
            ReadScope::Only(ids) => self.products.by_ids(ids.iter().copied()).into_iter().flatten().collect(),
        };
        rest.iter().filter(|product| !seen.contains(&product.id)).for_each(|product| put(product, &ProductAttributes::default()));
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
impl Projection for RelatedProducts {
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError> {
        let moved = any_is::<CategoriesChanged>(events) && self.relations.read().rules.names_categories();
        let rules: Vec<RelationRuleChanged> = decode_all(events)?;
        let rules = sorted(rules.into_iter().flat_map(|changed| changed.ids));
        if moved {
            self.read_rules(db, None).await?;
            self.apply(db, ReadScope::All, None).await?;
        } else if !rules.is_empty() {
            self.read_rules(db, Some(&rules)).await?;
            self.apply(db, ReadScope::All, Some(&rules.into_iter().collect())).await?;
        }
        let changed: Vec<ProductsChanged> = decode_all(events)?;
        let changed = sorted(changed.into_iter().flat_map(|changed| changed.ids));
        if !changed.is_empty() {
            let by_sku = ProductRelations::read_for(db, &changed).await?;
            {
                let mut relations = self.relations.write();
                for (product, own) in by_sku {
                    relations.by_sku.put(product, own);
                }
            }
            self.apply(db, ReadScope::Only(&changed), None).await?;
        }
        Ok(())
    }
}

impl Relations {
    /// The products related to a product, in no order: by SKU, by rules from their `from` end (from both ends for compatible
    /// products), and products that list it as their device.
    pub(super) fn related_to(&self, product: &Product, products: &Products) -> Vec<RelatedProduct> {
        let related = self.by_sku.of(product.id).iter().map(|relation| RelatedProduct {
            target: relation.target,
            kind: relation.kind,
            quantity: Some(relation.quantity),
            source: RelationSource::ProductRelation(relation.note.clone()),
        });
        let fitting = self.by_sku.fitting(product.id).iter().map(|other| RelatedProduct {
            target: *other,
            kind: RelationKind::Compatible,
            quantity: None,
            source: RelationSource::ProductRelation(None),
        });
        let mut related_to: Vec<RelatedProduct> = related.chain(fitting).collect();
        for applied in self.rules.all() {
            let rule = &applied.rule;
            let both = rule.kind == RelationKind::Compatible;
            for end in [End::From, End::To].into_iter().take(if both { 2 } else { 1 }) {
                let quantity = (end == End::From && rule.kind != RelationKind::Compatible).then_some(rule.quantity);
                let source = RelationSource::Rule(rule.clone());
                let partners = applied.partners(end, product.id, usize::MAX);
                related_to.extend(partners.into_iter().map(|target| RelatedProduct {
                    target,
                    kind: rule.kind,
                    quantity,
                    source: source.clone(),
                }));
            }
        }
        related_to.extend(self.listed_accessories(product, products).into_iter().map(|target| RelatedProduct {
            target,
            kind: RelationKind::Accessory,
            quantity: None,
            source: RelationSource::Device,
        }));
        related_to
    }

    /// Accessories of a product, with their sources; at most `limit`, those by SKU first.
    pub(super) fn accessories(&self, product: &Product, products: &Products, limit: usize) -> Vec<(ProductId, RelationSource)> {
        let kind = RelationKind::Accessory;
        let related = self.by_sku.of(product.id).iter().filter(|relation| relation.kind == kind);
        let mut found: Vec<(ProductId, RelationSource)> =
            related.map(|relation| (relation.target, RelationSource::ProductRelation(relation.note.clone()))).collect();
        found.extend(self.listed_accessories(product, products).into_iter().map(|target| (target, RelationSource::Device)));
        for applied in self.rules.all().filter(|applied| applied.rule.kind == kind) {
            let partners = applied.partners(End::From, product.id, limit.saturating_sub(found.len()));
            found.extend(partners.into_iter().map(|target| (target, RelationSource::Rule(applied.rule.clone()))));
        }
        found.truncate(limit);
        found
    }

    fn listed_accessories(&self, product: &Product, products: &Products) -> Vec<ProductId> {
        self.compatibility.products_for(product, |other| products.by_id(other).map(|other| other.brand.clone()))
    }
}
