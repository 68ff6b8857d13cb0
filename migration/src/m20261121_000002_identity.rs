//! Companies in trees, their sites and people, machine clients, refresh tokens.

crate::migration! {
    tables: ["accounts", "sites", "users", "clients", "refresh_tokens"],
    up: [
        "create table accounts (
            id {id}, code text not null, name text not null, parent_id bigint references accounts (id), group_code text,
            currency text not null, credit_limit bigint, terms text not null, overdue_grace_days int not null,
            status text not null, version bigint not null, created_at bigint not null, updated_at bigint not null)",
        "create unique index accounts_by_code on accounts (code)",
        "create index accounts_by_parent on accounts (parent_id)",
        "create table sites (
            id {id}, account_id bigint not null references accounts (id), code text not null, name text not null,
            line1 text not null, line2 text not null, city text not null, region text not null, postal_code text not null,
            country text not null, is_default boolean not null)",
        "create unique index sites_by_code on sites (account_id, code)",
        "create table users (
            id {id}, email text not null, name text not null, password_hash text not null,
            account_id bigint references accounts (id), roles text not null, status text not null,
            failed_logins int not null, locked_until bigint, created_at bigint not null, updated_at bigint not null)",
        "create unique index users_by_email on users (email)",
        "create index users_by_account on users (account_id)",
        "create table clients (
            id {id}, client_id text not null, name text not null, account_id bigint references accounts (id),
            scopes text not null, secret_hash text not null, previous_secret_hash text, previous_valid_until bigint,
            created_at bigint not null, rotated_at bigint, revoked_at bigint)",
        "create unique index clients_by_client_id on clients (client_id)",
        "create table refresh_tokens (
            token_hash text primary key, family text not null, user_id bigint not null references users (id),
            created_at bigint not null, expires_at bigint not null, used_at bigint, revoked_at bigint)",
        "create index refresh_tokens_by_family on refresh_tokens (family)",
        "create index refresh_tokens_by_user on refresh_tokens (user_id)",
    ],
}
