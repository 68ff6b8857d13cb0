//! What staff say of search: synonyms, pins, boosts, redirects.

crate::migration! {
    tables: ["search_curations"],
    up: [
        // `kind` is `synonyms` or `rule`; `definition` is JSON as it was put.
        "create table search_curations (
            id {id}, kind text not null, code text not null, active boolean not null, valid_from bigint, valid_until bigint,
            version bigint not null, created_at bigint not null, updated_at bigint not null, definition text not null)",
        "create unique index search_curations_by_code on search_curations (kind, code)",
    ],
}
