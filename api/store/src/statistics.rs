//! PostgreSQL's statistics of tables that grow much at once.
//!
//! A connection keeps the plan of a statement. One that was made when a table was nearly empty reads all of the table, and goes on
//! doing so when there are a million rows, until the table is analyzed: PostgreSQL's own service does that, up to minutes later. So
//! a table is analyzed here when it has doubled through this process since it was analyzed last.

use std::collections::HashMap;

use parking_lot::Mutex;

/// Rows that a table may grow by before it is analyzed for the first time.
const FIRST: u64 = 100;

/// The table that a statement inserts into, if it does.
pub(super) fn inserted_into(sql: &str) -> Option<&str> {
    const INSERT: &str = "insert into ";
    let start = sql.get(..INSERT.len())?;
    if !start.eq_ignore_ascii_case(INSERT) {
        return None;
    }
    let name = sql[INSERT.len()..].split(' ').next()?.trim_matches('"');
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some(name)
}

/// How many rows a transaction wrote into each table.
pub(super) type Written = HashMap<String, u64>;

/// The growth of tables through this process.
#[derive(Debug, Default)]
pub(super) struct Growth {
    tables: Mutex<HashMap<String, Table>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Table {
    /// Rows when it was analyzed last, and those written by this process since.
    written: u64,
    analyzed_at: u64,
}

impl Growth {
    /// Takes note of how many rows tables have, as PostgreSQL counted them when it last analyzed each.
    pub(super) fn know(&self, sizes: impl IntoIterator<Item = (String, u64)>) {
        let mut tables = self.tables.lock();
        for (name, rows) in sizes {
            tables.insert(name, Table { written: rows, analyzed_at: rows });
        }
    }

    /// Takes note of what a transaction wrote; gives the tables that must be analyzed now.
    pub(super) fn note(&self, written: Written) -> Vec<String> {
        let mut tables = self.tables.lock();
        let mut doubled = Vec::new();
        for (name, rows) in written {
            let table = tables.entry(name.clone()).or_default();
            table.written += rows;
            if table.written >= FIRST.max(2 * table.analyzed_at) {
                table.analyzed_at = table.written;
                doubled.push(name);
            }
        }
        doubled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_insert_names_its_table() {
        assert_eq!(inserted_into("INSERT INTO \"carts\" (\"id\") VALUES ($1)"), Some("carts"));
        assert_eq!(inserted_into("insert into price_entries (id) select 1"), Some("price_entries"));
        assert_eq!(inserted_into("update carts set id = 1"), None);
        assert_eq!(inserted_into("é"), None);
    }

    #[test]
    fn a_table_is_analyzed_when_it_has_doubled() {
        let growth = Growth::default();
        let note = |rows| !growth.note(HashMap::from([("orders".to_owned(), rows)])).is_empty();
        let analyzed: Vec<bool> = [FIRST - 1, 1, FIRST - 1, 1, FIRST, FIRST, 1].map(note).into();
        assert_eq!(analyzed, [false, true, false, true, false, true, false]);
    }

    #[test]
    fn a_large_table_is_analyzed_when_it_has_doubled_and_not_before() {
        let growth = Growth::default();
        growth.know([("orders".to_owned(), 86_000)]);
        let note = |rows| !growth.note(HashMap::from([("orders".to_owned(), rows)])).is_empty();
        assert_eq!([100, 85_000, 900, 1].map(note), [false, false, true, false]);
    }
}
