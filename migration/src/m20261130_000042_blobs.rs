//! Bytes by their SHA-256.

crate::migration! {
    tables: ["blobs"],
    up: [
        "sqlite: create table blobs (
            hash text primary key, media_type text not null, size bigint not null, bytes blob not null, created_at bigint not null)",
        "postgres: create table blobs (
            hash text primary key, media_type text not null, size bigint not null, bytes bytea not null, created_at bigint not null)",
    ],
}
