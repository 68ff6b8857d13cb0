//! Short texts that lie inside their owner: the codes that explanations show.
//!
//! Promises: a code of usual length costs no second look-up in memory and no counting of references.

use std::sync::Arc;

const INLINE: usize = 22;

/// The code of a price list, contract or promotion.
#[derive(Clone)]
pub struct Label(Text);

#[derive(Clone)]
enum Text {
    Short([u8; INLINE], u8),
    Long(Arc<str>),
}

impl std::ops::Deref for Label {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Text::Short(bytes, length) => std::str::from_utf8(&bytes[..usize::from(*length)]).unwrap_or_default(),
            Text::Long(text) => text,
        }
    }
}

impl From<&str> for Label {
    fn from(text: &str) -> Self {
        if text.len() > INLINE {
            return Self(Text::Long(text.into()));
        }
        let mut bytes = [0; INLINE];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Self(Text::Short(bytes, text.len() as u8))
    }
}

impl PartialEq for Label {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Label {}

impl PartialOrd for Label {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Label {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (**self).cmp(&**other)
    }
}

impl std::fmt::Debug for Label {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&**self, out)
    }
}

impl std::fmt::Display for Label {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_read_as_they_were() {
        for text in ["", "C-1", "Größe", "exactly-22-characters!", "a code that is longer than that, to be sure"] {
            assert_eq!(&*Label::from(text), text);
            assert_eq!(Label::from(text).to_string(), text);
        }
        assert!(Label::from("A") < Label::from("B") && Label::from("B") < Label::from("B23456789012345678901234"));
        assert_eq!(size_of::<Label>(), 24);
    }
}
