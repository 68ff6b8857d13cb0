//! Warehouses, the stock ledger with its running sums, inbound supply.

crate::migration! {
    tables: ["warehouses", "stock_levels", "stock_movements", "inbound_supplies"],
    up: [
        "create table warehouses (
            id {id}, code text not null, name text not null, country text not null, city text not null, priority int not null,
            working_days text not null, holidays text not null, cutoff_minutes int not null, utc_offset_minutes int not null,
            version bigint not null)",
        "create unique index warehouses_by_code on warehouses (code)",
        // The running sums of the ledger. The checks are the last line of defence: no statement can oversell.
        "create table stock_levels (
            product_id bigint not null references products (id), warehouse_id bigint not null references warehouses (id),
            on_hand bigint not null check (on_hand >= 0), reserved bigint not null check (reserved >= 0), safety bigint not null check (safety >= 0),
            updated_at bigint not null, primary key (product_id, warehouse_id), check (reserved <= on_hand))",
        "create table stock_movements (
            id {serial}, product_id bigint not null, warehouse_id bigint not null, on_hand_delta bigint not null, reserved_delta bigint not null,
            reason text not null, reference text not null, actor text not null, occurred_at bigint not null)",
        "create index stock_movements_by_product on stock_movements (product_id, warehouse_id, id)",
        "create index stock_movements_by_reference on stock_movements (reference)",
        "create table inbound_supplies (
            id {id}, product_id bigint not null references products (id), warehouse_id bigint not null references warehouses (id),
            quantity bigint not null, received bigint not null, expected_at bigint not null, reference text not null, updated_at bigint not null)",
        "create index inbound_supplies_by_product on inbound_supplies (product_id, warehouse_id)",
        "create unique index inbound_supplies_by_reference on inbound_supplies (reference, product_id, warehouse_id)",
    ],
}
