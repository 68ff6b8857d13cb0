//! How values of price rows are written into columns and read back: the price basis, a unit, volume breaks.

use pricing::{Amount, Break, Per, Quantity};

/// A stored text that is not what it should be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unreadable;

/// The unit of a line; none when the text is empty.
pub(super) fn unit_of(text: &str) -> Result<Option<pricing::UnitCode>, Unreadable> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| Unreadable) }
}

pub(super) fn per_of(units: i64) -> Option<Per> {
    u32::try_from(units).ok().and_then(Per::new)
}

/// Volume breaks as they are stored: `threshold:value`, in millionths, apart by commas.
pub fn write_breaks(breaks: &[Break]) -> String {
    let texts: Vec<String> = breaks.iter().map(|step| format!("{}:{}", step.threshold.micros(), step.value.micros())).collect();
    texts.join(",")
}

/// Reads what [`write_breaks`] wrote.
pub(super) fn read_breaks(text: &str) -> Option<Vec<Break>> {
    let one = |step: &str| {
        let (threshold, value) = step.split_once(':')?;
        let (threshold, value) = (threshold.parse().ok()?, value.parse().ok()?);
        Some(Break { threshold: Quantity::from_micros(threshold), value: Amount::from_micros(value) })
    };
    text.split(',').filter(|step| !step.is_empty()).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_read_what_they_write() {
        let step = |threshold, value| Break { threshold: Quantity::from_micros(threshold), value: Amount::from_micros(value) };
        for breaks in [vec![], vec![step(1, -2)], vec![step(10_000_000, 5), step(20_000_000, 0)]] {
            assert_eq!(read_breaks(&write_breaks(&breaks)), Some(breaks));
        }
        assert_eq!(read_breaks("1"), None);
        assert_eq!(read_breaks("1:x"), None);
    }
}
