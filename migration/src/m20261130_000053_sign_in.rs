//! Tries to sign in, links that set a new password, and the holds that are active.

crate::migration! {
    tables: ["sign_in_tries", "password_resets"],
    up: [
        // `spent` is the time in microseconds, from `counted_at` on, after which all tries have come back.
        "create table sign_in_tries (key text primary key, spent bigint not null, counted_at bigint not null)",
        "create table password_resets (
            token_hash text primary key, user_id bigint not null references users (id), created_at bigint not null,
            expires_at bigint not null, used_at bigint)",
        // Orders whose hold has kept their stock long enough are looked for again and again.
        "create index order_holds_active on order_holds (placed_at) where released_at is null",
    ],
}
