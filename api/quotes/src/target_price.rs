//! Target prices: the prices that a customer asks for.

use pricing::{Amount, Per};

use kernel::field_code::FieldCode;
use kernel::problem::FieldError;

/// Largest price basis.
const MAX_PER: u32 = 1_000_000;

/// The unit price that a customer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetPrice {
    pub(super) unit_price: Amount,
    pub(super) per: Per,
}

impl TargetPrice {
    /// Reads the target price of the line at `pointer`; none when no price is given.
    pub(super) fn read(pointer: &str, unit_price: Option<Amount>, per: Option<u32>) -> Result<Option<Self>, FieldError> {
        let Some(unit_price) = unit_price else {
            let alone = per.map(|_| {
                FieldError::new(
                    format!("{pointer}/target_per"),
                    FieldCode::TargetWithoutPrice,
                    "a basis must be given together with a target price",
                )
            });
            return alone.map_or(Ok(None), Err);
        };
        if unit_price.is_negative() {
            let pointer = format!("{pointer}/target_unit_price");
            return Err(FieldError::new(pointer, FieldCode::Negative, "the price must not be less than 0"));
        }
        Ok(Some(Self { unit_price, per: read_per(&format!("{pointer}/target_per"), per)? }))
    }
}

/// Reads a price basis.
pub(super) fn read_per(pointer: &str, per: Option<u32>) -> Result<Per, FieldError> {
    let per = Per::new(per.unwrap_or(1)).filter(|per| per.get() <= MAX_PER);
    per.ok_or_else(|| {
        FieldError::new(pointer, FieldCode::OutOfRange, format!("a price must be for 1 to {MAX_PER} units"))
            .with("min", 1)
            .with("max", MAX_PER)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_price_is_a_price_with_its_basis() {
        let price = |text: &str| text.parse::<Amount>().ok();
        let read = |unit_price, per| TargetPrice::read("/lines/0", unit_price, per).map_err(|problem| problem.pointer);
        assert_eq!(read(None, None), Ok(None));
        assert_eq!(read(price("1.5"), None).map(|target| target.map(|target| target.per)), Ok(Some(Per::ONE)));
        assert_eq!(read(price("-1"), None), Err("/lines/0/target_unit_price".to_owned()));
        for (unit_price, per) in [(price("1"), Some(0)), (price("1"), Some(1_000_001)), (None, Some(100))] {
            assert_eq!(read(unit_price, per), Err("/lines/0/target_per".to_owned()));
        }
    }
}
