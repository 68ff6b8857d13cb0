//! Who gives rights to others or takes them: nobody gives, renews or ends rights that they do not hold.

use entity::AccountId;
use kernel::principal::{Acting, Permission};
use kernel::scopes::Scopes;

use super::error::IdentityError;
use super::scope::all;

/// Whoever gives or takes rights.
#[derive(Clone, Debug)]
pub struct Grantor {
    /// The account they may do so in; any on the seller's side.
    within: Option<AccountId>,
    holds: Scopes,
}

impl Grantor {
    /// The principal of a request.
    pub fn of<P: Permission>(who: &Acting<P>) -> Self {
        Self { within: who.account(), holds: who.scopes().clone() }
    }

    /// The operator at the command line, who holds everything.
    pub fn operator() -> Self {
        Self { within: None, holds: all() }
    }

    /// Whether people and clients of an account are theirs to see.
    pub(super) fn sees(&self, account: Option<AccountId>) -> bool {
        self.within.is_none() || self.within == account
    }

    /// Fails unless they hold all of these scopes themselves.
    pub(super) fn must_hold(&self, scopes: &Scopes) -> Result<(), IdentityError> {
        if scopes.intersection(&self.holds) == *scopes {
            return Ok(());
        }
        Err(IdentityError::NotYours("you must hold every permission that you give, renew or end"))
    }
}
