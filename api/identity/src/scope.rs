//! What a principal may do: scopes for machine clients, roles for people. A role is a set of scopes, so that every
//! permission is checked in one way.
//!
//! Not here: limits inside a permission ("approves up to 5,000"); those are rules of their slice.

use entity::Role;
use kernel::scopes::Scopes;

/// Declares the scopes: one bit each, with the word used in tokens and what it allows.
macro_rules! scopes {
    ($($variant:ident = $word:literal, $help:literal;)*) => {
        /// One permission, `noun:read` or `noun:write`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Scope { $(#[doc = $help] $variant,)* }

        impl Scope {
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in tokens and in the OpenAPI document.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it allows.
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)* }
            }

            /// The name of its scheme while the OpenAPI document is being built.
            pub const fn scheme(self) -> &'static str {
                match self { $(Self::$variant => concat!("oauth2.", $word),)* }
            }
        }
    };
}

scopes! {
    ProductsRead = "products:read", "Read products, search, suggestions";
    ProductsWrite = "products:write", "Create and change products and categories";
    PricesRead = "prices:read", "Ask for prices";
    PricesWrite = "prices:write", "Read and change price lists, contracts and promotions";
    StockRead = "stock:read", "Read availability";
    StockWrite = "stock:write", "Record stock movements, warehouses and inbound supply";
    CartsRead = "carts:read", "Read carts";
    CartsWrite = "carts:write", "Create and change carts";
    QuotesRead = "quotes:read", "Read quotes";
    QuotesWrite = "quotes:write", "Request, offer, decline and withdraw quotes";
    OrdersRead = "orders:read", "Read orders";
    OrdersWrite = "orders:write", "Place, change and cancel orders";
    HoldsWrite = "holds:write", "Hold and release orders";
    ShipmentsRead = "shipments:read", "Read shipments and tracking";
    ShipmentsWrite = "shipments:write", "Pick, pack and ship; record tracking";
    InvoicesRead = "invoices:read", "Read invoices, payments and the credit position";
    PaymentsWrite = "payments:write", "Record payments";
    AccountsRead = "accounts:read", "Read accounts, sites and people";
    AccountsWrite = "accounts:write", "Create and change accounts and sites";
    CreditWrite = "credit:write", "Set credit limits and terms; release orders held for credit or payment";
    UsersWrite = "users:write", "Create and change people and machine clients";
    EventsRead = "events:read", "Read the event log";
    ImportsWrite = "imports:write", "Run import jobs";
    MetricsRead = "metrics:read", "Read the figures of the process";
    JobsWrite = "jobs:write", "Look at background jobs and run those again that were given up";
    SettingsWrite = "settings:write", "Read and change the settings of the seller";
}

/// The set of these scopes.
fn set(scopes: &[&[Scope]]) -> Scopes {
    Scopes::of(scopes.iter().copied().flatten().map(|scope| scope.word()))
}

/// Reads words separated by spaces; gives the first unknown word as the error.
pub fn parse_scopes(text: &str) -> Result<Scopes, String> {
    match text.split_whitespace().find(|word| Scope::ALL.iter().all(|scope| scope.word() != *word)) {
        Some(unknown) => Err(unknown.to_owned()),
        None => Ok(Scopes::of_text(text)),
    }
}

/// Every scope there is.
pub fn all() -> Scopes {
    set(&[Scope::ALL])
}

/// What a machine client of the buyer's side may be given.
pub fn buyer_side() -> Scopes {
    scopes_of_role(Role::AccountAdmin)
}

const VIEWER: &[Scope] = &[
    Scope::ProductsRead,
    Scope::PricesRead,
    Scope::StockRead,
    Scope::CartsRead,
    Scope::QuotesRead,
    Scope::OrdersRead,
    Scope::ShipmentsRead,
    Scope::InvoicesRead,
    Scope::EventsRead,
];
const BUYER: &[Scope] = &[Scope::CartsWrite, Scope::QuotesWrite, Scope::OrdersWrite];
const ACCOUNT_ADMIN: &[Scope] = &[Scope::AccountsRead, Scope::UsersWrite];
const STAFF: &[Scope] = &[Scope::AccountsRead];
const CATALOG: &[Scope] = &[Scope::ProductsWrite, Scope::ImportsWrite];
const PRICING: &[Scope] = &[Scope::PricesWrite, Scope::QuotesWrite, Scope::ImportsWrite];
const SALES: &[Scope] =
    &[Scope::CartsWrite, Scope::QuotesWrite, Scope::OrdersWrite, Scope::AccountsWrite, Scope::HoldsWrite, Scope::ImportsWrite];
const WAREHOUSE: &[Scope] = &[Scope::StockWrite, Scope::ShipmentsWrite, Scope::ImportsWrite];
const FINANCE: &[Scope] = &[Scope::PaymentsWrite, Scope::CreditWrite, Scope::HoldsWrite];

/// What a role allows.
fn scopes_of_role(role: Role) -> Scopes {
    match role {
        Role::Viewer => set(&[VIEWER]),
        Role::Buyer => set(&[VIEWER, BUYER]),
        Role::AccountAdmin => set(&[VIEWER, BUYER, ACCOUNT_ADMIN]),
        Role::Catalog => set(&[VIEWER, STAFF, CATALOG]),
        Role::Pricing => set(&[VIEWER, STAFF, PRICING]),
        Role::Sales => set(&[VIEWER, STAFF, SALES]),
        Role::Warehouse => set(&[VIEWER, STAFF, WAREHOUSE]),
        Role::Finance => set(&[VIEWER, STAFF, FINANCE]),
        Role::Admin => set(&[Scope::ALL]),
    }
}

/// What all these roles allow together.
pub fn scopes_of(roles: &[Role]) -> Scopes {
    roles.iter().fold(Scopes::default(), |all, role| all.union(&scopes_of_role(*role)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_reads_what_it_prints() {
        let all = set(&[Scope::ALL]);
        assert_eq!(parse_scopes(&all.to_string()), Ok(all));
        assert_eq!(parse_scopes("orders:read nonsense"), Err("nonsense".to_owned()));
    }

    #[test]
    fn buyers_cannot_hold_seller_scopes() {
        for scope in [Scope::ProductsWrite, Scope::PricesWrite, Scope::StockWrite, Scope::PaymentsWrite, Scope::HoldsWrite] {
            assert!(!buyer_side().contains(scope.word()), "{}", scope.word());
        }
    }
}
