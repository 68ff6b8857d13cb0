//! What is bought together, and what an account buys again: counted from orders as they are placed.

crate::migration! {
    tables: ["bought_together", "account_purchases", "learned_orders"],
    up: [
        "create table bought_together (
            product_id bigint not null, other_id bigint not null, baskets bigint not null, last_at bigint not null, primary key (product_id, other_id)){clustered}",
        "create index bought_together_by_count on bought_together (product_id, baskets, other_id)",
        "create table account_purchases (
            account_id bigint not null, product_id bigint not null, orders bigint not null, quantity bigint not null,
            first_at bigint not null, last_at bigint not null, primary key (account_id, product_id)){clustered}",
        // Which orders are counted in the two above, so that none is counted twice.
        "create table learned_orders (order_id {id}, batch bigint not null)",
        "create index learned_orders_by_batch on learned_orders (batch)",
    ],
}
