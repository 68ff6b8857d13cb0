//! Ids: one type per kind of row, so that an order's id cannot be passed for a product's.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// Declares an id stored as a 64-bit whole number. Its JSON form is for the internal form of events; the API shows no ids of rows.
macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType, Serialize, Deserialize)]
        #[sea_orm(try_from_u64)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

typed_id! {
    /// A company that buys.
    AccountId,
    /// An address of a company.
    SiteId,
    /// A person.
    UserId,
    /// A machine client's row; its public name is its `client_id`.
    ClientRowId,
    /// A category of products.
    CategoryId,
    /// A product; its public name is its SKU.
    ProductId,
    /// A price list.
    PriceListId,
    /// One entry of a price list.
    PriceEntryId,
    /// A contract.
    ContractId,
    /// One line of a contract.
    ContractLineId,
    /// A promotion.
    PromotionId,
    /// One line of a promotion.
    PromotionLineId,
    /// A draft of price changes.
    PriceChangeSetId,
    /// A warehouse.
    WarehouseId,
    /// Supply on its way to a warehouse.
    InboundId,
    /// A cart.
    CartId,
    /// A quote; its public name is its number.
    QuoteId,
    /// An order; its public name is its number.
    OrderId,
    /// A shipment.
    ShipmentId,
    /// An invoice.
    InvoiceId,
    /// A payment.
    PaymentId,
    /// An import job.
    JobId,
    /// A piece of work that is done in the background.
    BackgroundJobId,
}
