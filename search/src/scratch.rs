//! Reusable working memory of a search, so that a question on a million products allocates nothing of that size.

use parking_lot::Mutex;

/// What is known of one document while a question is worked on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cell {
    /// Sum over the concepts finished.
    pub(crate) score: f32,
    /// Weighted frequency in the concept at work.
    pub(crate) part: f32,
    /// Concepts matched, one bit each.
    pub(crate) mask: u32,
}

/// Dense accumulators by document of one segment, all zero between uses.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    pub(crate) cells: Vec<Cell>,
    /// Documents with a non-zero mask.
    pub(crate) touched: Vec<u32>,
    /// Documents with a non-zero part.
    pub(crate) fresh: Vec<u32>,
}

/// One sheet per segment.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) sheets: Vec<Sheet>,
}

impl Scratch {
    /// Makes room for segments of these sizes.
    pub(crate) fn fit(&mut self, documents: impl Iterator<Item = u32>) {
        for (at, documents) in documents.enumerate() {
            if self.sheets.len() <= at {
                self.sheets.push(Sheet::default());
            }
            let cells = &mut self.sheets[at].cells;
            if cells.len() < documents as usize {
                cells.resize(documents as usize, Cell::default());
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        for sheet in &mut self.sheets {
            for doc in sheet.touched.drain(..).chain(sheet.fresh.drain(..)) {
                sheet.cells[doc as usize] = Cell::default();
            }
        }
    }
}

/// Keeps a few scratches for the next questions.
#[derive(Default)]
pub(crate) struct Pool {
    idle: Mutex<Vec<Scratch>>,
}

const MOST_IDLE: usize = 8;

impl Pool {
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        let mut scratch = self.idle.lock().pop().unwrap_or_default();
        let out = work(&mut scratch);
        scratch.clear();
        let mut idle = self.idle.lock();
        if idle.len() < MOST_IDLE {
            idle.push(scratch);
        }
        out
    }
}
