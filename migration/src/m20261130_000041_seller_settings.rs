//! What the seller says of itself.

crate::migration! {
    tables: ["seller_settings"],
    up: [
        // Rows are only added: the highest version counts. `languages` is a JSON array.
        "create table seller_settings (
            version {id}, name text not null, time_zone text not null, languages text not null, default_currency text not null,
            public_url text, created_by text not null, created_at bigint not null)",
    ],
}
