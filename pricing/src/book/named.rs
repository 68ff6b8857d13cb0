//! Which categories and brands any line names at all, so that most look-ups can be spared.

use crate::inputs::Target;

/// A contract line names it.
pub(crate) const IN_CONTRACTS: u8 = 1;
/// A line of a promotion names it.
pub(crate) const IN_PROMOTIONS: u8 = 2;

/// Marks by handle.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named {
    categories: Vec<u8>,
    brands: Vec<u8>,
}

impl Named {
    /// Notes that a line names the target.
    pub(crate) fn note(&mut self, target: Target, mark: u8) {
        let (marks, handle) = match target {
            Target::Category(category) => (&mut self.categories, category.0),
            Target::Brand(brand) => (&mut self.brands, brand.0),
            Target::Sku(_) | Target::Everything => return,
        };
        let place = handle as usize;
        if marks.len() <= place {
            marks.resize(place + 1, 0);
        }
        marks[place] |= mark;
    }

    /// Whether a line may name the target. Single products and everything are not distinguished here.
    pub(crate) fn may_name(&self, target: Target, mark: u8) -> bool {
        let (marks, handle) = match target {
            Target::Category(category) => (&self.categories, category.0),
            Target::Brand(brand) => (&self.brands, brand.0),
            Target::Sku(_) | Target::Everything => return true,
        };
        marks.get(handle as usize).is_some_and(|marks| marks & mark != 0)
    }
}
