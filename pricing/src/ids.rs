//! Handles of the rows in the book. They are the database's ids, dense enough to index a vector.
//!
//! Not here: the rows themselves (see [`crate::inputs`]).

/// Declares a handle type.
macro_rules! handle {
    ($(#[$doc:meta])* $name:ident, $inner:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $inner);
    };
}

handle! {
    /// A product.
    ProductId, u32
}
handle! {
    /// A customer account.
    AccountId, u32
}
handle! {
    /// A group of customer accounts.
    GroupId, u32
}
handle! {
    /// A price list.
    ListId, u32
}
handle! {
    /// An entry of a price list.
    EntryId, i64
}
handle! {
    /// A contract.
    ContractId, u32
}
handle! {
    /// A line of a contract.
    ContractLineId, i64
}
handle! {
    /// A promotion.
    PromotionId, u32
}
handle! {
    /// A category of products.
    CategoryId, u32
}
handle! {
    /// A brand.
    BrandId, u32
}
handle! {
    /// A mix-and-match group of products.
    MixGroupId, u32
}

/// Handles are below this number, so that a stray one cannot claim gigabytes.
pub const HANDLE_LIMIT: u32 = 1 << 24;
