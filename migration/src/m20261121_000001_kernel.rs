//! Sequences, the event log with its readers, idempotency keys, import jobs, signing keys.

crate::migration! {
    tables: ["sequences", "events", "event_readers", "idempotency_keys", "jobs", "signing_keys"],
    up: [
        // SQLite has one writer, so a row per sequence costs nothing; PostgreSQL draws from sequences of its own, without a lock.
        "create table sequences (name text primary key, next bigint not null)",
        "postgres: create sequence if not exists bulkhead_ids",
        "create table events (
            seq {serial}, ip text not null, kind text not null, subject text not null, account_id bigint,
            actor text not null, request_id text not null, occurred_at bigint not null, data text not null)",
        "create index events_by_account on events (account_id, seq)",
        "create table event_readers (name text primary key, seq bigint not null, updated_at bigint not null)",
        "create table idempotency_keys (
            owner text not null, key text not null, request_hash text not null, status int not null,
            body text not null, created_at bigint not null, primary key (owner, key))",
        "create index idempotency_keys_by_age on idempotency_keys (created_at)",
        "create table jobs (
            id {id}, kind text not null, status text not null, created_by text not null, account_id bigint,
            created_at bigint not null, finished_at bigint, rows_read bigint not null, rows_accepted bigint not null,
            rows_rejected bigint not null, detail text not null, report text not null)",
        "create table signing_keys (
            kid text primary key, private_key text not null, public_key text not null,
            created_at bigint not null, retired_at bigint)",
    ],
}
