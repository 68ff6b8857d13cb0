//! Companies that buy.

use super::{Checked, ImportRow, Least};
use crate::kind::Kind;
use crate::rejection::Problem;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    pub code: String,
    pub name: String,
    /// Code of the parent company.
    pub parent: Option<String>,
    pub group: Option<String>,
    pub currency: Option<String>,
    /// Millionths of the currency; the currency is then present.
    pub credit_limit: Option<i64>,
    /// As written, such as `2/10 net 30`.
    pub terms: Option<String>,
    /// Two letters.
    pub country: Option<String>,
    pub street: Option<String>,
    pub postal_code: Option<String>,
    pub city: Option<String>,
    pub tax_number: Option<String>,
}

impl ImportRow for AccountRow {
    const KIND: Kind = Kind::Accounts;

    fn build(fields: &mut Checked) -> Option<Self> {
        let code = fields.required("code", |f| f.key("code", 64));
        let name = fields.required("name", |f| f.line("name", 200));
        let parent = fields.key("parent", 64);
        if code.is_some() && code == parent {
            let raw = parent.as_deref().unwrap_or_default();
            fields.problem(Problem::new("account-loop", "parent", "must be another account", raw));
        }
        let credit_limit = fields.millionths("credit_limit", Least::Zero);
        let currency = match credit_limit {
            Some(_) => fields.required("currency", |f| f.letters("currency", 3)),
            None => fields.letters("currency", 3),
        };
        let row = Self {
            code: code.unwrap_or_default(),
            name: name.unwrap_or_default(),
            parent,
            group: fields.key("group", 64),
            currency,
            credit_limit,
            terms: fields.line("terms", 60),
            country: fields.letters("country", 2),
            street: fields.line("street", 200),
            postal_code: fields.line("postal_code", 20),
            city: fields.line("city", 100),
            tax_number: fields.line("tax_number", 40),
        };
        Some(row)
    }

    fn unique_key(&self) -> Option<String> {
        Some(self.code.clone())
    }
}
