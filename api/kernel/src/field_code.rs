//! The registry of field codes: what can be wrong with one field, line or row, in one table of code and explanation.
//!
//! Codes are part of the public API. A code never changes its meaning, and the same fault has the same code in every slice. A
//! new fault gets a new line here; its page at `/problems/{code}` and its place in the OpenAPI document follow from it.
//!
//! Not here: codes of whole problems, which each slice declares with its refusals (see [`crate::problem`]).

use poem_openapi::Enum;
use serde::Serialize;

/// Declares the codes: variant, word on the wire, explanation.
macro_rules! field_codes {
    ($($variant:ident = $word:tt, $explanation:tt;)*) => {
        /// What is wrong with one field, line or row. Each code has a page at `/problems/{code}`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum, Serialize)]
        pub enum FieldCode {
            $(
                #[doc = $explanation]
                #[oai(rename = $word)]
                #[serde(rename = $word)]
                $variant,
            )*
        }

        impl FieldCode {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word on the wire.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// What the code means, in one sentence without a full stop.
            pub const fn explanation(self) -> &'static str {
                match self {
                    $(Self::$variant => $explanation,)*
                }
            }

            /// The code of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

field_codes! {
    MissingValue = "missing-value", "A value is needed here";
    InvalidValue = "invalid-value", "The value does not have the form that the field has";
    UnknownParameter = "unknown-parameter", "The operation does not know this query parameter";
    UnexpectedValue = "unexpected-value", "A value must not be given here";
    NotExactlyOne = "not-exactly-one", "Exactly one of several fields must be given";
    OutOfRange = "out-of-range", "The value must be between a least and a greatest one";
    Negative = "negative", "The value must not be less than 0";
    NotPositive = "not-positive", "The value must be greater than 0";
    Zero = "zero", "The value must not be 0";
    NotWhole = "not-whole", "The value must be a whole number";
    NotExact = "not-exact", "The quantity must be a whole number of the product's smallest parts";
    NotANumber = "not-a-number", "The value must be a decimal number";
    TooManyDecimals = "too-many-decimals", "The value must have fewer decimals";
    TooShort = "too-short", "The text must be longer";
    CommonPassword = "common-password", "The password is among those that are tried first";
    TooLong = "too-long", "The text must be shorter";
    TooManyWords = "too-many-words", "The text must have fewer words";
    ControlCharacter = "control-character", "The text must not contain control characters";
    TooFew = "too-few", "The list must have more entries";
    TooMany = "too-many", "The list must have fewer entries";
    Duplicate = "duplicate", "The same thing must be named only once";
    BadCode = "bad-code", "The code must have 1 to 64 characters without spaces";
    BadDate = "bad-date", "The value must be a date";
    BadTime = "bad-time", "The value must be a time of day";
    BadEmail = "bad-email", "The value must be an e-mail address";
    BadUrl = "bad-url", "The value must be an absolute URL";
    BadLanguage = "bad-language", "The value must be a language tag";
    UnknownTimeZone = "unknown-time-zone", "The value must be a time zone of the IANA list";
    BadGtin = "bad-gtin", "The value must be a GTIN of 8, 12, 13 or 14 digits with a right check digit";
    BadUnit = "bad-unit", "A unit code must have 1 to 8 visible ASCII characters";
    BadFactor = "bad-factor", "The factor of a unit must be greater than 0 and in range";
    BadPartNumber = "bad-part-number", "A part number must have at least one letter or digit";
    BadPath = "bad-path", "The value must be a path within the shop";
    BadCursor = "bad-cursor", "The cursor must be one of an earlier answer, unchanged";
    BadFilter = "bad-filter", "The filter must name an attribute and its values";
    BadSort = "bad-sort", "The order of the list must be one that is offered";
    EndsBeforeStart = "ends-before-start", "The end must be after the start";
    InTheFuture = "in-the-future", "The instant must not be in the future";
    InThePast = "in-the-past", "The instant must be in the future";
    UnknownProduct = "unknown-product", "The product does not exist";
    UnknownCategory = "unknown-category", "The category does not exist";
    UnknownUnit = "unknown-unit", "The product is not sold in this unit";
    UnknownAccount = "unknown-account", "The account does not exist";
    UnknownCurrency = "unknown-currency", "The currency must be one of ISO 4217";
    UnknownCountry = "unknown-country", "The country must be two capital letters of ISO 3166";
    UnknownTerms = "unknown-terms", "The payment terms must be ones that are supported";
    UnknownPriceList = "unknown-price-list", "The price list does not exist";
    UnknownTarget = "unknown-target", "What the line is for does not exist";
    UnknownWarehouse = "unknown-warehouse", "The warehouse does not exist";
    UnknownDestination = "unknown-destination", "The destination does not exist";
    UnknownSupply = "unknown-supply", "The inbound supply does not exist";
    UnknownOrder = "unknown-order", "The order does not exist";
    UnknownOrderLine = "unknown-order-line", "The order has no such line";
    UnknownQuoteLine = "unknown-quote-line", "The quote has no such line";
    UnknownInvoice = "unknown-invoice", "The invoice does not exist";
    UnknownParcel = "unknown-parcel", "The parcel does not exist";
    OtherSku = "other-sku", "The SKU must be the one of the address";
    RelatesToItself = "relates-to-itself", "A product must not relate to itself";
    NothingOrderable = "nothing-orderable", "At least one quantity must fulfil minimum, multiple and maximum together";
    PartNumberTaken = "part-number-taken", "The part number stands for another product already";
    NotByRule = "not-by-rule", "Relations of this kind are named product by product, not by a rule";
    MatchesEverything = "matches-everything", "The rule must say which products it matches";
    AmbiguousIdentifier = "ambiguous-identifier", "Several products answer to the identifier; name the SKU";
    NotOrderable = "not-orderable", "The product is not sold now";
    BelowMinimum = "below-minimum", "The quantity must be at least the product's minimum";
    AboveMaximum = "above-maximum", "The quantity must be at most the product's maximum";
    NotAMultiple = "not-a-multiple", "The quantity must be a multiple of the product's step";
    PriceOnRequest = "price-on-request", "The product has no price here; ask for a quote";
    PriceDrift = "price-drift", "The price is no longer the expected one";
    CurrencyWithoutPrices = "currency-without-prices", "There are no prices in this currency";
    CurrencyNeeded = "currency-needed", "Amounts need a currency";
    CurrencyDiffers = "currency-differs", "The currency must be the one of the cart, quote or order";
    OutdatedDraft = "outdated-draft", "It was changed since it was drafted";
    NoDatePossible = "no-date-possible", "This change happens at once and cannot be given a date";
    BreaksOutOfOrder = "breaks-out-of-order", "Volume breaks must rise from one to the next";
    NotForPromotions = "not-for-promotions", "Promotions have no such lines";
    UnderCost = "under-cost", "The price is below the cost";
    UnderFloor = "under-floor", "The price is below the floor price";
    CartOrLines = "cart-or-lines", "Either a cart or lines must be given, not both";
    TargetWithoutPrice = "target-without-price", "A basis of the target price needs a target price";
    BasisWithoutPrice = "basis-without-price", "A basis needs a unit price";
    PriceAndPercentage = "price-and-percentage", "Either a price or a percentage off must be given, not both";
    PriceNeeded = "price-needed", "The line has no price today, so that the offer must name one";
    DeclinedWithTerms = "declined-with-terms", "A declined line must not have terms";
    NothingOffered = "nothing-offered", "At least one line must be offered";
    AboveToday = "above-today", "The offered price is higher than today's";
    VersionWithoutQuote = "version-without-quote", "A quote's version must be given together with the quote";
    NotWithQuote = "not-with-quote", "The prices of a quote stand; this must not be given with one";
    UnitChanged = "unit-changed", "The unit of the product is no longer what it was";
    SiteAndAddress = "site-and-address", "Either a site or an address must be given, not both";
    InsufficientStock = "insufficient-stock", "There is not enough stock for the line";
    NotATransfer = "not-a-transfer", "Only a transfer goes to another warehouse";
    SameWarehouse = "same-warehouse", "A transfer must go to another warehouse";
    NegativeStock = "negative-stock", "The stock would be less than 0";
    BelowReserved = "below-reserved", "The stock would be less than what is reserved";
    StockOverflow = "stock-overflow", "The stock would be out of range";
    BelowReceived = "below-received", "The quantity must be at least what has been received already";
    WarehouseNeeded = "warehouse-needed", "The order is allocated at several warehouses; one must be named";
    MoreThanAllocated = "more-than-allocated", "The quantity must be at most what is allocated";
    OrderAndAllocations = "order-and-allocations", "Either an order or allocations must be given, not both";
    WrongAccount = "wrong-account", "It belongs to another account";
    WrongCurrency = "wrong-currency", "It is in another currency";
    MoreThanOpen = "more-than-open", "The amount must be at most what is open";
    OverAllocated = "over-allocated", "Allocations must not exceed the payment";
    DiscountNotGranted = "discount-not-granted", "The discount must be one that the terms grant";
    WrongSide = "wrong-side", "Roles of buyers need an account, roles of staff must not have one";
    AccountLoop = "account-loop", "An account must not stand above itself";
    BadEncoding = "bad-encoding", "The text must be in the encoding that the file is said to have";
    BadJson = "bad-json", "The line must be a JSON object";
    BadList = "bad-list", "The list must be one that can be read";
    BadCell = "bad-cell", "The cell must hold a value, not an error";
    BadAttribute = "bad-attribute", "The attribute must have the form that its kind has";
    ColumnCount = "column-count", "The row must have as many columns as the header";
    UnterminatedQuote = "unterminated-quote", "A quoted value must end with a quotation mark";
    NotInTable = "not-in-table", "The value must be one of the mapping's table";
    OrderSplit = "order-split", "All lines of an order must stand together";
    OrderConflict = "order-conflict", "All lines of an order must agree on its head";
    OrderIncomplete = "order-incomplete", "Lines of the order are refused, so that the order is refused";
    NotKept = "not-kept", "The value is not kept; the rest of the row is";
    NotAllowed = "not-allowed", "You may not change this";
    Refused = "refused", "The row breaks a rule that its detail tells";
}

impl std::fmt::Display for FieldCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn words_are_kebab_case_and_lead_back_to_their_code() {
        for code in FieldCode::ALL {
            let word = code.word();
            let kebab = word.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase()));
            assert!(kebab, "{word}");
            assert_eq!(FieldCode::from_word(word), Some(*code));
            assert_eq!(serde_json::to_value(code).expect("a word"), word);
            assert!(!code.explanation().ends_with('.'), "{word}");
        }
        let explanations: BTreeSet<&str> = FieldCode::ALL.iter().map(|code| code.explanation()).collect();
        assert_eq!(explanations.len(), FieldCode::ALL.len(), "two codes mean the same");
    }
}
