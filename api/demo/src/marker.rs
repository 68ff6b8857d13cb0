//! What is loaded and whether it is whole: one row of `jobs`.

use entity::{JobId, JobStatus, jobs};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _, Set,
};
use serde::{Deserialize, Serialize};

use demo_data::Day;
use demo_data::model::Settings;
use kernel::problem::CommonError;
use store::system::System;

/// `jobs.kind` of the marker.
const KIND: &str = "demo";

/// Which demo a database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    pub seed: u64,
    pub skus: u32,
    /// Days since 1970-01-01.
    pub today: i32,
}

impl From<Settings> for Loaded {
    fn from(settings: Settings) -> Self {
        Self { seed: settings.seed, skus: settings.skus, today: settings.today.0 }
    }
}

impl From<Loaded> for Settings {
    fn from(loaded: Loaded) -> Self {
        Self { seed: loaded.seed, skus: loaded.skus, today: Day(loaded.today) }
    }
}

/// What a database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No demo was ever begun.
    None,
    /// Loading began and did not end.
    Half(Loaded),
    /// A whole demo.
    Whole(Loaded),
}

/// What the database holds.
pub async fn state(system: &System) -> Result<State, CommonError> {
    let found = find(system).await?;
    let loaded = found.as_ref().and_then(|row| serde_json::from_str::<Loaded>(&row.detail).ok());
    Ok(match (found, loaded) {
        (Some(row), Some(loaded)) if row.status == JobStatus::Done => State::Whole(loaded),
        (Some(_), Some(loaded)) => State::Half(loaded),
        _ => State::None,
    })
}

async fn find(system: &System) -> Result<Option<jobs::Model>, CommonError> {
    let select = jobs::Entity::find().filter(jobs::Column::Kind.eq(KIND)).order_by_asc(jobs::Column::Id);
    Ok(select.one(&system.db()).await?)
}

/// Says that loading begins.
pub(super) async fn begin(system: &System, settings: Settings) -> Result<JobId, CommonError> {
    if let Some(row) = find(system).await? {
        return Ok(row.id);
    }
    let tx = system.begin().await?;
    let row = jobs::Model {
        id: JobId(tx.id().await?),
        kind: KIND.to_owned(),
        status: JobStatus::Running,
        created_by: tx.actor().label.to_string(),
        account_id: None,
        created_at: tx.now(),
        finished_at: None,
        rows_read: 0,
        rows_accepted: 0,
        rows_rejected: 0,
        detail: serde_json::to_string(&Loaded::from(settings)).unwrap_or_default(),
        report: String::new(),
    };
    let id = row.id;
    jobs::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&tx).await?;
    Ok(tx.commit(id).await?)
}

/// Says that everything is there.
pub(super) async fn end(system: &System, id: JobId) -> Result<(), CommonError> {
    let tx = system.begin().await?;
    let done =
        jobs::ActiveModel { id: Set(id), status: Set(JobStatus::Done), finished_at: Set(Some(tx.now())), ..Default::default() };
    done.update(&tx).await?;
    Ok(tx.commit(()).await?)
}
