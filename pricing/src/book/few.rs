//! A short list that lies inside its owner, so that reading it costs no second look-up in memory.

/// Up to `N` items inline, more on the heap.
#[derive(Debug, Clone)]
pub(crate) enum Few<T, const N: usize> {
    Inline([T; N], u8),
    Many(Box<[T]>),
}

impl<T: Copy, const N: usize> Few<T, N> {
    /// `filler` takes the places that are left free; it is never read.
    pub(crate) fn new(items: &[T], filler: T) -> Self {
        if items.len() > N {
            return Self::Many(items.into());
        }
        let mut inline = [filler; N];
        inline[..items.len()].copy_from_slice(items);
        Self::Inline(inline, items.len() as u8)
    }
}

impl<T, const N: usize> std::ops::Deref for Few<T, N> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Inline(items, length) => &items[..usize::from(*length)],
            Self::Many(items) => items,
        }
    }
}
