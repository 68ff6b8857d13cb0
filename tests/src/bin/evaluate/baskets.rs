//! Baskets of known customers: the first half is given, the rest is to be suggested.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::{Value, json};

use super::Result;
use super::data::{lists, rows};
use super::options::Options;
use super::score::{self, DEPTH};
use super::server::Server;
use super::table::{Measured, write_run};
use super::trade::moment;

pub(crate) async fn measure(server: &Server, options: &Options) -> Result<Measured> {
    let set = "online-retail";
    let cases = rows(&options.file(set, "baskets_HALF_cases"))?;
    let given = lists(&options.file(set, "baskets_HALF_given"), "case_id", "sku")?;
    let expected = lists(&options.file(set, "baskets_HALF_expected"), "case_id", "sku")?;
    let mut runs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (cpu, started) = (server.cpu(), Instant::now());
    for case in &cases {
        let lines: Vec<Value> = given.get(&case["case_id"]).into_iter().flatten().map(|sku| json!({ "sku": sku })).collect();
        let account = Some(&case["customer"]).filter(|customer| !customer.is_empty());
        let mut basket = json!({ "account": account, "at": moment(&case["date"]), "limit": DEPTH, "lines": lines });
        let answer = match server.post("/v1/basket-suggestions", &basket).await {
            // Who bought nothing before is nobody's customer yet.
            Err(error) if error.to_string().contains("account-not-found") => {
                basket["account"] = Value::Null;
                server.post("/v1/basket-suggestions", &basket).await?
            }
            answer => answer?,
        };
        let items = answer["items"].as_array().into_iter().flatten();
        runs.insert(case["case_id"].clone(), items.filter_map(|item| item["sku"].as_str()).map(str::to_owned).collect());
    }
    let (cpu, took) = (server.cpu().saturating_sub(cpu), started.elapsed());
    write_run(options, "baskets", ("case_id", "sku"), &runs)?;
    let found = |case: &String| runs.get(case).map_or(&[][..], Vec::as_slice);
    let sum: f64 = expected.iter().map(|(case, skus)| score::recall(found(case), skus)).sum();
    Ok(Measured {
        set: "baskets, customer known",
        measure: "Recall@10",
        result: sum / expected.len().max(1) as f64,
        reach: 0.26,
        baseline: 0.25,
        scored: expected.len(),
        asked: cases.len(),
        took,
        cpu,
        kinds: BTreeMap::new(),
    })
}
