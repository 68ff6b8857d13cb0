//! The cursor of a price feed: which state of whose prices a client has.
//!
//! Promises: it names an exact state of time and knowledge, so nothing between two states can be missed, and it is the same on
//! every process. It carries no price; one made up gives its bearer nothing but his own prices.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{AccountId, Instant};
use pricing::Currency;

use super::change_log::AsOf;

/// What a client has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) account: AccountId,
    pub(super) currency: Currency,
    /// What the account was shown at all: a number for the rules that applied.
    pub(super) catalog_view: u64,
    /// The state that the client has.
    pub(super) from: AsOf,
    /// The state that it is being brought to, and the last product it got, when that takes several pages.
    pub(super) toward: Option<(AsOf, i64)>,
}

impl Cursor {
    /// As text.
    pub(super) fn write(&self) -> String {
        let mut bytes = Vec::with_capacity(59);
        let mut put = |number: i64| bytes.extend(number.to_be_bytes());
        put(self.account.0);
        put(self.from.valid_at.0);
        put(self.from.known_at.0);
        put(self.catalog_view.cast_signed());
        if let Some((to, product)) = self.toward {
            put(to.valid_at.0);
            put(to.known_at.0);
            put(product);
        }
        bytes.extend(self.currency.code().as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads what [`Cursor::write`] wrote; none for anything else.
    pub(super) fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (numbers, currency) = bytes.split_at_checked(bytes.len().checked_sub(3)?)?;
        let currency = std::str::from_utf8(currency).ok()?.parse().ok()?;
        let (numbers, rest) = numbers.as_chunks::<8>();
        let numbers: Vec<i64> = numbers.iter().map(|number| i64::from_be_bytes(*number)).collect();
        let state = |at, as_of| AsOf { valid_at: Instant(at), known_at: Instant(as_of) };
        let (account, from, toward) = match numbers[..] {
            [account, at, as_of, catalog_view] => ((account, catalog_view), state(at, as_of), None),
            [account, at, as_of, catalog_view, to_at, to_as_of, product] => {
                ((account, catalog_view), state(at, as_of), Some((state(to_at, to_as_of), product)))
            }
            _ => return None,
        };
        let (account, catalog_view) = (AccountId(account.0), account.1.cast_unsigned());
        rest.is_empty().then_some(Self { account, currency, catalog_view, from, toward })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_what_it_writes_and_nothing_else() {
        let state = |at, as_of| AsOf { valid_at: Instant(at), known_at: Instant(as_of) };
        let currency = "EUR".parse().expect("listed");
        for toward in [None, Some((state(3, 4), 5))] {
            let cursor = Cursor { account: AccountId(7), currency, catalog_view: u64::MAX - 5, from: state(1, 2), toward };
            assert_eq!(Cursor::read(&cursor.write()), Some(cursor));
        }
        for text in ["", "AAAA", "7", "not a cursor", "AAAAAAAAAAAAAAAA"] {
            assert_eq!(Cursor::read(text), None, "{text}");
        }
    }
}
