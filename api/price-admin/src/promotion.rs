//! Creating and changing promotions. Every change is a new version with all its lines.

use entity::{AudienceKind, Instant, PromotionId, promotion_terms, promotions};
use pricing::Currency;
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, QueryFilter, Set};
use store::Db;

use super::change::{ChangedPart, PriceChange};
use super::error::PriceAdminError;
use super::lines::{COLUMNS, NewLine};
use kernel::wire::{VersionMatch, check_version};
use prices::stored_terms;
use store::database::Tx;
use store::sql::insert_values;

/// A promotion to be recorded.
#[derive(Clone, Debug)]
pub struct NewPromotion {
    pub code: String,
    pub name: String,
    pub audience: NewAudience,
    /// None, for percentages only, means every currency.
    pub currency: Option<Currency>,
    pub coupon: Option<String>,
    pub valid_from: Option<Instant>,
    pub valid_until: Option<Instant>,
    pub active: bool,
    pub lines: Vec<NewLine>,
}

/// The customers a promotion is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAudience {
    pub kind: AudienceKind,
    /// The account's id; 0 for a group and for everyone.
    pub id: i64,
    /// Code of the account or group; empty for everyone.
    pub code: String,
}

/// A promotion's present version.
#[derive(Clone, Debug)]
pub struct Promotion {
    pub header: promotions::Model,
    pub terms: promotion_terms::Model,
    pub lines: Vec<NewLine>,
}

/// The promotion of a code.
pub(super) async fn find(db: &impl Db, code: &str) -> Result<Promotion, PriceAdminError> {
    let missing = || PriceAdminError::PromotionNotFound(code.to_owned());
    let promotion = promotions::Entity::find().filter(promotions::Column::Code.eq(code)).one(db).await?.ok_or_else(missing)?;
    let terms = promotion_terms::Entity::find()
        .filter(promotion_terms::Column::PromotionId.eq(promotion.id))
        .filter(promotion_terms::Column::SupersededAt.is_null());
    let terms = terms.one(db).await?.ok_or_else(missing)?;
    let sql = format!("select {COLUMNS} from promotion_lines where terms_id = $1 order by id");
    let rows = db.rows(db.statement(sql, vec![terms.id.into()])).await?;
    let lines = rows.iter().map(|row| stored_terms::line(row, 0).map(NewLine::of)).collect::<Result<_, DbErr>>()?;
    Ok(Promotion { header: promotion, terms, lines })
}

/// The promotion of a code, if there is one.
pub(super) async fn find_if_any(db: &impl Db, code: &str) -> Result<Option<Promotion>, PriceAdminError> {
    match find(db, code).await {
        Ok(found) => Ok(Some(found)),
        Err(PriceAdminError::PromotionNotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The present price version of a promotion.
pub(super) async fn version_of(db: &impl Db, code: &str) -> Result<Option<i64>, DbErr> {
    let sql = "select t.change_id from promotion_terms t join promotions p on p.id = t.promotion_id \
               where p.code = $1 and t.superseded_at is null";
    let row = db.row(db.statement(sql, vec![code.into()])).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Creates the promotion or changes it to what is given. `expected` is the version the caller read, if it said one.
pub async fn put_promotion(
    tx: &Tx,
    change: &PriceChange,
    new: NewPromotion,
    expected: Option<VersionMatch>,
) -> Result<Promotion, PriceAdminError> {
    let old = find_if_any(tx, &new.code).await?;
    check_version(expected, old.as_ref().map(|old| old.terms.change_id))?;
    let promotion = match old {
        Some(old) if says_the_same(&old, &new) => return Ok(old),
        Some(old) => {
            change.supersede(tx, "promotion_terms", &[old.terms.id]).await?;
            old.header
        }
        None => create(tx, change, &new.code).await?,
    };
    change.touches(tx, ChangedPart::Promotion(promotion.id)).await?;
    let terms = promotion_terms::Model {
        id: tx.id().await?,
        promotion_id: promotion.id,
        name: new.name,
        audience_kind: new.audience.kind,
        audience_id: new.audience.id,
        audience_code: new.audience.code,
        currency: new.currency.map(Into::into),
        coupon: new.coupon,
        valid_from: new.valid_from,
        valid_until: new.valid_until,
        active: new.active,
        recorded_at: change.recorded_at,
        superseded_at: None,
        change_id: change.version,
        end_change_id: None,
    };
    let row: promotion_terms::ActiveModel = terms.clone().into();
    promotion_terms::Entity::insert(row.reset_all()).exec_without_returning(tx).await?;
    insert_lines(tx, terms.id, &new.lines).await?;
    Ok(Promotion { header: promotion, terms, lines: new.lines })
}

async fn create(tx: &Tx, change: &PriceChange, code: &str) -> Result<promotions::Model, DbErr> {
    let promotion = promotions::Model { id: PromotionId(tx.id().await?), code: code.to_owned(), created_at: change.recorded_at };
    let row = promotions::ActiveModel {
        id: Set(promotion.id),
        code: Set(promotion.code.clone()),
        created_at: Set(promotion.created_at),
    };
    promotions::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(promotion)
}

fn says_the_same(old: &Promotion, new: &NewPromotion) -> bool {
    let terms = &old.terms;
    let audience = NewAudience { kind: terms.audience_kind, id: terms.audience_id, code: terms.audience_code.clone() };
    (terms.name.as_str(), terms.currency.map(Currency::from), &terms.coupon, terms.valid_from, terms.valid_until, terms.active)
        == (new.name.as_str(), new.currency, &new.coupon, new.valid_from, new.valid_until, new.active)
        && audience == new.audience
        && old.lines == new.lines
}

async fn insert_lines(tx: &Tx, terms: i64, lines: &[NewLine]) -> Result<(), DbErr> {
    let ids = tx.ids(lines.len()).await?;
    let row = |(id, line): (&i64, &NewLine)| [(*id).into(), terms.into()].into_iter().chain(line.values()).collect();
    let into = format!("promotion_lines (id, terms_id, {COLUMNS})");
    insert_values(tx, &into, ids.iter().zip(lines).map(row).collect(), "").await
}
