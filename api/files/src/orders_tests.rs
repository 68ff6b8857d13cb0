//! Gathering lines into orders.

use std::io::Cursor;

use super::*;
use crate::kind::Kind;
use crate::mapping::Mapping;

fn run(lines: &[&str], window: usize) -> Vec<String> {
    let mapping = format!(
        "[fields]\nexternal_number = 'invoice'\naccount = 'customer'\nplaced_at = 'date'\n\
         currency = {{ constant = 'GBP' }}\n[lines]\nsku = 'sku'\nquantity = 'quantity'\n[group]\nwindow = {window}\n"
    );
    let mapping = Mapping::parse(Kind::Orders, &mapping).expect("valid");
    let mut file = "invoice,sku,quantity,customer,date\n".to_owned();
    for line in lines {
        file.push_str(line);
        file.push_str(",2026-01-01\n");
    }
    let rows = Rows::open(Box::new(Cursor::new(file)), mapping).expect("opens");
    Orders::new(rows)
        .map(|outcome| match outcome.expect("memory does not fail") {
            Outcome::Accepted { row, .. } => {
                let skus: Vec<_> = row.lines.iter().map(|l| format!("{}@{}", l.sku, l.line)).collect();
                format!("{} {}: {}", row.external_number, row.account, skus.join(" "))
            }
            Outcome::Skipped { line, reason } => format!("{line} skipped: {reason}"),
            Outcome::Rejected(rejections) => {
                format!("{} {} {}", rejections[0].line, rejections[0].problem.code, rejections[0].problem.raw)
            }
        })
        .collect()
}

#[test]
fn consecutive_lines_of_one_number_are_one_order() {
    let orders = run(&["1,A,1,c", "1,B,2,c", "2,A,1,d", "3,A,1,c"], 1);
    assert_eq!(orders, ["1 c: A@2 B@3", "2 d: A@4", "3 c: A@5"]);
}

#[test]
fn an_order_comes_whole_or_not_at_all() {
    let orders = run(&["1,A,1,c", "1,B,none,c", "1,C,1,c", "2,A,1,d"], 1);
    assert_eq!(orders, ["3 not-a-number none", "2 order-incomplete 1", "2 d: A@5"]);
    let orders = run(&["1,A,1,c", "1,B,1,d"], 1);
    assert_eq!(orders, ["3 order-conflict d", "2 order-incomplete 1"]);
}

#[test]
fn interleaved_orders_need_a_window() {
    let lines = ["1,A,1,c", "2,A,1,d", "1,B,1,c", "3,A,1,c"];
    assert_eq!(run(&lines, 2), ["1 c: A@2 B@4", "2 d: A@3", "3 c: A@5"]);
    assert_eq!(run(&lines, 1), ["1 c: A@2", "4 order-split 1", "2 d: A@3", "3 c: A@5"]);
}
