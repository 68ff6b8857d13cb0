//! Who is asking, and what they may hold because of it.
//!
//! Every handler's first parameter is a principal: [`Acting<P>`] for a permission `P`, or [`Visitor`] where
//! nobody need be known. It is built from the bearer token alone, and it is the only way to a database connection:
//! `who.db()` reads, `who.begin()` writes. Background work asks for [`System`], by name.
//!
//! Accounts are kept apart here once more: [`Acting::account_named`] turns "which account is meant" into an id, and for
//! people of an account it is always their own; another account's name is answered as if it did not exist.
//!
//! Not here: rules of a slice, such as how much somebody may approve.

use std::marker::PhantomData;
use std::sync::Arc;

use entity::AccountId;
use poem::{Request, RequestBody, Result};
use poem_openapi::registry::{MetaOAuthFlow, MetaOAuthFlows, MetaOAuthScope, MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use super::Kernel;
use super::common_problems::{BUSY, FORBIDDEN, TOO_MANY_REQUESTS, UNAUTHENTICATED};
use super::problem::Problem;
use super::scopes::Scopes;
use super::tokens::{Keys, Verified};
use store::StoreError;
use store::actor::{Actor, RequestFacts};
use store::database::{Reader, Tx};

/// Which side of the counter a permission belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Buyers, each within their account, and the seller's people.
    Either,
    /// The seller's people and machines only.
    Seller,
}

/// A permission as a type.
pub trait Permission: Send + Sync + 'static {
    /// The scope the token must carry.
    const SCOPE: &'static str;
    /// The name of the scope's scheme while the OpenAPI document is made.
    const SCHEME: &'static str;
    /// What the scope allows.
    const HELP: &'static str;
    /// Who can hold it at all.
    const SIDE: Side;
}

/// A principal that holds permission `P`.
#[derive(Debug)]
pub struct Acting<P> {
    kernel: Kernel,
    actor: Actor,
    token: Arc<Verified>,
    permission: PhantomData<P>,
}

impl<P: Permission> Acting<P> {
    /// Checks the request's token for `P`. Gives a problem document: 401 without a valid token, 403 without the permission.
    pub fn of(request: &Request) -> Result<Self, Problem> {
        let (kernel, facts) = of_request(request)?;
        let verified = bearer(request)
            .and_then(|token| kernel.keys.verify(token))
            .ok_or_else(|| Problem::new(UNAUTHENTICATED, "send `Authorization: Bearer` with a valid access token"))?;
        if let Err(wait) = kernel.rates.take(&verified.subject) {
            return Err(Problem::new(TOO_MANY_REQUESTS, format!("the limit of requests is reached; try again in {wait} s")));
        }
        let on_wrong_side = P::SIDE == Side::Seller && verified.account.is_some();
        if !verified.scopes.contains(P::SCOPE) {
            return Err(Problem::new(FORBIDDEN, format!("this needs the scope {}", P::SCOPE)));
        }
        if on_wrong_side {
            return Err(Problem::new(FORBIDDEN, "this is for the seller's staff"));
        }
        Ok(Self {
            kernel,
            actor: Actor { label: verified.subject.clone(), request: facts },
            token: verified,
            permission: PhantomData,
        })
    }

    /// A place to read from.
    pub fn db(&self) -> Reader {
        self.kernel.db.reader()
    }

    /// A transaction on behalf of this principal.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        self.kernel.db.begin(self.actor.clone()).await
    }

    /// The account this principal belongs to; none on the seller's side.
    pub fn account(&self) -> Option<AccountId> {
        self.token.account
    }

    /// Whether this principal belongs to the seller's side.
    pub fn is_seller(&self) -> bool {
        self.token.account.is_none()
    }

    /// Whether this principal also holds `scope`.
    pub fn holds(&self, scope: &str) -> bool {
        self.token.scopes.contains(scope)
    }

    /// Everything this principal may do.
    pub fn scopes(&self) -> &Scopes {
        &self.token.scopes
    }

    /// Who this is, for records.
    pub fn label(&self) -> &str {
        &self.actor.label
    }

    /// The parts of the kernel that are not the database.
    pub fn kernel(&self) -> &Kernel {
        &self.kernel
    }
}

impl<'a, P: Permission> ApiExtractor<'a> for Acting<P> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        registry.create_security_scheme(P::SCHEME, security_scheme(&[(P::SCOPE, P::HELP)]));
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![P::SCHEME]
    }

    async fn from_request(request: &'a Request, _: &mut RequestBody, _: ExtractParamOptions<()>) -> Result<Self> {
        Self::of(request).map_err(Problem::into_error)
    }
}

/// The OAuth2 scheme with the scopes given, each with what it allows.
pub fn security_scheme(scopes: &[(&'static str, &'static str)]) -> MetaSecurityScheme {
    MetaSecurityScheme {
        ty: "oauth2",
        description: Some("Machine clients take a token with their credentials; people with their e-mail and password."),
        name: None,
        key_in: None,
        scheme: None,
        bearer_format: None,
        flows: Some(MetaOAuthFlows {
            implicit: None,
            password: None,
            client_credentials: Some(MetaOAuthFlow {
                authorization_url: None,
                token_url: Some("/v1/oauth/token"),
                refresh_url: None,
                scopes: scopes.iter().map(|(name, help)| MetaOAuthScope { name, description: Some(help) }).collect(),
            }),
            authorization_code: None,
        }),
        openid_connect_url: None,
    }
}

/// Nobody in particular: for signing in, health and published documents.
#[derive(Debug)]
pub struct Visitor {
    kernel: Kernel,
    facts: RequestFacts,
}

impl Visitor {
    /// A place to read from.
    pub fn db(&self) -> Reader {
        self.kernel.db.reader()
    }

    /// The address of the caller.
    pub fn address(&self) -> &str {
        &self.facts.ip
    }

    /// A transaction that is nobody's yet.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        self.kernel.db.begin(Actor { label: "visitor".into(), request: self.facts.clone() }).await
    }

    /// The parts of the kernel that are not the database.
    pub fn kernel(&self) -> &Kernel {
        &self.kernel
    }
}

impl<'a> ApiExtractor<'a> for Visitor {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::PoemExtractor];
    type ParamType = ();
    type ParamRawType = ();

    async fn from_request(request: &'a Request, _: &mut RequestBody, _: ExtractParamOptions<()>) -> Result<Self> {
        let visitor = of_request(request).and_then(|(kernel, facts)| match kernel.rates.take(&facts.ip) {
            Ok(()) => Ok(Self { kernel, facts }),
            Err(wait) => Err(Problem::new(TOO_MANY_REQUESTS, format!("the limit of requests is reached; try again in {wait} s"))),
        });
        visitor.map_err(Problem::into_error)
    }
}

fn of_request(request: &Request) -> Result<(Kernel, RequestFacts), Problem> {
    let kernel = request.extensions().get::<Kernel>().cloned();
    let facts = request.extensions().get::<RequestFacts>().cloned();
    kernel.zip(facts).ok_or_else(|| Problem::new(BUSY, "the service is not ready"))
}

/// Whoever holds the valid token that a request carries.
pub(super) fn holder(request: &Request, keys: &Keys) -> Option<Arc<Verified>> {
    bearer(request).and_then(|token| keys.verify(token))
}

/// Whether a request carries a valid token of the seller's side.
pub(super) fn is_sellers(request: &Request, keys: &Keys) -> bool {
    holder(request, keys).is_some_and(|verified| verified.account.is_none())
}

fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
