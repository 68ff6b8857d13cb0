//! Two files under review, so that a change of what is public is seen as such: the OpenAPI document, and which role may call
//! which operation. `UPDATE_SNAPSHOTS=1` writes them anew.

use std::fmt::Write as _;
use std::path::Path;

use super::operations::documented;
use crate::support::{Json, Shop, bulkhead};

/// Roles of the buyer's side, then of the seller's.
const ROLES: [(&str, Option<&str>); 9] = [
    ("viewer", Some("ACME")),
    ("buyer", Some("ACME")),
    ("account_admin", Some("ACME")),
    ("catalog", None),
    ("pricing", None),
    ("sales", None),
    ("warehouse", None),
    ("finance", None),
    ("admin", None),
];

/// Compares with the file of this name, or writes it.
fn is_as_reviewed(name: &str, now: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|wanted| wanted == "1") {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(&path, now).expect("the snapshot can be written");
        return;
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    if reviewed == now {
        return;
    }
    let (before, after): (Vec<&str>, Vec<&str>) = (reviewed.lines().collect(), now.lines().collect());
    let same = before.iter().zip(&after).take_while(|(one, other)| one == other).count();
    let shown = |lines: &[&str]| lines.iter().skip(same).take(10).copied().collect::<Vec<_>>().join("\n");
    panic!(
        "{name} is not as reviewed from line {} on:\n--- reviewed\n{}\n--- now\n{}\nUPDATE_SNAPSHOTS=1 writes it anew",
        same + 1,
        shown(&before),
        shown(&after)
    );
}

#[test]
fn the_document_is_as_reviewed() {
    let printed = bulkhead(&["openapi".to_owned()]);
    let document = Json::parse(&String::from_utf8_lossy(&printed.stdout));
    let text = serde_json::to_string_pretty(&document).expect("JSON");
    is_as_reviewed("openapi.json", &format!("{text}\n"));
}

#[tokio::test]
async fn every_role_may_call_what_was_reviewed() {
    let shop = Shop::open().await;
    shop.account("ACME").await;
    let mut people = Vec::new();
    for (role, account) in ROLES {
        people.push(shop.person(account, role).await);
    }
    let mut operations = documented(&shop).await;
    operations.retain(|operation| operation.scope.is_some());
    operations.sort_by(|one, other| one.id.cmp(&other.id));
    let width = operations.iter().map(|operation| operation.id.len()).max().unwrap_or_default();
    let mut matrix = format!("{:width$}", "operation");
    for (role, _) in ROLES {
        let _ = write!(matrix, "  {role:>13}");
    }
    for operation in &operations {
        let _ = write!(matrix, "\n{:width$}", operation.id);
        for person in &people {
            let answer = operation.called_by(person).await;
            assert!(answer.status != 401 && answer.status < 500, "{}: {} {}", operation.id, answer.status, answer.text);
            let _ = write!(matrix, "  {:>13}", if answer.status == 403 { "403" } else { "allowed" });
        }
    }
    is_as_reviewed("roles.txt", &format!("{matrix}\n"));
}
