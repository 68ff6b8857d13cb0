//! Waiting for conditions, and names nobody used before.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Asks until there is an answer; fails when `patience` is over. Says how long it took.
pub(crate) async fn eventually<T, F>(what: &str, patience: Duration, mut ask: F) -> (T, Duration)
where
    F: AsyncFnMut() -> Option<T>,
{
    let started = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return (found, started.elapsed());
        }
        assert!(started.elapsed() < patience, "waited {patience:?} in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A name that no other test of this run has.
pub(crate) fn unique(prefix: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{prefix}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
