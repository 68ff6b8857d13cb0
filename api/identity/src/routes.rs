//! Identity over HTTP.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entity::{AccountId, UserId, accounts, sites};
use poem::Request;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Form;
use poem_openapi::{OpenApi, Tags};

use super::accounts::{USUAL_GRACE_DAYS, USUAL_TERMS};
use super::directory::Accounts;
use super::error::IdentityError;
use super::passwords;
use super::sessions::{self, Granted};
use super::views::{
    AccountInput, AccountView, ClientInput, ClientView, CreditInput, JwksView, NewPassword, PasswordChange, SignIn, SignOut,
    SiteInput, SiteView, TokenForm, TokenView, UserInput, UserView,
};
use super::{Grantor, NewAccount, NewClient, NewCredit, NewSite, NewUser, account_for, queries};
use crate::permit;
use crate::scope::{parse_scopes, scopes_of};
use kernel::principal::{Acting, Permission, Visitor};
use kernel::problem::ApiError;
use kernel::tokens::{Holder, LIFETIME_SECONDS};
use kernel::wire::{Body, Code, Created, Etag, JsonResponse, Page, PageRequest, Text, if_match};

type Result<T> = std::result::Result<T, ApiError<IdentityError>>;

#[derive(Tags)]
enum Tag {
    /// Signing in, tokens, keys.
    Sessions,
    /// Companies, sites, people, machine clients.
    Accounts,
}

/// Sign-in and tokens.
#[derive(Debug)]
pub struct SessionRoutes;

#[OpenApi(tag = "Tag::Sessions")]
impl SessionRoutes {
    /// Take an access token
    ///
    /// OAuth 2.0 token endpoint (RFC 6749): the client credentials grant, with HTTP Basic or credentials in the form, and the
    /// refresh token grant. A refresh token works once; using it twice ends the sign-in it belongs to.
    #[oai(path = "/v1/oauth/token", method = "post", operation_id = "take_token")]
    async fn take_token(&self, visitor: Visitor, request: &Request, form: Form<TokenForm>) -> Result<JsonResponse<TokenView>> {
        let form = form.0;
        let granted = match form.grant_type.as_str() {
            "client_credentials" => {
                let basic = basic_credentials(request);
                let in_form = form.client_id.zip(form.client_secret);
                let (id, secret) = basic.or(in_form).ok_or(IdentityError::WrongSecret)?;
                sessions::client_credentials(&visitor, &id, &secret, form.scope.as_deref()).await?
            }
            "refresh_token" => {
                let token = form.refresh_token.ok_or(IdentityError::WrongRefreshToken)?;
                sessions::refresh(&visitor, &token).await?
            }
            other => return Err(IdentityError::UnknownGrant(other.chars().take(40).collect()).into()),
        };
        issue(&visitor, granted)
    }

    /// Sign in with e-mail address and password
    ///
    /// Gives a short access token and a rotating refresh token. After five wrong passwords from one place there is one try a minute.
    #[oai(path = "/v1/sessions", method = "post", operation_id = "sign_in")]
    async fn sign_in(&self, visitor: Visitor, body: Body<SignIn>) -> Result<JsonResponse<TokenView>> {
        let granted = sessions::sign_in(&visitor, &body.0.email, body.0.password.into_inner()).await?;
        issue(&visitor, granted)
    }

    /// Sign out
    ///
    /// Ends the sign-in that the refresh token belongs to. An unknown token is answered the same way.
    #[oai(path = "/v1/sessions/revocation", method = "post", operation_id = "sign_out")]
    async fn sign_out(&self, visitor: Visitor, body: Body<SignOut>) -> Result<()> {
        Ok(sessions::sign_out(&visitor, &body.0.refresh_token).await?)
    }

    /// Change a password
    ///
    /// By the present one, which is tried as at sign-in. Every sign-in of the person ends, this one too.
    #[oai(path = "/v1/password-changes", method = "post", operation_id = "change_password")]
    async fn change_password(&self, visitor: Visitor, body: Body<PasswordChange>) -> Result<()> {
        let PasswordChange { email, password, new_password } = body.0;
        Ok(passwords::change(&visitor, &email, password.into_inner(), new_password.into_inner()).await?)
    }

    /// Set a new password by a mailed link
    ///
    /// With the token of the link, which works once and for an hour. Every sign-in of the person ends.
    #[oai(path = "/v1/passwords", method = "post", operation_id = "set_password")]
    async fn set_password(&self, visitor: Visitor, body: Body<NewPassword>) -> Result<()> {
        let NewPassword { token, password } = body.0;
        Ok(passwords::set_by_link(&visitor, &token, password.into_inner()).await?)
    }

    /// Public keys of access tokens
    ///
    /// JSON Web Key Set (RFC 7517). Keys stay listed until the last token they signed has expired.
    #[oai(path = "/.well-known/jwks.json", method = "get", operation_id = "list_keys")]
    async fn list_keys(&self, visitor: Visitor) -> Result<JsonResponse<JwksView>> {
        Ok(JsonResponse::of(&JwksView { keys: visitor.kernel().keys.published() })?)
    }
}

fn issue(visitor: &Visitor, granted: Granted) -> Result<JsonResponse<TokenView>> {
    let token = visitor.kernel().keys.issue(Holder {
        subject: &granted.subject,
        client_id: &granted.client_id,
        scopes: &granted.scopes,
        account: granted.account,
        session: granted.session.as_deref(),
        at: granted.at,
    });
    let view = TokenView {
        access_token: token?,
        token_type: "Bearer".to_owned(),
        expires_in: LIFETIME_SECONDS,
        scope: granted.scopes.to_string(),
        refresh_token: granted.refresh_token,
    };
    Ok(JsonResponse::of(&view)?)
}

fn basic_credentials(request: &Request) -> Option<(String, String)> {
    let (scheme, encoded) = request.header("authorization")?.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (id, secret) = String::from_utf8(decoded).ok()?.split_once(':').map(|(a, b)| (a.to_owned(), b.to_owned()))?;
    Some((id, secret))
}

/// Accounts, sites, people, clients.
#[derive(Debug)]
pub struct IdentityRoutes {
    /// All accounts.
    pub accounts: Accounts,
}

#[OpenApi(tag = "Tag::Accounts")]
impl IdentityRoutes {
    /// Create or change an account
    ///
    /// The account becomes what the body says; its credit stays as it is. With `If-Match` the change happens only if nobody changed it meanwhile.
    #[oai(path = "/v1/accounts/:code", method = "put", operation_id = "put_account")]
    async fn put_account(
        &self,
        who: Acting<permit::WriteAccounts>,
        code: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<AccountInput>,
    ) -> Result<JsonResponse<AccountView>> {
        let expected = if_match(expected.0.as_deref())?;
        let tx = who.begin().await?;
        let row = super::put_account(&tx, new_account(code.0, body.0), expected).await?;
        let sites = queries::sites_of(&tx, row.id).await?;
        let row = tx.commit(row).await?;
        self.account_answer(row, sites)
    }

    /// Set the credit of an account
    ///
    /// Limit, payment terms and grace become what the body says, for orders from now on. With `If-Match`, the version of the
    /// account, the change happens only if nobody changed it meanwhile.
    #[oai(path = "/v1/accounts/:code/credit", method = "put", operation_id = "put_account_credit")]
    async fn put_credit(
        &self,
        who: Acting<permit::WriteCredit>,
        code: Path<Code>,
        #[oai(name = "If-Match")] expected: Header<Option<String>>,
        body: Body<CreditInput>,
    ) -> Result<JsonResponse<AccountView>> {
        let expected = if_match(expected.0.as_deref())?;
        let account = account_for(&who, &self.accounts, Some(&code.0))?;
        let tx = who.begin().await?;
        let row = super::put_credit(&tx, account.id, new_credit(body.0), expected).await?;
        let sites = queries::sites_of(&tx, row.id).await?;
        let row = tx.commit(row).await?;
        self.account_answer(row, sites)
    }

    /// Read an account
    ///
    /// People of an account can read their own.
    #[oai(path = "/v1/accounts/:code", method = "get", operation_id = "get_account")]
    async fn get_account(&self, who: Acting<permit::ReadAccounts>, code: Path<Code>) -> Result<JsonResponse<AccountView>> {
        let account = account_for(&who, &self.accounts, Some(&code.0))?;
        let db = who.db();
        let row = queries::account(&db, account.id).await?;
        let row = row.ok_or_else(|| IdentityError::AccountNotFound(code.0.to_string()))?;
        let sites = queries::sites_of(&db, row.id).await?;
        self.account_answer(row, sites)
    }

    /// List accounts
    ///
    /// In the order they were created. People of an account see only their own.
    #[oai(path = "/v1/accounts", method = "get", operation_id = "list_accounts")]
    async fn list_accounts(
        &self,
        who: Acting<permit::ReadAccounts>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<AccountView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 50, 500)?;
        let db = who.db();
        let rows = queries::list_accounts(&db, page, who.account()).await?;
        let sites = queries::sites_of_all(&db, rows.iter().map(|row| row.id)).await?;
        let items = rows.into_iter().map(|row| {
            let own = sites.iter().filter(|s| s.account_id == row.id).cloned().collect();
            (row.id.0, AccountView::new(row, own, &self.accounts))
        });
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Create or change a site of an account
    ///
    /// The first site of an account becomes its default one.
    #[oai(path = "/v1/accounts/:code/sites/:site", method = "put", operation_id = "put_site")]
    async fn put_site(
        &self,
        who: Acting<permit::WriteAccounts>,
        code: Path<Code>,
        site: Path<Code>,
        body: Body<SiteInput>,
    ) -> Result<JsonResponse<SiteView>> {
        let account = account_for(&who, &self.accounts, Some(&code.0))?;
        let tx = who.begin().await?;
        let row = super::put_site(&tx, account.id, new_site(site.0, body.0)).await?;
        let row = tx.commit(row).await?;
        Ok(JsonResponse::of(&row.into())?)
    }

    /// Create a person
    ///
    /// An account's administrator creates people of that account with roles of the buyer's side.
    #[oai(path = "/v1/users", method = "post", operation_id = "create_user")]
    async fn create_user(
        &self,
        who: Acting<permit::WriteUsers>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        body: Body<UserInput>,
    ) -> Result<Created<UserView>> {
        let input = body.0;
        let account = self.account_of_new(&who, input.account.as_deref())?;
        let by = Grantor::of(&who);
        by.must_hold(&scopes_of(&input.roles))?;
        let password_hash = super::hash_password(&input.email, input.password.into_inner()).await?;
        let tx = who.begin().await?;
        if let Some(replay) = tx.claim(key.0.as_deref()).await? {
            return Ok(Created::replay(replay));
        }
        let new = NewUser {
            email: input.email.into_inner(),
            name: input.name.into_inner(),
            password_hash,
            account,
            roles: input.roles,
        };
        let row = super::create_user(&tx, &by, new).await?;
        let answer = Created::stored(&tx, &UserView::new(row, &self.accounts)).await?;
        Ok(tx.commit(answer).await?)
    }

    /// List people
    ///
    /// The seller's administrator sees everybody, an account's administrator the account's people.
    #[oai(path = "/v1/users", method = "get", operation_id = "list_users")]
    async fn list_users(
        &self,
        who: Acting<permit::WriteUsers>,
        account: Query<Option<Code>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<UserView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 50, 500)?;
        let visible = super::visible_account(&who, &self.accounts, account.0.as_deref())?;
        let rows = queries::list_users(&who.db(), page, visible).await?;
        let items = rows.into_iter().map(|row| (row.id.0, UserView::new(row, &self.accounts)));
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Disable a person
    ///
    /// They can no longer sign in, and the tokens they hold are refused.
    #[oai(path = "/v1/users/:id/deactivation", method = "post", operation_id = "disable_user")]
    async fn disable_user(&self, who: Acting<permit::WriteUsers>, id: Path<Text<20>>) -> Result<JsonResponse<UserView>> {
        let id: i64 = id.0.parse().map_err(|_| IdentityError::UserNotFound)?;
        let tx = who.begin().await?;
        let row = super::disable_user(&tx, &Grantor::of(&who), UserId(id)).await?;
        let row = tx.commit(row).await?;
        Ok(JsonResponse::of(&UserView::new(row, &self.accounts))?)
    }

    /// Let a disabled person sign in again
    ///
    /// With the password and the roles they had.
    #[oai(path = "/v1/users/:id/activation", method = "post", operation_id = "enable_user")]
    async fn enable_user(&self, who: Acting<permit::WriteUsers>, id: Path<Text<20>>) -> Result<JsonResponse<UserView>> {
        let id: i64 = id.0.parse().map_err(|_| IdentityError::UserNotFound)?;
        let tx = who.begin().await?;
        let row = super::enable_user(&tx, &Grantor::of(&who), UserId(id)).await?;
        let row = tx.commit(row).await?;
        Ok(JsonResponse::of(&UserView::new(row, &self.accounts))?)
    }

    /// Create a machine client
    ///
    /// The answer holds the secret, this once. A client of an account can hold scopes of the buyer's side only.
    #[oai(path = "/v1/clients", method = "post", operation_id = "create_client")]
    async fn create_client(&self, who: Acting<permit::WriteUsers>, body: Body<ClientInput>) -> Result<Created<ClientView>> {
        let input = body.0;
        let account = self.account_of_new(&who, input.account.as_deref())?;
        let words: Vec<&str> = input.scopes.iter().map(std::ops::Deref::deref).collect();
        let scopes = parse_scopes(&words.join(" ")).map_err(IdentityError::WrongScope)?;
        let tx = who.begin().await?;
        let new = NewClient { client_id: input.client_id.into_inner(), name: input.name.into_inner(), account, scopes };
        let (row, secret) = super::create_client(&tx, &Grantor::of(&who), new).await?;
        let view = tx.commit(ClientView::new(row, Some(secret), &self.accounts)).await?;
        Ok(Created::of(&view)?)
    }

    /// List machine clients
    ///
    /// Without their secrets.
    #[oai(path = "/v1/clients", method = "get", operation_id = "list_clients")]
    async fn list_clients(
        &self,
        who: Acting<permit::WriteUsers>,
        account: Query<Option<Code>>,
        limit: Query<Option<u64>>,
        #[oai(validator(max_length = 64))] cursor: Query<Option<String>>,
    ) -> Result<JsonResponse<Page<ClientView>>> {
        let page = PageRequest::read(limit.0, cursor.0.as_deref(), 50, 500)?;
        let visible = super::visible_account(&who, &self.accounts, account.0.as_deref())?;
        let rows = queries::list_clients(&who.db(), page, visible).await?;
        let items = rows.into_iter().map(|row| (row.id.0, ClientView::new(row, None, &self.accounts)));
        Ok(JsonResponse::of(&page.page(items))?)
    }

    /// Give a client a new secret
    ///
    /// The answer holds it, this once; the old secret works for a day more.
    #[oai(path = "/v1/clients/:client_id/rotation", method = "post", operation_id = "rotate_client")]
    async fn rotate_client(&self, who: Acting<permit::WriteUsers>, client_id: Path<Code>) -> Result<JsonResponse<ClientView>> {
        let tx = who.begin().await?;
        let (row, secret) = super::rotate_client(&tx, &Grantor::of(&who), &client_id.0).await?;
        let view = tx.commit(ClientView::new(row, Some(secret), &self.accounts)).await?;
        Ok(JsonResponse::of(&view)?)
    }

    /// End a client
    ///
    /// It gets no more tokens, and those it holds are refused.
    #[oai(path = "/v1/clients/:client_id/revocation", method = "post", operation_id = "revoke_client")]
    async fn revoke_client(&self, who: Acting<permit::WriteUsers>, client_id: Path<Code>) -> Result<JsonResponse<ClientView>> {
        let tx = who.begin().await?;
        let row = super::revoke_client(&tx, &Grantor::of(&who), &client_id.0).await?;
        let row = tx.commit(row).await?;
        Ok(JsonResponse::of(&ClientView::new(row, None, &self.accounts))?)
    }
}

impl IdentityRoutes {
    fn account_answer(&self, row: accounts::Model, sites: Vec<sites::Model>) -> Result<JsonResponse<AccountView>> {
        let version = row.version;
        let answer = JsonResponse::of(&AccountView::new(row, sites, &self.accounts))?;
        Ok(answer.with_etag(Etag(version)))
    }

    /// The account a new person or client belongs to; the seller's side may leave it out.
    fn account_of_new<P: Permission>(&self, who: &Acting<P>, code: Option<&str>) -> Result<Option<AccountId>> {
        if who.is_seller() && code.is_none() {
            return Ok(None);
        }
        let account = account_for(who, &self.accounts, code)?;
        if !who.is_seller() {
            account.refuse_blocked()?;
        }
        Ok(Some(account.id))
    }
}

fn new_account(code: Code, input: AccountInput) -> NewAccount {
    NewAccount {
        code: code.into_inner(),
        name: input.name.into_inner(),
        parent: input.parent.map(Code::into_inner),
        group: input.group.map(Code::into_inner),
        currency: input.currency.into_inner(),
        status: input.status.unwrap_or(entity::AccountStatus::Active),
    }
}

fn new_credit(input: CreditInput) -> NewCredit {
    NewCredit {
        limit: input.credit_limit.map(|amount| amount.0.into()),
        terms: input.terms.map_or_else(|| USUAL_TERMS.to_owned(), Code::into_inner),
        overdue_grace_days: input.overdue_grace_days.map_or(USUAL_GRACE_DAYS, i32::from),
    }
}

fn new_site(code: Code, input: SiteInput) -> NewSite {
    NewSite {
        code: code.into_inner(),
        name: input.name.into_inner(),
        line1: input.line1.into_inner(),
        line2: input.line2.map(Text::into_inner).unwrap_or_default(),
        city: input.city.into_inner(),
        region: input.region.map(Text::into_inner).unwrap_or_default(),
        postal_code: input.postal_code.map(Text::into_inner).unwrap_or_default(),
        country: input.country.into_inner(),
        is_default: input.is_default,
    }
}
