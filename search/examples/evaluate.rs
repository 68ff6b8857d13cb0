//! Measures the ranking on the four search sets of the folder named by `BULKHEAD_DATA`: one index, one default ranking.
//!
//! `cargo run --release -p search --example evaluate [set]` prints the measures of all sets and the share of query kinds; with a set's name
//! also its worst queries. With `BULKHEAD_RUNS=dir` the runs are written there as csv for the scoring scripts.

#![expect(clippy::print_stdout, reason = "a program that prints a table")]

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use search::{Attribute, Audience, Category, Document, Index, Query, Value};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let data = std::env::var_os("BULKHEAD_DATA").map(PathBuf::from).ok_or("BULKHEAD_DATA must name the folder of data sets")?;
    let detail = std::env::args().nth(1);
    let (index, names) = build(&data)?;
    println!("{:<18} {:>5} {:>8} {:>9}  kinds", "set", "n", "measure", "ms/query");
    for set in ["icecat-office-it", "icecat-compat", "icecat-spec"] {
        let questions = read_csv(&data.join(set).join("queries_dev.csv"))?;
        let labels = gains(&data.join(set).join("qrels_dev.csv"))?;
        let run = Run::of(&index, &names, &questions)?;
        let scores = run.lists.iter().filter_map(|(q, list)| ndcg(list, labels.get(q)?).map(|s| (q.clone(), s))).collect();
        report(set, "nDCG@10", scores, &run, detail.as_deref());
    }
    let set = "known-item";
    let questions = read_csv(&data.join(set).join("queries_dev.csv"))?;
    let expected: HashMap<String, String> = read_csv(&data.join(set).join("expected_dev.csv"))?
        .into_iter()
        .map(|r| (r["query_id"].clone(), r["product_id"].clone()))
        .collect();
    let run = Run::of(&index, &names, &questions)?;
    let rank =
        |list: &[String], wanted: &String| list.iter().take(10).position(|d| d == wanted).map_or(0.0, |at| 1.0 / (at + 1) as f64);
    let scores = run.lists.iter().map(|(q, list)| (q.clone(), rank(list, &expected[q]))).collect();
    report(set, "MRR@10", scores, &run, detail.as_deref());
    Ok(())
}

type Row = HashMap<String, String>;

fn read_csv(path: &Path) -> Result<Vec<Row>> {
    Ok(csv::Reader::from_path(path)?.deserialize().collect::<std::result::Result<_, _>>()?)
}

fn gains(path: &Path) -> Result<HashMap<String, HashMap<String, f64>>> {
    let mut out: HashMap<String, HashMap<String, f64>> = HashMap::new();
    for row in read_csv(path)? {
        out.entry(row["query_id"].clone()).or_default().insert(row["product_id"].clone(), row["gain"].parse()?);
    }
    Ok(out)
}

/// nDCG@10 with linear gain over all judged products; none for a query without anything relevant.
fn ndcg(list: &[String], judged: &HashMap<String, f64>) -> Option<f64> {
    let dcg = |gains: &mut dyn Iterator<Item = f64>| {
        gains.take(10).enumerate().map(|(at, g)| g / (at as f64 + 2.0).log2()).sum::<f64>()
    };
    let mut ideal: Vec<f64> = judged.values().copied().collect();
    ideal.sort_by(|a, b| b.total_cmp(a));
    let best = dcg(&mut ideal.into_iter());
    (best > 0.0).then(|| dcg(&mut list.iter().map(|d| judged.get(d).copied().unwrap_or(0.0))) / best)
}

struct Run {
    texts: HashMap<String, String>,
    groups: HashMap<String, String>,
    lists: BTreeMap<String, Vec<String>>,
    titles: HashMap<String, Vec<String>>,
    kinds: BTreeMap<String, usize>,
    time: Duration,
}

impl Run {
    fn of(index: &Index, names: &HashMap<u64, String>, questions: &[Row]) -> Result<Self> {
        let mut run = Self {
            texts: HashMap::new(),
            groups: HashMap::new(),
            lists: BTreeMap::new(),
            titles: HashMap::new(),
            kinds: BTreeMap::new(),
            time: Duration::ZERO,
        };
        for row in questions {
            let (id, text) = (row["query_id"].clone(), row["query"].clone());
            let mut query = Query::new(text.clone(), Audience::Of(Vec::new()));
            query.limit = 10;
            query.explain = true;
            let started = Instant::now();
            let hits = index.find(&query)?;
            run.time += started.elapsed();
            *run.kinds.entry(format!("{:?}", hits.kind)).or_default() += 1;
            run.lists.insert(id.clone(), hits.items.iter().map(|h| names[&h.id].clone()).collect());
            let line = |h: &search::Hit| format!("{:.3} {} | {} {}", h.score, names[&h.id], h.title, h.explanation.join("; "));
            run.titles
                .insert(id.clone(), std::iter::once(format!("{:?}", hits.kind)).chain(hits.items.iter().map(line)).collect());
            let group = row.get("type").or(row.get("kind")).cloned().unwrap_or_default();
            run.groups.insert(id.clone(), group);
            run.texts.insert(id, text);
        }
        Ok(run)
    }
}

fn report(set: &str, measure: &str, scores: BTreeMap<String, f64>, run: &Run, detail: Option<&str>) {
    let mean = scores.values().sum::<f64>() / scores.len().max(1) as f64;
    let each = run.time.as_secs_f64() * 1000.0 / run.lists.len().max(1) as f64;
    let kinds: Vec<String> =
        run.kinds.iter().map(|(k, n)| format!("{k} {:.0}%", 100.0 * *n as f64 / run.lists.len() as f64)).collect();
    println!("{set:<18} {:>5} {measure} {mean:.4} {each:>6.2}  {}", scores.len(), kinds.join(", "));
    if let Some(dir) = std::env::var_os("BULKHEAD_RUNS") {
        let lines =
            run.lists.iter().flat_map(|(q, list)| list.iter().enumerate().map(move |(at, d)| format!("{q},{},{d}\n", at + 1)));
        let text = std::iter::once("query_id,rank,product_id\n".to_owned()).chain(lines).collect::<String>();
        if let Err(error) = fs::write(Path::new(&dir).join(format!("{set}.csv")), text) {
            println!("run not written: {error}");
        }
    }
    if detail != Some(set) {
        return;
    }
    let mut groups: BTreeMap<&str, (f64, usize)> = BTreeMap::new();
    for (q, s) in &scores {
        let group = groups.entry(&run.groups[q]).or_default();
        *group = (group.0 + s, group.1 + 1);
    }
    for (group, (sum, n)) in groups {
        println!("    {group:<14} {n:>4} {:.3}", sum / n as f64);
    }
    let mut worst: Vec<_> = scores.iter().filter(|(_, s)| **s < 0.8).collect();
    worst.sort_by(|a, b| a.1.total_cmp(b.1));
    for (q, s) in worst {
        println!("  {s:.2} {q} {:?}", run.texts[q]);
        for line in run.titles[q].iter().take(6) {
            println!("        {}", line.chars().take(260).collect::<String>());
        }
    }
}

fn build(data: &Path) -> Result<(Index, HashMap<u64, String>)> {
    let started = Instant::now();
    let mut documents = icecat(&data.join("icecat-office-it/products.jsonl.zst"))?;
    documents.extend(kicad(&data.join("kicad-parts/parts.csv.zst"))?);
    for (id, document) in documents.iter_mut().enumerate() {
        document.id = id as u64 + 1;
    }
    let read = started.elapsed();
    let index = Index::in_memory()?;
    let started = Instant::now();
    index.put(&documents)?;
    index.commit("")?;
    println!(
        "{} products read in {:.1} s, indexed in {:.1} s",
        documents.len(),
        read.as_secs_f64(),
        started.elapsed().as_secs_f64()
    );
    let names = documents.into_iter().map(|d| (d.id, d.sku)).collect();
    Ok((index, names))
}

fn icecat(path: &Path) -> Result<Vec<Document>> {
    let reader = BufReader::new(zstd::Decoder::new(File::open(path)?)?);
    let mut out = Vec::new();
    for line in reader.lines() {
        let product: serde_json::Value = serde_json::from_str(&line?)?;
        let text = |name: &str| product[name].as_str().unwrap_or_default().to_owned();
        let attributes = product["attributes"].as_object().into_iter().flatten().filter_map(|(name, value)| {
            let value = match value {
                serde_json::Value::String(text) => Value::Text(text.clone()),
                serde_json::Value::Number(n) => Value::Number(n.as_f64()?, unit(name.get(2..)?).to_owned()),
                serde_json::Value::Bool(b) => Value::Bool(*b),
                _ => return None,
            };
            Some(Attribute { name: name.get(2..)?.to_owned(), value })
        });
        let gtins = product["ean"].as_array().into_iter().flatten().filter_map(|e| e.as_str()).map(str::to_owned);
        out.push(Document {
            sku: text("id"),
            mpn: text("mpn_or_name"),
            title: text("title"),
            description: text("short_description"),
            brand: text("brand"),
            gtins: gtins.collect(),
            attributes: attributes.collect(),
            ..Document::default()
        });
    }
    Ok(out)
}

/// Icecat gives these features in fixed units, which the data set left out.
fn unit(name: &str) -> &'static str {
    match name {
        "cable_length" => "m",
        "display_diagonal" => "in",
        "output_power_capacity" => "VA",
        "output_power" | "power_consumption__typical_" => "W",
        "capacity" | "total_storage_capacity" | "hdd_capacity" | "ssd_capacity" => "GB",
        "memory_clock_speed" => "MHz",
        name if name.ends_with("page_yield") => "pages",
        name if ["width", "height", "depth", "diameter"].iter().any(|e| name.ends_with(e)) => "mm",
        name if name.ends_with("weight") => "g",
        _ => "",
    }
}

fn kicad(path: &Path) -> Result<Vec<Document>> {
    let mut seen = std::collections::HashSet::new();
    let mut out = Vec::new();
    for row in csv::Reader::from_reader(zstd::Decoder::new(File::open(path)?)?).deserialize() {
        let row: Row = row?;
        let number = row["part_number"].clone();
        if !seen.insert(number.clone()) {
            continue;
        }
        let text = |name: &str, from: &str| Attribute { name: name.to_owned(), value: Value::Text(row[from].clone()) };
        out.push(Document {
            sku: format!("k:{number}"),
            mpn: number.clone(),
            title: format!("{number} {}", row["description"]),
            keywords: row["keywords"].split_whitespace().map(str::to_owned).collect(),
            categories: vec![Category { id: 0, name: row["library"].clone() }],
            attributes: vec![text("package", "package")],
            ..Document::default()
        });
    }
    Ok(out)
}
