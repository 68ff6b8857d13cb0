//! How good a list of answers is. Only its first ten count.

use std::collections::HashMap;

/// How many answers count.
pub(crate) const DEPTH: usize = 10;

/// Discounted gain of the list over that of the best possible one, all judged products considered; products nobody judged gain
/// nothing. None for a query to which nothing is relevant.
pub(crate) fn ndcg(list: &[String], judged: &HashMap<String, f64>) -> Option<f64> {
    let discounted = |gains: &mut dyn Iterator<Item = f64>| {
        gains.take(DEPTH).enumerate().map(|(at, gain)| gain / (at as f64 + 2.0).log2()).sum::<f64>()
    };
    let mut ideal: Vec<f64> = judged.values().copied().collect();
    ideal.sort_by(|a, b| b.total_cmp(a));
    let best = discounted(&mut ideal.into_iter());
    (best > 0.0).then(|| discounted(&mut list.iter().map(|id| judged.get(id).copied().unwrap_or(0.0))) / best)
}

/// One over the place of the one right answer, 0 when it is not there.
pub(crate) fn reciprocal_rank(list: &[String], right: &str) -> f64 {
    list.iter().take(DEPTH).position(|id| id == right).map_or(0.0, |at| 1.0 / (at + 1) as f64)
}

/// The share of the expected answers that is there, of those that can be.
pub(crate) fn recall(list: &[String], expected: &[String]) -> f64 {
    let mut wanted: Vec<&String> = expected.iter().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let hits = list.iter().take(DEPTH).filter(|sku| wanted.binary_search(sku).is_ok()).count();
    hits as f64 / wanted.len().clamp(1, DEPTH) as f64
}
