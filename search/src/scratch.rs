//! Reusable working memory of a search, so that a question on a million products allocates nothing of that size.

use parking_lot::Mutex;

/// Dense accumulators by document of one segment, all zero between uses.
#[derive(Default)]
pub(crate) struct Scratch {
    /// Sum over the concepts finished.
    pub(crate) score: Vec<f32>,
    /// Weighted frequency in the concept at work.
    pub(crate) part: Vec<f32>,
    /// Concepts matched, one bit each.
    pub(crate) mask: Vec<u32>,
    /// Documents with a non-zero mask.
    pub(crate) touched: Vec<u32>,
    /// Documents with a non-zero part.
    pub(crate) fresh: Vec<u32>,
}

impl Scratch {
    pub(crate) fn fit(&mut self, documents: usize) {
        if self.score.len() < documents {
            self.score.resize(documents, 0.0);
            self.part.resize(documents, 0.0);
            self.mask.resize(documents, 0);
        }
    }

    pub(crate) fn clear(&mut self) {
        for doc in self.touched.drain(..) {
            self.score[doc as usize] = 0.0;
            self.mask[doc as usize] = 0;
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
