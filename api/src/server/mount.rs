//! Which routes answer which addresses: every slice's groups of routes over what the process holds.

use std::sync::Arc;

use poem_openapi::{LicenseObject, OpenApiService};

use super::{Projections, spec};
use billing::BillingRoutes;
use cart::CartRoutes;
use catalog::{CatalogRoutes, ProductJsonCache, VisibilityRoutes};
use checkout::{CheckoutRoutes, PriceAuditRoutes};
use fulfilment::FulfilmentRoutes;
use identity::{IdentityRoutes, SessionRoutes};
use imports::ImportRoutes;
use inventory::InventoryRoutes;
use mail::{MailRoutes, PasswordResetRoutes};
use merchandising::{CurationRoutes, ReportRoutes};
use notifications::EventRoutes;
use operations::OperationsRoutes;
use orders::OrderRoutes;
use price_admin::{AgreementRoutes, ChangeSetRoutes, CopyRoutes, FindingRoutes, PriceHistoryRoutes, PriceListRoutes};
use prices::{FeedRoutes, PriceQuoteRoutes};
use quotes::{OpenQuotes, SalesQuoteRoutes};
use settings::SettingsRoutes;
use storefront::{AccountFilters, StorefrontRoutes};
use suggestions::{RelationRuleRoutes, SuggestionRoutes};

/// The slices' routes over what the process holds, with their document.
pub(super) fn routes(projections: &Projections) -> OpenApiService<impl poem_openapi::OpenApi + use<>, ()> {
    OpenApiService::new(spec::PathsMerged(groups(projections)), "Bulkhead", env!("CARGO_PKG_VERSION"))
        .license(LicenseObject::new("Apache-2.0").url("https://www.apache.org/licenses/LICENSE-2.0"))
        .description(spec::DESCRIPTION)
        .server("/")
}

/// The groups of routes, one or more per slice. A path may belong to several groups, each with methods of its own.
pub(super) fn groups(projections: &Projections) -> impl poem_openapi::OpenApi + use<> {
    (
        SessionRoutes,
        (IdentityRoutes { accounts: projections.accounts.clone() }, SettingsRoutes),
        CatalogRoutes {
            products: projections.products.clone(),
            categories: projections.categories.clone(),
            accounts: projections.accounts.clone(),
        },
        InventoryRoutes {
            accounts: projections.accounts.clone(),
            products: projections.products.clone(),
            stock_levels: projections.stock_levels.clone(),
        },
        search_routes(projections),
        basket_routes(projections),
        OrderRoutes {
            products: projections.products.clone(),
            accounts: projections.accounts.clone(),
            stock_levels: projections.stock_levels.clone(),
        },
        CheckoutRoutes { checkout: projections.checkout() },
        PriceAuditRoutes { prices: projections.prices.clone() },
        ImportRoutes { jobs: projections.jobs.clone() },
        price_routes(projections),
        suggestion_routes(projections),
        FulfilmentRoutes {
            accounts: projections.accounts.clone(),
            products: projections.products.clone(),
            stock_levels: projections.stock_levels.clone(),
        },
        BillingRoutes { accounts: projections.accounts.clone() },
        (
            EventRoutes { accounts: projections.accounts.clone() },
            OperationsRoutes,
            MailRoutes,
            PasswordResetRoutes { settings: projections.settings.clone() },
        ),
    )
}

/// Products, search, and what staff make of it.
fn search_routes(projections: &Projections) -> (StorefrontRoutes, CurationRoutes, ReportRoutes) {
    let storefront = StorefrontRoutes {
        offers: projections.offers(),
        categories: projections.categories.clone(),
        product_json: ProductJsonCache::default(),
        index: projections.search.clone(),
        account_filters: AccountFilters::new(&projections.purchase_history, &projections.prices, &projections.accounts),
        curation: projections.curation.clone(),
        search_log: projections.search_log.clone(),
    };
    let curation = CurationRoutes { products: projections.products.clone(), categories: projections.categories.clone() };
    let reports = ReportRoutes {
        accounts: projections.accounts.clone(),
        products: projections.products.clone(),
        log: projections.search_log.clone(),
    };
    (storefront, curation, reports)
}

/// Carts and quotes.
fn basket_routes(projections: &Projections) -> (CartRoutes, SalesQuoteRoutes) {
    let carts = CartRoutes {
        accounts: projections.accounts.clone(),
        products: projections.products.clone(),
        prices: projections.prices.clone(),
        carts: projections.carts.clone(),
        index: projections.search.clone(),
    };
    let quotes = SalesQuoteRoutes {
        accounts: projections.accounts.clone(),
        products: projections.products.clone(),
        prices: projections.prices.clone(),
        carts: projections.carts.clone(),
        index: projections.search.clone(),
    };
    (carts, quotes)
}

/// Price lists, contracts, promotions and price quotes.
fn price_routes(projections: &Projections) -> impl poem_openapi::OpenApi + use<> {
    (
        PriceListRoutes {
            accounts: projections.accounts.clone(),
            products: projections.products.clone(),
            categories: projections.categories.clone(),
        },
        AgreementRoutes {
            accounts: projections.accounts.clone(),
            products: projections.products.clone(),
            categories: projections.categories.clone(),
        },
        ChangeSetRoutes {
            accounts: projections.accounts.clone(),
            products: projections.products.clone(),
            categories: projections.categories.clone(),
            prices: projections.prices.clone(),
            baskets: vec![Arc::new(projections.carts.clone()), Arc::new(OpenQuotes)],
        },
        CopyRoutes {
            accounts: projections.accounts.clone(),
            products: projections.products.clone(),
            categories: projections.categories.clone(),
        },
        FindingRoutes {
            accounts: projections.accounts.clone(),
            products: projections.products.clone(),
            prices: projections.prices.clone(),
        },
        PriceHistoryRoutes { accounts: projections.accounts.clone(), products: projections.products.clone() },
        FeedRoutes {
            accounts: projections.accounts.clone(),
            products: projections.products.clone(),
            prices: projections.prices.clone(),
        },
        PriceQuoteRoutes {
            accounts: projections.accounts.clone(),
            products: projections.products.clone(),
            prices: projections.prices.clone(),
        },
    )
}

/// A tuple of routes holds at most sixteen.
fn suggestion_routes(projections: &Projections) -> (SuggestionRoutes, RelationRuleRoutes, VisibilityRoutes) {
    let suggestions = SuggestionRoutes {
        accounts: projections.accounts.clone(),
        products: projections.products.clone(),
        stock_levels: projections.stock_levels.clone(),
        purchases: projections.purchase_history.clone(),
        related: projections.related.clone(),
        consents: projections.consents.clone(),
    };
    let rules = RelationRuleRoutes { products: projections.products.clone(), categories: projections.categories.clone() };
    let visibility = VisibilityRoutes {
        accounts: projections.accounts.clone(),
        products: projections.products.clone(),
        categories: projections.categories.clone(),
    };
    (suggestions, rules, visibility)
}
