//! Compiled synonyms and rules, looked up by the query.

use std::sync::Arc;

use ahash::AHashMap;
use entity::ProductId;
use search::{Boosts, Synonyms, Targets};

use super::definition::{RuleDefinition, SearchBoost, SynonymsDefinition};
use catalog::{Categories, Products};

/// Where a search is redirected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// A category, by its code.
    Category(Arc<str>),
    /// A path of the shop.
    Path(Arc<str>),
}

/// The pins, boosts, synonyms and redirect that apply to a query.
#[derive(Clone, Debug, Default)]
pub struct Guidance {
    /// Products with their positions, counted from 0.
    pub pins: Vec<(ProductId, usize)>,
    pub boosts: Vec<Arc<Boosts>>,
    pub redirect: Option<Redirect>,
    /// The standard table when none.
    pub synonyms: Option<Arc<Synonyms>>,
    /// Codes of the rules for the query, and of those that apply to every query.
    pub rules: Vec<Arc<str>>,
    pub general_rules: Arc<[Arc<str>]>,
}

/// A definition with its code.
pub(super) struct WithCode<T> {
    pub(super) code: Arc<str>,
    pub(super) definition: Arc<T>,
}

/// The synonyms and rules that apply at one time.
#[derive(Debug, Default)]
pub(super) struct CompiledCuration {
    always: Arc<Guidance>,
    by_phrase: AHashMap<String, Arc<Guidance>>,
}

impl CompiledCuration {
    /// Compiles synonyms and rules, given in the order they were created.
    pub(super) fn compile(
        synonyms: &[WithCode<SynonymsDefinition>],
        rules: &[WithCode<RuleDefinition>],
        products: &Products,
        categories: &Categories,
    ) -> Self {
        let groups: Vec<_> = synonyms.iter().map(|group| group.definition.group(&group.code)).collect();
        let (always, with_phrases): (Vec<_>, Vec<_>) = rules.iter().partition(|rule| rule.definition.phrases.is_empty());
        let boosts = |rules: &[&WithCode<RuleDefinition>]| boosts(rules, products, categories);
        let general = Guidance {
            synonyms: (!groups.is_empty()).then(|| Arc::new(Synonyms::with(&groups))),
            boosts: boosts(&always).into_iter().collect(),
            general_rules: always.iter().map(|rule| rule.code.clone()).collect(),
            ..Guidance::default()
        };
        let mut rules_by_phrase: AHashMap<String, Vec<&WithCode<RuleDefinition>>> = AHashMap::new();
        for rule in with_phrases {
            for phrase in &rule.definition.phrases {
                rules_by_phrase.entry(search::phrase_key(phrase)).or_default().push(rule);
            }
        }
        let by_phrase = rules_by_phrase.into_iter().map(|(phrase, own)| {
            let mut guidance = general.clone();
            guidance.boosts.extend(boosts(&own));
            guidance.rules = own.iter().map(|rule| rule.code.clone()).collect();
            guidance.redirect = own.iter().find_map(|rule| redirect(&rule.definition));
            guidance.pins = pins(&own, products);
            (phrase, Arc::new(guidance))
        });
        Self { by_phrase: by_phrase.collect(), always: Arc::new(general) }
    }

    /// The guidance for a query.
    pub(super) fn guidance_for(&self, text: &str) -> Arc<Guidance> {
        let own = if self.by_phrase.is_empty() { None } else { self.by_phrase.get(&search::phrase_key(text)) };
        own.unwrap_or(&self.always).clone()
    }
}

/// The pins of rules. Of two pins for the same product or position, the first one counts.
fn pins(rules: &[&WithCode<RuleDefinition>], products: &Products) -> Vec<(ProductId, usize)> {
    let mut pins: Vec<(ProductId, usize)> = Vec::new();
    for pin in rules.iter().flat_map(|rule| &rule.definition.pins) {
        let Some(product) = products.by_sku(&pin.sku) else { continue };
        let position = (pin.position as usize).saturating_sub(1);
        if pins.iter().all(|(known, taken)| *known != product.id && *taken != position) {
            pins.push((product.id, position));
        }
    }
    pins
}

fn boosts(rules: &[&WithCode<RuleDefinition>], products: &Products, categories: &Categories) -> Option<Arc<Boosts>> {
    let all = rules.iter().flat_map(|rule| &rule.definition.boosts);
    let list: Vec<_> = all.filter_map(|boost| boost_targets(boost, products, categories)).collect();
    (!list.is_empty()).then(|| Arc::new(Boosts::new(list)))
}

fn redirect(definition: &RuleDefinition) -> Option<Redirect> {
    let redirect = definition.redirect.as_ref()?;
    let category = redirect.category.as_deref().map(|code| Redirect::Category(code.into()));
    category.or_else(|| redirect.path.as_deref().map(|path| Redirect::Path(path.into())))
}

fn boost_targets(boost: &SearchBoost, products: &Products, categories: &Categories) -> Option<(Targets, f32)> {
    let mut targets = Targets::default();
    if let Some(sku) = &boost.sku {
        targets.ids.push(products.by_sku(sku)?.id.0 as u64);
    }
    if let Some(code) = &boost.category {
        targets.categories.push(categories.by_code(code)?.id.0 as u64);
    }
    if let Some(brand) = &boost.brand {
        targets.brands.push(brand.trim().to_lowercase());
    }
    Some((targets, boost.factor()))
}
