//! Prices by who changed them: which price versions touched which list, contract or promotion; validity of single contract
//! lines, so that a contract can change at a date; a product's current entries without its history.

crate::migration! {
    tables: ["price_change_parts"],
    up: [
        "create table price_change_parts (
            kind text not null, owner_id bigint not null, version bigint not null, primary key (kind, owner_id, version)){clustered}",
        "insert into price_change_parts (kind, owner_id, version)
            select 'price_list', list_id, change_id from price_list_terms
            union select 'price_list', list_id, change_id from price_entries
            union select 'price_list', list_id, end_change_id from price_entries where end_change_id is not null
            union select 'contract', contract_id, change_id from contract_terms
            union select 'promotion', promotion_id, change_id from promotion_terms",
        "alter table contract_lines add column valid_from bigint",
        "alter table contract_lines add column valid_until bigint",
        "create index price_entries_current on price_entries (product_id, list_id) where superseded_at is null",
    ],
}
