//! The parts that checkout needs.

use cart::CartCache;
use catalog::Products;
use identity::Accounts;
use inventory::StockLevels;
use prices::Prices;
use search_index::SearchIndex;

/// The parts that checkout needs.
#[derive(Clone, Debug)]
pub struct Checkout {
    pub accounts: Accounts,
    pub products: Products,
    pub prices: Prices,
    pub stock_levels: StockLevels,
    pub carts: CartCache,
    pub index: SearchIndex,
}
