//! What the store counts.

/// Counts one statement.
pub fn statement() {
    metrics::counter!("bulkhead_database_statements_total").increment(1);
}

/// Sets how far a reader of the event log is behind.
pub fn event_lag(reader: &'static str, lag: i64) {
    metrics::gauge!("bulkhead_event_lag", "reader" => reader).set(lag as f64);
}

/// Counts one run of a background job: `done`, `failed` or `dead`.
pub fn job(kind: &str, outcome: &'static str) {
    metrics::counter!("bulkhead_jobs_total", "kind" => kind.to_owned(), "outcome" => outcome).increment(1);
}
