//! Candidates: the rows that may make a line's price, gathered from the book, with the quantity each one looks at.
//!
//! Promises: a candidate does not depend on quantities yet to be added, so that the same set answers for the asked
//! quantity and for a larger one. Not here: which candidate wins (see `resolve`).

use crate::book::entries::{EntryKey, EntryRow, EntryTerms};
use crate::book::index::TargetIndex;
use crate::book::named::{IN_CONTRACTS, IN_PROMOTIONS};
use crate::book::rows::{EVERYTHING, LineRow, PromotionRow, SKU};
use crate::context::{ApplicableContract, PricingContext};
use crate::inputs::{Break, Kind, Scope, Target};
use crate::ratio::Ratio;
use crate::resolve::{self, Value};
use crate::totals::{Pool, ResolvedLine, Totals};
use crate::volume::Volume;
use crate::{ContractLineId, Factor, Instant, LineError, Overflow, Per, Quantity, UnitPrice};

/// The row behind a candidate.
#[derive(Clone, Copy)]
pub(crate) enum Row<'b> {
    Entry { entry: &'b EntryRow, terms: &'b EntryTerms },
    Contract { contract: ApplicableContract<'b>, line: &'b LineRow },
    Promotion { promotion: &'b PromotionRow, line: &'b LineRow },
}

/// How a row's unit relates to the asked one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// The same unit.
    Asked,
    /// In the stock unit; the price is converted.
    Converted,
    /// A percentage, which has no unit.
    Unitless,
}

/// Why a candidate is out whatever the quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// Neither in the asked nor in the stock unit.
    OtherUnit,
    /// The product does not have the unit its thresholds are in.
    UnknownUnit,
    /// Its coupon was not given.
    CouponMissing,
    /// It starts later.
    NotYetValid,
    /// It has ended.
    Expired,
}

/// A row that targets the line.
#[derive(Clone, Copy)]
pub(crate) struct Candidate<'b> {
    pub(crate) row: Row<'b>,
    /// Lists: the source; contracts: position in the context; promotions: their row. Lower is not better by itself.
    pub(crate) rank: u32,
    /// SKU > deeper category > shallower category > brand > everything.
    pub(crate) specificity: u32,
    pub(crate) kind: Kind,
    pub(crate) per: Per,
    pub(crate) breaks: &'b [Break],
    pub(crate) fit: Fit,
    pub(crate) volume: Volume,
    pub(crate) unfit: Option<Unfit>,
}

/// The candidates of one line: list entries by source, then contract lines by specificity, then promotion lines.
#[derive(Default)]
pub(crate) struct Candidates<'b> {
    pub(crate) all: Vec<Candidate<'b>>,
    pub(crate) contracts_from: usize,
    pub(crate) promotions_from: usize,
}

/// How much to gather.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Stop where nothing further can win at the asked quantity.
    Price,
    /// Everything that targets the line.
    Explanation,
    /// Also rows that are known but not valid at the asked instant.
    Everything,
}

impl<'b> Candidates<'b> {
    pub(crate) fn with_room() -> Self {
        Self {
            // Less than a kilobyte, which allocators hand out at once.
            all: Vec::with_capacity(6),
            ..Self::default()
        }
    }

    pub(crate) fn lists(&self) -> &[Candidate<'b>] {
        &self.all[..self.contracts_from]
    }

    pub(crate) fn contracts(&self) -> &[Candidate<'b>] {
        &self.all[self.contracts_from..self.promotions_from]
    }

    pub(crate) fn promotions(&self) -> &[Candidate<'b>] {
        &self.all[self.promotions_from..]
    }
}

/// Gathers for one line.
pub(crate) struct Gather<'s, 'b, 'r> {
    pub(crate) context: &'s PricingContext<'b, 'r>,
    pub(crate) totals: &'s mut Totals<'b>,
    pub(crate) resolved: &'s ResolvedLine<'b>,
    pub(crate) depth: Depth,
}

impl<'b> Gather<'_, 'b, '_> {
    /// Fills `found` with the candidates of the line.
    pub(crate) fn all(&mut self, found: &mut Candidates<'b>) -> Result<(), LineError> {
        found.all.clear();
        let list = self.list_entries(&mut found.all)?;
        found.contracts_from = found.all.len();
        self.contract_lines(&mut found.all, list)?;
        found.promotions_from = found.all.len();
        self.promotion_lines(&mut found.all);
        Ok(())
    }

    fn list_entries(&mut self, found: &mut Vec<Candidate<'b>>) -> Result<Option<UnitPrice>, LineError> {
        let mut price = None;
        let mut start = 0;
        for (index, source) in self.context.lists.iter().enumerate() {
            self.entries_of(source.rank, source.list, found);
            let ends = self.context.lists.get(index + 1).is_none_or(|next| next.rank != source.rank);
            if ends && price.is_none() {
                let winner = resolve::list_winner(self.resolved, &found[start..], Quantity::ZERO)?;
                price = winner.map(|winner| winner.value.price);
                if price.is_some() && self.depth == Depth::Price {
                    break;
                }
            }
            if ends {
                start = found.len();
            }
        }
        Ok(price)
    }

    fn entries_of(&self, rank: u32, list: u32, found: &mut Vec<Candidate<'b>>) {
        let entries = &self.resolved.slot.entries;
        let key = EntryKey::new(list, self.context.request.currency);
        let as_of = self.context.as_of();
        let book = self.context.book;
        for entry in entries.current(key).iter().chain(entries.past(key, as_of)) {
            let terms = book.entry_terms.get(entry.terms);
            if terms.recorded_at <= as_of {
                self.entry(rank, entry, terms, found);
            }
        }
    }

    fn entry(&self, rank: u32, entry: &'b EntryRow, terms: &'b EntryTerms, found: &mut Vec<Candidate<'b>>) {
        let Some(timely) = self.timely(terms.valid_from, terms.is_valid(self.context.request.at)) else {
            return;
        };
        let (fit, row_unit, unfit) = if terms.unit == self.resolved.line.unit {
            (Fit::Asked, self.resolved.factor, timely.err())
        } else if terms.unit == self.resolved.product.stock_unit() {
            (Fit::Converted, Factor::ONE, timely.err())
        } else if self.depth != Depth::Price {
            (Fit::Asked, Factor::ONE, Some(Unfit::OtherUnit))
        } else {
            return;
        };
        found.push(Candidate {
            row: Row::Entry { entry, terms },
            rank,
            specificity: SKU,
            kind: Kind::Fixed,
            per: terms.per,
            breaks: std::slice::from_ref(&entry.step),
            fit,
            volume: self.sku_volume(row_unit),
            unfit,
        });
    }

    fn contract_lines(&mut self, found: &mut Vec<Candidate<'b>>, list: Option<UnitPrice>) -> Result<(), LineError> {
        if self.context.contracts.is_empty() {
            return Ok(());
        }
        let own = [(Target::Sku(self.resolved.line.product), SKU)];
        let own = if self.resolved.slot.in_contracts { &own[..] } else { &[] };
        // Categories of one depth are equally specific.
        let product = self.resolved.product;
        let categories = product.categories.chunk_by(|left, right| left.1 == right.1);
        let levels =
            std::iter::once(own).chain(categories).chain([product.brand.as_slice(), &[(Target::Everything, EVERYTHING)]]);
        for level in levels {
            if !level.iter().any(|(target, _)| self.context.book.named.may_name(*target, IN_CONTRACTS)) {
                continue;
            }
            let start = found.len();
            for rank in 0..self.context.contracts.len() {
                self.contract_lines_of(rank, level, found);
                if self.depth == Depth::Price && self.is_nearest_settled(rank, &found[start..], list)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Whether nothing of a farther account or for a less specific target can win any more.
    fn is_nearest_settled(&self, rank: usize, found: &[Candidate<'b>], list: Option<UnitPrice>) -> Result<bool, LineError> {
        let contracts = &self.context.contracts;
        let distance = contracts[rank].applicable.distance;
        if found.is_empty() || contracts.get(rank + 1).is_some_and(|next| next.applicable.distance == distance) {
            return Ok(false);
        }
        let winner = resolve::contract_winner(self.context, self.resolved, found, list, Quantity::ZERO)?;
        Ok(winner.is_some())
    }

    fn contract_lines_of(&mut self, rank: usize, level: &[(Target, u32)], found: &mut Vec<Candidate<'b>>) {
        let contract = self.context.contracts[rank];
        for (target, specificity) in level {
            if !contract.lines.may_have(*target) {
                continue;
            }
            for line in self.context.book.lines.of(contract.lines, *target) {
                let known = line.span.known(self.context.as_of());
                let timely = self.timely(line.span.valid_from, line.span.valid(self.context.request.at));
                let Some(timely) = timely.filter(|_| known) else {
                    continue;
                };
                let row = Row::Contract { contract: contract.applicable, line };
                let mut candidate = self.line_candidate(row, line, rank as u32, *specificity);
                candidate.unfit = timely.err().or(candidate.unfit);
                found.push(candidate);
            }
        }
    }

    fn promotion_lines(&mut self, found: &mut Vec<Candidate<'b>>) {
        let start = found.len();
        let (product, slot) = (self.resolved.product, self.resolved.slot);
        let own = slot.in_promotions.then_some((Target::Sku(self.resolved.line.product), SKU));
        for index in self.context.audiences() {
            let all = own.iter().chain(product.targets()).chain(&[(Target::Everything, EVERYTHING)]);
            for (target, specificity) in all {
                if index.may_have(*target) && self.context.book.named.may_name(*target, IN_PROMOTIONS) {
                    for line in self.context.book.lines.of(index, *target) {
                        self.promotion_line(line, *specificity, found);
                    }
                }
            }
        }
        if found[start..].iter().any(|candidate| candidate.fit == Fit::Converted) {
            found[start..].sort_by_key(|candidate| (candidate.rank, candidate.specificity));
        }
    }

    fn promotion_line(&mut self, line: &'b LineRow, specificity: u32, found: &mut Vec<Candidate<'b>>) {
        let request = &self.context.request;
        if !line.span.known(request.as_of) || line.currency.is_some_and(|currency| currency != request.currency) {
            return;
        }
        let Some(timely) = self.timely(line.span.valid_from, line.span.valid(request.at)) else {
            return;
        };
        if line.has_versions && !self.context.book.is_known_promotion(line.owner, request.as_of) {
            return;
        }
        let promotion = &self.context.book.promotion_rows[line.owner as usize];
        let has_coupon = !line.needs_coupon || self.context.has_coupon(promotion);
        if !has_coupon && self.depth == Depth::Price {
            return;
        }
        let row = Row::Promotion { promotion, line };
        let mut candidate = self.line_candidate(row, line, line.owner, specificity);
        if !has_coupon {
            candidate.unfit = Some(Unfit::CouponMissing);
        }
        candidate.unfit = timely.err().or(candidate.unfit);
        found.push(candidate);
    }

    /// Whether a row that is known counts at the asked instant; nothing when it is not even to be shown.
    fn timely(&self, valid_from: Instant, is_valid: bool) -> Option<Result<(), Unfit>> {
        if is_valid {
            Some(Ok(()))
        } else if self.depth == Depth::Everything {
            Some(Err(if self.context.request.at < valid_from { Unfit::NotYetValid } else { Unfit::Expired }))
        } else {
            None
        }
    }

    fn line_candidate(&mut self, row: Row<'b>, line: &'b LineRow, rank: u32, specificity: u32) -> Candidate<'b> {
        let product = self.resolved.product;
        let unit = line.unit.unwrap_or(product.stock_unit());
        let row_unit = product.factor(unit);
        let (fit, unfit) = match (line.kind, row_unit) {
            (_, None) => (Fit::Unitless, Some(Unfit::UnknownUnit)),
            (Kind::PercentOff | Kind::CostPlus, _) => (Fit::Unitless, None),
            _ if unit == self.resolved.line.unit => (Fit::Asked, None),
            _ if unit == product.stock_unit() => (Fit::Converted, None),
            _ => (Fit::Asked, Some(Unfit::OtherUnit)),
        };
        let breaks: &[Break] = &line.breaks;
        let row_unit = row_unit.unwrap_or(Factor::ONE);
        let counts_quantity = unfit.is_none() && breaks.iter().any(|step| step.threshold.is_positive());
        let volume = if counts_quantity { self.volume(line, row_unit) } else { self.sku_volume(row_unit) };
        Candidate { row, rank, specificity, kind: line.kind, per: line.per, breaks, fit, volume, unfit }
    }

    fn sku_volume(&self, row_unit: Factor) -> Volume {
        Volume { total: self.totals.of_sku(self.resolved.sku), in_stock: true, row_unit }
    }

    fn volume(&mut self, line: &LineRow, row_unit: Factor) -> Volume {
        let sku = self.resolved.sku;
        let pool = match (line.scope, line.target) {
            (Scope::Sku, _) => return self.sku_volume(row_unit),
            (Scope::Group, _) => self.resolved.product.mix_group.map(Pool::Group),
            (Scope::Period, Target::Sku(_)) => None,
            (Scope::Period, other) => Some(Pool::Target(other)),
        };
        let mut total = match pool {
            Some(pool) => self.totals.of_pool(pool, line.unit),
            None => self.totals.of_sku_in(sku, line.unit),
        };
        if line.scope == Scope::Period {
            let ordered = self.context.ordered(ContractLineId(line.id));
            total = total.and_then(|total| total.plus(Ratio::whole(ordered)));
        }
        Volume { total, in_stock: false, row_unit }
    }
}

impl<'b> Candidate<'b> {
    /// The break that applies with `added` asked units more.
    pub(crate) fn applicable(&self, resolved: &ResolvedLine<'_>, added: Quantity) -> Result<Option<&'b Break>, Overflow> {
        if self.unfit.is_some() {
            return Ok(None);
        }
        if let [only] = self.breaks
            && !only.threshold.is_positive()
        {
            return Ok(Some(only));
        }
        let total = self.volume.with(added, resolved.factor)?;
        for step in self.breaks.iter().rev() {
            if total.reaches(step.threshold, self.volume.threshold_unit())? {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }

    /// Its price with `added` asked units more, or why it has none.
    pub(crate) fn value(
        &self,
        context: &PricingContext<'_, '_>,
        resolved: &ResolvedLine<'_>,
        list: Option<UnitPrice>,
        added: Quantity,
    ) -> Result<Value, resolve::Loss> {
        if let Some(unfit) = self.unfit {
            return Err(resolve::Loss::Unfit(unfit));
        }
        let step = self.applicable(resolved, added)?.ok_or(resolve::Loss::UnderThreshold)?;
        resolve::value_of(self, step, context, resolved, list)
    }
}

/// The targets that name a product.
pub(crate) fn targets<'k>(resolved: &'k ResolvedLine<'_>) -> impl Iterator<Item = Target> + use<'k> {
    let own = [Target::Sku(resolved.line.product), Target::Everything];
    own.into_iter().chain(resolved.product.targets().map(|(target, _)| *target))
}

/// Whether it is worth looking for lines with this target; `named` says whether any line names the product itself.
pub(crate) fn may_name(index: &TargetIndex, named: bool, target: Target) -> bool {
    index.may_have(target) && (named || !matches!(target, Target::Sku(_)))
}
