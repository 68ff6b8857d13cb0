//! Draft change sets: entries, contracts and promotions collected before they are published together. What stands in a set is
//! not known to pricing until then. An entry keeps the id that was drawn for it here when it is published.

crate::migration! {
    tables: ["price_change_sets", "price_change_set_entries", "price_change_set_agreements"],
    up: [
        "create table price_change_sets (
            id {id}, code text not null, name text not null, status text not null, version bigint not null,
            created_by text not null, created_at bigint not null, updated_at bigint not null,
            closed_by text, closed_at bigint, price_version bigint, valid_from bigint, outcome text not null)",
        "create unique index price_change_sets_by_code on price_change_sets (code)",
        // `starts_at` is when the entry begins to apply; -1 says that it names no start, since a key can hold no null.
        "create table price_change_set_entries (
            set_id bigint not null references price_change_sets (id), product_id bigint not null references products (id),
            list_id bigint not null references price_lists (id), unit text not null, currency text not null,
            min_quantity bigint not null, starts_at bigint not null, id bigint not null, unit_price bigint not null,
            per bigint not null, valid_until bigint,
            primary key (set_id, product_id, list_id, unit, currency, min_quantity, starts_at)){clustered}",
        "create unique index price_change_set_entries_by_id on price_change_set_entries (set_id, id)",
        // A contract or promotion as it shall be, in the words of the API; `base_version` is the version it was drafted against.
        "create table price_change_set_agreements (
            set_id bigint not null references price_change_sets (id), kind text not null, code text not null,
            base_version bigint, body text not null, recorded_by text not null, recorded_at bigint not null,
            primary key (set_id, kind, code)){clustered}",
    ],
}
