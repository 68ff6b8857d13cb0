//! Which products there are: how many of each family, at which index, and how to find one by what it is.
//!
//! The grid of a family is filled from its common corner: common sizes of the common variants and brands come first,
//! so a small catalogue is a sensible one and a larger one only adds to each family. Sizes enter in chunks; within one
//! variant and brand an earlier key always comes before a later one. Nothing is stored per product.

use std::collections::HashMap;

use super::family::{Family, Key};
use super::model::Item;
use super::{
    bearings, cabling, cutting, drives, electrical, fasteners, fixings, flanges, hoses, inch, pipe, pumps, safety, seals, tools,
    wood, workwear,
};

/// All families, in the order of the index.
fn families() -> impl Iterator<Item = &'static Family> {
    [
        fasteners::FAMILIES,
        inch::FAMILIES,
        wood::FAMILIES,
        fixings::FAMILIES,
        bearings::FAMILIES,
        seals::FAMILIES,
        drives::FAMILIES,
        pipe::FAMILIES,
        hoses::FAMILIES,
        flanges::FAMILIES,
        pumps::FAMILIES,
        electrical::FAMILIES,
        cabling::FAMILIES,
        safety::FAMILIES,
        workwear::FAMILIES,
        cutting::FAMILIES,
        tools::FAMILIES,
    ]
    .into_iter()
    .flatten()
}

/// Into how many chunks the sizes of a family are cut at most.
const CHUNKS: u32 = 32;

/// A family and the part of it that is in this catalogue.
pub(super) struct Shelf {
    pub(super) family: &'static Family,
    keys: Vec<Key>,
    key_at: HashMap<Key, u32>,
    /// Variant and brand, common ones first.
    makes: Vec<(u8, u8)>,
    make_at: HashMap<(u8, u8), u32>,
    /// How many keys a block has; only the last chunk of a make may have fewer.
    chunk: u32,
    /// Chunk and make in the order they enter the catalogue, and the rank each starts at.
    blocks: Vec<(u16, u16)>,
    starts: Vec<u32>,
    /// Rank at which the block of a make and chunk starts.
    block_at: Vec<u32>,
    /// Its most sold brand, the one without a suffix in the SKU.
    pub(super) lead: u8,
    first: Item,
    pub(super) count: u32,
}

/// Where a product stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Number of the family.
    pub(super) shelf: usize,
    pub(super) rank: u32,
    pub(super) key: Key,
    pub(super) variant: u8,
    pub(super) brand: u8,
}

/// The layout of one catalogue.
pub(super) struct Catalog {
    shelves: Vec<Shelf>,
    by_name: HashMap<&'static str, usize>,
    pub(super) len: u32,
}

impl Catalog {
    /// Lays out `len` products, or as many as the families hold.
    pub(super) fn new(len: u32) -> Self {
        let mut shelves: Vec<Shelf> = families().map(Shelf::new).collect();
        share_out(&mut shelves, len);
        let mut first = 0;
        for shelf in &mut shelves {
            shelf.first = first;
            first += shelf.count;
        }
        let by_name = shelves.iter().enumerate().map(|(at, shelf)| (shelf.family.name, at)).collect();
        Self { shelves, by_name, len: first }
    }

    pub(super) fn shelf(&self, number: usize) -> &Shelf {
        &self.shelves[number]
    }

    /// The shelf of a family by its name.
    pub(super) fn shelf_of(&self, family: &str) -> Option<&Shelf> {
        self.by_name.get(family).map(|at| &self.shelves[*at])
    }

    pub(super) fn place(&self, item: Item) -> Place {
        let number = self.shelves.partition_point(|shelf| shelf.first + shelf.count <= item);
        let shelf = &self.shelves[number];
        let rank = item - shelf.first;
        let block = shelf.starts.partition_point(|start| *start <= rank) - 1;
        let (chunk, make) = shelf.blocks[block];
        let key = u32::from(chunk) * shelf.chunk + rank - shelf.starts[block];
        let (variant, brand) = shelf.makes[usize::from(make)];
        Place { shelf: number, rank, key: shelf.keys[key as usize], variant, brand }
    }

    /// The same size of the same family in another variant or brand.
    pub(super) fn other(&self, place: &Place, variant: u8, brand: u8) -> Option<Item> {
        self.shelves[place.shelf].item(place.key, variant, brand)
    }

    /// The member of a family with this key that goes best with a product: its own variant (the commonest, where the
    /// other family has variants of its own kind) in its own brand or else another one.
    pub(super) fn matching(&self, family: &str, key: Key, with: &Place) -> Option<Item> {
        let shelf = self.shelf_of(family)?;
        let from = self.shelves[with.shelf].family;
        let wanted = &from.brands[with.brand as usize];
        let brand = shelf.family.brands.iter().position(|brand| brand == wanted).map_or(0, |at| at as u8);
        let same_variants = std::ptr::eq(shelf.family.variants, from.variants);
        let variant = if same_variants { with.variant } else { 0 };
        shelf
            .item(key, variant, brand)
            .or_else(|| (0..shelf.family.brands.len() as u8).find_map(|brand| shelf.item(key, variant, brand)))
    }
}

impl Shelf {
    fn new(family: &'static Family) -> Self {
        let keys = (family.keys)();
        let key_at = keys.iter().enumerate().map(|(at, key)| (*key, at as u32)).collect();
        let mut makes: Vec<(u8, u8)> = (0..family.variants.len() as u8)
            .flat_map(|variant| (0..family.brands.len() as u8).map(move |brand| (variant, brand)))
            .collect();
        let brands = family.brands.len() as u8;
        let lead = family.prefix.bytes().fold(0, u8::wrapping_add) % brands;
        makes.sort_by_key(|(variant, brand)| {
            let brand = (brand + brands - lead) % brands;
            (u32::from(*variant) * 5 + u32::from(brand) * 4, brand)
        });
        let make_at = makes.iter().enumerate().map(|(at, make)| (*make, at as u32)).collect();
        let mut shelf = Self {
            family,
            keys,
            key_at,
            makes,
            lead,
            make_at,
            chunk: 0,
            blocks: Vec::new(),
            starts: Vec::new(),
            block_at: Vec::new(),
            first: 0,
            count: 0,
        };
        shelf.order_blocks();
        shelf
    }

    /// Decides in which order sizes, variants and brands enter: along the diagonal from the common corner.
    fn order_blocks(&mut self) {
        let keys = self.keys.len() as u32;
        self.chunk = keys.div_ceil(CHUNKS).max(8);
        let chunks = keys.div_ceil(self.chunk);
        let makes = self.makes.len() as u16;
        self.blocks = (0..makes).flat_map(|make| (0..chunks as u16).map(move |chunk| (chunk, make))).collect();
        self.blocks.sort_by_key(|(chunk, make)| (chunk + make * 2, *make));
        self.block_at = vec![0; self.blocks.len()];
        let mut start = 0;
        for (chunk, make) in &self.blocks {
            self.starts.push(start);
            self.block_at[usize::from(*make) * chunks as usize + usize::from(*chunk)] = start;
            start += self.chunk.min(keys - u32::from(*chunk) * self.chunk);
        }
    }

    /// How many products the family can have.
    fn capacity(&self) -> u32 {
        (self.keys.len() * self.makes.len()) as u32
    }

    /// The product at a rank, which must be below the count.
    pub(super) fn at(&self, rank: u32) -> Item {
        self.first + rank
    }

    fn item(&self, key: Key, variant: u8, brand: u8) -> Option<Item> {
        let key = *self.key_at.get(&key)?;
        let make = *self.make_at.get(&(variant, brand))?;
        let chunks = (self.keys.len() as u32).div_ceil(self.chunk);
        let rank = self.block_at[(make * chunks + key / self.chunk) as usize] + key % self.chunk;
        (rank < self.count).then(|| self.first + rank)
    }
}

/// Gives every family its share by weight; what a small family cannot take goes to the others.
fn share_out(shelves: &mut [Shelf], len: u32) {
    let mut left = u64::from(len);
    while left > 0 {
        let open = |shelf: &&mut Shelf| shelf.count < shelf.capacity();
        let weights: u64 = shelves.iter_mut().filter(open).map(|shelf| u64::from(shelf.family.weight)).sum();
        if weights == 0 {
            return;
        }
        let round = left;
        for shelf in shelves.iter_mut().filter(open) {
            let share = (round * u64::from(shelf.family.weight) / weights).max(1);
            let taken = share.min(left).min(u64::from(shelf.capacity() - shelf.count));
            shelf.count += taken as u32;
            left -= taken;
        }
    }
}
