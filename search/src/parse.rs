//! Parses a query into a plan: which words are quantities, connectors, a device or a brand, and which are plain words.
//!
//! The parser knows only units and synonyms. It recognises brands, devices and connectors because the catalogue contains them.
//!
//! Not here: part numbers, which are searched beside every plan (`part_numbers`).

use tantivy::schema::Field;

use crate::error::Result;
use crate::normalise::{Stemmer, Word, compact, words};
use crate::plan::{Concept, Lookup, MAX_CONCEPTS, Plan, Role};
use crate::query::{QueryKind, SynonymUse};
use crate::snapshot::Snapshot;
use crate::terms::joined;
use crate::title::adjacent_term;
use crate::units::{self, Quantity};

/// The part of a query that is parsed; longer texts cost more and mean nothing more.
const MAX_TEXT_CHARS: usize = 400;
pub(crate) const MAX_WORDS: usize = 24;

/// Words that mean nothing among others.
pub(crate) const STOP_WORDS: &[&str] = &[
    "for",
    "the",
    "with",
    "and",
    "of",
    "to",
    "a",
    "an",
    "in",
    "on",
    "by",
    "or",
    "et",
    "und",
    "compatible",
    "x",
    "&",
    "from",
    "my",
    "that",
];

/// Parses the text of a query.
pub(crate) fn parse(text: &str, snapshot: &Snapshot) -> Result<Plan> {
    let cut = text.char_indices().nth(MAX_TEXT_CHARS).map_or(text.len(), |(at, _)| at);
    let text = &text[..cut];
    let mut words = words(text);
    words.truncate(MAX_WORDS);
    let mut parser = Parser::new(text, &words, snapshot);
    parser.compounds()?;
    parser.connector_pairs()?;
    parser.quantities();
    parser.device()?;
    parser.brands();
    let kind = parser.kind();
    parser.words(kind)?;
    Ok(parser.plan(kind))
}

/// The state of parsing one query.
pub(crate) struct Parser<'a> {
    pub(crate) text: &'a str,
    pub(crate) words: &'a [Word],
    pub(crate) stems: Vec<String>,
    /// Words that belong to a recognised quantity, connector or device.
    pub(crate) consumed: Vec<bool>,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) concepts: Vec<Concept>,
    pub(crate) quantities: Vec<Quantity>,
    pub(crate) highlights: Vec<String>,
    /// Compact names of recognised brands.
    pub(crate) brands: Vec<String>,
    /// Misspelt words by index, with their corrections.
    pub(crate) corrections: Vec<(usize, String)>,
    pub(crate) stemmer: Stemmer,
    /// Lookups of products that fit a device, when the query names a device and nothing else.
    pub(crate) device_lookups: Vec<Lookup>,
    /// Compounds such as `cat 6a`: index of the first word, and both words as one.
    pub(crate) compounds: Vec<(usize, String)>,
    /// Phrases that are also searched by a synonym.
    pub(crate) synonyms: Vec<SynonymUse>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, words: &'a [Word], snapshot: &'a Snapshot) -> Self {
        let mut stemmer = Stemmer::new();
        let stems = words.iter().map(|w| stemmer.stem(&w.text)).collect();
        Self {
            text,
            words,
            stems,
            consumed: vec![false; words.len()],
            snapshot,
            concepts: Vec::new(),
            quantities: Vec::new(),
            highlights: Vec::new(),
            brands: Vec::new(),
            corrections: Vec::new(),
            stemmer,
            compounds: Vec::new(),
            device_lookups: Vec::new(),
            synonyms: Vec::new(),
        }
    }

    pub(crate) fn frequency(&self, field: Field, term: &str) -> Result<u32> {
        self.snapshot.reader.frequency(field, term)
    }

    /// Joins words such as `cat 6a` when the catalogue also writes them as one word.
    fn compounds(&mut self) -> Result<()> {
        for at in 1..self.words.len() {
            let (left, right) = (&self.words[at - 1].text, &self.words[at].text);
            if right.len() <= 3
                && let Some(both) = joined(left, right)
                && self.frequency(self.snapshot.fields.raw, &both)? >= 2
            {
                self.compounds.push((at - 1, both));
            }
        }
        Ok(())
    }

    pub(crate) fn in_compound(&self, first: usize, last: usize) -> bool {
        self.compounds.iter().any(|(at, _)| *at < last && first < at + 2)
    }

    fn quantities(&mut self) {
        let found = units::quantities(self.text, self.words);
        for q in found.into_iter().filter(|q| q.last <= self.words.len()) {
            if self.consumed[q.first..q.last].iter().any(|u| *u)
                || (q.unit.is_none() && !q.joined)
                || self.in_compound(q.first, q.last)
            {
                continue;
            }
            self.quantities.push(q);
        }
        for q in self.quantities.clone() {
            for word in q.first..q.last {
                self.consumed[word] |= units::thread(&self.words[word].text).is_none();
            }
            let field = self.snapshot.fields.quantity;
            let lookups = units::query_terms(&q).into_iter().map(|(term, w)| Lookup::listed(field, term, 2.0 * w)).collect();
            let label = self.original_text(q.first, q.last);
            self.concepts.push(Concept { label, role: Role::Quantity, weight: 1.6, lookups });
        }
    }

    fn brands(&mut self) {
        let mut at = 0;
        while at < self.words.len() {
            let found = (1..=3.min(self.words.len() - at)).rev().find(|count| {
                let parts: Vec<String> = self.words[at..at + count].iter().map(|w| compact(&w.text)).collect();
                self.snapshot.lexicon.brand(&parts).is_some()
            });
            let Some(count) = found else {
                at += 1;
                continue;
            };
            self.brands.push(self.words[at..at + count].iter().map(|w| compact(&w.text)).collect());
            at += count;
        }
    }

    fn kind(&self) -> QueryKind {
        let has = |role: Role| self.concepts.iter().any(|c| c.role == role);
        let free = (0..self.words.len()).any(|at| !self.consumed[at] && !STOP_WORDS.contains(&self.words[at].text.as_str()));
        if self.words.is_empty() {
            QueryKind::Everything
        } else if has(Role::Device) && free && !has(Role::Quantity) && !has(Role::Pair) {
            QueryKind::Compatibility
        } else if has(Role::Quantity) || has(Role::Pair) {
            QueryKind::Specification
        } else if !self.brands.is_empty() {
            QueryKind::BrandWords
        } else {
            QueryKind::Words
        }
    }

    fn words(&mut self, kind: QueryKind) -> Result<()> {
        let meaningful =
            (0..self.words.len()).any(|at| !self.consumed[at] && !STOP_WORDS.contains(&self.words[at].text.as_str()));
        let mut at = 0;
        while at < self.words.len() && self.concepts.len() < MAX_CONCEPTS {
            let stop = STOP_WORDS.contains(&self.words[at].text.as_str()) && (meaningful || !self.concepts.is_empty());
            if self.consumed[at] || stop {
                at += 1;
                continue;
            }
            let compound = self.compounds.iter().find(|(start, _)| *start == at && !self.consumed[at + 1]);
            if let Some((_, both)) = compound.cloned() {
                self.word(at, 2, both, kind)?;
                at += 2;
                continue;
            }
            let thread = units::thread(&self.words[at].text).map(str::to_owned);
            let term = thread.unwrap_or_else(|| self.stems[at].clone());
            self.word(at, 1, term, kind)?;
            at += 1;
        }
        self.add_synonyms(kind);
        let device_lookups: Vec<Lookup> =
            self.device_lookups.iter().map(|l| Lookup { weight: l.weight * 0.4, ..l.clone() }).collect();
        if let Some(last) = self.concepts.last_mut() {
            last.lookups.extend(device_lookups);
        }
        if matches!(kind, QueryKind::Words | QueryKind::BrandWords | QueryKind::Compatibility) {
            self.head(kind);
            self.adjacent_words();
        }
        Ok(())
    }

    fn word(&mut self, at: usize, count: usize, term: String, kind: QueryKind) -> Result<()> {
        let fields = &self.snapshot.fields;
        let term = self.corrected_term(at, term)?;
        let mut lookups: Vec<Lookup> = [fields.title, fields.body, fields.attributes]
            .into_iter()
            .zip(field_weights(kind))
            .map(|(field, weight)| Lookup::counted(field, &term, weight))
            .collect();
        if kind == QueryKind::Specification
            && let Some(written) = units::number(&self.words[at].text)
        {
            let bare = Quantity { written, unit: None, first: at, last: at + 1, joined: false };
            let terms = units::query_terms(&bare).into_iter();
            lookups.extend(terms.map(|(term, w)| Lookup::listed(fields.quantity, term, w)));
        }
        if let Some(name) = self.snapshot.lexicon.brand(&[compact(&self.words[at].text)]) {
            let label = format!("brand:{}", name.to_lowercase());
            lookups.push(Lookup { alternative: false, ..Lookup::listed(fields.label, label, 1.5) });
        }
        let role = if self.is_brand(at) { Role::Brand } else { Role::Word };
        let single = self.words[at].text.chars().count() == 1;
        let weight = match (role, kind) {
            (Role::Brand, QueryKind::Compatibility) => 0.3,
            (Role::Word, QueryKind::Specification) if single => 0.4,
            _ => 1.0,
        };
        self.highlights.push(term);
        let label = self.original_text(at, at + count);
        self.concepts.push(Concept { label, role, weight, lookups });
        Ok(())
    }

    /// Prefers products whose head noun is the last word of the query: a `case` before what is made for a case.
    fn head(&mut self, kind: QueryKind) {
        let fields = &self.snapshot.fields;
        let Some(head) = self.concepts.iter().rev().find(|c| c.role == Role::Word) else {
            return;
        };
        let titles = head.lookups.iter().filter(|l| l.counted && l.field == fields.title);
        let term = |l: &Lookup| Some((format!("head:{}", l.terms.first()?), if l.alternative { 0.95 } else { 1.0 }));
        let lookups = titles.filter_map(term).map(|(term, share)| Lookup::listed(fields.value, term, 1.2 * share)).collect();
        let weight = if kind == QueryKind::Compatibility { 0.2 } else { HEAD_WEIGHT };
        let label = format!("is a {}", head.label);
        self.concepts.push(Concept { label, role: Role::Head, weight, lookups });
    }

    /// Prefers products in whose title two adjacent words of the query are adjacent too.
    fn adjacent_words(&mut self) {
        let field = self.snapshot.fields.value;
        let synonyms = std::sync::Arc::clone(&self.snapshot.synonyms);
        for at in 1..self.words.len() {
            if self.consumed[at - 1] || self.consumed[at] || self.concepts.len() >= MAX_CONCEPTS {
                continue;
            }
            let both = [self.stems[at - 1].clone(), self.stems[at].clone()];
            let mut lookups = vec![Lookup::listed(field, adjacent_term(&both[0], &both[1]), 2.0)];
            for other in synonyms.longest_match(&both).filter(|(n, _)| *n == 2).map_or(&[][..], |(_, others)| others) {
                match &other.stems[..] {
                    [.., one, two] => {
                        lookups.push(Lookup::listed(field, adjacent_term(one, two), 1.8));
                    }
                    [one] => lookups.push(Lookup::listed(field, format!("head:{one}"), 1.8)),
                    [] => {}
                }
            }
            let label = self.original_text(at - 1, at + 1);
            self.concepts.push(Concept { label, role: Role::Head, weight: ADJACENT_WEIGHT, lookups });
        }
    }

    fn is_brand(&self, at: usize) -> bool {
        let word = compact(&self.words[at].text);
        self.brands.iter().any(|b| *b == word || (word.len() >= 3 && b.contains(&word)))
    }

    /// The term to look up for a word: its own stem, or the stem of its correction when no product has the word. A word that
    /// very few products have is looked up as it is, and its correction is only suggested.
    fn corrected_term(&mut self, at: usize, term: String) -> Result<String> {
        let fields = &self.snapshot.fields;
        let mut used = 0;
        for field in [fields.title, fields.body, fields.attributes] {
            used += self.frequency(field, &term)?;
        }
        let word = &self.words[at].text;
        if used > 1 || word.bytes().any(|b| b.is_ascii_digit()) || self.snapshot.synonyms.is_defined_by_staff(&term) {
            return Ok(term);
        }
        let Some((better, frequency)) = self.snapshot.lexicon.correct(word) else {
            return Ok(term);
        };
        if used > 0 && (frequency < 50 || word.len() < 6) {
            return Ok(term);
        }
        self.corrections.push((at, better.to_owned()));
        Ok(if used > 0 { term } else { self.stemmer.stem(better) })
    }

    /// Adds the synonyms of the phrases of the query to the concepts of their words.
    fn add_synonyms(&mut self, kind: QueryKind) {
        let synonyms = std::sync::Arc::clone(&self.snapshot.synonyms);
        let stems: Vec<String> = self.stems.clone();
        let weights = field_weights(kind);
        for at in 0..stems.len() {
            let Some((count, others)) = synonyms.longest_match(&stems[at..]) else {
                continue;
            };
            let labels: Vec<String> = (at..at + count).map(|w| self.original_text(w, w + 1)).collect();
            for concept in self.concepts.iter_mut().filter(|c| c.role == Role::Word && labels.contains(&c.label)) {
                for stems in others.iter().map(|other| &other.stems) {
                    let fields = &self.snapshot.fields;
                    if stems.len() == 1 {
                        concept.lookups.push(Lookup::synonym(fields.title, &stems[0], weights[0] * 0.95));
                        concept.lookups.push(Lookup::synonym(fields.attributes, &stems[0], weights[2] * 0.95));
                    } else {
                        concept.lookups.push(Lookup::all(fields.title, stems.clone(), weights[0] * 0.6));
                    }
                }
            }
            self.highlights.extend(others.iter().flat_map(|other| &other.stems).cloned());
            let phrase = self.original_text(at, at + count);
            self.synonyms.extend(others.iter().map(|other| SynonymUse {
                phrase: phrase.clone(),
                other: other.text.to_string(),
                source: other.source.clone(),
            }));
        }
    }

    pub(crate) fn original_text(&self, first: usize, last: usize) -> String {
        self.text[self.words[first].start..self.words[last - 1].end].to_owned()
    }

    fn plan(self, kind: QueryKind) -> Plan {
        let corrected = (!self.corrections.is_empty()).then(|| {
            let mut text = self.text.to_owned();
            for (at, better) in self.corrections.iter().rev() {
                text.replace_range(self.words[*at].start..self.words[*at].end, better);
            }
            text
        });
        let mut concepts = self.concepts;
        concepts.truncate(MAX_CONCEPTS);
        Plan { kind, concepts, corrected, highlights: self.highlights, brands: self.brands, synonyms: self.synonyms }
    }
}

/// Weight of adjacent words.
const ADJACENT_WEIGHT: f32 = 0.5;
/// Weight of the head noun.
const HEAD_WEIGHT: f32 = 1.0;

/// Weights of title, body and attributes.
fn field_weights(kind: QueryKind) -> [f32; 3] {
    match kind {
        QueryKind::Specification => [1.5, 0.8, 1.0],
        QueryKind::Compatibility => [1.5, 1.0, 0.4],
        _ => [2.2, 0.8, 0.25],
    }
}
