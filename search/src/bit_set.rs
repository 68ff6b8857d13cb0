//! A set of the documents of a segment, one bit per document.

#[derive(Debug, Clone)]
pub(crate) struct BitSet {
    blocks: Vec<u64>,
}

impl BitSet {
    pub(crate) fn empty(documents: u32) -> Self {
        Self { blocks: vec![0; documents as usize / 64 + 1] }
    }

    pub(crate) fn full(documents: u32) -> Self {
        Self { blocks: vec![u64::MAX; documents as usize / 64 + 1] }
    }

    pub(crate) fn contains(&self, doc: u32) -> bool {
        self.blocks[doc as usize / 64] >> (doc % 64) & 1 == 1
    }

    pub(crate) fn insert(&mut self, doc: u32) {
        self.blocks[doc as usize / 64] |= 1 << (doc % 64);
    }

    pub(crate) fn remove(&mut self, doc: u32) {
        self.blocks[doc as usize / 64] &= !(1 << (doc % 64));
    }

    /// Inserts the documents of `other`.
    pub(crate) fn union_with(&mut self, other: &Self) {
        self.blocks.iter_mut().zip(&other.blocks).for_each(|(own, more)| *own |= more);
    }
}
