//! Shipments with lines, parcels and what carriers report of them.

crate::migration! {
    tables: ["shipments", "shipment_lines", "parcels", "tracking_events"],
    up: [
        "create table shipments (
            id {id}, number text not null, order_id bigint not null references orders (id), account_id bigint not null references accounts (id),
            warehouse_id bigint not null references warehouses (id), stage text not null, carrier text not null, service text not null,
            ship_to text not null, created_at bigint not null, picked_at bigint, packed_at bigint, shipped_at bigint, delivered_at bigint,
            version bigint not null)",
        "create unique index shipments_by_number on shipments (number)",
        "create index shipments_by_order on shipments (order_id)",
        "create table shipment_lines (
            shipment_id bigint not null references shipments (id), order_id bigint not null, line_no int not null, quantity bigint not null,
            primary key (shipment_id, line_no))",
        "create table parcels (
            shipment_id bigint not null references shipments (id), parcel_no int not null, tracking_number text not null,
            weight_grams bigint, contents text not null, primary key (shipment_id, parcel_no))",
        "create index parcels_by_tracking on parcels (tracking_number)",
        "create table tracking_events (
            id {serial}, shipment_id bigint not null references shipments (id), parcel_no int, code text not null,
            description text not null, location text not null, occurred_at bigint not null, recorded_at bigint not null, dedup text not null)",
        "create unique index tracking_events_once on tracking_events (shipment_id, dedup)",
        // What waits to be put on a pick list, found by warehouse.
        "create index order_allocations_to_pick on order_allocations (warehouse_id, order_id) where released < quantity",
        "create index shipments_by_account on shipments (account_id, id)",
    ],
}
