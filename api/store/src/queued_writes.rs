//! Writes that wait for each other, so that PostgreSQL gets them in one statement.
//!
//! What a transaction writes and does not read again waits until the transaction runs another statement or commits; at the commit
//! it goes with the events. Each write is then a part of one statement (`with … as (insert …)`), which is one journey instead of ten.
//! SQLite runs each at once, since a statement there is none.
//!
//! Promises:
//! - Whatever a transaction reads, it sees what it wrote before.
//! - Each write changes as many rows as was said, or the transaction fails. All parts of a statement see the rows as they were before it, so
//!   a second write of the same row would be lost; it is noticed by this count.
//! - References between the rows of two parts are checked when all are written.
//!
//! Not here: a write that may fail as part of its caller's work, such as one that may find its row taken.

use std::fmt::Write as _;

use sea_orm::{DbBackend, DbErr, Statement, Value};

use super::row::Row;
use super::statistics;

/// Writes that were not sent yet, in order.
#[derive(Debug, Default)]
pub(super) struct QueuedWrites(Vec<Queued>);

#[derive(Debug)]
struct Queued {
    write: Statement,
    /// How many rows it must write.
    rows: u64,
}

impl QueuedWrites {
    pub(super) fn push(&mut self, write: Statement, rows: u64) {
        self.0.push(Queued { write, rows });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether none can write fewer rows than it must, so that nothing has to be taken back when they are done.
    pub(super) fn only_inserts(&self) -> bool {
        self.0.iter().all(|queued| statistics::inserted_into(&queued.write.sql).is_some())
    }

    /// One statement of all writes and of one that returns numbers, if there is one. [`read`](Self::read) understands its rows.
    pub(super) fn statement(&self, numbering: Option<Statement>) -> Statement {
        let mut sql = String::new();
        let mut values: Vec<Value> = Vec::new();
        let mut counts: Vec<String> = Vec::new();
        let mut part = |sql: &mut String, write: &Statement, name: &str, then: &str| {
            let _ = write!(sql, "{}{name} as (", if sql.is_empty() { "with " } else { ", " });
            renumber(sql, &write.sql, values.len());
            let _ = write!(sql, "{then})");
            values.extend(write.values.iter().flat_map(|values| values.0.iter().cloned()));
        };
        if let Some(numbering) = &numbering {
            part(&mut sql, numbering, "numbered", "");
            counts.push("select 0, number from numbered as numbered (number)".to_owned());
        }
        for (place, queued) in (1..).zip(&self.0) {
            part(&mut sql, &queued.write, &format!("written_{place}"), " returning 1");
            counts.push(format!("select {place}, count(*) from written_{place}"));
        }
        sql.push(' ');
        sql.push_str(&counts.join(" union all "));
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }

    /// The numbers that the numbering statement returned, in rising order. Fails when a write did not write all of its rows.
    pub(super) fn read(&self, rows: &[Row]) -> Result<Vec<i64>, DbErr> {
        let mut numbers = Vec::with_capacity(rows.len());
        for row in rows {
            let number = row.get::<i64>(1)?;
            let place = usize::try_from(row.get::<i32>(0)?).unwrap_or(0);
            match place.checked_sub(1).and_then(|index| self.0.get(index)) {
                Some(queued) => check_count(number.unsigned_abs(), queued.rows, &queued.write.sql)?,
                None => numbers.push(number),
            }
        }
        numbers.sort_unstable();
        Ok(numbers)
    }
}

/// Fails unless a statement wrote as many rows as it must.
pub(super) fn check_count(written: u64, expected: u64, sql: &str) -> Result<(), DbErr> {
    if written == expected {
        return Ok(());
    }
    Err(DbErr::Custom(format!("{written} of {expected} rows were written by {sql}")))
}

/// Appends a statement whose placeholders are moved up by a number. What stands in quotes is left as it is.
fn renumber(to: &mut String, sql: &str, by: usize) {
    let mut quoted = false;
    let mut rest = sql;
    while let Some(at) = rest.find(['$', '\'']) {
        let (before, found) = rest.split_at(at);
        to.push_str(before);
        rest = &found[1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        quoted ^= found.starts_with('\'');
        match rest[..digits].parse::<usize>() {
            Ok(place) if found.starts_with('$') && !quoted => {
                let _ = write!(to, "${}", place + by);
                rest = &rest[digits..];
            }
            _ => to.push_str(&found[..1]),
        }
    }
    to.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(sql: &str, values: &[i64]) -> Statement {
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values.iter().map(|value| Value::from(*value)))
    }

    #[test]
    fn placeholders_are_numbered_through_and_quoted_text_is_left_alone() {
        let mut to = String::new();
        renumber(&mut to, "update t set a = $1, b = '$1 it''s $2', c = $12::text, d = $$", 3);
        assert_eq!(to, "update t set a = $4, b = '$1 it''s $2', c = $15::text, d = $$");
    }

    #[test]
    fn writes_become_parts_of_one_statement() {
        let mut queued = QueuedWrites::default();
        queued.push(write("insert into a values ($1, $2)", &[1, 2]), 1);
        queued.push(write("update b set c = $1", &[3]), 4);
        let all = queued.statement(Some(write("insert into e values ($1) returning seq", &[9])));
        assert_eq!(
            all.sql,
            "with numbered as (insert into e values ($1) returning seq), \
             written_1 as (insert into a values ($2, $3) returning 1), written_2 as (update b set c = $4 returning 1) \
             select 0, number from numbered as numbered (number) \
             union all select 1, count(*) from written_1 union all select 2, count(*) from written_2"
        );
        assert_eq!(all.values.expect("values").0, [9_i64, 1, 2, 3].map(Value::from));
        assert!(queued.statement(None).sql.starts_with("with written_1 as ("));
    }

    #[test]
    fn a_write_that_missed_a_row_is_an_error() {
        assert!(check_count(2, 2, "update t").is_ok());
        let error = check_count(1, 2, "update t").expect_err("a row is missing");
        assert_eq!(error.to_string(), "Custom Error: 1 of 2 rows were written by update t");
    }
}
