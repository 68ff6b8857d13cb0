//! What the checkout works with.

use cart::CartCache;
use catalog::Products;
use identity::Accounts;
use inventory::Board;
use prices::Prices;
use search_index::SearchIndex;

/// What the checkout works with.
#[derive(Clone, Debug)]
pub struct Checkout {
    pub accounts: Accounts,
    pub products: Products,
    pub prices: Prices,
    pub board: Board,
    pub carts: CartCache,
    pub index: SearchIndex,
}
