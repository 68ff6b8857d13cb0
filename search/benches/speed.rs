//! Speed on 100,000 synthetic products, or on `BULKHEAD_SKUS` products: CPU time of one core per operation.
//!
//! `cargo bench -p search` prints the table; the index is on disk, as in production.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::hint::black_box;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use search::{Attribute, Audience, Boosts, Category, Document, Filter, Index, NamedSet, Pin, ProductSet, Query, Targets, Value};

const KINDS: &[(&str, &str)] = &[
    ("hex bolt", "Fasteners"),
    ("ball valve", "Valves"),
    ("patch cable", "Cables"),
    ("toner cartridge", "Supplies"),
    ("deep groove bearing", "Bearings"),
    ("safety glove", "Protection"),
    ("power supply", "Electrical"),
    ("pipe flange", "Piping"),
    ("label printer", "Printers"),
    ("cordless drill", "Tools"),
];
const BRANDS: &[&str] =
    &["Acme", "Bolton", "Cobalt", "Dunmore", "Everett", "Falken", "Gorham", "Hadley", "Ironside", "Juniper", "Kestrel", "Lowell"];
const COLOURS: &[&str] = &["black", "blue", "red", "green", "yellow", "grey", "white"];
const MATERIALS: &[&str] = &["stainless steel", "zinc plated", "brass", "nylon", "aluminium", "copper", "rubber"];
const GRADES: &[&str] =
    &["industrial", "heavy duty", "standard", "premium", "economy", "marine", "outdoor", "compact", "precision", "universal"];

/// Seconds of CPU time after which a figure is stable.
const ENOUGH: f64 = 0.4;

/// A small random number generator, so that every run measures the same catalogue.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

fn product(id: u64, random: &mut Random) -> Document {
    let (kind, category) = KINDS[random.below(KINDS.len())];
    let (brand, colour, material, grade) = (random.of(BRANDS), random.of(COLOURS), random.of(MATERIALS), random.of(GRADES));
    let length = (random.below(400) + 1) as f64 * 0.25;
    let mpn = format!(
        "{}{:05}-{}{}",
        &brand[..2].to_uppercase(),
        random.below(99_999),
        (b'A' + random.below(26) as u8) as char,
        id % 97
    );
    let text = |name: &str, value: &str| Attribute { name: name.into(), value: Value::Text(value.into()) };
    let series = format!("{}{}", brand.to_lowercase(), random.below(3000));
    Document {
        id,
        sku: format!("SKU-{id:07}"),
        title: format!("{brand} {mpn} {grade} {kind} {length} m {colour}"),
        description: format!(
            "{grade} {kind} made of {material}, for series {series}, suits workshop and plant maintenance, lot {}",
            random.below(5000)
        ),
        brand: brand.into(),
        categories: vec![Category { id: 1, name: "All products".into() }, Category { id: 2 + id % 10, name: category.into() }],
        mpn,
        gtins: vec![format!("40{:011}", id * 7919)],
        customer_part_numbers: if id.is_multiple_of(10) { vec![(id % 100, format!("OWN{id}"))] } else { Vec::new() },
        attributes: vec![
            text("Colour", colour),
            text("Material", material),
            Attribute { name: "Length".into(), value: Value::Number(length, "m".into()) },
            Attribute { name: "Weight".into(), value: Value::Number((random.below(5000) + 10) as f64, "g".into()) },
            text("Compatibility", &format!("Model X{}, X{}", random.below(9000), random.below(9000))),
        ],
        ..Document::default()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if let Some(dir) = std::env::var_os("BULKHEAD_IDLE") {
        let index = Index::open(dir)?;
        println!("memory of a process that only opened the {} products: {}", index.len(), memory());
        return Ok(());
    }
    let skus: u64 = std::env::var("BULKHEAD_SKUS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let dir = std::env::temp_dir().join(format!("bulkhead-search-bench-{}", std::process::id()));
    let index = Index::open(&dir)?;
    let mut random = Random(42);
    let mut samples: Vec<Document> = Vec::new();
    let started = Instant::now();
    let mut batch = Vec::with_capacity(1000);
    for id in 1..=skus {
        let document = product(id, &mut random);
        if id.is_multiple_of((skus / 10_000).max(1)) {
            samples.push(document.clone());
        }
        batch.push(document);
        if batch.len() == 1000 {
            index.put(&batch)?;
            batch.clear();
        }
    }
    index.put(&batch)?;
    index.commit("bench")?;
    println!("{skus} products, index built in {:.1} s, {:.0} MB on disk", started.elapsed().as_secs_f64(), size(&dir) / 1e6);
    println!("{:<44} {:>9}", "operation", "CPU ms");
    searches(&index, &samples)?;
    let prefixes = ["h", "st", "heavy du", "SKU-0001", "AC123", "patch c", "toner cartridge bl"];
    measure("completions", &prefixes, |prefix| index.complete(prefix, 10, &Audience::Groups(vec![1])).map(|c| c.len()))?;
    let numbers: Vec<String> = samples.iter().take(10_000).map(|d| d.mpn.replace('-', " ").to_lowercase()).collect();
    measure("10,000 identifiers", &[numbers], |numbers| {
        index.match_identifiers(numbers, Some(1), &Audience::Groups(vec![1])).map(|m| m.len())
    })?;
    let change = &samples[..samples.len().min(100)];
    measure("100 changed products, committed", &[change], |change| {
        index.put(change)?;
        index.commit("changed").map(|()| 0)
    })?;
    println!("memory: {}", memory());
    drop(index);
    let idle = std::process::Command::new(std::env::current_exe()?).env("BULKHEAD_IDLE", &dir).output()?;
    print!("{}", String::from_utf8_lossy(&idle.stdout));
    let started = Instant::now();
    let index = Index::open(&dir)?;
    println!("opened again in {:.2} s with {} products", started.elapsed().as_secs_f64(), index.len());
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}

fn searches(index: &Index, samples: &[Document]) -> Result<(), search::Error> {
    let find = |text: &str| {
        let mut query = Query::new(text, Audience::Groups(vec![1, 2]));
        query.facets = vec!["brand".into(), "category".into(), "colour".into()];
        query.account = Some(1);
        index.find(&query).map(|hits| hits.total)
    };
    let texts =
        |make: &dyn Fn(&Document) -> String| samples.iter().step_by(samples.len().div_ceil(100)).map(make).collect::<Vec<_>>();
    let run = |name: &str, all: &[String]| measure(name, all, |text| find(text));
    run("everything, 3 facets", &[String::new()])?;
    run("one common word (10,000 found), 3 facets", &["valve".into(), "toner".into(), "drill".into()])?;
    run("three words, 3 facets", &texts(&|d| format!("{} {} {}", d.brand, d.categories[1].name, "heavy duty")))?;
    run("words misspelt, 3 facets", &["stainles patch cabel".into(), "premim bearng".into(), "cordles dril blak".into()])?;
    run(
        "specification, 3 facets",
        &texts(&|d| format!("{} 12.5 m blue", d.title.split(' ').skip(3).take(2).collect::<Vec<_>>().join(" "))),
    )?;
    run("part number exact", &texts(&|d| d.mpn.clone()))?;
    run("part number, a character lost", &texts(&|d| format!("{}{}", &d.mpn[..3], &d.mpn[4..])))?;
    run("for a device", &texts(&|d| format!("toner for Model X{}", d.id % 9000)))?;
    let ranked = |text: &&str| {
        let mut query = Query::new(*text, Audience::Groups(vec![1]));
        query.filters = vec![Filter { name: "colour".into(), value: "blue".into() }];
        index.rank(&query, 2000).map(|r| r.items.len())
    };
    measure("top 2,000 ids, one filter", &["valve", "patch cable"], ranked)?;
    curated(index)
}

/// Queries with product sets, pins and boosts.
fn curated(index: &Index) -> Result<(), search::Error> {
    let group = |name: &str, targets: Targets| NamedSet {
        name: name.into(),
        products: Arc::new(ProductSet::new(targets)),
        required: None,
    };
    let ids = (1..=5_000).map(|n| n * 17).collect();
    let bought = group("bought_before", Targets { ids, ..Targets::default() });
    let covered = group("on_contract", Targets { categories: vec![3, 5], brands: vec!["acme".into()], ..Targets::default() });
    let ask = |text: &&str, required: Option<bool>, curated: bool| {
        let mut query = Query::new(*text, Audience::Groups(vec![1, 2]));
        query.facets = vec!["brand".into(), "category".into(), "colour".into(), "bought_before".into(), "on_contract".into()];
        query.product_sets = vec![NamedSet { required, ..bought.clone() }, covered.clone()];
        if curated {
            query.pinned = (0..10).map(|position| Pin { id: 1_000 + position as u64, position }).collect();
        }
        index.find(&query).map(|hits| hits.total)
    };
    let words = ["valve", "toner", "drill"];
    measure("one common word, 3 facets and 2 sets", &words, |text| ask(text, None, false))?;
    measure("the same, bought before only", &words, |text| ask(text, Some(true), false))?;
    measure("everything, 3 facets and 2 sets", &[""], |text| ask(text, None, false))?;
    measure("one common word, 2 sets, 10 pins", &words, |text| ask(text, None, true))?;
    let brand = Targets { brands: vec!["acme".into()], ..Targets::default() };
    let weights = vec![Arc::new(Boosts::new(vec![(brand, 2.0)]))];
    let weighed = |text: &&str| {
        index.find(&Query { boosts: weights.clone(), ..Query::new(*text, Audience::Groups(vec![1, 2])) }).map(|hits| hits.total)
    };
    measure("one common word, factors, no facets", &words, weighed)
}

/// Repeats `work` over the inputs until the time is long compared with the resolution of the clock.
fn measure<T>(name: &str, inputs: &[T], work: impl Fn(&T) -> Result<usize, search::Error>) -> Result<(), search::Error> {
    for input in inputs {
        black_box(work(input)?);
    }
    let (started, mut count) = (cpu(), 0.0);
    let mut took = 0.0;
    while took < ENOUGH {
        for input in inputs {
            black_box(work(input)?);
            count += 1.0;
        }
        took = cpu() - started;
    }
    println!("{name:<44} {:>9.3}", took * 1000.0 / count);
    Ok(())
}

/// CPU seconds of this thread; wall-clock seconds on systems that do not report them.
fn cpu() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = spent.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.get_or_init(Instant::now).elapsed().as_secs_f64(), |n| n / 1e9)
}

fn size(dir: &std::path::Path) -> f64 {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|e| if e.path().is_dir() { size(&e.path()) } else { e.metadata().map_or(0.0, |m| m.len() as f64) }).sum()
}

/// Resident memory by kind, on systems that report it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status.lines().filter(|l| l.starts_with("VmRSS") || l.starts_with("RssAnon"));
    lines.map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(", ")
}
