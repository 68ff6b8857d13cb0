//! Which products match a plan, and how well.
//!
//! When enough products match everything asked, those that match only a part are not told. So everything is looked for together
//! first, the rarest concept leading, which costs little; only when too few products have it all, the rest is looked for, and common
//! words only for products that can still matter.

use tantivy::DocAddress;

use crate::error::Result;
use crate::filter::Gate;
use crate::moment::Moment;
use crate::plan::Plan;
use crate::query::Kind;
use crate::score::{Among, Work};
use crate::scratch::{Scratch, Sheet};

/// Products matching less than this share of the best match are not told.
const LEAST_SHARE: f32 = 0.5;
/// A product with this share has everything but for what every product has.
const WHOLE: f32 = 0.999;
/// Products told of without brand and GTIN come after comparable ones that are fully described.
pub(crate) const SPARSE: f32 = 0.7;
/// Products that are no longer sold come after comparable ones that are.
pub(crate) const DISCONTINUED: f32 = 0.8;
/// When so many products match everything asked, those that match only a part are not told.
const ENOUGH: usize = 40;

/// Everything known about one product while ranking.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scored {
    pub(crate) score: f32,
    /// Share of the question's weight that matched.
    pub(crate) share: f32,
    pub(crate) mask: u32,
    pub(crate) address: DocAddress,
}

/// What was found, in no order.
#[derive(Debug, Default)]
pub(crate) struct Matched {
    pub(crate) items: Vec<Scored>,
    /// How many of them match everything.
    pub(crate) full: usize,
}

/// Scores every admitted product that matches enough; all products when nothing is asked.
pub(crate) fn matched(plan: &Plan, moment: &Moment, gates: &[Gate<'_>], scratch: &mut Scratch) -> Result<Matched> {
    if plan.concepts.is_empty() {
        return Ok(if plan.kind == Kind::Everything { everything(moment, gates) } else { Matched::default() });
    }
    scratch.fit(moment.parts.iter().map(|part| part.documents()));
    let work = Work::of(plan, moment, flatness(plan.kind))?;
    let mut search = Search { shares: Shares::of(&work), work, moment, gates, scratch };
    let all: u32 = search.work.asked.iter().fold(0, |mask, at| mask | 1 << at);
    let mut together = search.look_for_all()?;
    if together.iter().map(Vec::len).sum::<usize>() >= ENOUGH {
        search.raise_these(all, &mut together)?;
        return Ok(search.told(&together));
    }
    search.look_for_any(!together.iter().all(Vec::is_empty))?;
    search.raise_all()?;
    Ok(search.best())
}

/// How little rarity counts: in a specification every property is asked for.
fn flatness(kind: Kind) -> f32 {
    if kind == Kind::Specification { 0.6 } else { 0.0 }
}

/// What each concept adds to the score of each of these products, before what the whole is multiplied with: for explanations.
pub(crate) fn parts(plan: &Plan, moment: &Moment, docs: &[DocAddress], scratch: &mut Scratch) -> Result<Vec<Vec<f32>>> {
    scratch.fit(moment.parts.iter().map(|part| part.documents()));
    let work = Work::of(plan, moment, flatness(plan.kind))?;
    let mut parts = vec![Vec::with_capacity(work.concepts.len()); docs.len()];
    let score = |scratch: &Scratch, at: &DocAddress| scratch.sheets[at.segment_ord as usize].cells[at.doc_id as usize].score;
    for at in 0..work.concepts.len() {
        let before: Vec<f32> = docs.iter().map(|doc| score(scratch, doc)).collect();
        for ord in 0..moment.parts.len() {
            work.evaluate(at, ord, moment, &mut scratch.sheets[ord], Among::All)?;
        }
        for ((parts, doc), before) in parts.iter_mut().zip(docs).zip(before) {
            parts.push((score(scratch, doc) - before) / work.whole);
        }
    }
    Ok(parts)
}

fn everything(moment: &Moment, gates: &[Gate<'_>]) -> Matched {
    let mut items = Vec::with_capacity(moment.documents as usize);
    for (ord, (part, gate)) in moment.parts.iter().zip(gates).enumerate() {
        let all = (0..part.documents()).filter(|doc| gate.admits(*doc));
        let address = |doc| DocAddress::new(ord as u32, doc);
        items.extend(all.map(|doc| Scored { score: 0.0, share: 1.0, mask: 0, address: address(doc) }));
    }
    Matched { full: items.len(), items }
}

/// A question being worked on.
struct Search<'a> {
    work: Work<'a>,
    shares: Shares,
    moment: &'a Moment,
    gates: &'a [Gate<'a>],
    scratch: &'a mut Scratch,
}

impl Search<'_> {
    /// Admitted products that match every concept asked for, by segment.
    fn look_for_all(&mut self) -> Result<Vec<Vec<u32>>> {
        let gates = self.gates;
        let mut found = Vec::with_capacity(gates.len());
        for (ord, gate) in gates.iter().enumerate() {
            let sheet = &mut self.scratch.sheets[ord];
            let (mut bits, mut docs) = (0, Vec::new());
            for (nth, &at) in self.work.asked.iter().enumerate() {
                if nth > 0 && self.work.seeks(at, ord, docs.len()) {
                    docs.sort_unstable();
                }
                let among = if nth == 0 { Among::All } else { Among::Having { bits, docs: &docs } };
                self.work.evaluate(at, ord, self.moment, sheet, among)?;
                bits |= 1 << at;
                std::mem::swap(&mut docs, &mut sheet.fresh);
                if docs.is_empty() {
                    break;
                }
            }
            docs.retain(|doc| gate.admits(*doc));
            found.push(docs);
        }
        Ok(found)
    }

    /// Completes what [`Search::look_for_all`] left out: products that match some concepts, as far as they can matter.
    fn look_for_any(&mut self, some_match_all: bool) -> Result<()> {
        let Some((&first, rest)) = self.work.asked.split_first() else {
            return Ok(());
        };
        let importance: Vec<f32> = self.work.concepts.iter().map(|concept| concept.importance).collect();
        // What a product must lack not to have been looked up for a concept yet.
        let mut later: Vec<(usize, u32)> = Vec::with_capacity(rest.len());
        let mut bits = 1_u32 << first;
        for &at in rest {
            later.push((at, bits));
            bits |= 1 << at;
        }
        // What tells much for little work comes first.
        let price = |at: usize| self.work.concepts[at].entries as f32 / importance[at].max(f32::MIN_POSITIVE);
        later.sort_by(|a, b| price(a.0).total_cmp(&price(b.0)));
        let mut left: f32 = later.iter().map(|(at, _)| importance[*at]).sum();
        let mut best: f32 = if some_match_all { 1.0 } else { 0.0 };
        // Whether what matches nothing yet cannot reach the least share any more.
        let mut late = false;
        for (at, bits) in later {
            if !late && left < LEAST_SHARE * self.work.whole {
                best = if best < 1.0 { self.best_share() } else { best };
                late = left < LEAST_SHARE * best * WHOLE * self.work.whole;
            }
            let among = if late { Among::TouchedLacking { bits } } else { Among::Lacking { bits } };
            for ord in 0..self.gates.len() {
                self.work.evaluate(at, ord, self.moment, &mut self.scratch.sheets[ord], among)?;
            }
            left -= importance[at];
        }
        Ok(())
    }

    /// Looks up the concepts that only raise what was found for `docs`, which have all of `bits`.
    fn raise_these(&mut self, bits: u32, docs: &mut [Vec<u32>]) -> Result<()> {
        for (ord, docs) in docs.iter_mut().enumerate() {
            for &at in &self.work.raising {
                if self.work.seeks(at, ord, docs.len()) {
                    docs.sort_unstable();
                }
                let among = Among::Having { bits, docs };
                self.work.evaluate(at, ord, self.moment, &mut self.scratch.sheets[ord], among)?;
            }
        }
        Ok(())
    }

    /// Looks up the concepts that only raise what was found, for all that was found.
    fn raise_all(&mut self) -> Result<()> {
        for ord in 0..self.gates.len() {
            for &at in &self.work.raising {
                self.work.evaluate(at, ord, self.moment, &mut self.scratch.sheets[ord], Among::Touched)?;
            }
        }
        Ok(())
    }

    /// The largest share that an admitted product has so far.
    fn best_share(&mut self) -> f32 {
        let mut best = 0.0;
        for (sheet, gate) in self.scratch.sheets.iter().zip(self.gates) {
            for &doc in &sheet.touched {
                let share = self.shares.of_mask(&self.work, sheet.cells[doc as usize].mask).0;
                if share > best && gate.admits(doc) {
                    best = share;
                }
            }
        }
        best
    }

    fn told(&mut self, docs: &[Vec<u32>]) -> Matched {
        let mut items = Vec::with_capacity(docs.iter().map(Vec::len).sum());
        for (ord, docs) in docs.iter().enumerate() {
            items.extend(docs.iter().map(|doc| self.scored(ord, *doc)));
        }
        Matched { full: items.len(), items }
    }

    /// The products that match at least a part of what the best one does; only those that match everything when they are enough.
    fn best(&mut self) -> Matched {
        let least = LEAST_SHARE * self.best_share();
        let mut items = Vec::new();
        let mut full = 0;
        for ord in 0..self.gates.len() {
            for at in 0..self.scratch.sheets[ord].touched.len() {
                let sheet = &self.scratch.sheets[ord];
                let doc = sheet.touched[at];
                let share = self.shares.of_mask(&self.work, sheet.cells[doc as usize].mask).0;
                if share < least || !self.gates[ord].admits(doc) {
                    continue;
                }
                full += usize::from(share > WHOLE);
                items.push(self.scored(ord, doc));
            }
        }
        if full >= ENOUGH {
            items.retain(|s| s.share > WHOLE);
        }
        Matched { items, full }
    }

    fn scored(&mut self, ord: usize, doc: u32) -> Scored {
        let part = &self.moment.parts[ord];
        let Sheet { cells, .. } = &self.scratch.sheets[ord];
        let cell = cells[doc as usize];
        let (share, factor) = self.shares.of_mask(&self.work, cell.mask);
        let mut score = cell.score / self.work.whole * factor;
        if part.discontinued.as_ref().is_some_and(|d| d.has(doc)) {
            score *= DISCONTINUED;
        }
        if part.sparse.as_ref().is_some_and(|s| s.has(doc)) {
            score *= SPARSE;
        }
        Scored { score, share, mask: cell.mask, address: DocAddress::new(ord as u32, doc) }
    }
}

/// The shares of masks met so far: products are many, masks few.
struct Shares {
    asked: u32,
    /// Mask, share, and what a score is multiplied with.
    known: Vec<(u32, f32, f32)>,
}

const KNOWN: usize = 128;

impl Shares {
    fn of(work: &Work<'_>) -> Self {
        Self { asked: work.asked.iter().fold(0, |mask, at| mask | 1 << at), known: vec![(0, 0.0, 0.0); KNOWN] }
    }

    /// The share of what was asked that a product with these bits matches, and what its score is multiplied with.
    fn of_mask(&mut self, work: &Work<'_>, mask: u32) -> (f32, f32) {
        let mask = mask & self.asked;
        let known = &mut self.known[(mask.wrapping_mul(0x9E37_79B1) >> 25) as usize];
        if known.0 != mask {
            let mut rest = mask;
            let mut matched = 0.0;
            while rest != 0 {
                matched += work.concepts[rest.trailing_zeros() as usize].importance;
                rest &= rest - 1;
            }
            let share = matched / work.whole;
            *known = (mask, share, share.powf(1.5));
        }
        (known.1, known.2)
    }
}
