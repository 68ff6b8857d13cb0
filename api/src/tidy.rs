//! The repository's own rules, as tests.

use std::fs;
use std::path::{Path, PathBuf};

/// The slices in their order: each may use those before it.
const SLICES: &[&str] = &[
    "kernel",
    "files",
    "identity",
    "catalog",
    "search_index",
    "prices",
    "price_admin",
    "inventory",
    "suggestions",
    "merchandising",
    "storefront",
    "cart",
    "quotes",
    "orders",
    "checkout",
    "fulfilment",
    "billing",
    "notifications",
    "imports",
    "demo",
];

/// Longest source file in lines, tests included.
const LONGEST_FILE: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

fn sources(dir: &Path, found: &mut Vec<(PathBuf, String)>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push((path.clone(), fs::read_to_string(&path).unwrap_or_default()));
        }
    }
}

fn all_sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for member in ["api", "entity", "migration", "pricing", "search", "tests"] {
        sources(&root().join(member), &mut found);
    }
    found
}

#[test]
fn slices_use_only_those_before_them() {
    let mut wrong = Vec::new();
    for (place, slice) in SLICES.iter().enumerate() {
        let mut files = Vec::new();
        sources(&root().join("api/src").join(slice), &mut files);
        sources_of_single(slice, &mut files);
        assert!(!files.is_empty(), "there is no slice {slice}");
        for later in &SLICES[place + 1..] {
            let uses = format!("crate::{later}::");
            let offenders = files.iter().filter(|(_, text)| text.contains(&uses));
            wrong.extend(offenders.map(|(path, _)| format!("{} uses {later}", path.display())));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

fn sources_of_single(slice: &str, files: &mut Vec<(PathBuf, String)>) {
    let single = root().join("api/src").join(format!("{slice}.rs"));
    if let Ok(text) = fs::read_to_string(&single) {
        files.push((single, text));
    }
}

#[test]
fn every_slice_is_in_the_order() {
    let entries = fs::read_dir(root().join("api/src")).map(|dir| dir.flatten().collect::<Vec<_>>()).unwrap_or_default();
    let folders = entries.iter().filter(|e| e.path().is_dir()).filter_map(|e| e.file_name().into_string().ok());
    let unknown: Vec<String> =
        folders.filter(|f| !SLICES.contains(&f.as_str()) && !["cli", "server", "bin"].contains(&f.as_str())).collect();
    assert_eq!(unknown, Vec::<String>::new());
}

#[test]
fn files_are_short() {
    let long: Vec<String> = all_sources()
        .iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(path, lines)| format!("{} has {lines} lines", path.display()))
        .collect();
    assert_eq!(long, Vec::<String>::new());
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<String> = all_sources()
        .iter()
        .filter(|(_, text)| !text.starts_with("//!") && !text.starts_with("#!["))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn what_is_begun_is_kept_somewhere() {
    let files = all_sources();
    let begun: Vec<&(PathBuf, String)> =
        files.iter().filter(|(path, text)| path.ends_with("routes.rs") && text.contains(".begin().await")).collect();
    assert!(!begun.is_empty());
    for (path, text) in begun {
        assert!(text.contains(".commit("), "{} begins transactions and keeps none", path.display());
    }
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("unimplemented", "!(")];
    let left: Vec<String> = all_sources()
        .iter()
        .filter(|(_, text)| marks.iter().any(|mark| text.contains(mark)))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn every_operation_is_described_and_guarded() {
    let document: serde_json::Value = serde_json::from_str(&crate::server::document()).unwrap_or_default();
    let open = ["take_token", "sign_in", "sign_out", "list_keys"];
    let paths = document["paths"].as_object().expect("the document has paths");
    let mut ids = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("a path has operations") {
            let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
            assert!(!id.is_empty(), "{method} {path} has no operation id");
            assert!(operation["summary"].as_str().is_some_and(|s| !s.is_empty()), "{id} has no summary");
            assert!(operation["description"].as_str().is_some_and(|s| !s.is_empty()), "{id} promises nothing");
            let guarded = operation["security"].as_array().is_some_and(|s| !s.is_empty());
            assert!(guarded != open.contains(&id.as_str()), "{id}: guarded is {guarded}");
            ids.push(id);
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "operation ids are unique");
}

#[test]
fn every_problem_code_has_one_meaning() {
    let mut codes = std::collections::BTreeMap::new();
    for entry in crate::server::problem_entries() {
        let known = codes.entry(entry.code).or_insert(entry.status);
        assert_eq!(*known, entry.status, "{} has two statuses", entry.code);
    }
    assert!(codes.len() > 40);
}

/// Literals with a hyphen in `files` that are no codes.
const NO_CODES: &[&str] = &["iso-8859-1", "kebab-case", "latin-1", "utf-8", "windows-1252"];

#[test]
fn codes_of_rows_are_field_codes() {
    let mut files = Vec::new();
    sources(&root().join("api/files/src"), &mut files);
    let mut seen = 0;
    for (path, text) in files {
        for literal in text.split('"').skip(1).step_by(2) {
            let kebab = literal.split('-').count() > 1
                && literal.split('-').all(|part| part.starts_with(|c: char| c.is_ascii_lowercase()) && !part.contains(' '));
            if kebab && !NO_CODES.contains(&literal) {
                seen += 1;
                assert!(kernel::field_code::FieldCode::from_word(literal).is_some(), "{}: \"{literal}\"", path.display());
            }
        }
    }
    assert!(seen > 40, "{seen}");
}
