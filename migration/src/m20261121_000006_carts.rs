//! Baskets of any size.

crate::migration! {
    tables: ["carts", "cart_lines"],
    up: [
        "create table carts (
            id {id}, account_id bigint not null references accounts (id), name text not null, currency text not null,
            status text not null, created_by text not null, next_line int not null, line_count int not null,
            version bigint not null, created_at bigint not null, updated_at bigint not null)",
        "create index carts_by_account on carts (account_id, id)",
        "create table cart_lines (
            cart_id bigint not null references carts (id), line_no int not null, product_id bigint not null references products (id),
            unit text not null, quantity bigint not null, note text not null, primary key (cart_id, line_no))",
    ],
}
