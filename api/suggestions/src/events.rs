//! Events of relation rules and of consents to replacements.

use entity::{AccountId, Consent, relation_rules};
use serde::{Deserialize, Serialize};
use store::DomainEvent;

/// A relation rule was put or deleted. Applied by [`RelatedProducts`](super::RelatedProducts), which reads the rule again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RelationRuleChanged {
    /// Id of the row, the only one.
    pub(crate) ids: Vec<i64>,
    /// Its code.
    pub(crate) code: String,
}

impl From<&relation_rules::Model> for RelationRuleChanged {
    fn from(row: &relation_rules::Model) -> Self {
        Self { ids: vec![row.id], code: row.code.clone() }
    }
}

/// Public form of [`RelationRuleChanged`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicRelationRule<'a> {
    code: &'a str,
}

impl DomainEvent for RelationRuleChanged {
    const KIND: &'static str = "relation_rules.changed";
    type Public<'a> = PublicRelationRule<'a>;

    fn subject(&self) -> String {
        format!("relation-rule/{}", self.code)
    }

    fn public(&self) -> Option<PublicRelationRule<'_>> {
        Some(PublicRelationRule { code: &self.code })
    }
}

/// The consent of an account to replacements changed. Applied by [`Consents`](super::Consents).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ConsentChanged {
    /// Id of the account.
    pub(crate) id: AccountId,
    /// Code of the account.
    #[serde(default)]
    pub(crate) account: String,
    /// The new consent.
    pub(crate) consent: Consent,
}

/// Public form of [`ConsentChanged`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PublicConsent {
    consent: Consent,
}

impl DomainEvent for ConsentChanged {
    const KIND: &'static str = "replacement_consent.changed";
    type Public<'a> = PublicConsent;

    fn subject(&self) -> String {
        format!("account/{}", self.account)
    }

    fn account(&self) -> Option<AccountId> {
        Some(self.id)
    }

    fn public(&self) -> Option<PublicConsent> {
        Some(PublicConsent { consent: self.consent })
    }
}
