//! Categories, products, relations, warehouses, stock, inbound supply.

use ahash::AHashMap;
use entity::{Lifecycle, RelationKind, WarehouseId};
use pricing::Quantity;

use super::produce::batches;
use super::{LoadError, Loader, midnight, refused};
use catalog::{
    Attribute, AttributeValue, NewCategory, NewProduct, NewRelation, NewUnit, add_relations, put_categories, put_products,
};
use demo_data::{Demo, model};
use inventory::{Calendar, NewInboundSupply, NewWarehouse, put_inbound_supplies, put_warehouse, set_levels};

const PRODUCTS: usize = 1_000;
const ROWS: usize = 5_000;

impl Loader<'_> {
    pub(super) async fn goods(&mut self) -> Result<(), LoadError> {
        self.categories().await?;
        self.products().await?;
        self.relations().await?;
        let warehouses = self.warehouses().await?;
        self.stock(&warehouses).await?;
        self.inbound(&warehouses).await
    }

    async fn categories(&self) -> Result<(), LoadError> {
        let new = Demo::categories().into_iter().map(|category| NewCategory {
            code: category.code.to_owned(),
            name: category.name.to_owned(),
            parent: category.parent_code.map(str::to_owned),
        });
        let tx = self.system.begin().await?;
        put_categories(&tx, new.collect()).await.map_err(refused)?;
        Ok(tx.commit(()).await?)
    }

    async fn products(&mut self) -> Result<(), LoadError> {
        self.progress.part("products", u64::from(self.demo.product_count()));
        self.ids = Vec::with_capacity(self.demo.product_count() as usize);
        let mut made = batches(&self.demo, PRODUCTS, |demo, item, rows| rows.push(new_product(demo.product(item))));
        while let Some(batch) = made.recv().await {
            let tx = self.system.begin().await?;
            for stored in put_products(&tx, batch.rows).await? {
                let stored = stored.map_err(|problem| refused(format!("{:?}", problem.errors)))?;
                self.ids.push(stored.id);
            }
            tx.commit(()).await?;
            self.progress.advance(batch.products);
        }
        Ok(())
    }

    /// After all products, because a product may need one that stands behind it.
    async fn relations(&self) -> Result<(), LoadError> {
        self.progress.part("relations", u64::from(self.demo.product_count()));
        let mut made = batches(&self.demo, ROWS, |demo, item, rows| {
            rows.extend(demo.relations_of(item).into_iter().map(|relation| new_relation(demo, &relation)));
        });
        while let Some(batch) = made.recv().await {
            let tx = self.system.begin().await?;
            for added in add_relations(&tx, batch.rows).await? {
                added.map_err(|problem| refused(format!("{problem:?}")))?;
            }
            tx.commit(()).await?;
            self.progress.advance(batch.products);
        }
        Ok(())
    }

    async fn warehouses(&self) -> Result<AHashMap<&'static str, WarehouseId>, LoadError> {
        let tx = self.system.begin().await?;
        let mut ids = AHashMap::new();
        for warehouse in self.demo.warehouses() {
            let row = put_warehouse(&tx, new_warehouse(&warehouse), None).await.map_err(refused)?;
            ids.insert(warehouse.code, row.id);
        }
        Ok(tx.commit(ids).await?)
    }

    async fn stock(&self, warehouses: &AHashMap<&'static str, WarehouseId>) -> Result<(), LoadError> {
        self.progress.part("stock", u64::from(self.demo.product_count()));
        let mut made = batches(&self.demo, ROWS, |demo, item, rows| rows.extend(demo.stock_of(item)));
        while let Some(batch) = made.recv().await {
            let levels = batch.rows.iter().filter_map(|level| {
                let quantity = |micros| Quantity::from_micros(micros);
                let warehouse = warehouses.get(level.warehouse)?;
                Some((self.id(level.item), *warehouse, quantity(level.on_hand), quantity(level.safety)))
            });
            let levels: Vec<_> = levels.collect();
            let tx = self.system.begin().await?;
            for level in set_levels(&tx, &levels, "demo").await.map_err(refused)? {
                level.map_err(refused)?;
            }
            tx.commit(()).await?;
            self.progress.advance(batch.products);
        }
        Ok(())
    }

    async fn inbound(&self, warehouses: &AHashMap<&'static str, WarehouseId>) -> Result<(), LoadError> {
        self.progress.part("inbound supply", u64::from(self.demo.product_count()));
        let mut made = batches(&self.demo, ROWS, |demo, item, rows| rows.extend(demo.inbound_of(item)));
        while let Some(batch) = made.recv().await {
            let supplies = batch.rows.iter().filter_map(|inbound| {
                Some(NewInboundSupply {
                    reference: inbound.reference.clone(),
                    product: self.id(inbound.item),
                    warehouse: *warehouses.get(inbound.warehouse)?,
                    quantity: Quantity::from_micros(inbound.quantity),
                    expected_at: midnight(inbound.expected_on),
                })
            });
            let supplies: Vec<NewInboundSupply> = supplies.collect();
            let tx = self.system.begin().await?;
            for supply in put_inbound_supplies(&tx, &supplies).await.map_err(refused)? {
                supply.map_err(refused)?;
            }
            tx.commit(()).await?;
            self.progress.advance(batch.products);
        }
        Ok(())
    }
}

fn new_product(product: model::Product) -> NewProduct {
    let lifecycle = match product.lifecycle {
        model::Lifecycle::Draft => Lifecycle::Draft,
        model::Lifecycle::Active => Lifecycle::Active,
        model::Lifecycle::PhaseOut => Lifecycle::PhaseOut,
        model::Lifecycle::Discontinued => Lifecycle::Discontinued,
    };
    let units = product.units.into_iter().map(|unit| NewUnit {
        unit: unit.code.to_owned(),
        factor: None,
        fraction: Some((unit.numerator, unit.denominator)),
        gtin: unit.gtin,
    });
    NewProduct {
        description: product.description,
        brand: product.brand.to_owned(),
        category: Some(product.category_code.to_owned()),
        units: units.collect(),
        fractional: product.fractional,
        lifecycle,
        backorder: true,
        min: Some(Quantity::from_micros(product.min_quantity)),
        max: product.max_quantity.map(Quantity::from_micros),
        multiple: Some(Quantity::from_micros(product.multiple)),
        lead_time_days: Some(i32::from(product.lead_time_days)),
        weight_grams: Some(product.weight_grams),
        mix_group: product.mix_group,
        mpn: Some(product.mpn),
        gtin: Some(product.gtin),
        attributes: product.attributes.into_iter().map(attribute).collect(),
        keywords: product.keywords.into_iter().map(str::to_owned).collect(),
        ..NewProduct::named(product.sku, product.title, product.stock_unit)
    }
}

fn attribute(attribute: model::Attribute) -> Attribute {
    let (value, unit) = match attribute.value {
        model::AttributeValue::Text(text) => (AttributeValue::Text(text), None),
        model::AttributeValue::Flag(yes) => (AttributeValue::Flag(yes), None),
        model::AttributeValue::Number(micros, unit) => {
            let text = Quantity::from_micros(micros).to_string();
            let value = text.parse().map_or(AttributeValue::Text(text), AttributeValue::Number);
            (value, Some(unit.to_owned()).filter(|unit| !unit.is_empty()))
        }
    };
    Attribute { name: attribute.name.to_owned(), value, unit }
}

fn new_relation(demo: &Demo, relation: &model::Relation) -> (String, NewRelation) {
    let kind = match relation.kind {
        model::RelationKind::Required => RelationKind::Required,
        model::RelationKind::Accessory => RelationKind::Accessory,
        model::RelationKind::Compatible => RelationKind::Compatible,
        model::RelationKind::Substitute => RelationKind::Substitute,
        model::RelationKind::Successor => RelationKind::Successor,
    };
    let quantity = Quantity::from_micros(relation.quantity * model::ONE);
    let to = NewRelation { kind, sku: demo.sku(relation.target), quantity, note: relation.note.to_owned() };
    (demo.sku(relation.item), to)
}

fn new_warehouse(warehouse: &model::Warehouse) -> NewWarehouse {
    let holidays = warehouse.holidays.iter().filter_map(|day| {
        let (year, month, day) = day.date();
        chrono::NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
    });
    let mut holidays: Vec<_> = holidays.collect();
    holidays.sort_unstable();
    NewWarehouse {
        code: warehouse.code.to_owned(),
        name: warehouse.name.to_owned(),
        country: warehouse.country.to_owned(),
        city: warehouse.city.to_owned(),
        priority: i32::from(warehouse.priority),
        calendar: Calendar {
            works: warehouse.works,
            holidays,
            cutoff_minutes: i32::from(warehouse.cut_off_minute),
            utc_offset_minutes: i32::from(warehouse.utc_offset_minutes),
        },
    }
}
