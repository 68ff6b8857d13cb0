//! Files to typed rows, end to end within this module, and arbitrary bytes through every kind.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::kind::Kind;
use crate::orders::Orders;
use crate::rows::{AccountRow, OrderRow, PriceRow, ProductRow, StockRow};

fn run<T: ImportRow>(file: &str, mapping: Mapping) -> Vec<String> {
    let rows = Rows::<T>::open(Box::new(Cursor::new(file.to_owned())), mapping).expect("opens");
    rows.map(|outcome| match outcome.expect("memory does not fail") {
        Outcome::Accepted { line, row, warnings } => {
            let dropped: Vec<_> = warnings.iter().map(|w| w.problem.code).collect();
            format!("{line} {} {}", row.unique_key().unwrap_or_default(), dropped.join(" "))
        }
        Outcome::Skipped { line, reason } => format!("{line} skipped: {reason}"),
        Outcome::Rejected(rejections) => {
            let codes: Vec<_> = rejections.iter().map(|r| r.problem.code).collect();
            format!("{} rejected: {}", rejections[0].line, codes.join(" "))
        }
    })
    .collect()
}

#[test]
fn every_record_is_accounted_for() {
    let mapping = Mapping::parse(
        Kind::Products,
        "[fields]\nsku = 'id'\ntitle = 'name'\nstock_unit = { constant = 'EA' }\n\
         gtins = { column = 'ean', invalid = 'drop' }\n\
         [[skip]]\ncolumn = 'state'\nis = 'gone'\nreason = 'deleted'\n\
         [[keep]]\ncolumn = 'qty'\nabove = '0'\nreason = 'none left'\n",
    )
    .expect("valid");
    let file =
        "id,name,ean,state,qty\n1,a,4006381333931,,1\n2,b,123,,1\n1,again,,,1\n4,d,,gone,x\n5,e,,,0\n6,f,,,many\n7,,,,1\n8\n";
    assert_eq!(
        run::<ProductRow>(file, mapping),
        [
            "2 1 ",
            "3 2 bad-gtin",
            "4 rejected: duplicate",
            "5 skipped: deleted",
            "6 skipped: none left",
            "7 rejected: not-a-number missing-value missing-value missing-value",
            "8 rejected: missing-value",
            "9 rejected: column-count",
        ]
    );
}

#[test]
fn only_the_first_row_of_a_distinct_value_counts() {
    let mapping = Mapping::parse(Kind::Accounts, "distinct = 'c'\n[fields]\ncode = 'c'\nname = { template = 'Customer {c}' }\n")
        .expect("valid");
    assert_eq!(run::<AccountRow>("c,x\n1,a\n1,b\n2,c\n", mapping), ["2 1 ", "3 skipped: repeated", "4 2 "]);
}

#[test]
fn a_mapping_for_another_kind_is_refused() {
    let opened = Rows::<StockRow>::open(Box::new(Cursor::new("sku\n1\n")), Mapping::own(Kind::Prices));
    assert!(opened.is_err());
}

fn drain<T: ImportRow>(bytes: &[u8], mapping: Mapping) {
    if let Ok(rows) = Rows::<T>::open(Box::new(Cursor::new(bytes.to_vec())), mapping) {
        assert!(rows.count() <= bytes.len());
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        drain::<ProductRow>(&bytes, Mapping::own(Kind::Products));
        let mapping = "[fields]\nsku = { column = 'a', optional = true, scale = -2 }\n[attributes]\nrest = true\n";
        drain::<ProductRow>(&bytes, Mapping::parse(Kind::Products, mapping).expect("valid"));
    }

    #[test]
    fn files_of_our_names_with_any_content_never_panic(cells in proptest::collection::vec(".{0,20}", 0..60)) {
        for kind in [Kind::Products, Kind::Prices, Kind::Stock, Kind::Accounts, Kind::Orders] {
            let names: Vec<&str> = kind.fields().iter().chain(kind.line_fields()).map(|f| f.name).collect();
            let mut file = names.join(",");
            for row in cells.chunks(names.len()) {
                file.push('\n');
                file.push_str(&row.join(","));
            }
            let bytes = file.as_bytes();
            match kind {
                Kind::Products => drain::<ProductRow>(bytes, Mapping::own(kind)),
                Kind::Prices => drain::<PriceRow>(bytes, Mapping::own(kind)),
                Kind::Stock => drain::<StockRow>(bytes, Mapping::own(kind)),
                Kind::Accounts => drain::<AccountRow>(bytes, Mapping::own(kind)),
                Kind::Orders => {
                    if let Ok(rows) = Rows::<OrderRow>::open(Box::new(Cursor::new(bytes.to_vec())), Mapping::own(kind)) {
                        let _ = Orders::new(rows).count();
                    }
                }
            }
        }
    }

    #[test]
    fn any_text_as_a_mapping_is_answered(text in r#"[a-z=\[\]{}'" \n]{0,80}"#) {
        let _ = Mapping::parse(Kind::Products, &text);
    }
}
