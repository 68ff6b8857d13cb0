//! Logs and metrics. Logs are one line per event with fields, JSON unless a person reads them; metrics are Prometheus text
//! at `/metrics`. Never personal data, never tokens.

use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use poem::http::{Method, StatusCode};

/// Starts logging: `json` for machines, text for people.
pub fn start_logging(filter: &str, json: bool) -> Result<(), String> {
    let filter = tracing_subscriber::EnvFilter::try_new(filter).map_err(|e| format!("log filter: {e}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let started =
        if json { builder.json().flatten_event(true).with_span_list(false).try_init() } else { builder.compact().try_init() };
    started.map_err(|e| format!("logging: {e}"))
}

/// Starts collecting metrics.
pub fn start_metrics() -> Result<PrometheusHandle, String> {
    let buckets = [0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &buckets)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|e| format!("metrics: {e}"))
}

/// Counts one answered request under the operation's id in the OpenAPI document; `none` stands for everything else.
pub fn request(method: &Method, operation: &'static str, status: StatusCode, elapsed: Duration) {
    let class = match status.as_u16() / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    };
    metrics::counter!("bulkhead_requests_total", "method" => method_label(method), "operation" => operation, "status" => class)
        .increment(1);
    metrics::histogram!("bulkhead_request_duration_seconds", "operation" => operation).record(elapsed.as_secs_f64());
}

/// Counts something of the trade: orders placed, stock conflicts.
pub fn count(name: &'static str) {
    metrics::counter!(name).increment(1);
}

fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
