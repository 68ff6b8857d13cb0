//! What ends access tokens is in the database, and holds in every process and after a restart.

crate::migration! {
    tables: ["token_revocations"],
    up: [
        "create table token_revocations (holder text primary key, revoked_at bigint not null)",
        // Since when a key verifies nothing any more, because others may have it.
        "alter table signing_keys add column revoked_at bigint",
    ],
}
