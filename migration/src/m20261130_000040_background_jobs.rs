//! Work that is done in the background.

crate::migration! {
    tables: ["background_jobs"],
    up: [
        // `leased_until` is null unless a worker has the job; `dead_at` is null unless it was given up.
        "create table background_jobs (
            id {id}, kind text not null, payload text not null, attempts int not null, due_at bigint not null,
            leased_until bigint, dead_at bigint, last_error text, created_by text not null, created_at bigint not null)",
        "create index background_jobs_due on background_jobs (due_at, id) where leased_until is null and dead_at is null",
        "create index background_jobs_leased on background_jobs (leased_until) where leased_until is not null",
        "create index background_jobs_dead on background_jobs (id) where dead_at is not null",
    ],
}
