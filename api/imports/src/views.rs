//! The API views of imports.

use entity::{JobStatus, jobs};
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use files::kind::Kind;
use identity::scope::Scope;
use kernel::wire::Timestamp;

/// Kind of rows in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// Products with categories, list prices, costs.
    Products,
    /// Entries of price lists.
    Prices,
    /// Counts of stock.
    Stock,
    /// Accounts.
    Accounts,
    /// Past orders.
    Orders,
}

impl From<ImportKind> for Kind {
    fn from(kind: ImportKind) -> Self {
        match kind {
            ImportKind::Products => Self::Products,
            ImportKind::Prices => Self::Prices,
            ImportKind::Stock => Self::Stock,
            ImportKind::Accounts => Self::Accounts,
            ImportKind::Orders => Self::Orders,
        }
    }
}

impl ImportKind {
    /// What somebody must hold to write what an import of this kind writes.
    pub(super) fn scope(self) -> &'static str {
        match self {
            Self::Products => Scope::ProductsWrite,
            Self::Prices => Scope::PricesWrite,
            Self::Stock => Scope::StockWrite,
            Self::Accounts => Scope::AccountsWrite,
            Self::Orders => Scope::OrdersWrite,
        }
        .word()
    }
}

/// The stored detail of a job besides its counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Detail {
    pub(super) import: ImportKind,
    pub(super) mapping: Option<String>,
    pub(super) dry_run: bool,
    /// What its author held when it was queued.
    #[serde(default)]
    pub(super) scopes: String,
    #[serde(default)]
    pub(super) skipped: u64,
    #[serde(default)]
    pub(super) error: Option<String>,
}

impl Detail {
    /// The detail of a job; none when it cannot be read.
    pub(super) fn of(row: &jobs::Model) -> Option<Self> {
        serde_json::from_str(&row.detail).ok()
    }
}

/// An import.
#[derive(Clone, Debug, Object, Serialize)]
pub(crate) struct ImportView {
    /// Id.
    pub id: String,
    /// Kind of rows in the file.
    pub kind: ImportKind,
    /// Status.
    pub status: JobStatus,
    /// Whether nothing is stored.
    pub dry_run: bool,
    /// User or client that started the import.
    pub created_by: String,
    /// Time of creation.
    pub created_at: Timestamp,
    /// Time it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// Records read so far; an order counts as its lines.
    pub read: i64,
    /// Records stored.
    pub accepted: i64,
    /// Records rejected; the report contains the reasons.
    pub rejected: i64,
    /// Records left out by a rule of the mapping, or stored already.
    pub skipped: i64,
    /// Reason of the failure. Rows written until then stay stored; running the import again is safe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl ImportView {
    /// The view of a job; none when it is not an import.
    pub(super) fn of(row: jobs::Model) -> Option<Self> {
        let detail = Detail::of(&row)?;
        Some(Self {
            id: row.id.to_string(),
            kind: detail.import,
            status: row.status,
            dry_run: detail.dry_run,
            created_by: row.created_by,
            created_at: Timestamp(row.created_at),
            finished_at: row.finished_at.map(Timestamp),
            read: row.rows_read,
            accepted: row.rows_accepted,
            rejected: row.rows_rejected,
            skipped: i64::try_from(detail.skipped).unwrap_or(i64::MAX),
            error: detail.error,
        })
    }
}
