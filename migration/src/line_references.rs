//! References that PostgreSQL does not check.
//!
//! Documents of thousands of lines, the ledger and the price entries are most of what is written. PostgreSQL checks each of their
//! references by a query of its own, which was half of what a cart of 500 lines cost there. What they refer to is never deleted, and
//! is looked up by whoever writes them. So only SQLite, where a check is cheap, declares them: each test that runs there proves them.
//! `bulkhead verify` looks for references without a target on both.

/// A column that refers to the id of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineReference {
    pub table: &'static str,
    pub column: &'static str,
    /// The table whose `id` it is.
    pub to: &'static str,
}

/// Every reference that only SQLite declares.
pub const LINE_REFERENCES: &[LineReference] = &[
    of("cart_lines", "cart_id", "carts"),
    of("cart_lines", "product_id", "products"),
    of("quote_lines", "quote_id", "quotes"),
    of("quote_lines", "product_id", "products"),
    of("order_lines", "order_id", "orders"),
    of("order_lines", "product_id", "products"),
    of("order_allocations", "warehouse_id", "warehouses"),
    of("stock_levels", "product_id", "products"),
    of("stock_levels", "warehouse_id", "warehouses"),
    of("stock_movements", "product_id", "products"),
    of("stock_movements", "warehouse_id", "warehouses"),
    of("price_entries", "list_id", "price_lists"),
    of("price_entries", "product_id", "products"),
    of("product_cost_facts", "product_id", "products"),
    of("product_price_facts", "product_id", "products"),
    of("product_units", "product_id", "products"),
    of("product_identifiers", "product_id", "products"),
    of("product_relations", "product_id", "products"),
    of("product_relations", "target_id", "products"),
];

const fn of(table: &'static str, column: &'static str, to: &'static str) -> LineReference {
    LineReference { table, column, to }
}
