//! Index terms for cables and adapters: the two connectors of a product, and the names of each connector.

use crate::document::{Document, Value};
use crate::normalise::{key, words};

/// Terms for both connectors of a product, alone and as a pair. They come from attributes whose names differ only in `_1` and
/// `_2`.
pub(crate) fn connector_terms(d: &Document) -> Vec<String> {
    let text = |name: &str| {
        d.attributes.iter().find_map(|a| match &a.value {
            Value::Text(text) if key(&a.name) == name => Some(text),
            _ => None,
        })
    };
    let mut out = Vec::new();
    for a in &d.attributes {
        let name = key(&a.name);
        let Some(base) = name.strip_suffix("_1") else {
            continue;
        };
        let (Value::Text(first), Some(second)) = (&a.value, text(&format!("{base}_2"))) else {
            continue;
        };
        let (first, second) = (connector_names(first), connector_names(second));
        for one in &first {
            for other in &second {
                out.push(pair_term(one, other));
            }
        }
        out.extend(first.iter().chain(&second).map(|e| format!("end:{e}")));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// The term of a product with the connectors `one` and `other`.
pub(crate) fn pair_term(one: &str, other: &str) -> String {
    if one <= other { format!("pair:{one}|{other}") } else { format!("pair:{other}|{one}") }
}

/// The names of a connector: `2 x RCA` is an `rca`, `VGA (D-Sub)` a `vga`, `Mini-USB B` a `mini usb`.
fn connector_names(text: &str) -> Vec<String> {
    let bare = text.split_once(" x ").filter(|(n, _)| n.bytes().all(|b| b.is_ascii_digit())).map_or(text, |(_, rest)| rest);
    let before = bare.split('(').next().unwrap_or(bare);
    let mut out: Vec<String> = Vec::new();
    for form in [bare, before] {
        let all: Vec<String> = words(form).into_iter().map(|w| w.text).take(6).collect();
        for count in [all.len(), 2] {
            if count <= all.len() && (count == all.len() || all.len() >= 3) {
                out.push(all[..count].join(" "));
            }
        }
        if all.len() >= 2 && all[1] == "type" {
            out.push(all[0].clone());
        }
    }
    out.retain(|e| !e.is_empty());
    out.sort_unstable();
    out.dedup();
    out
}
