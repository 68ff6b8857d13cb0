//! The search sets: texts typed into one box, judged by the products found first.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use super::Result;
use super::data::{gains, lists, rows};
use super::goods::sku;
use super::options::Options;
use super::score::{self, DEPTH};
use super::server::Server;
use super::table::{Measured, write_run};

/// A set of texts.
#[derive(Debug)]
pub(crate) struct Set {
    name: &'static str,
    judged: Judged,
    reach: f64,
    baseline: f64,
}

/// How answers are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    /// By how well each product fits.
    Graded,
    /// By the place of the one that was meant.
    Known,
}

pub(crate) const SETS: &[Set] = &[
    Set { name: "icecat-office-it", judged: Judged::Graded, reach: 0.78, baseline: 0.75 },
    Set { name: "icecat-compat", judged: Judged::Graded, reach: 0.90, baseline: 0.86 },
    Set { name: "icecat-spec", judged: Judged::Graded, reach: 0.75, baseline: 0.51 },
    Set { name: "known-item", judged: Judged::Known, reach: 0.96, baseline: 0.89 },
];

/// Asks every text of the set.
pub(crate) async fn measure(server: &Server, set: &Set, options: &Options) -> Result<Measured> {
    let questions = rows(&options.file(set.name, "queries_HALF"))?;
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut runs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut texts: HashMap<String, String> = HashMap::new();
    let (cpu, started) = (server.cpu(), Instant::now());
    for question in &questions {
        let text = question["query"].as_str();
        let answer = server.get("/v1/search", &[("q", text), ("limit", &DEPTH.to_string())]).await?;
        *kinds.entry(answer["kind"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        let found = answer["items"].as_array().into_iter().flatten();
        let found = found.filter_map(|hit| hit["sku"].as_str()).map(str::to_owned).collect();
        runs.insert(question["query_id"].clone(), found);
        texts.insert(question["query_id"].clone(), text.to_owned());
    }
    let (cpu, took) = (server.cpu().saturating_sub(cpu), started.elapsed());
    write_run(options, set.name, ("query_id", "product_id"), &runs)?;
    let scores = scores(set, options, &runs)?;
    if options.detail.as_deref() == Some(set.name) {
        tell_worst(&scores, &texts, &runs);
    }
    Ok(Measured {
        set: set.name,
        measure: if set.judged == Judged::Known { "MRR@10" } else { "nDCG@10" },
        result: scores.values().sum::<f64>() / scores.len().max(1) as f64,
        reach: set.reach,
        baseline: set.baseline,
        scored: scores.len(),
        asked: questions.len(),
        took,
        cpu,
        kinds,
    })
}

/// The score of every question that has a right answer; one that was not asked scores 0.
fn scores(set: &Set, options: &Options, runs: &BTreeMap<String, Vec<String>>) -> Result<BTreeMap<String, f64>> {
    let found = |question: &String| runs.get(question).map_or(&[][..], Vec::as_slice);
    Ok(match set.judged {
        Judged::Graded => {
            let judged = gains(&options.file(set.name, "qrels_HALF"))?;
            judged.iter().filter_map(|(q, judged)| Some((q.clone(), score::ndcg(found(q), judged)?))).collect()
        }
        Judged::Known => {
            let expected = lists(&options.file(set.name, "expected_HALF"), "query_id", "product_id")?;
            expected.iter().map(|(q, right)| (q.clone(), score::reciprocal_rank(found(q), &sku(&right[0])))).collect()
        }
    })
}

fn tell_worst(scores: &BTreeMap<String, f64>, texts: &HashMap<String, String>, runs: &BTreeMap<String, Vec<String>>) {
    let mut worst: Vec<(&String, &f64)> = scores.iter().filter(|(_, score)| **score < 0.8).collect();
    worst.sort_by(|a, b| a.1.total_cmp(b.1));
    for (question, score) in worst {
        let found = runs.get(question).map_or_else(String::new, |list| list.join(" "));
        println!("  {score:.2} {question} {:?}: {found}", texts.get(question).map_or("", String::as_str));
    }
}
