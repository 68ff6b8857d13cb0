//! Reusable memory for scoring, so that a query on a million products allocates nothing of that size.

use parking_lot::Mutex;

/// The score of one document while a query runs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DocScore {
    /// Sum over the concepts evaluated so far.
    pub(crate) score: f32,
    /// Weighted frequency of the concept being evaluated.
    pub(crate) concept_frequency: f32,
    /// Matched concepts, one bit each.
    pub(crate) mask: u32,
}

/// The scores of the documents of one segment, all zero between queries.
#[derive(Debug, Default)]
pub(crate) struct SegmentScores {
    pub(crate) docs: Vec<DocScore>,
    /// Documents with a non-zero mask.
    pub(crate) scored: Vec<u32>,
    /// Documents with a non-zero concept frequency.
    pub(crate) matched: Vec<u32>,
}

/// Scores of all segments.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) segments: Vec<SegmentScores>,
}

impl Scratch {
    /// Makes room for segments of these sizes.
    pub(crate) fn reserve(&mut self, documents: impl Iterator<Item = u32>) {
        for (at, documents) in documents.enumerate() {
            if self.segments.len() <= at {
                self.segments.push(SegmentScores::default());
            }
            let docs = &mut self.segments[at].docs;
            if docs.len() < documents as usize {
                docs.resize(documents as usize, DocScore::default());
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        for scores in &mut self.segments {
            for doc in scores.scored.drain(..).chain(scores.matched.drain(..)) {
                scores.docs[doc as usize] = DocScore::default();
            }
        }
    }
}

/// A few scratch buffers, kept for the next queries.
#[derive(Default)]
pub(crate) struct ScratchPool {
    idle: Mutex<Vec<Scratch>>,
}

const MAX_IDLE: usize = 8;

impl ScratchPool {
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        let mut scratch = self.idle.lock().pop().unwrap_or_default();
        let out = work(&mut scratch);
        scratch.clear();
        let mut idle = self.idle.lock();
        if idle.len() < MAX_IDLE {
            idle.push(scratch);
        }
        out
    }
}
