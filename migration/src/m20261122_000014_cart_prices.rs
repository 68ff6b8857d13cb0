//! When the price of a cart's line was last seen, and whose knowledge counted: price changes since then can be told.

crate::migration! {
    tables: [],
    up: [
        "alter table cart_lines add column seen_at bigint",
        "alter table cart_lines add column seen_as_of bigint",
    ],
}
