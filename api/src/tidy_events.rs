//! What partners read of events: every kind there is, whether it has a public form, and that no such form holds a row id.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::tidy::sources;

/// Every kind of event, and whether partners are told more than its kind and subject.
const KINDS: &[(&str, bool)] = &[
    ("account.changed", true),
    ("cart.changed", true),
    ("cart.created", true),
    ("cart.deleted", true),
    ("categories.changed", true),
    ("client.created", true),
    ("client.revoked", false),
    ("client.rotated", true),
    ("import.ended", false),
    ("import.queued", false),
    ("inbound.changed", false),
    ("invoice.issued", true),
    ("invoice.paid", true),
    ("job.retried", true),
    ("key.rotated", false),
    ("mail.test_requested", false),
    ("order.allocated", true),
    ("order.cancelled", true),
    ("order.changed", true),
    ("order.closed", true),
    ("order.held", true),
    ("order.imported", false),
    ("order.placed", true),
    ("order.released", true),
    ("orders.waiting", false),
    ("payment.allocated", true),
    ("payment.recorded", true),
    ("price-change-set.changed", true),
    ("price-change-set.dropped", true),
    ("price-change-set.published", true),
    ("prices.changed", true),
    ("products.changed", true),
    ("quote.declined", true),
    ("quote.offered", true),
    ("quote.ordered", true),
    ("quote.requested", true),
    ("quote.withdrawn", true),
    ("relation_rules.changed", true),
    ("replacement_consent.changed", true),
    ("search.reindex_requested", false),
    ("search_curations.changed", true),
    ("session.ended", false),
    ("session.refused", false),
    ("session.reused", false),
    ("session.started", false),
    ("settings.changed", true),
    ("shipment.cancelled", true),
    ("shipment.created", true),
    ("shipment.delivered", true),
    ("shipment.packed", true),
    ("shipment.picked", true),
    ("shipment.shipped", true),
    ("shipment.tracked", true),
    ("site.changed", true),
    ("stock.changed", true),
    ("stock.freed", true),
    ("stock.received", true),
    ("user.created", true),
    ("user.disabled", false),
    ("user.enabled", false),
    ("user.password_changed", false),
    ("visibility_rules.changed", true),
    ("warehouse.changed", true),
];

/// The sources of slices that declare events.
fn declaring() -> Vec<String> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../api"), &mut files);
    let is_test = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().contains("test"));
    let of_slices = files.into_iter().filter(|(path, _)| !is_test(path) && !path.ends_with("tidy_events.rs"));
    let texts = of_slices.map(|(_, text)| text);
    texts.filter(|text| text.contains("impl DomainEvent for") || text.contains("impl EventDetails for")).collect()
}

/// What follows `start` in a text, up to `end`, each time.
fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(start).skip(1).map(move |rest| rest.split(end).next().unwrap_or_default())
}

/// The words of a piece of source.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// The public forms that a file declares, by the type they are of.
fn public_forms(text: &str) -> BTreeMap<&str, &str> {
    let impls = ["impl DomainEvent for ", "impl EventDetails for "].into_iter().flat_map(|start| between(text, start, "\n}\n"));
    let form = |body| between(body, "type Public<'a> = ", ";").next().and_then(|form| words(form).next());
    impls.filter_map(|body| Some((words(body).next()?, form(body)?))).collect()
}

/// The kinds that a file declares, and whether they have a public form.
fn kinds(text: &str) -> Vec<(String, bool)> {
    let forms = public_forms(text);
    let is_public = |of: &str| forms.get(of).is_some_and(|form| *form != "NoPublicForm");
    let mut all = Vec::new();
    for body in between(text, "impl DomainEvent for ", "\n}\n") {
        let kind = between(body, "const KIND: &'static str = \"", "\"").next().unwrap_or_default();
        all.push((kind.to_owned(), is_public(words(body).next().unwrap_or_default())));
    }
    for body in between(text, "event_kinds! {\n", "\n}\n") {
        let details = words(body).next().unwrap_or_default();
        all.extend(between(body, " = \"", "\"").map(|kind| (kind.to_owned(), is_public(details))));
    }
    all
}

#[test]
fn every_kind_of_event_says_whether_it_has_a_public_form() {
    let mut found: Vec<(String, bool)> = declaring().iter().flat_map(|text| kinds(text)).collect();
    found.sort();
    let right: Vec<(String, bool)> = KINDS.iter().map(|(kind, public)| ((*kind).to_owned(), *public)).collect();
    assert_eq!(found, right);
}

#[test]
fn no_public_form_holds_a_row_id() {
    let mut seen = 0;
    for text in declaring() {
        let structs: BTreeMap<&str, &str> =
            between(&text, "struct ", "\n}\n").filter_map(|body| Some((words(body).next()?, body))).collect();
        let mut open: Vec<&str> = public_forms(&text).into_values().filter(|form| *form != "NoPublicForm").collect();
        let mut known = BTreeSet::new();
        while let Some(name) = open.pop() {
            if !known.insert(name) {
                continue;
            }
            let body = structs.get(name).unwrap_or_else(|| panic!("{name} is not declared beside its event"));
            for line in body.lines().skip(1).map(str::trim).filter(|line| !line.starts_with("//")) {
                let Some((field, of)) = line.split_once(": ") else { continue };
                let row_id = field.ends_with("_id") || field.ends_with("_ids") || words(of).any(|word| word.ends_with("Id"));
                assert!(!row_id, "{name} holds {line}");
                open.extend(words(of).filter(|word| structs.contains_key(word)));
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "{seen} fields were seen");
}
