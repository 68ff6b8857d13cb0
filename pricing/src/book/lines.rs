//! Contract and promotion lines, found by owner and target in one look-up.

use super::index::TargetIndex;
use super::rows::{LineRow, Span};
use crate::inputs::{Break, ContractLine, Promotion, Target, Terms};
use crate::{BookError, ContractLineId, HANDLE_LIMIT, Instant};

const END: u32 = u32::MAX;

/// The lines and their index. Lines of one owner and target form a chain.
#[derive(Debug, Clone, Default)]
pub(crate) struct LineTable {
    rows: Vec<LineRow>,
    /// The places of contract lines, by their ids, which nearly always come in order.
    by_id: Vec<u32>,
}

impl LineTable {
    /// The lines of an owner for exactly this target.
    pub(crate) fn of(&self, index: &TargetIndex, target: Target) -> impl Iterator<Item = &LineRow> {
        let head = index.head(target).unwrap_or(END);
        std::iter::successors(self.row(head), |row| self.row(row.next))
    }

    /// Begins to load the lines for everything of an owner. Changes nothing.
    pub(crate) fn touch(&self, index: &TargetIndex) {
        if let Some(head) = index.head(Target::Everything) {
            std::hint::black_box(self.row(head).map(|row| row.span.recorded_at));
        }
    }

    /// All lines of an owner.
    pub(crate) fn all_of(&self, index: &TargetIndex) -> impl Iterator<Item = &LineRow> {
        index.heads().flat_map(|head| std::iter::successors(self.row(head), |row| self.row(row.next)))
    }

    /// Files a contract line; one of the same id is replaced.
    pub(crate) fn put_contract_line(&mut self, index: &mut TargetIndex, line: &ContractLine) -> Result<(), BookError> {
        let span = Span::new(&line.times);
        let mut row = row(line.id.0, line.contract.0, &line.terms, span)?;
        let known = self.place_of(line.id);
        if let Ok(known) = known {
            let place = self.by_id[known];
            let old = &mut self.rows[place as usize];
            row.span = span.superseded_no_later_than(old.span);
            if (old.owner, old.target) == (row.owner, row.target) {
                row.next = old.next;
                *old = row;
                return Ok(());
            }
            self.bury(place);
        }
        let place = self.push(index, row);
        match known {
            Ok(known) => self.by_id[known] = place,
            Err(next) => self.by_id.insert(next, place),
        }
        Ok(())
    }

    /// Files a line of a promotion and says where.
    pub(crate) fn put_promotion_line(
        &mut self,
        index: &mut TargetIndex,
        promotion: (u32, &Promotion, Span),
        position: usize,
        terms: &Terms,
    ) -> Result<u32, BookError> {
        let (owner, promotion, span) = promotion;
        let row = row(position as i64, owner, terms, span)?;
        let row = LineRow { currency: promotion.currency, needs_coupon: promotion.coupon.is_some(), ..row };
        Ok(self.push(index, row))
    }

    /// Says of a line of a promotion when it is known, and whether its promotion has versions.
    pub(crate) fn set_promotion(&mut self, index: u32, span: Span, has_versions: bool) {
        let row = &mut self.rows[index as usize];
        (row.span, row.has_versions) = (span, has_versions);
    }

    /// Takes a line out of every answer.
    pub(crate) fn bury(&mut self, index: u32) {
        let span = &mut self.rows[index as usize].span;
        (span.recorded_at, span.superseded_at) = (Instant::MAX, Instant::MIN);
    }

    pub(crate) fn shrink(&mut self) {
        self.rows.shrink_to_fit();
        self.by_id.shrink_to_fit();
    }

    /// The position of a contract line in `by_id`, or the position to insert it at.
    fn place_of(&self, id: ContractLineId) -> Result<usize, usize> {
        let id_at = |place: &u32| self.rows[*place as usize].id;
        if self.by_id.last().is_none_or(|last| id_at(last) < id.0) {
            return Err(self.by_id.len());
        }
        self.by_id.binary_search_by_key(&id.0, id_at)
    }

    fn row(&self, index: u32) -> Option<&LineRow> {
        self.rows.get(index as usize)
    }

    fn push(&mut self, index: &mut TargetIndex, mut row: LineRow) -> u32 {
        let place = self.rows.len() as u32;
        row.next = index.replace_head(row.target, place).unwrap_or(END);
        self.rows.push(row);
        place
    }
}

/// Refuses terms that could not be priced one way only.
pub(crate) fn check_terms(terms: &Terms) -> Result<(), BookError> {
    let handle = match terms.target {
        Target::Sku(product) => product.0,
        Target::Category(category) => category.0,
        Target::Brand(brand) => brand.0,
        Target::Everything => 0,
    };
    if handle >= HANDLE_LIMIT {
        return Err(BookError::HandleTooLarge);
    }
    sorted_breaks(terms).map(drop)
}

/// The breaks by threshold, the value that needs no quantity first.
fn sorted_breaks(terms: &Terms) -> Result<Vec<Break>, BookError> {
    let base = terms.value.map(|value| Break { threshold: crate::Quantity::ZERO, value });
    let mut breaks: Vec<Break> = base.into_iter().chain(terms.breaks.iter().copied()).collect();
    breaks.sort_by_key(|step| step.threshold);
    if breaks.is_empty() {
        return Err(BookError::NoValue);
    }
    if breaks[0].threshold.is_negative() {
        return Err(BookError::NegativeThreshold);
    }
    if breaks.windows(2).any(|pair| pair[0].threshold == pair[1].threshold) {
        return Err(BookError::DuplicateThreshold);
    }
    Ok(breaks)
}

fn row(id: i64, owner: u32, terms: &Terms, span: Span) -> Result<LineRow, BookError> {
    Ok(LineRow {
        id,
        owner,
        next: END,
        target: terms.target,
        kind: terms.kind,
        scope: terms.scope,
        unit: terms.unit,
        per: terms.per,
        breaks: sorted_breaks(terms)?.into_iter().collect(),
        span,
        currency: None,
        needs_coupon: false,
        has_versions: false,
    })
}
