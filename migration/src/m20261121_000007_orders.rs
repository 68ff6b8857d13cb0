//! Orders with the quantities of every line, where each quantity is allocated, and the reasons an order is held.
//! Quantities of a line are in the line's sales unit; the factor to the stock unit is kept with the line.

crate::migration! {
    tables: ["credit_positions", "orders", "order_lines", "order_allocations", "order_holds"],
    up: [
        // Exposure of an account in a currency = receivable (open invoices) + committed (orders not yet invoiced).
        "create table credit_positions (
            account_id bigint not null references accounts (id), currency text not null, receivable bigint not null, committed bigint not null,
            oldest_due_at bigint, updated_at bigint not null, primary key (account_id, currency))",
        "create table orders (
            id {id}, number text not null, account_id bigint not null references accounts (id), placed_by text not null,
            purchase_order_number text not null, currency text not null, payment_method text not null, terms text not null,
            ship_to text not null, site_code text, note text not null, external_reference text,
            total bigint not null, price_version bigint not null, priced_at bigint not null, coupons text not null,
            requested_at bigint, placed_at bigint not null, updated_at bigint not null, version bigint not null, open boolean not null)",
        "create unique index orders_by_number on orders (number)",
        "create index orders_by_account on orders (account_id, id)",
        "create index orders_by_po on orders (account_id, purchase_order_number)",
        "create index orders_by_external_reference on orders (external_reference) where external_reference is not null",
        "create table order_lines (
            order_id bigint not null references orders (id), line_no int not null, account_id bigint not null, product_id bigint not null references products (id),
            sku text not null, title text not null, unit text not null, numerator bigint not null, denominator bigint not null,
            quantity bigint not null, cancelled bigint not null, allocated bigint not null, picked bigint not null, shipped bigint not null,
            delivered bigint not null, invoiced bigint not null, returned bigint not null,
            unit_price bigint not null, per bigint not null, line_amount bigint not null, list_price bigint,
            price_source text not null, price_detail text not null, promised_at bigint, note text not null, reference text not null,
            placed_at bigint not null, primary key (order_id, line_no),
            check (cancelled >= 0 and allocated >= 0 and picked >= 0 and shipped >= 0 and delivered >= 0 and invoiced >= 0 and returned >= 0),
            check (allocated + cancelled <= quantity), check (picked <= allocated), check (shipped <= picked), check (delivered <= shipped),
            check (invoiced <= shipped), check (returned <= delivered))",
        "create index order_lines_by_product on order_lines (product_id, account_id)",
        // Lines still waiting for stock, found by product when stock arrives.
        "create index order_lines_waiting on order_lines (product_id, order_id) where allocated + cancelled < quantity",
        "create table order_allocations (
            order_id bigint not null, line_no int not null, warehouse_id bigint not null references warehouses (id),
            quantity bigint not null, released bigint not null, picked bigint not null, shipped bigint not null,
            primary key (order_id, line_no, warehouse_id), foreign key (order_id, line_no) references order_lines (order_id, line_no),
            check (quantity >= 0), check (released <= quantity), check (picked <= released), check (shipped <= picked))",
        "create table order_holds (
            order_id bigint not null references orders (id), kind text not null, reason text not null, placed_at bigint not null,
            released_at bigint, released_by text, primary key (order_id, kind))",
    ],
}
