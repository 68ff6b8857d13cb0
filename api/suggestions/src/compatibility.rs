//! Which products are made for which devices, known from the lists of devices in their properties.

use std::sync::Arc;

use ahash::AHashMap;
use entity::ProductId;

use super::devices::{Confidence, add_listed_devices, device_name_keys, is_list};
use super::product_attributes::ProductAttributes;
use catalog::Product;

/// Products by the devices they list. About 40 bytes per product and device.
#[derive(Debug, Default)]
pub(super) struct DeviceCompatibility {
    by_key: AHashMap<u64, Vec<(ProductId, Confidence)>>,
    of: AHashMap<ProductId, Box<[u64]>>,
}

/// Shorter names of a model are too common to mean it without a brand.
const MIN_UNBRANDED_NAME: usize = 6;
/// A model alone must be at least so long.
const MIN_MODEL_NAME: usize = 4;

impl DeviceCompatibility {
    /// RelationSource which devices a product lists now.
    pub(super) fn put(&mut self, product: ProductId, attributes: &ProductAttributes) {
        let mut keys = AHashMap::new();
        for (_, value) in attributes.all().filter(|(name, _)| is_list(name)) {
            add_listed_devices(&value.words, &mut keys);
        }
        for key in self.of.remove(&product).iter().flatten() {
            if let Some(same) = self.by_key.get_mut(key) {
                same.retain(|other| other.0 != product);
                if same.is_empty() {
                    self.by_key.remove(key);
                }
            }
        }
        if !keys.is_empty() {
            self.of.insert(product, keys.keys().copied().collect());
            for (key, confidence) in keys {
                self.by_key.entry(key).or_default().push((product, confidence));
            }
        }
    }

    /// Products made for a device, the surest first: those of its own brand, which `brand_of` tells. What lists a device
    /// itself is made for it and is no device.
    pub(super) fn products_for(&self, device: &Product, brand_of: impl Fn(ProductId) -> Option<Arc<str>>) -> Vec<ProductId> {
        if self.by_key.is_empty() {
            return Vec::new();
        }
        let mut names = AHashMap::new();
        device_name_keys(&device.brand, &device.title, &mut names);
        // A short "part number" with spaces or without digits of its own may be the name of a model.
        if let Some(model) = device.mpn.as_deref() {
            device_name_keys(&device.brand, model, &mut names);
        }
        let own = self.of.get(&device.id).map(|keys| &**keys).unwrap_or_default();
        let mut found: AHashMap<ProductId, bool> = AHashMap::new();
        for (key, length) in names.into_iter().filter(|(key, _)| !own.contains(key)) {
            for (product, confidence) in self.by_key.get(&key).into_iter().flatten() {
                let same_brand = brand_of(*product).is_some_and(|brand| brand.eq_ignore_ascii_case(&device.brand));
                let sure = match confidence {
                    Confidence::Named => length >= MIN_UNBRANDED_NAME || same_brand,
                    Confidence::ModelAlone => length >= MIN_MODEL_NAME && same_brand,
                };
                if sure && *product != device.id {
                    *found.entry(*product).or_default() |= same_brand;
                }
            }
        }
        let mut found: Vec<(ProductId, bool)> = found.into_iter().collect();
        found.sort_unstable_by_key(|(product, same_brand)| (!same_brand, *product));
        found.into_iter().map(|(product, _)| product).collect()
    }
}
