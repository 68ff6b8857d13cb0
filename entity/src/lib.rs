//! The rows of Bulkhead: one file per table, written after `migration`, with the types of their columns. Tables that are written
//! and read in raw SQL alone have none.
//!
//! A column holds a type, not a text: what is stored and cannot be read is an error of the database that names the text.
//!
//! Not here: queries with business meaning, HTTP types, `Serialize` on rows (a serialisable row becomes an API by
//! accident), and arithmetic (columns carry values; `pricing` calculates), save for the dates and discounts that follow from
//! stored [`Terms`].

mod codes;
mod destination;
mod enums;
mod ids;
mod roles;
mod terms;
#[cfg(test)]
mod test_columns;
mod values;

pub mod accounts;
pub mod background_jobs;
pub mod blobs;
pub mod cart_lines;
pub mod carts;
pub mod categories;
pub mod clients;
pub mod contract_terms;
pub mod contracts;
pub mod credit_positions;
pub mod event_readers;
pub mod events;
pub mod idempotency_keys;
pub mod invoice_lines;
pub mod invoices;
pub mod jobs;
pub mod learned_baskets;
pub mod noted_clicks;
pub mod noted_searches;
pub mod order_allocations;
pub mod order_cancellations;
pub mod order_holds;
pub mod order_imports;
pub mod order_lines;
pub mod order_pricings;
pub mod orders;
pub mod parcels;
pub mod password_resets;
pub mod payment_allocations;
pub mod payments;
pub mod price_change_set_agreements;
pub mod price_change_sets;
pub mod price_changes;
pub mod price_entries;
pub mod price_list_terms;
pub mod price_lists;
pub mod product_identifiers;
pub mod product_relations;
pub mod product_units;
pub mod products;
pub mod promotion_terms;
pub mod promotions;
pub mod quote_lines;
pub mod quotes;
pub mod refresh_tokens;
pub mod relation_rules;
pub mod replacement_consents;
pub mod search_curations;
pub mod search_tallies;
pub mod seller_settings;
pub mod shipment_lines;
pub mod shipments;
pub mod signing_keys;
pub mod sites;
pub mod token_revocations;
pub mod tracking_events;
pub mod users;
pub mod visibility_rules;
pub mod warehouses;

pub use codes::{CurrencyCode, Unit, Unreadable};
pub use destination::Destination;
pub use enums::{
    AccountStatus, AssignedKind, AudienceKind, CartStatus, ChangeSetStatus, Consent, ContractMode, CurationKind, HoldKind,
    IdentifierKind, JobStatus, Lifecycle, PaymentMethod, PriceRuleKind, PriceSource, RelationKind, Role, ShipmentStage,
    TargetKind, UserStatus, VisibilityEffect, VolumeScope,
};
pub use ids::{
    AccountId, BackgroundJobId, CartId, CategoryId, ClientRowId, ContractId, ContractLineId, InboundId, InvoiceId, JobId,
    OrderId, PaymentId, PriceChangeSetId, PriceEntryId, PriceListId, ProductId, PromotionId, PromotionLineId, QuoteId,
    ShipmentId, SiteId, UserId, WarehouseId,
};
pub use roles::Roles;
pub use terms::Terms;
pub use values::{Amount, Instant, Per, Quantity};
