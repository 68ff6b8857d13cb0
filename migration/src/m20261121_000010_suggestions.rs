//! What is bought together, and what an account buys again: counted from orders as they are placed.

crate::migration! {
    tables: ["bought_together", "account_purchases"],
    up: [
        "create table bought_together (
            product_id bigint not null, other_id bigint not null, baskets bigint not null, last_at bigint not null, primary key (product_id, other_id)){clustered}",
        "create table account_purchases (
            account_id bigint not null, product_id bigint not null, orders bigint not null, quantity bigint not null,
            first_at bigint not null, last_at bigint not null, primary key (account_id, product_id)){clustered}",
    ],
}
