//! What prices depend on besides prices, kept as it was, so that every price of the past can be found again.
//!
//! `product_price_facts` and `account_price_facts` say what pricing knew of a product (units, categories, brand, groups, as
//! JSON) and of an account (parent, group) from `recorded_at` on; rows are never changed. `order_cancellations` dates what
//! `order_lines.cancelled` sums up; `order_imports` says when orders of the past became known; `order_pricings` keeps with an
//! order the rest of what it was priced with: whose knowledge counted, and what had been ordered before under contract lines
//! that count it (`line:quantity`, apart by commas).

crate::migration! {
    tables: ["product_price_facts", "account_price_facts", "order_cancellations", "order_imports", "order_pricings"],
    up: [
        "create table product_price_facts (
            id {serial}, product_id bigint not null references products (id), facts text not null,
            recorded_at bigint not null, change_id bigint not null)",
        "create unique index product_price_facts_by_product on product_price_facts (product_id, recorded_at)",
        "create index product_price_facts_by_change on product_price_facts (change_id)",
        "create table account_price_facts (
            id {serial}, account_id bigint not null references accounts (id), parent_id bigint, group_code text,
            recorded_at bigint not null, change_id bigint not null)",
        "create unique index account_price_facts_by_account on account_price_facts (account_id, recorded_at)",
        "create index account_price_facts_by_change on account_price_facts (change_id)",
        "create index price_changes_by_instant on price_changes (recorded_at)",
        "create table order_cancellations (
            id {serial}, order_id bigint not null references orders (id), line_no int not null, quantity bigint not null,
            cancelled_at bigint not null)",
        "create index order_cancellations_by_order on order_cancellations (order_id, line_no)",
        "create table order_imports (order_id {id}, imported_at bigint not null)",
        "create table order_pricings (order_id {id}, as_of bigint not null, ordered_before text not null)",
    ],
}
