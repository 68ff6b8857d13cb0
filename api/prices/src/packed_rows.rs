//! Rows by the thousands in one text: fields apart by the unit separator, rows by the record separator, both of which no
//! stored text can contain. What is null is empty.

use entity::{PriceListId, PriceRuleKind, ProductId, TargetKind, VolumeScope};
use pricing::{Amount, Instant, Quantity, Times};
use store::{Db, Row};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::columns::{Unreadable, per_of, read_breaks, unit_of};
use super::price_book::{EntryRow, LineRow};
use super::stored_terms::Versions;
use kernel::problem::CommonError;
use store::database::Reader;
use store::sql::{ids_value, key_list};

/// Rows in one text.
const BATCH: i64 = 5_000;

/// A table whose rows are read packed.
#[derive(Debug)]
pub(super) struct Table {
    name: &'static str,
    /// In the order in which they are read back.
    columns: &'static [&'static str],
}

pub(super) const ENTRIES: Table = Table {
    name: "price_entries",
    columns: &[
        "id",
        "list_id",
        "product_id",
        "unit",
        "currency",
        "min_quantity",
        "unit_price",
        "per",
        "valid_from",
        "valid_until",
        "recorded_at",
        "superseded_at",
    ],
};

pub(super) const CONTRACT_LINES: Table = Table {
    name: "contract_lines",
    columns: &[
        "id",
        "contract_id",
        "target_kind",
        "target_id",
        "target_code",
        "kind",
        "value",
        "unit",
        "per",
        "breaks",
        "scope",
        "recorded_at",
        "superseded_at",
        "valid_from",
        "valid_until",
    ],
};

/// Reads a table's rows of some versions, batch by batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    table: &'static Table,
    versions: Versions,
    after_id: i64,
}

/// One text of rows.
struct Batch {
    rows: i64,
    last_id: i64,
    text: String,
}

impl Rows {
    pub(super) fn new(table: &'static Table, versions: Versions) -> Self {
        Self { table, versions, after_id: 0 }
    }

    /// Hands over every batch.
    pub(super) async fn each_batch(mut self, db: &impl Db, mut take: impl FnMut(&str)) -> Result<(), CommonError> {
        let mut rows = BATCH;
        while rows == BATCH {
            let batch = self.next(db).await?;
            (rows, self.after_id) = (batch.rows, batch.last_id);
            take(&batch.text);
        }
        Ok(())
    }

    /// Hands over every batch; another thread reads the next one meanwhile.
    pub(super) async fn each_batch_ahead(mut self, db: &Reader, mut take: impl FnMut(&str)) -> Result<(), CommonError> {
        let read = |from: Self| {
            let (db, runtime) = (db.clone(), Handle::current());
            spawn_blocking(move || runtime.block_on(from.next(&db)))
        };
        let mut reading = Some(read(self));
        while let Some(read_ahead) = reading.take() {
            let batch = read_ahead.await.map_err(|error| CommonError::Internal(error.to_string()))??;
            self.after_id = batch.last_id;
            reading = (batch.rows == BATCH).then(|| read(self));
            take(&batch.text);
        }
        Ok(())
    }

    async fn next(&self, db: &impl Db) -> Result<Batch, CommonError> {
        let (columns, chr) = (self.table.columns, db.dialect("char", "chr"));
        let fields: Vec<String> = columns.iter().map(|column| format!("coalesce(cast({column} as text), '')")).collect();
        let (fields, columns, name) = (fields.join(", "), columns.join(", "), self.table.name);
        // At the start every row counts; later the indexes find the few that changed.
        let changed = if self.versions.after == 0 {
            "change_id <= $2 and $3 = 0"
        } else {
            "id in (select id from NAME where change_id > $3 and change_id <= $2 \
             union select id from NAME where end_change_id > $3 and end_change_id <= $2)"
        };
        let changed = changed.replace("NAME", name);
        let sql = format!(
            "select count(*), coalesce(max(id), 0), coalesce(string_agg(concat_ws({chr}(31), {fields}), {chr}(30)), '') \
             from (select {columns} from {name} where id > $1 and {changed} order by id limit {BATCH}) batch"
        );
        let values = vec![self.after_id.into(), self.versions.upto.into(), self.versions.after.into()];
        match db.row(db.statement(sql, values)).await? {
            Some(row) => Ok(Batch { rows: number(&row, 0)?, last_id: number(&row, 1)?, text: row.get(2)? }),
            None => Ok(Batch { rows: 0, last_id: 0, text: String::new() }),
        }
    }
}

/// The current entries of products, in any list.
pub async fn current_entries(db: &impl Db, products: &[ProductId]) -> Result<Vec<EntryRow>, sea_orm::DbErr> {
    let keys = ids_value(db, products.iter().map(|product| product.0));
    let condition = format!("product_id in {}", key_list(db, 1, "bigint"));
    current(db, &condition, vec![keys]).await
}

/// The current entries of a list for products from one id to another.
pub async fn current_entries_between(
    db: &impl Db,
    list: PriceListId,
    first: i64,
    last: i64,
) -> Result<Vec<EntryRow>, sea_orm::DbErr> {
    let condition = "list_id = $1 and product_id >= $2 and product_id <= $3";
    current(db, condition, vec![list.0.into(), first.into(), last.into()]).await
}

async fn current(db: &impl Db, condition: &str, values: Vec<sea_orm::Value>) -> Result<Vec<EntryRow>, sea_orm::DbErr> {
    let chr = db.dialect("char", "chr");
    let fields: Vec<String> = ENTRIES.columns.iter().map(|column| format!("coalesce(cast({column} as text), '')")).collect();
    let sql = format!(
        "select coalesce(string_agg(concat_ws({chr}(31), {}), {chr}(30)), '') from price_entries \
         where superseded_at is null and {condition}",
        fields.join(", "),
    );
    let row = db.row(db.statement(sql, values)).await?;
    let text: String = row.map_or_else(|| Ok(String::new()), |row| row.get(0))?;
    Ok(records(&text).filter_map(entry).collect())
}

fn number(row: &Row, place: usize) -> Result<i64, sea_orm::DbErr> {
    row.get(place)
}

/// The rows of a text.
pub(super) fn records(text: &str) -> impl Iterator<Item = &str> {
    text.split('\u{1e}').filter(|record| !record.is_empty())
}

/// Fields of one row, read in order.
struct Fields<'a>(std::str::Split<'a, char>);

impl<'a> Fields<'a> {
    fn of(record: &'a str) -> Self {
        Self(record.split('\u{1f}'))
    }

    fn text(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    fn number(&mut self) -> Option<i64> {
        self.text()?.parse().ok()
    }

    /// A number or nothing; what is no number breaks the row.
    fn optional(&mut self) -> Result<Option<i64>, Unreadable> {
        match self.text().ok_or(Unreadable)? {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| Unreadable),
        }
    }
}

/// A price entry.
pub(super) fn entry(record: &str) -> Option<EntryRow> {
    let mut fields = Fields::of(record);
    let (id, list, product) = (fields.number()?, fields.number()?, fields.number()?);
    Some(EntryRow {
        id,
        list,
        product,
        unit: fields.text()?.parse().ok()?,
        currency: fields.text()?.parse().ok()?,
        min_quantity: Quantity::from_micros(fields.number()?),
        unit_price: Amount::from_micros(fields.number()?),
        per: per_of(fields.number()?)?,
        times: Times {
            valid_from: fields.optional().ok()?.map(Instant::from_micros),
            valid_until: fields.optional().ok()?.map(Instant::from_micros),
            recorded_at: Instant::from_micros(fields.number()?),
            superseded_at: fields.optional().ok()?.map(Instant::from_micros),
        },
    })
}

/// A contract's line.
#[derive(Debug)]
pub(super) struct ContractLineRow {
    pub(super) id: i64,
    pub(super) contract: i64,
    pub(super) line: LineRow,
    pub(super) times: Times,
}

/// A contract's line.
pub(super) fn contract_line(record: &str) -> Option<ContractLineRow> {
    let mut fields = Fields::of(record);
    let (id, contract) = (fields.number()?, fields.number()?);
    let target_kind = TargetKind::from_word(fields.text()?)?;
    let target_id = fields.number()?;
    let code = fields.text()?;
    // Only a brand is known by its name; for the rest the id does.
    let target_code = if target_kind == TargetKind::Brand { code.to_owned() } else { String::new() };
    let line = LineRow {
        target_kind,
        target_id,
        target_code,
        kind: PriceRuleKind::from_word(fields.text()?)?,
        value: fields.optional().ok()?,
        unit: unit_of(fields.text()?).ok()?,
        per: per_of(fields.number()?)?,
        breaks: read_breaks(fields.text()?)?,
        scope: VolumeScope::from_word(fields.text()?)?,
    };
    let (recorded_at, superseded_at) = (fields.number()?, fields.optional().ok()?);
    let times = Times {
        valid_from: fields.optional().ok()?.map(Instant::from_micros),
        valid_until: fields.optional().ok()?.map(Instant::from_micros),
        recorded_at: Instant::from_micros(recorded_at),
        superseded_at: superseded_at.map(Instant::from_micros),
    };
    Some(ContractLineRow { id, contract, line, times })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_back_field_by_field() {
        let record = ["7", "2", "3", "EA", "EUR", "0", "1500000", "100", "", "9", "5", ""].join("\u{1f}");
        let entry = entry(&record).expect("a row");
        assert_eq!((entry.id, entry.list, entry.product, entry.per.get()), (7, 2, 3, 100));
        assert_eq!((entry.times.valid_from, entry.times.valid_until), (None, Some(Instant::from_micros(9))));
        let record = ["8", "2", "brand", "0", "Acme", "percent_off", "", "", "1", "1:2", "sku", "5", "6", "", "9"].join("\u{1f}");
        let line = contract_line(&record).expect("a row");
        assert_eq!((line.line.target_code.as_str(), line.line.value, line.line.breaks.len()), ("Acme", None, 1));
        assert_eq!(line.times.superseded_at, Some(Instant::from_micros(6)));
        assert_eq!((line.times.valid_from, line.times.valid_until), (None, Some(Instant::from_micros(9))));
    }
}
