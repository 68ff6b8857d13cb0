//! Currencies of ISO 4217 and their minor digits.
//!
//! Promises: a [`Currency`] that exists is listed. Funds codes without minor unit (gold, test codes) are not listed;
//! a few codes withdrawn since 2025 are, because orders of that time can still be asked for. Not here: exchange rates.

/// A currency, one byte wide. Parse it from its three capital letters.
///
/// ```
/// use pricing::Currency;
/// let yen: Currency = "JPY".parse()?;
/// assert_eq!((yen.code(), yen.minor_digits()), ("JPY", 0));
/// # Ok::<(), pricing::UnknownCurrency>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u8);

/// The text is not the code of a listed currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a currency code of ISO 4217")]
pub struct UnknownCurrency;

impl Currency {
    /// Some currency, where one is needed that nobody reads.
    #[cfg(test)]
    pub(crate) const FIRST: Self = Self(0);

    /// The three letters.
    pub fn code(self) -> &'static str {
        CODES[usize::from(self.0)]
    }

    /// Its place among all listed currencies.
    pub(crate) const fn index(self) -> u8 {
        self.0
    }

    /// Digits after the point of its smallest coin: 0, 2, 3 or 4.
    pub fn minor_digits(self) -> u8 {
        match self.code() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND" | "VUV"
            | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }

    /// Its smallest coin in millionths.
    pub(crate) fn minor_micros(self) -> i64 {
        i64::from(MINOR_MICROS[usize::from(self.0)])
    }

    /// All listed currencies in order of their codes.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..CODES.len() as u8).map(Self)
    }
}

impl std::str::FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        CODES.binary_search(&text).map(|index| Self(index as u8)).map_err(|_| UnknownCurrency)
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.code())
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.code())
    }
}

static MINOR_MICROS: std::sync::LazyLock<[u32; CODES.len()]> = std::sync::LazyLock::new(|| {
    std::array::from_fn(|index| 10_u32.pow(crate::DECIMALS - u32::from(Currency(index as u8).minor_digits())))
});

#[rustfmt::skip]
static CODES: [&str; 167] = [
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN",
    "BHD", "BIF", "BMD", "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF",
    "CHE", "CHF", "CHW", "CLF", "CLP", "CNY", "COP", "COU", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK",
    "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF",
    "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD",
    "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD",
    "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN",
    "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP",
    "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD",
    "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP",
    "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "USN", "UYI", "UYU", "UYW", "UZS", "VED", "VES",
    "VND", "VUV", "WST", "XAD", "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMW", "ZWG",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_three_letters() {
        assert!(CODES.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(CODES.iter().all(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())));
    }

    #[test]
    fn every_code_parses_to_itself() {
        for currency in Currency::all() {
            assert_eq!(currency.code().parse(), Ok(currency));
        }
        for text in ["", "eur", "EURO", "XXX", "XAU", "€"] {
            assert_eq!(text.parse::<Currency>(), Err(UnknownCurrency));
        }
    }

    #[test]
    fn minor_digits_follow_the_standard() {
        for (code, digits, coin) in [("JPY", 0, 1_000_000), ("EUR", 2, 10_000), ("KWD", 3, 1_000), ("CLF", 4, 100)] {
            let currency: Currency = code.parse().expect("listed");
            assert_eq!((currency.minor_digits(), currency.minor_micros()), (digits, coin));
        }
    }
}
