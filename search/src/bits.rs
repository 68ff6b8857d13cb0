//! One bit per document of a segment.

#[derive(Debug, Clone)]
pub(crate) struct Bits {
    blocks: Vec<u64>,
}

impl Bits {
    pub(crate) fn none(documents: u32) -> Self {
        Self { blocks: vec![0; documents as usize / 64 + 1] }
    }

    pub(crate) fn all(documents: u32) -> Self {
        Self { blocks: vec![u64::MAX; documents as usize / 64 + 1] }
    }

    pub(crate) fn has(&self, doc: u32) -> bool {
        self.blocks[doc as usize / 64] >> (doc % 64) & 1 == 1
    }

    pub(crate) fn set(&mut self, doc: u32) {
        self.blocks[doc as usize / 64] |= 1 << (doc % 64);
    }

    pub(crate) fn unset(&mut self, doc: u32) {
        self.blocks[doc as usize / 64] &= !(1 << (doc % 64));
    }

    /// Sets what is set in `other`.
    pub(crate) fn add(&mut self, other: &Self) {
        self.blocks.iter_mut().zip(&other.blocks).for_each(|(own, more)| *own |= more);
    }
}
