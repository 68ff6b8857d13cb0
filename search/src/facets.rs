//! Counts the values of an attribute over everything found. Counting uses one array per segment and attribute and hashes
//! nothing per product.

use std::collections::{BTreeMap, HashSet};

use tantivy::columnar::Column;

use crate::bit_set::BitSet;
use crate::columns::TextColumn;
use crate::error::Result;
use crate::query::Facet;
use crate::reader::Reader;

/// The most values of one facet.
const MAX_VALUES: usize = 50;
const RANGES: usize = 6;
/// The most numbers from which the bounds of ranges are computed, sampled evenly: the ranges need not hold exactly equally
/// many.
const MAX_SAMPLE: usize = 1_000;

/// Counts the values of `name` over the documents in `found`, given per segment.
pub(crate) fn count(name: &str, reader: &Reader, found: &[Vec<u32>]) -> Result<Facet> {
    let mut texts: BTreeMap<String, usize> = BTreeMap::new();
    let mut numbers: Vec<f64> = Vec::new();
    for (segment, docs) in reader.segments.iter().zip(found) {
        if docs.is_empty() {
            continue;
        }
        let columns = segment.columns(name)?;
        if let Some(values) = &columns.texts {
            most_used(values, &values.count_values(docs), &mut texts)?;
        }
        if let Some(values) = &columns.numbers {
            read(values, docs, &mut numbers);
        }
    }
    let mut values: Vec<(String, usize)> = texts.into_iter().collect();
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    values.truncate(MAX_VALUES);
    if values.is_empty() {
        values = ranges(numbers);
    }
    Ok(Facet { name: name.to_owned(), values })
}

/// Counts the documents in `found` that belong to a set, and those that do not. Both are given per segment.
pub(crate) fn count_set(name: &str, docs: &[std::sync::Arc<BitSet>], found: &[Vec<u32>]) -> Facet {
    let in_set = |(set, docs): (&std::sync::Arc<BitSet>, &Vec<u32>)| docs.iter().filter(|doc| set.contains(**doc)).count();
    let in_set: usize = docs.iter().zip(found).map(in_set).sum();
    let all: usize = found.iter().map(Vec::len).sum();
    let mut values = vec![("true".to_owned(), in_set), ("false".to_owned(), all - in_set)];
    values.retain(|(_, count)| *count > 0);
    values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Facet { name: name.to_owned(), values }
}

fn read(values: &Column<f64>, docs: &[u32], numbers: &mut Vec<f64>) {
    let (mut docs_with_value, mut rows) = (Vec::with_capacity(docs.len()), Vec::with_capacity(docs.len()));
    values.index.docids_to_rowids(docs, &mut docs_with_value, &mut rows);
    let start = numbers.len();
    numbers.resize(start + rows.len(), 0.0);
    values.values.get_vals(&rows, &mut numbers[start..]);
}

/// Resolves the texts of the most frequent values only, since reading a text costs more than counting it.
fn most_used(values: &TextColumn, counts: &[usize], texts: &mut BTreeMap<String, usize>) -> Result<()> {
    let mut used: Vec<(usize, usize)> = counts.iter().copied().enumerate().filter(|(_, n)| *n > 0).collect();
    if used.len() > 2 * MAX_VALUES {
        used.select_nth_unstable_by(2 * MAX_VALUES, |a, b| b.1.cmp(&a.1));
        used.truncate(2 * MAX_VALUES);
    }
    for (ordinal, count) in used {
        *texts.entry(values.name(ordinal as u32)?).or_default() += count;
    }
    Ok(())
}

/// Each value when there are few different ones, otherwise ranges that hold about equally many.
fn ranges(mut numbers: Vec<f64>) -> Vec<(String, usize)> {
    numbers.retain(|n| n.is_finite());
    let mut distinct: HashSet<u64, ahash::RandomState> = HashSet::default();
    let few = numbers.iter().all(|n| {
        distinct.insert(n.to_bits());
        distinct.len() <= 2 * RANGES
    });
    if few {
        let mut values: Vec<f64> = distinct.into_iter().map(f64::from_bits).collect();
        values.sort_by(f64::total_cmp);
        let count = |v: f64| numbers.iter().filter(|n| n.to_bits() == v.to_bits()).count();
        return values.into_iter().map(|v| (v.to_string(), count(v))).collect();
    }
    let bounds = bounds(&numbers);
    let mut lows = vec![f64::INFINITY; bounds.len()];
    let mut counts = vec![0_usize; bounds.len()];
    for number in numbers {
        let at = bounds.partition_point(|bound| *bound < number);
        lows[at] = lows[at].min(number);
        counts[at] += 1;
    }
    let non_empty = bounds.iter().zip(lows).zip(counts).filter(|(_, n)| *n > 0);
    non_empty.map(|((high, low), n)| (format!("{low}..{high}"), n)).collect()
}

/// The upper bounds of the ranges in rising order; the last is the largest number.
fn bounds(numbers: &[f64]) -> Vec<f64> {
    let mut sample: Vec<f64> = numbers.iter().copied().step_by(numbers.len().div_ceil(MAX_SAMPLE)).collect();
    sample.sort_by(f64::total_cmp);
    let mut bounds: Vec<f64> = (1..RANGES).map(|nth| sample[(sample.len() * nth).div_ceil(RANGES) - 1]).collect();
    bounds.extend(numbers.iter().copied().max_by(f64::total_cmp));
    bounds.dedup();
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_numbers_are_listed_and_many_are_grouped_into_ranges() {
        assert!(ranges(Vec::new()).is_empty());
        assert_eq!(ranges(vec![2.0, 1.0, 2.0]), [("1".to_owned(), 1), ("2".to_owned(), 2)]);
        let all = ranges((0..10_000).map(|n| f64::from(n * 7919 % 10_000)).collect());
        assert_eq!(all.len(), RANGES);
        assert_eq!(all.iter().map(|(_, n)| n).sum::<usize>(), 10_000);
        assert!(all[0].0.starts_with("0..") && all[RANGES - 1].0.ends_with("..9999"));
        assert!(all.iter().all(|(_, n)| (1_500..1_900).contains(n)), "{all:?}");
        let skewed: Vec<f64> = (0..1_000).map(|n| if n < 900 { 5.0 } else { f64::from(n) }).collect();
        assert_eq!(ranges(skewed).iter().map(|(_, n)| n).sum::<usize>(), 1_000);
    }
}
