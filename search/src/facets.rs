//! Counts of values over everything found, read from columns: one array per segment and name, no hashing per product.

use std::collections::BTreeMap;

use tantivy::SegmentReader;

use crate::error::Result;
use crate::normal::key;
use crate::query::Facet;

/// How many values of one name are told.
const MOST_VALUES: usize = 50;
const RANGES: usize = 6;

/// Counts `name` over the products `found`, given per segment in rising order.
pub(crate) fn count(name: &str, segments: &[SegmentReader], found: &[Vec<u32>]) -> Result<Facet> {
    let column = match key(name).as_str() {
        "brand" => "brand".to_owned(),
        "category" => "category".to_owned(),
        other => format!("columns.{other}"),
    };
    let mut texts: BTreeMap<String, usize> = BTreeMap::new();
    let mut numbers: Vec<f64> = Vec::new();
    for (segment, docs) in segments.iter().zip(found) {
        if docs.is_empty() {
            continue;
        }
        if let Some(values) = segment.fast_fields().str(&column)? {
            let mut counts = vec![0_usize; values.num_terms()];
            let (mut holders, mut rows) = (Vec::new(), Vec::new());
            let ordinals = values.ords();
            ordinals.index.docids_to_rowids(docs, &mut holders, &mut rows);
            let mut found = vec![0_u64; rows.len()];
            ordinals.values.get_vals(&rows, &mut found);
            for ordinal in found {
                counts[ordinal as usize] += 1;
            }
            most_used(&values, &counts, &mut texts)?;
        }
        if let Some(values) = segment.fast_fields().column_opt::<f64>(&column).ok().flatten() {
            numbers.extend(docs.iter().flat_map(|doc| values.values_for_doc(*doc)).filter(|v| v.is_finite()));
        }
    }
    let mut values: Vec<(String, usize)> = texts.into_iter().collect();
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    values.truncate(MOST_VALUES);
    if values.is_empty() {
        values = ranges(numbers);
    }
    Ok(Facet { name: name.to_owned(), values })
}

/// Resolves the names of the most used values only: reading a name costs more than counting it.
fn most_used(values: &tantivy::columnar::StrColumn, counts: &[usize], texts: &mut BTreeMap<String, usize>) -> Result<()> {
    let mut used: Vec<(usize, usize)> = counts.iter().copied().enumerate().filter(|(_, n)| *n > 0).collect();
    if used.len() > 2 * MOST_VALUES {
        used.select_nth_unstable_by(2 * MOST_VALUES, |a, b| b.1.cmp(&a.1));
        used.truncate(2 * MOST_VALUES);
    }
    let mut text = String::new();
    for (ordinal, count) in used {
        text.clear();
        if values.ord_to_str(ordinal as u64, &mut text)? {
            *texts.entry(text.clone()).or_default() += count;
        }
    }
    Ok(())
}

/// Ranges that hold about equally many; single values when there are few.
fn ranges(mut numbers: Vec<f64>) -> Vec<(String, usize)> {
    numbers.sort_by(f64::total_cmp);
    let mut distinct = numbers.clone();
    distinct.dedup();
    if distinct.len() <= 2 * RANGES {
        return distinct.iter().map(|v| (v.to_string(), numbers.iter().filter(|n| n.total_cmp(v).is_eq()).count())).collect();
    }
    let mut out = Vec::new();
    let mut start = 0;
    while start < numbers.len() {
        let end = (start + numbers.len().div_ceil(RANGES)).min(numbers.len());
        let high = numbers[end - 1];
        let end = numbers.partition_point(|v| *v <= high);
        out.push((format!("{}..{high}", numbers[start]), end - start));
        start = end;
    }
    out
}
