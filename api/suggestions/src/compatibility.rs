//! Products that are compatible with a device, from the device lists in their attributes.

use std::sync::Arc;

use ahash::AHashMap;
use entity::ProductId;

use super::devices::{Confidence, add_listed_devices, device_name_keys, is_list};
use super::product_attributes::ProductAttributes;
use catalog::Product;

/// Products by the devices they list. Takes about 40 bytes per product and device.
#[derive(Debug, Default)]
pub(super) struct DeviceCompatibility {
    by_key: AHashMap<u64, Vec<(ProductId, Confidence)>>,
    of: AHashMap<ProductId, Box<[u64]>>,
}

/// Shorter model names are too common to mean a device of another brand.
const MIN_UNBRANDED_NAME: usize = 6;
/// The shortest model name without the words before it.
const MIN_MODEL_NAME: usize = 4;

impl DeviceCompatibility {
    /// Replaces the devices that a product lists.
    pub(super) fn put(&mut self, product: ProductId, attributes: &ProductAttributes) {
        let mut keys = AHashMap::new();
        for (_, value) in attributes.all().filter(|(name, _)| is_list(name)) {
            add_listed_devices(&value.text, &mut keys);
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

    /// Products compatible with a device, those of its own brand first. `brand_of` returns the brand of a product. A product
    /// that lists the device name itself is an accessory and not the device.
    pub(super) fn products_for(&self, device: &Product, brand_of: impl Fn(ProductId) -> Option<Arc<str>>) -> Vec<ProductId> {
        if self.by_key.is_empty() {
            return Vec::new();
        }
        let mut names = AHashMap::new();
        device_name_keys(&device.brand, &device.title, &mut names);
        // A short "part number" with spaces or without digits of its own may be a model name.
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
