//! One index of price entries for what stands and for what stood: entries of a product in a list, the current ones apart from
//! the others, by smallest quantity.

crate::migration! {
    tables: [],
    up: [
        "drop index price_entries_current",
        "drop index price_entries_by_product",
        "create index price_entries_by_product on price_entries (product_id, list_id, superseded_at, min_quantity)",
    ],
}
