//! Contracts and promotions in a set: each as drafted, with the version it was drafted against.

use entity::{PriceChangeSetId, price_change_set_agreements as rows};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Db;

use super::sets::{self, OpenSet};
use crate::agreements::{ContractInput, PromotionInput};
use crate::error::PriceAdminError;
use crate::input::{Faults, Names};
use crate::{NewContract, NewPromotion, contract, promotion};
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, FieldError};
use prices::BadInput;
use store::database::Tx;

/// Most contracts and promotions of one set.
const MOST: u64 = 500;

/// What an agreement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Contract,
    Promotion,
}

impl Kind {
    /// As stored.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Promotion => "promotion",
        }
    }

    /// Where a problem's pointer leads.
    const fn folder(self) -> &'static str {
        match self {
            Self::Contract => "contracts",
            Self::Promotion => "promotions",
        }
    }

    /// The present price version of the agreement.
    async fn version(self, db: &impl Db, code: &str) -> Result<Option<i64>, PriceAdminError> {
        match self {
            Self::Contract => Ok(contract::version_of(db, code).await?),
            Self::Promotion => Ok(promotion::version_of(db, code).await?),
        }
    }
}

/// A drafted agreement.
#[derive(Clone, Debug)]
pub(super) enum Proposed {
    Contract(NewContract),
    Promotion(NewPromotion),
}

/// An agreement of a set.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) code: String,
    /// The version it was drafted against; none when there was none.
    pub(super) base: Option<i64>,
    pub(super) proposed: Proposed,
}

impl Draft {
    pub(super) fn kind(&self) -> Kind {
        match self.proposed {
            Proposed::Contract(_) => Kind::Contract,
            Proposed::Promotion(_) => Kind::Promotion,
        }
    }

    /// Where a problem with it points.
    pub(super) fn pointer(&self) -> String {
        format!("/{}/{}", self.kind().folder(), self.code)
    }
}

/// Puts an agreement into a set, in place of one of the same code.
pub(super) async fn put(
    tx: &Tx,
    set: &OpenSet,
    kind: Kind,
    code: &str,
    body: &impl Serialize,
) -> Result<rows::Model, PriceAdminError> {
    sets::touch(tx, set).await?;
    let others = rows::Entity::find().filter(rows::Column::SetId.eq(set.id)).filter(rows::Column::Code.ne(code));
    if others.count(tx).await? >= MOST {
        let detail = format!("a set must have at most {MOST} contracts and promotions");
        return Err(BadInput::from(FieldError::new("", FieldCode::TooMany, detail).with("max", MOST)).into());
    }
    let row = rows::Model {
        set_id: set.id,
        kind: kind.word().to_owned(),
        code: code.to_owned(),
        base_version: kind.version(tx, code).await?,
        body: serde_json::to_string(body).map_err(|error| CommonError::Internal(error.to_string()))?,
        recorded_by: tx.actor().label.to_string(),
        recorded_at: tx.now(),
    };
    let key = [rows::Column::SetId, rows::Column::Kind, rows::Column::Code];
    let said = [rows::Column::BaseVersion, rows::Column::Body, rows::Column::RecordedBy, rows::Column::RecordedAt];
    let upsert = OnConflict::columns(key).update_columns(said).to_owned();
    let active = row.clone().into_active_model();
    let active = sea_orm::ActiveModelTrait::reset_all(active);
    rows::Entity::insert(active).on_conflict(upsert).exec_without_returning(tx).await?;
    Ok(row)
}

/// Takes an agreement out of a set.
pub(super) async fn remove(tx: &Tx, set: &OpenSet, kind: Kind, code: &str) -> Result<(), PriceAdminError> {
    sets::touch(tx, set).await?;
    let key = (set.id, kind.word().to_owned(), code.to_owned());
    let done = rows::Entity::delete_by_id(key).exec(tx).await?;
    if done.rows_affected == 0 { Err(missing(kind, code)) } else { Ok(()) }
}

/// An agreement of a set as it was sent.
pub(super) async fn sent<T: DeserializeOwned>(
    db: &impl Db,
    set: PriceChangeSetId,
    kind: Kind,
    code: &str,
) -> Result<T, PriceAdminError> {
    let key = (set, kind.word().to_owned(), code.to_owned());
    let row = rows::Entity::find_by_id(key).one(db).await?.ok_or_else(|| missing(kind, code))?;
    read(&row)
}

fn missing(kind: Kind, code: &str) -> PriceAdminError {
    match kind {
        Kind::Contract => PriceAdminError::ContractNotFound(code.to_owned()),
        Kind::Promotion => PriceAdminError::PromotionNotFound(code.to_owned()),
    }
}

fn read<T: DeserializeOwned>(row: &rows::Model) -> Result<T, PriceAdminError> {
    let unreadable = |error: serde_json::Error| CommonError::Internal(format!("an agreement of a set cannot be read: {error}"));
    Ok(serde_json::from_str(&row.body).map_err(unreadable)?)
}

/// The agreements of a set, without what they say.
pub(super) async fn list(db: &impl Db, set: PriceChangeSetId) -> Result<Vec<rows::Model>, PriceAdminError> {
    use sea_orm::QueryOrder as _;
    let select = rows::Entity::find().filter(rows::Column::SetId.eq(set));
    Ok(select.order_by_asc(rows::Column::Kind).order_by_asc(rows::Column::Code).all(db).await?)
}

/// The agreements of a set, checked once more against the accounts, products and categories there are now.
pub(super) async fn all(db: &impl Db, set: &OpenSet, names: &Names<'_>) -> Result<Vec<Draft>, PriceAdminError> {
    let (mut drafts, mut wrong) = (Vec::new(), Vec::new());
    for row in list(db, set.id).await? {
        let mut faults = Faults::default();
        let is_contract = row.kind == Kind::Contract.word();
        let proposed = if is_contract {
            read::<ContractInput>(&row)?.check(&row.code, names, &mut faults).map(Proposed::Contract)
        } else {
            read::<PromotionInput>(&row)?.check(&row.code, names, &mut faults).map(Proposed::Promotion)
        };
        let folder = if is_contract { Kind::Contract.folder() } else { Kind::Promotion.folder() };
        let at = |fault: FieldError| FieldError { pointer: format!("/{folder}/{}{}", row.code, fault.pointer), ..fault };
        wrong.extend(faults.0.into_iter().map(at));
        drafts.extend(proposed.map(|proposed| Draft { code: row.code.clone(), base: row.base_version, proposed }));
    }
    BadInput::check(wrong)?;
    Ok(drafts)
}
