//! Quotes: what a customer asks prices for, and what the seller offers. Where a quote stands follows from its facts (asked in
//! which round, offered for which round and until when, declined, withdrawn, ordered) and is stored nowhere.
//! Quantities of a line are in the line's sales unit, which was `numerator / denominator` stock units when the line was last asked
//! for or offered; a price is for `per` of these.

crate::migration! {
    tables: ["quotes", "quote_lines"],
    up: [
        "create table quotes (
            id {id}, number text not null, account_id bigint not null references accounts (id), requested_by text not null,
            currency text not null, note text not null, line_count int not null, version bigint not null,
            round int not null, requested_at bigint not null, price_version bigint not null,
            offer_round int, offered_at bigint, offered_by text, valid_until bigint, offer_note text not null, offer_total bigint,
            declined_at bigint, withdrawn_at bigint, ordered_at bigint, order_number text, reason text not null,
            created_at bigint not null, updated_at bigint not null)",
        "create unique index quotes_by_number on quotes (number)",
        "create index quotes_by_account on quotes (account_id, id)",
        // Quotes that may still become orders, whose prices somebody waits for.
        "create index quotes_open on quotes (id) where ordered_at is null and withdrawn_at is null and declined_at is null",
        "create table quote_lines (
            quote_id bigint not null references quotes (id), line_no int not null, product_id bigint not null references products (id),
            unit text not null, numerator bigint not null, denominator bigint not null, quantity bigint not null, note text not null,
            target_unit_price bigint, target_per bigint,
            asked_unit_price bigint, asked_per bigint, asked_amount bigint,
            offer_quantity bigint, offer_unit_price bigint, offer_per bigint, offer_amount bigint,
            primary key (quote_id, line_no)){clustered}",
        // The quote an order was made of; its offered prices are the order's.
        "alter table orders add column quote_number text",
    ],
}
