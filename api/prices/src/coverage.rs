//! What an account has contracts for, in ids and names of the house: for showing which products are on contract.
//!
//! Not here: which price that gives (`lookup`).

use entity::{AccountId, CategoryId, Instant, ProductId};
use pricing::{Currency, Target};

use super::lookup::{PriceRequest, Prices};
use super::price_book::Book;

/// What the contract lines in force for an account name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub products: Vec<ProductId>,
    /// What lies below them is covered too.
    pub categories: Vec<CategoryId>,
    pub brands: Vec<String>,
    /// Whether every product is covered.
    pub everything: bool,
    /// When a line begins or ends next.
    pub until: Option<Instant>,
}

impl Prices {
    /// What the contracts of an account and of the companies above it cover now. Needs no database; costs in proportion to
    /// their lines.
    pub fn coverage(&self, account: AccountId, currency: Currency) -> Coverage {
        let book = self.book.read();
        let request = PriceRequest { account: Some(account), currency, at: None, as_of: None, coupons: &[], lines: &[] };
        let resolved = book.resolve(&request);
        book.coverage(&resolved.engine_request(&request, &[]))
    }
}

impl Book {
    fn coverage(&self, request: &pricing::PriceRequest<'_>) -> Coverage {
        let found = pricing::coverage(self.engine(), request);
        let mut coverage = Coverage { until: found.until.map(Into::into), ..Coverage::default() };
        for target in found.targets {
            match target {
                Target::Sku(product) => coverage.products.extend(self.product_id(product).map(ProductId)),
                Target::Category(category) => coverage.categories.extend(self.category_id(category).map(CategoryId)),
                Target::Brand(brand) => coverage.brands.extend(self.brand(brand).map(str::to_owned)),
                Target::Everything => coverage.everything = true,
            }
        }
        coverage
    }
}
