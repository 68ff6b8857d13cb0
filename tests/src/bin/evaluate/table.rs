//! What was measured, as a table.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use super::Result;
use super::options::Options;

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) set: &'static str,
    pub(crate) measure: &'static str,
    pub(crate) result: f64,
    pub(crate) reach: f64,
    /// What the best simple method known gives.
    pub(crate) baseline: f64,
    /// How many cases were scored.
    pub(crate) scored: usize,
    /// How many were asked.
    pub(crate) asked: usize,
    /// The clock's time of all questions, one after the other.
    pub(crate) took: Duration,
    /// CPU time of the server for them.
    pub(crate) cpu: Duration,
    /// How many questions were taken for which kind.
    pub(crate) kinds: BTreeMap<String, usize>,
}

pub(crate) fn print(rows: &[Measured]) {
    println!();
    println!(
        "{:<28} {:<10} {:>6}  {:>6} {:>6} {:>8}  {:>8} {:>8}",
        "set", "measure", "result", "reach", "simple", "cases", "CPU ms", "wall ms"
    );
    for row in rows {
        let each = |time: Duration| time.as_secs_f64() * 1_000.0 / row.asked.max(1) as f64;
        let mark = if row.result >= row.reach { " " } else { "<" };
        println!(
            "{:<28} {:<10} {:>6.4}{mark} {:>6.2} {:>6.2} {:>8}  {:>8.2} {:>8.2}",
            row.set,
            row.measure,
            row.result,
            row.reach,
            row.baseline,
            row.scored,
            each(row.cpu),
            each(row.took)
        );
    }
    let mut all: BTreeMap<&str, usize> = BTreeMap::new();
    for (kind, count) in rows.iter().flat_map(|row| &row.kinds) {
        *all.entry(kind).or_default() += count;
    }
    if all.is_empty() {
        return;
    }
    println!("\nwhat queries were taken for");
    for row in rows.iter().filter(|row| !row.kinds.is_empty()) {
        println!("  {:<26} {}", row.set, shares(row.kinds.iter().map(|(kind, count)| (kind.as_str(), *count))));
    }
    println!("  {:<26} {}", "all", shares(all.iter().map(|(kind, count)| (*kind, *count))));
}

fn shares<'a>(kinds: impl Iterator<Item = (&'a str, usize)> + Clone) -> String {
    let total: usize = kinds.clone().map(|(_, count)| count).sum();
    let mut kinds: Vec<_> = kinds.collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let share = |(kind, count): &(&str, usize)| format!("{kind} {:.1} %", 100.0 * *count as f64 / total.max(1) as f64);
    kinds.iter().map(share).collect::<Vec<_>>().join(", ")
}

/// Writes what was answered, for scoring by other programs: `case` names the first column, `answer` the last.
pub(crate) fn write_run(
    options: &Options,
    set: &str,
    (case, answer): (&str, &str),
    lists: &BTreeMap<String, Vec<String>>,
) -> Result<()> {
    let Some(dir) = &options.runs else {
        return Ok(());
    };
    fs::create_dir_all(dir)?;
    let mut writer = csv::Writer::from_path(dir.join(format!("{}.csv", set.replace(' ', "-"))))?;
    writer.write_record([case, "rank", answer])?;
    for (key, list) in lists {
        for (at, id) in list.iter().enumerate() {
            writer.write_record([key, &(at + 1).to_string(), id])?;
        }
    }
    Ok(writer.flush()?)
}
