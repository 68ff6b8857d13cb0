//! Price lists, contracts, promotions, cost and floor: append-only and bitemporal. A row is known from `recorded_at` until
//! `superseded_at`, and counts for orders priced at an instant within `valid_from .. valid_until`. `change_id` and
//! `end_change_id` name the price version that recorded and ended the row, so that every process can follow changes row by
//! row. `price_versions` has one row, whose lock puts price changes in line; `price_changes` says when each version was
//! recorded and by whom.

crate::migration! {
    tables: [
        "price_versions", "price_changes", "price_lists", "price_list_terms", "price_entries", "contracts", "contract_terms",
        "contract_lines", "promotions", "promotion_terms", "promotion_lines", "product_cost_facts",
    ],
    up: [
        "create table price_versions (id {id}, version bigint not null, recorded_at bigint not null)",
        "insert into price_versions (id, version, recorded_at) values (1, 0, 0)",
        "create table price_changes (version {id}, recorded_at bigint not null, actor text not null)",
        "create table price_lists (id {id}, code text not null, created_at bigint not null)",
        "create unique index price_lists_by_code on price_lists (code)",
        "create table price_list_terms (
            id {id}, list_id bigint not null references price_lists (id), name text not null, assigned_kind text not null,
            assigned_id bigint not null, assigned_code text not null,
            recorded_at bigint not null, superseded_at bigint, change_id bigint not null, end_change_id bigint)",
        "create index price_list_terms_by_list on price_list_terms (list_id)",
        "create index price_list_terms_by_change on price_list_terms (change_id)",
        "create table price_entries (
            id {id}, list_id bigint not null references price_lists (id), product_id bigint not null references products (id),
            unit text not null, currency text not null, min_quantity bigint not null, unit_price bigint not null, per bigint not null,
            valid_from bigint, valid_until bigint, recorded_at bigint not null, superseded_at bigint,
            change_id bigint not null, end_change_id bigint)",
        "create index price_entries_by_product on price_entries (product_id, list_id)",
        "create index price_entries_by_change on price_entries (change_id)",
        "create index price_entries_by_end on price_entries (end_change_id) where end_change_id is not null",
        "create table contracts (id {id}, code text not null, created_at bigint not null)",
        "create unique index contracts_by_code on contracts (code)",
        "create table contract_terms (
            id {id}, contract_id bigint not null references contracts (id), name text not null,
            account_id bigint not null references accounts (id),
            currency text not null, valid_from bigint, valid_until bigint, mode text not null, active boolean not null,
            recorded_at bigint not null, superseded_at bigint, change_id bigint not null, end_change_id bigint)",
        "create index contract_terms_by_contract on contract_terms (contract_id)",
        "create index contract_terms_by_change on contract_terms (change_id)",
        "create table contract_lines (
            id {id}, contract_id bigint not null references contracts (id), target_kind text not null, target_id bigint not null,
            target_code text not null, kind text not null, value bigint, unit text, per bigint not null, breaks text not null,
            scope text not null, recorded_at bigint not null, superseded_at bigint, change_id bigint not null, end_change_id bigint)",
        "create index contract_lines_by_contract on contract_lines (contract_id)",
        "create index contract_lines_by_change on contract_lines (change_id)",
        "create index contract_lines_by_end on contract_lines (end_change_id) where end_change_id is not null",
        "create table promotions (id {id}, code text not null, created_at bigint not null)",
        "create unique index promotions_by_code on promotions (code)",
        "create table promotion_terms (
            id {id}, promotion_id bigint not null references promotions (id), name text not null, audience_kind text not null,
            audience_id bigint not null, audience_code text not null,
            currency text, coupon text, valid_from bigint, valid_until bigint, active boolean not null,
            recorded_at bigint not null, superseded_at bigint, change_id bigint not null, end_change_id bigint)",
        "create index promotion_terms_by_promotion on promotion_terms (promotion_id)",
        "create index promotion_terms_by_change on promotion_terms (change_id)",
        // Lines belong to one version of a promotion and never change.
        "create table promotion_lines (
            id {id}, terms_id bigint not null references promotion_terms (id), target_kind text not null, target_id bigint not null,
            target_code text not null, kind text not null, value bigint, unit text, per bigint not null, breaks text not null,
            scope text not null)",
        "create index promotion_lines_by_terms on promotion_lines (terms_id)",
        "create table product_cost_facts (
            id {id}, product_id bigint not null references products (id), currency text not null, cost bigint, floor bigint,
            recorded_at bigint not null, superseded_at bigint, change_id bigint not null, end_change_id bigint)",
        "create index product_cost_facts_by_product on product_cost_facts (product_id)",
        "create index product_cost_facts_by_change on product_cost_facts (change_id)",
    ],
}
