//! Devices and what fits them: for each device of the catalogue the products that name it as compatible are to be suggested.

use std::collections::BTreeMap;
use std::time::Instant;

use super::Result;
use super::data::lists;
use super::options::Options;
use super::score::{self, DEPTH};
use super::server::Server;
use super::table::{Measured, write_run};

pub(crate) async fn measure(server: &Server, options: &Options) -> Result<Measured> {
    let expected = lists(&options.file("icecat-compat", "accessories_HALF"), "case_id", "sku")?;
    let mut runs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (cpu, started) = (server.cpu(), Instant::now());
    for device in expected.keys() {
        let wish = [("kind", "accessory"), ("limit", &DEPTH.to_string())];
        let answer = server.get(&format!("/v1/products/{device}/suggestions"), &wish).await?;
        let items = answer["items"].as_array().into_iter().flatten();
        runs.insert(device.clone(), items.filter_map(|item| item["sku"].as_str()).map(str::to_owned).collect());
    }
    let (cpu, took) = (server.cpu().saturating_sub(cpu), started.elapsed());
    write_run(options, "accessories", ("case_id", "sku"), &runs)?;
    let sum: f64 = expected.iter().map(|(device, skus)| score::recall(&runs[device], skus)).sum();
    Ok(Measured {
        set: "icecat devices, accessories",
        measure: "Recall@10",
        result: sum / expected.len().max(1) as f64,
        reach: 0.88,
        baseline: 0.85,
        scored: expected.len(),
        asked: expected.len(),
        took,
        cpu,
        kinds: BTreeMap::new(),
    })
}
