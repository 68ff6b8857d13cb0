//! Orders brought together from their lines.
//!
//! Lines with the same external number form one order. They need not be next to each other as long
//! as fewer than `window` other orders begin in between.
//! Promise: an order comes out whole or not at all. One bad line rejects the order, with that
//! line's reasons and one `order-incomplete` for the order. Lines that come after their order was
//! finished are rejected as `order-split`.
//! Not here: reading and validating one record (`stream`).

use std::collections::VecDeque;

use super::reader::ReadError;
use super::rejection::{Problem, Rejection};
use super::rows::OrderRow;
use super::rows::order::MOST_LINES;
use super::stream::{Keys, Outcome, Rows};

pub struct Orders {
    rows: Rows<OrderRow>,
    open: VecDeque<OpenOrder>,
    ready: VecDeque<Outcome<OrderRow>>,
    finished: Keys,
    ended: bool,
}

struct OpenOrder {
    number: String,
    line: u64,
    order: Option<OrderRow>,
    bad_lines: u64,
    warnings: Vec<Rejection>,
}

impl Orders {
    pub fn new(rows: Rows<OrderRow>) -> Self {
        Self { rows, open: VecDeque::new(), ready: VecDeque::new(), finished: Keys::default(), ended: false }
    }

    fn take(&mut self, number: Option<String>, outcome: Outcome<OrderRow>) {
        match (number, outcome) {
            (_, Outcome::Accepted { line, row, warnings }) => {
                let number = row.external_number.clone();
                if let Some(open) = self.open_order(&number, line) {
                    open.warnings.extend(warnings);
                    let rejections = open.add(line, row);
                    self.reject(rejections);
                }
            }
            (Some(number), Outcome::Rejected(rejections)) => {
                let line = rejections.first().map_or(0, |r| r.line);
                if let Some(open) = self.open_order(&number, line) {
                    open.bad_lines += 1;
                }
                self.reject(rejections);
            }
            (_, other) => self.ready.push_back(other),
        }
    }

    fn reject(&mut self, rejections: Vec<Rejection>) {
        if !rejections.is_empty() {
            self.ready.push_back(Outcome::Rejected(rejections));
        }
    }

    /// The open order of that number, opened now if it is new; `None`, with the line rejected, if
    /// it was finished before.
    fn open_order(&mut self, number: &str, line: u64) -> Option<&mut OpenOrder> {
        if let Some(at) = self.open.iter().position(|open| open.number == number) {
            return self.open.get_mut(at);
        }
        if !self.finished.is_new(number) {
            let detail = "its order has ended above; sort the file by order number or widen the mapping's group.window";
            let problem = Problem::new("order-split", "external_number", detail, number);
            self.ready.push_back(Outcome::Rejected(vec![problem.at(line)]));
            return None;
        }
        if self.open.len() >= self.rows.window() {
            self.finish_first();
        }
        let number = number.to_owned();
        self.open.push_back(OpenOrder { number, line, order: None, bad_lines: 0, warnings: Vec::new() });
        self.open.back_mut()
    }

    fn finish_first(&mut self) {
        let Some(open) = self.open.pop_front() else {
            return;
        };
        match open.order {
            Some(row) if open.bad_lines == 0 => {
                self.ready.push_back(Outcome::Accepted { line: open.line, row, warnings: open.warnings });
            }
            _ => {
                let detail = format!("{} of its lines are rejected, so the order is rejected", open.bad_lines);
                let problem = Problem::new("order-incomplete", "external_number", detail, &open.number);
                self.ready.push_back(Outcome::Rejected(vec![problem.at(open.line)]));
            }
        }
    }
}

impl Iterator for Orders {
    type Item = Result<Outcome<OrderRow>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(outcome) = self.ready.pop_front() {
                return Some(Ok(outcome));
            }
            if self.ended {
                if self.open.is_empty() {
                    return None;
                }
                self.finish_first();
                continue;
            }
            match self.rows.next_numbered() {
                Some(Ok((number, outcome))) => self.take(number, outcome),
                // What is still open is incomplete for all we know, so it goes nowhere.
                Some(Err(error)) => {
                    self.ended = true;
                    self.open.clear();
                    return Some(Err(error));
                }
                None => self.ended = true,
            }
        }
    }
}

impl OpenOrder {
    /// Adds the lines of a record; the instant and the PO number are those of the first.
    fn add(&mut self, line: u64, row: OrderRow) -> Vec<Rejection> {
        let Some(order) = &mut self.order else {
            self.order = Some(row);
            return Vec::new();
        };
        let conflicts = [("account", &order.account, &row.account), ("currency", &order.currency, &row.currency)];
        let conflict = conflicts.into_iter().find(|(_, first, this)| first != this);
        let problem = match conflict {
            Some((field, first, this)) => {
                let detail = format!("the order began with {first}");
                Problem::new("order-conflict", field, detail, this)
            }
            None if order.lines.len() + row.lines.len() > MOST_LINES => {
                let detail = format!("must have at most {MOST_LINES} lines");
                Problem::new("too-many", "lines", detail, &self.number)
            }
            None => {
                order.lines.extend(row.lines);
                return Vec::new();
            }
        };
        self.bad_lines += 1;
        vec![problem.at(line)]
    }
}

#[cfg(test)]
#[path = "orders_tests.rs"]
mod tests;
