//! What asking for prices refuses.

use kernel::common_problems::INVALID;
use kernel::field_code::FieldCode;
use kernel::problem::{CommonError, DomainError, FieldError, ProblemType};
use kernel::problem_types;

/// What asking for prices refuses.
#[derive(Debug, thiserror::Error)]
pub enum PriceError {
    #[error("what the account may see is not what it was; read all its prices again")]
    CursorOutdated,
    #[error("too many different coupons were tried; try again in {0} s")]
    TooManyCoupons(u64),
    #[error(transparent)]
    Input(#[from] BadInput),
    #[error(transparent)]
    Account(#[from] identity::IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { PriceError {
    Self::TooManyCoupons(_) => 429, "too-many-coupons", "Too many coupons were tried";
    Self::CursorOutdated => 410, "cursor-outdated", "The cursor is outdated; read all prices again";
} delegates {
    Self::Input(inner) => inner: BadInput,
    Self::Account(inner) => inner: identity::IdentityError,
    Self::Common(inner) => inner: CommonError,
} }

/// Fields that break a rule of prices. When all break the same rule, the problem carries its code; otherwise each field does.
#[derive(Debug, thiserror::Error)]
#[error("{}", summary(.0))]
pub struct BadInput(pub Vec<FieldError>);

/// Rules whose code is the problem's when nothing else is broken.
const RULES: &[FieldCode] = &[
    FieldCode::UnknownCurrency,
    FieldCode::CurrencyWithoutPrices,
    FieldCode::UnknownUnit,
    FieldCode::UnknownProduct,
    FieldCode::UnknownTarget,
    FieldCode::UnknownAccount,
    FieldCode::UnknownPriceList,
    FieldCode::OutdatedDraft,
    FieldCode::NoDatePossible,
    FieldCode::EndsBeforeStart,
    FieldCode::BreaksOutOfOrder,
    FieldCode::TooManyDecimals,
    FieldCode::TooMany,
    FieldCode::Negative,
    FieldCode::OutOfRange,
    FieldCode::MissingValue,
    FieldCode::NotForPromotions,
    FieldCode::CurrencyNeeded,
    FieldCode::Duplicate,
];

/// The problem of one rule that is broken.
const fn broken(rule: FieldCode) -> ProblemType {
    ProblemType { status: 422, code: rule.word(), title: rule.explanation() }
}

impl BadInput {
    /// One field that breaks a rule.
    pub fn one(pointer: impl Into<String>, code: FieldCode, detail: impl Into<String>) -> Self {
        Self(vec![FieldError::new(pointer, code, detail)])
    }

    /// Nothing wrong, or all that is.
    pub fn check(problems: Vec<FieldError>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self(problems)) }
    }
}

impl From<FieldError> for BadInput {
    fn from(error: FieldError) -> Self {
        Self(vec![error])
    }
}

impl DomainError for BadInput {
    fn problem_type(&self) -> ProblemType {
        let first = self.0.first().map(|field| field.code);
        let shared = first.filter(|code| RULES.contains(code) && self.0.iter().all(|field| field.code == *code));
        shared.map_or(INVALID, broken)
    }

    fn problem_types() -> Vec<ProblemType> {
        RULES.iter().map(|rule| broken(*rule)).chain([INVALID]).collect()
    }

    fn fields(&self) -> &[FieldError] {
        &self.0
    }
}

fn summary(fields: &[FieldError]) -> String {
    match fields {
        [one] => format!("{}: {}", one.pointer, one.detail),
        many => format!("{} fields are invalid", many.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_rule_gives_its_own_code() {
        let twice =
            BadInput(vec![FieldError::new("/a", FieldCode::Negative, ""), FieldError::new("/b", FieldCode::Negative, "")]);
        assert_eq!(twice.problem_type().code, "negative");
        let mixed =
            BadInput(vec![FieldError::new("/a", FieldCode::Negative, ""), FieldError::new("/b", FieldCode::UnknownUnit, "")]);
        assert_eq!(mixed.problem_type().code, "invalid-request");
    }
}
