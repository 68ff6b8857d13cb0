//! What asking for prices refuses.

use kernel::problem::{CommonError, DomainError, FieldError, ProblemType};
use kernel::problem_types;

/// What asking for prices refuses.
#[derive(Debug, thiserror::Error)]
pub enum PriceError {
    #[error("what the account may see is not what it was; read all its prices again")]
    CursorOutdated,
    #[error(transparent)]
    Input(#[from] BadInput),
    #[error(transparent)]
    Account(#[from] identity::IdentityError),
    #[error(transparent)]
    Common(#[from] CommonError),
}

problem_types! { PriceError {
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

const RULES: &[(&str, &str)] = &[
    ("unknown-currency", "The currency is not of ISO 4217"),
    ("currency-without-prices", "There are no prices in this currency"),
    ("unknown-unit", "The product is not sold in this unit"),
    ("unknown-sku", "The product does not exist"),
    ("unknown-target", "What the line is for does not exist"),
    ("unknown-account", "The account does not exist"),
    ("unknown-price-list", "The price list does not exist"),
    ("outdated-draft", "It was changed since it was drafted"),
    ("no-date-possible", "It cannot be changed at a date"),
    ("end-before-start", "It ends before it starts"),
    ("breaks-out-of-order", "Volume breaks rise from one to the next"),
    ("too-many-decimals", "More than six decimals"),
    ("too-many-lines", "More lines than allowed"),
    ("negative", "The value may not be negative"),
    ("out-of-range", "The value is out of range"),
    ("missing-value", "The line gives no value"),
    ("not-for-promotions", "Promotions have no such lines"),
    ("currency-needed", "Amounts need a currency"),
    ("duplicate-line", "The same line stands twice"),
];

const MIXED: ProblemType = ProblemType { status: 422, code: "invalid-request", title: "Fields of the request are invalid" };

impl BadInput {
    /// One field that breaks a rule.
    pub fn one(pointer: impl Into<String>, code: &str, detail: impl Into<String>) -> Self {
        Self(vec![FieldError::new(pointer, code, detail)])
    }

    /// Nothing wrong, or all that is.
    pub fn check(problems: Vec<FieldError>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self(problems)) }
    }
}

impl DomainError for BadInput {
    fn problem_type(&self) -> ProblemType {
        let first = self.0.first().map_or("", |field| field.code.as_str());
        let same = self.0.iter().all(|field| field.code == first);
        let rule = RULES.iter().find(|(code, _)| same && *code == first);
        rule.map_or(MIXED, |(code, title)| ProblemType { status: 422, code, title })
    }

    fn problem_types() -> Vec<ProblemType> {
        let rules = RULES.iter().map(|(code, title)| ProblemType { status: 422, code, title });
        rules.chain([MIXED]).collect()
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
        let twice = BadInput(vec![FieldError::new("/a", "negative", ""), FieldError::new("/b", "negative", "")]);
        assert_eq!(twice.problem_type().code, "negative");
        let mixed = BadInput(vec![FieldError::new("/a", "negative", ""), FieldError::new("/b", "unknown-unit", "")]);
        assert_eq!(mixed.problem_type().code, "invalid-request");
    }
}
