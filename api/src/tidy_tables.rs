//! Whose every table is, and which other slices read it. The doc of a slice says both: `Tables:` are its own, `Reads:` are other
//! slices' tables of which it makes a read model of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::tidy::{root, sources};

/// The tables that the migrations create and do not drop.
fn tables() -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(&root().join("migration/src"), &mut files);
    files.sort();
    let mut tables = BTreeSet::new();
    for (_, text) in files {
        let named = |after: &'static str| text.match_indices(after).map(move |(at, _)| at + after.len());
        let word = |at: usize| text[at..].split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned();
        tables.extend(named("create table ").map(word));
        for dropped in named("drop table ").map(word) {
            tables.remove(&dropped);
        }
    }
    tables
}

/// What the doc of a slice lists after a word, up to the sentence's or the paragraph's end.
fn listed(doc: &str, word: &str) -> BTreeSet<String> {
    let paragraphs = doc.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect::<Vec<_>>().join("\n");
    let Some(list) = paragraphs.split(word).nth(1) else { return BTreeSet::new() };
    let list = list.split("\n\n").next().unwrap_or_default();
    let list = list.split("Events:").next().unwrap_or_default();
    let list = if word == TABLES { list.split(READS).next().unwrap_or_default() } else { list };
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

const TABLES: &str = "Tables:";
const READS: &str = "Reads:";

/// The slices by name: their docs and their sources without tests.
fn slices() -> BTreeMap<String, (String, String)> {
    let mut slices = BTreeMap::new();
    for folder in fs::read_dir(root().join("api")).expect("the folder of the slices").flatten() {
        let source = folder.path().join("src");
        let Ok(doc) = fs::read_to_string(source.join("lib.rs")) else { continue };
        let mut files = Vec::new();
        sources(&source, &mut files);
        let is_test = |path: &Path| path.to_string_lossy().contains("/tests") || path.to_string_lossy().ends_with("tests.rs");
        let tested = files.iter().filter(|(path, _)| !is_test(path));
        let code: Vec<&str> = tested.map(|(_, text)| text.split("#[cfg(test)]\nmod").next().unwrap_or_default()).collect();
        let code = code.join("\n").lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        slices.insert(folder.file_name().to_string_lossy().into_owned(), (doc, code));
    }
    slices
}

/// Whether code names a table in a statement, or asks its entity.
fn uses(code: &str, table: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let after = |words: String| code.match_indices(&words).any(|(at, found)| ends(&code[at + found.len()..]));
    ["from", "join", "into", "update"].iter().any(|word| after(format!("{word} {table}")))
        || (table.contains('_') && code.contains(&format!("\"{table}\"")))
        || code.contains(&format!(" {table}::Entity"))
        || code.contains(&format!("({table}::Entity"))
        || ([" ", ":", "{"].iter().any(|before| code.contains(&format!("{before}{table} as rows")))
            && code.contains("rows::Entity"))
}

#[test]
fn every_table_has_one_owner_and_its_readers_are_declared() {
    let (tables, slices) = (tables(), slices());
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    let docs: BTreeMap<&str, (BTreeSet<String>, BTreeSet<String>)> =
        slices.iter().map(|(slice, (doc, _))| (slice.as_str(), (listed(doc, TABLES), listed(doc, READS)))).collect();
    for (slice, (own, read)) in &docs {
        for table in own.iter().chain(read) {
            assert!(tables.contains(table), "{slice} speaks of a table {table}, which there is not");
        }
        for table in own {
            if let Some(other) = owners.insert(tables.get(table).expect("a table"), slice) {
                panic!("{table} is owned by {other} and by {slice}");
            }
        }
    }
    let mut wrong = Vec::new();
    for table in &tables {
        let Some(owner) = owners.get(table.as_str()) else {
            wrong.push(format!("nobody owns {table}"));
            continue;
        };
        for (slice, (_, code)) in &slices {
            let declared = docs[slice.as_str()].1.contains(table);
            let used = slice != owner && uses(code, table);
            if used != declared {
                wrong.push(format!(
                    "{slice} {} {table} of {owner}",
                    if used { "reads, undeclared," } else { "declares, and does not read," }
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_table_is_found_in_statements_and_through_its_entity() {
    assert!(uses("select 1 from orders o", "orders") && uses("update orders set", "orders"));
    assert!(uses("let a = orders::Entity::find()", "orders") && uses("use entity::jobs as rows; rows::Entity::find()", "jobs"));
    assert!(!uses("from orders_by_number", "orders") && !uses("the orders", "orders"));
}
