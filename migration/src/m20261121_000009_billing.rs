//! Invoices, payments with what they settle.

crate::migration! {
    tables: ["invoices", "invoice_lines", "payments", "payment_allocations"],
    up: [
        "create table invoices (
            id {id}, number text not null, account_id bigint not null references accounts (id), order_id bigint not null references orders (id),
            shipment_id bigint not null references shipments (id), currency text not null, total bigint not null, paid bigint not null, discounted bigint not null,
            terms text not null, issued_at bigint not null, due_at bigint not null, discount_until bigint, discount_amount bigint not null,
            purchase_order_number text not null, version bigint not null, check (paid >= 0 and discounted >= 0 and paid + discounted <= total))",
        "create unique index invoices_by_number on invoices (number)",
        "create unique index invoices_by_shipment on invoices (shipment_id)",
        "create index invoices_by_account on invoices (account_id, id)",
        "create index invoices_by_order on invoices (order_id)",
        "create index invoices_open on invoices (account_id, due_at) where paid + discounted < total",
        "create table invoice_lines (
            invoice_id bigint not null references invoices (id), line_no int not null, order_id bigint not null, order_line_no int not null,
            sku text not null, title text not null, unit text not null, quantity bigint not null, unit_price bigint not null, per bigint not null,
            line_amount bigint not null, primary key (invoice_id, line_no))",
        "create table payments (
            id {id}, account_id bigint not null references accounts (id), currency text not null, amount bigint not null, unallocated bigint not null check (unallocated >= 0),
            method text not null, reference text not null, order_id bigint references orders (id), received_at bigint not null, recorded_at bigint not null, recorded_by text not null)",
        "create index payments_by_account on payments (account_id, id)",
        "create index payments_by_order on payments (order_id) where order_id is not null",
        "create table payment_allocations (
            payment_id bigint not null references payments (id), invoice_id bigint not null references invoices (id), amount bigint not null,
            discount bigint not null, primary key (payment_id, invoice_id))",
        "create index payment_allocations_by_invoice on payment_allocations (invoice_id)",
    ],
}
