//! Contract and promotion lines, found by owner and target in one look-up.

use super::rows::{LineRow, Span, target_code};
use crate::facts::{Break, Target, Terms, Times};
use crate::{BookError, ContractLineId, HANDLE_LIMIT, Instant};
use ahash::AHashMap;

/// Under whom a line is filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Contract(u32),
    Everyone,
    Group(u32),
    Account(u32),
}

const END: u32 = u32::MAX;

/// The lines and their index. Lines of one owner and target form a chain.
#[derive(Debug, Clone, Default)]
pub(crate) struct LineTable {
    rows: Vec<LineRow>,
    breaks: Vec<Break>,
    heads: AHashMap<u64, u32>,
    by_id: AHashMap<i64, u32>,
}

impl LineTable {
    /// The lines filed under the owner for exactly this target.
    pub(crate) fn of(&self, owner: Owner, target: Target) -> impl Iterator<Item = &LineRow> {
        let head = self.heads.get(&key(owner, target)).copied();
        std::iter::successors(self.row(head.unwrap_or(END)), |row| self.row(row.next))
    }

    pub(crate) fn breaks(&self, row: &LineRow) -> &[Break] {
        let start = row.first_break as usize;
        &self.breaks[start..start + row.breaks as usize]
    }

    pub(crate) fn contract_lines(&self) -> impl Iterator<Item = &LineRow> {
        self.by_id.values().filter_map(|index| self.row(*index))
    }

    /// Files a contract line; one of the same id is replaced.
    pub(crate) fn put_contract_line(
        &mut self,
        id: ContractLineId,
        contract: u32,
        terms: &Terms,
        times: &Times,
    ) -> Result<(), BookError> {
        let mut span = Span::new(times);
        let breaks = sorted_breaks(terms)?;
        if let Some(index) = self.by_id.get(&id.0).copied() {
            let old = &mut self.rows[index as usize];
            span = span.superseded_no_later_than(old.span);
            if old.key == key(Owner::Contract(contract), terms.target) {
                let row = LineRow {
                    next: old.next,
                    ..Self::row_of(id.0, contract, old.key, terms, span)
                };
                let place = (old.first_break, old.breaks);
                self.rows[index as usize] = row;
                self.set_breaks(index, &breaks, Some(place));
                return Ok(());
            }
            self.bury(index);
        }
        let index = self.push(
            Owner::Contract(contract),
            contract,
            id.0,
            terms,
            span,
            &breaks,
        );
        self.by_id.insert(id.0, index);
        Ok(())
    }

    /// Files a line of a promotion and says where.
    pub(crate) fn put_promotion_line(
        &mut self,
        owner: Owner,
        row: u32,
        position: u32,
        terms: &Terms,
    ) -> u32 {
        let span = Span::new(&Times::since(Instant::MIN));
        let breaks = sorted_breaks(terms).unwrap_or_default();
        self.push(owner, row, i64::from(position), terms, span, &breaks)
    }

    /// Says from when on a line was known to be withdrawn. False for an unknown line.
    pub(crate) fn supersede(&mut self, id: ContractLineId, at: Instant) -> bool {
        let Some(index) = self.by_id.get(&id.0) else {
            return false;
        };
        let span = &mut self.rows[*index as usize].span;
        span.superseded_at = span.superseded_at.min(at);
        true
    }

    /// Takes a line out of every answer.
    pub(crate) fn bury(&mut self, index: u32) {
        let span = &mut self.rows[index as usize].span;
        (span.recorded_at, span.superseded_at) = (Instant::MAX, Instant::MIN);
    }

    pub(crate) fn shrink(&mut self) {
        self.rows.shrink_to_fit();
        self.breaks.shrink_to_fit();
        self.heads.shrink_to_fit();
        self.by_id.shrink_to_fit();
    }

    fn row(&self, index: u32) -> Option<&LineRow> {
        self.rows.get(index as usize)
    }

    fn row_of(id: i64, owner: u32, key: u64, terms: &Terms, span: Span) -> LineRow {
        LineRow {
            id,
            owner,
            next: END,
            key,
            target: terms.target,
            kind: terms.kind,
            scope: terms.scope,
            unit: terms.unit,
            per: terms.per,
            first_break: 0,
            breaks: 0,
            span,
        }
    }

    fn push(
        &mut self,
        filed: Owner,
        owner: u32,
        id: i64,
        terms: &Terms,
        span: Span,
        breaks: &[Break],
    ) -> u32 {
        let index = self.rows.len() as u32;
        let key = key(filed, terms.target);
        let mut row = Self::row_of(id, owner, key, terms, span);
        row.next = self.heads.insert(key, index).unwrap_or(END);
        self.rows.push(row);
        self.set_breaks(index, breaks, None);
        index
    }

    fn set_breaks(&mut self, index: u32, breaks: &[Break], place: Option<(u32, u32)>) {
        let first = match place {
            Some((first, length)) if breaks.len() <= length as usize => {
                self.breaks[first as usize..first as usize + breaks.len()].copy_from_slice(breaks);
                first
            }
            _ => {
                self.breaks.extend_from_slice(breaks);
                (self.breaks.len() - breaks.len()) as u32
            }
        };
        let row = &mut self.rows[index as usize];
        (row.first_break, row.breaks) = (first, breaks.len() as u32);
    }
}

/// Refuses terms that could not be priced one way only.
pub(crate) fn check_terms(terms: &Terms) -> Result<(), BookError> {
    let (_, id) = target_code(terms.target);
    if matches!(terms.target, Target::Sku(_)) && id >= HANDLE_LIMIT {
        return Err(BookError::HandleTooLarge);
    }
    sorted_breaks(terms).map(drop)
}

/// The breaks by threshold, the value that needs no quantity first.
fn sorted_breaks(terms: &Terms) -> Result<Vec<Break>, BookError> {
    let base = terms.value.map(|value| Break {
        threshold: crate::Quantity::ZERO,
        value,
    });
    let mut breaks: Vec<Break> = base
        .into_iter()
        .chain(terms.breaks.iter().copied())
        .collect();
    breaks.sort_by_key(|step| step.threshold);
    if breaks.is_empty() {
        return Err(BookError::NoValue);
    }
    if breaks[0].threshold.is_negative() {
        return Err(BookError::NegativeThreshold);
    }
    if breaks
        .windows(2)
        .any(|pair| pair[0].threshold == pair[1].threshold)
    {
        return Err(BookError::DuplicateThreshold);
    }
    Ok(breaks)
}

fn key(owner: Owner, target: Target) -> u64 {
    let (class, owner) = match owner {
        Owner::Contract(contract) => (0, contract),
        Owner::Everyone => (1, 0),
        Owner::Group(group) => (2, group),
        Owner::Account(account) => (3, account),
    };
    let (kind, id) = target_code(target);
    class << 62 | u64::from(owner) << 34 | kind << 32 | u64::from(id)
}
