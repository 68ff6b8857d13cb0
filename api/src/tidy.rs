//! The repository's own rules, as tests.

use std::fs;
use std::path::{Path, PathBuf};

/// Longest source file in lines, tests included.
const LONGEST_FILE: usize = 500;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

pub(crate) fn sources(dir: &Path, found: &mut Vec<(PathBuf, String)>) {
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
fn no_slice_depends_on_the_binary() {
    let mut slices = 0;
    for folder in fs::read_dir(root().join("api")).expect("the folder of the slices").flatten() {
        let Ok(manifest) = fs::read_to_string(folder.path().join("Cargo.toml")) else { continue };
        assert!(
            !manifest.lines().any(|line| line.starts_with("api.") || line.starts_with("api ")),
            "{}",
            folder.path().display()
        );
        assert!(manifest.contains("\ndescription = "), "{} does not say what it is", folder.path().display());
        assert!(manifest.contains("[lints]\nworkspace = true"), "{} has no lints", folder.path().display());
        slices += 1;
    }
    assert!(slices >= 20, "{slices} slices");
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

/// A function that begins a transaction commits it, or hands it on to what does.
#[test]
fn a_transaction_that_begins_also_commits() {
    let mut begun = 0;
    for (path, text) in all_sources().iter().filter(|(path, _)| is_of_routes(path)) {
        for function in text.split("\n    async fn ").skip(1).filter(|function| function.contains(".begin().await")) {
            let name = function.split('(').next().unwrap_or_default();
            let body = function.split("\n    }\n").next().unwrap_or_default();
            let ends = body.contains(".commit(") || body.contains("(tx,");
            assert!(ends, "{}: {name} begins a transaction and does not commit it", path.display());
            begun += 1;
        }
    }
    assert!(begun > 40, "{begun} functions begin transactions");
}

/// A handler asks `queries.rs` or a command.
#[test]
fn routes_hold_no_statements() {
    let statements =
        ["Entity::find", "Entity::insert", "Entity::update", "Entity::delete", ".statement(", "_raw(", "select.", "\"select "];
    let mut found = Vec::new();
    for (path, text) in all_sources().iter().filter(|(path, _)| is_of_routes(path)) {
        found.extend(statements.iter().filter(|word| text.contains(*word)).map(|word| format!("{}: {word}", path.display())));
    }
    assert_eq!(found, Vec::<String>::new());
}

fn is_of_routes(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.ends_with("routes.rs"))
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
    let open = ["take_token", "sign_in", "sign_out", "list_keys", "change_password", "set_password", "request_password_reset"];
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
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
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
