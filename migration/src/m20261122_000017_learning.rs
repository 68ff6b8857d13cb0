//! What suggestions learn from orders: a row per order with what it bought, instead of counts of pairs.

crate::migration! {
    tables: ["learned_baskets"],
    up: [
        // Products and quantities in stock units as `id:quantity`, parted by spaces: read whole, many orders at once.
        "create table learned_baskets (order_id {id}, account_id bigint not null, placed_at bigint not null, lines text not null)",
        "insert into learned_baskets (order_id, account_id, placed_at, lines)
         select o.id, o.account_id, o.placed_at, string_agg(l.product_id || ':' || ((l.quantity - l.cancelled) / l.denominator
           * l.numerator + (l.quantity - l.cancelled) % l.denominator * l.numerator / l.denominator), ' ')
         from orders o join order_lines l on l.order_id = o.id where l.cancelled < l.quantity
         group by o.id, o.account_id, o.placed_at",
        "drop table bought_together",
        "drop table account_purchases",
        "drop table learned_orders",
    ],
}
