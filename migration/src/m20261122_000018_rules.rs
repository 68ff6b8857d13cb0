//! Rules that relate products by their properties, what accounts say to replacements, and what accounts may see of the catalog.

crate::migration! {
    tables: ["relation_rules", "replacement_consents", "visibility_rules"],
    up: [
        "create table relation_rules (
            id {id}, code text not null, kind text not null, active boolean not null, version bigint not null,
            created_at bigint not null, updated_at bigint not null, definition text not null)",
        "create unique index relation_rules_by_code on relation_rules (code)",
        "create table replacement_consents (
            account_id bigint primary key references accounts (id), consent text not null, updated_at bigint not null)",
        // `audience_id` is the account of an account's rule and 0 otherwise; `targets` are JSON: SKUs, categories, brands.
        "create table visibility_rules (
            id {id}, code text not null, effect text not null, audience_kind text not null, audience_id bigint not null,
            audience_code text not null, active boolean not null, version bigint not null, created_at bigint not null,
            updated_at bigint not null, targets text not null)",
        "create unique index visibility_rules_by_code on visibility_rules (code)",
    ],
}
