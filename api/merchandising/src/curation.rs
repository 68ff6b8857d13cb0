//! Synonyms and search rules, in the memory of every process.
//!
//! They are compiled when they change, and when one of them begins or ends to apply. A query looks up its phrase and reads no
//! row.

use std::sync::Arc;

use entity::{CurationKind, Instant, search_curations};
use parking_lot::RwLock;
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde::de::DeserializeOwned;

use super::compiled::{CompiledCuration, Guidance, WithCode};
use super::definition::{RuleDefinition, SynonymsDefinition, read_definition};
use super::events::SearchCurationChanged;
use catalog::{Categories, Products};
use kernel::problem::CommonError;
use store::BoxError;
use store::database::Reader;
use store::events::{Event, any_is};
use store::projections::Projection;

/// All synonyms and search rules. Cheap to clone; clones share the data.
#[derive(Clone, Debug, Default)]
pub struct Curation {
    state: Arc<RwLock<State>>,
    products: Products,
    categories: Categories,
}

#[derive(Debug)]
struct State {
    /// The active ones, in the order they were created.
    rows: Arc<[search_curations::Model]>,
    compiled_rules: Arc<CompiledCuration>,
    /// The instant from which another set of rules applies.
    until: Instant,
}

impl Default for State {
    fn default() -> Self {
        Self { rows: Arc::new([]), compiled_rules: Arc::default(), until: Instant(i64::MAX) }
    }
}

impl Curation {
    /// Loads all synonyms and rules.
    pub async fn load(db: &Reader, products: &Products, categories: &Categories) -> Result<Self, CommonError> {
        let all = Self { state: Arc::default(), products: products.clone(), categories: categories.clone() };
        all.read(db).await?;
        Ok(all)
    }

    async fn read(&self, db: &Reader) -> Result<(), CommonError> {
        let rows = search_curations::Entity::find().order_by_asc(search_curations::Column::Id).all(db).await?;
        let rows = rows.into_iter().filter(|row| row.active).collect();
        // The first query compiles them, since it knows the time.
        *self.state.write() = State { rows, compiled_rules: Arc::default(), until: Instant(i64::MIN) };
        Ok(())
    }

    /// The pins, boosts, synonyms and redirect that apply to a query.
    pub fn guidance_for(&self, text: &str, now: Instant) -> Arc<Guidance> {
        let rows = {
            let state = self.state.read();
            if now < state.until {
                return state.compiled_rules.guidance_for(text);
            }
            state.rows.clone()
        };
        let compiled = self.compile(rows, now);
        let compiled_rules = compiled.compiled_rules.clone();
        let mut state = self.state.write();
        // Rows that were read meanwhile are compiled by the next query.
        if Arc::ptr_eq(&state.rows, &compiled.rows) {
            *state = compiled;
        }
        compiled_rules.guidance_for(text)
    }

    fn compile(&self, rows: Arc<[search_curations::Model]>, now: Instant) -> State {
        let counts = |row: &&search_curations::Model| {
            row.valid_from.is_none_or(|from| from <= now) && row.valid_until.is_none_or(|until| now < until)
        };
        let current: Vec<&search_curations::Model> = rows.iter().filter(counts).collect();
        let synonyms = read_all::<SynonymsDefinition>(&current, CurationKind::Synonyms);
        let rules = read_all::<RuleDefinition>(&current, CurationKind::Rule);
        let compiled_rules = Arc::new(CompiledCuration::compile(&synonyms, &rules, &self.products, &self.categories));
        let ends = rows.iter().flat_map(|row| [row.valid_from, row.valid_until]).flatten().filter(|end| *end > now);
        State { compiled_rules, until: ends.min().unwrap_or(Instant(i64::MAX)), rows }
    }
}

fn read_all<T: DeserializeOwned>(rows: &[&search_curations::Model], kind: CurationKind) -> Vec<WithCode<T>> {
    let of_kind = rows.iter().filter(|row| row.kind == kind);
    let readable = of_kind.filter_map(|row| match read_definition(row) {
        Ok(definition) => Some(WithCode { code: row.code.as_str().into(), definition: Arc::new(definition) }),
        Err(error) => {
            tracing::error!(code = row.code, error = %error, "search synonyms or a search rule are not applied");
            None
        }
    });
    readable.collect()
}

#[async_trait::async_trait]
impl Projection for Curation {
    async fn apply(&self, db: &Reader, events: &[Event]) -> Result<(), BoxError> {
        if any_is::<SearchCurationChanged>(events) {
            self.read(db).await?;
        }
        Ok(())
    }
}
