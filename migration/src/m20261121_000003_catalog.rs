//! Products with units, identifiers and relations; categories.

crate::migration! {
    tables: ["categories", "products", "product_units", "product_identifiers", "product_relations"],
    up: [
        "create table categories (id {id}, code text not null, name text not null, parent_id bigint references categories (id))",
        "create unique index categories_by_code on categories (code)",
        // Long texts stand last, so that reading the other columns need not pass them.
        "create table products (
            id {id}, sku text not null, title text not null, brand text not null,
            category_id bigint references categories (id), stock_unit text not null, fractional boolean not null,
            lifecycle text not null, backorder boolean not null, min_quantity bigint, max_quantity bigint, quantity_multiple bigint,
            lead_time_days int, weight_grams bigint, tax_class text not null, mix_group text,
            mpn text, gtin text, fingerprint bigint not null, version bigint not null, created_at bigint not null,
            updated_at bigint not null, description text not null, attributes text not null, keywords text not null)",
        "create unique index products_by_sku on products (sku)",
        "create index products_by_category on products (category_id)",
        "create table product_units (
            product_id bigint not null references products (id), unit text not null, numerator bigint not null, denominator bigint not null,
            gtin text, primary key (product_id, unit)){clustered}",
        // Every name a product answers to, in the normalised form the resolver looks up.
        "create table product_identifiers (
            product_id bigint not null references products (id), kind text not null, account_id bigint not null,
            value text not null, normalised text not null, primary key (product_id, kind, account_id, normalised)){clustered}",
        "create index product_identifiers_by_value on product_identifiers (normalised)",
        "create table product_relations (
            product_id bigint not null references products (id), kind text not null, target_id bigint not null references products (id),
            quantity bigint not null, note text not null, primary key (product_id, kind, target_id)){clustered}",
        "create index product_relations_by_target on product_relations (target_id, kind)",
    ],
}
