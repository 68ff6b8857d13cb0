//! What customers order again: the items of the next order that they had bought before.

use std::collections::BTreeMap;
use std::time::Instant;

use super::Result;
use super::data::{lists, rows};
use super::options::Options;
use super::score::{self, DEPTH};
use super::server::Server;
use super::table::{Measured, write_run};
use super::trade::moment;

pub(crate) async fn measure(server: &Server, options: &Options) -> Result<Measured> {
    let set = "online-retail";
    let cases = rows(&options.file(set, "reorder_HALF_given"))?;
    let expected = lists(&options.file(set, "reorder_HALF_expected"), "case_id", "sku")?;
    let mut runs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (cpu, started) = (server.cpu(), Instant::now());
    for case in &cases {
        let wish = [("account", case["customer"].as_str()), ("at", &moment(&case["order_date"])), ("limit", &DEPTH.to_string())];
        let answer = server.get("/v1/reorder-suggestions", &wish).await?;
        let items = answer["items"].as_array().into_iter().flatten();
        runs.insert(case["case_id"].clone(), items.filter_map(|item| item["sku"].as_str()).map(str::to_owned).collect());
    }
    let (cpu, took) = (server.cpu().saturating_sub(cpu), started.elapsed());
    write_run(options, "reorder", ("case_id", "sku"), &runs)?;
    let found = |case: &String| runs.get(case).map_or(&[][..], Vec::as_slice);
    let sum: f64 = expected.iter().map(|(case, skus)| score::recall(found(case), skus)).sum();
    Ok(Measured {
        set: "reorder",
        measure: "Recall@10",
        result: sum / expected.len().max(1) as f64,
        reach: 0.44,
        baseline: 0.43,
        scored: expected.len(),
        asked: cases.len(),
        took,
        cpu,
        kinds: BTreeMap::new(),
    })
}
