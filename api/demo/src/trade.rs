//! Accounts, sites, people, machine clients, part numbers.

use std::sync::Arc;

use ahash::AHashMap;
use entity::{AccountId, AccountStatus, Amount, Role, users};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::credentials::{Client, Credentials};
use super::{LoadError, Loader, refused};
use catalog::{PartNumber, put_part_numbers};
use demo_data::model::{self, BuyerRole, SellerRole};
use identity::scope::parse_scopes;
use identity::{
    Account, Accounts, Grantor, IdentityError, NewAccount, NewClient, NewCredit, NewSite, NewUser, create_client, create_user,
    hash_password, put_account, put_credit, put_site, rotate_client,
};
use store::database::Tx;

/// Days an account may be overdue before its orders are held.
const GRACE_DAYS: i32 = 14;

/// A customer as made up and as stored.
pub(super) struct Customer {
    pub(super) made_up: model::Account,
    pub(super) stored: Arc<Account>,
    /// Label of each person, by e-mail address.
    pub(super) people: AHashMap<String, String>,
}

/// The customers by code.
pub(super) type Customers = AHashMap<String, Customer>;

impl Loader<'_> {
    pub(super) async fn trade(&self, logins: &mut Credentials) -> Result<Customers, LoadError> {
        let accounts = self.demo.accounts();
        self.progress.part("accounts", accounts.len() as u64);
        // One hash for all people of the demo: hashing is slow on purpose.
        let hash = hash_password("", logins.password.clone()).await?;
        let tx = self.system.begin().await?;
        for account in &accounts {
            let id = put_one(&tx, account).await?;
            for person in &account.people {
                put_person(&tx, person, role_of_buyer(person.role), Some(id), &hash).await?;
            }
            self.progress.advance(1);
        }
        for person in self.demo.seller_people() {
            put_person(&tx, &person, role_of_seller(person.role), None, &hash).await?;
        }
        tx.commit(()).await?;
        let db = self.system.db();
        let stored = Accounts::load(&db).await?;
        self.clients(&stored, logins).await?;
        let people = users::Entity::find().filter(users::Column::AccountId.is_not_null()).all(&db).await?;
        let mut labels: AHashMap<AccountId, AHashMap<String, String>> = AHashMap::new();
        for person in people {
            if let Some(account) = person.account_id {
                labels.entry(account).or_default().insert(person.email, format!("user:{}", person.id));
            }
        }
        let customers = accounts.into_iter().filter_map(|made_up| {
            let stored = stored.by_code(&made_up.code)?;
            let people = labels.remove(&stored.id).unwrap_or_default();
            Some((made_up.code.clone(), Customer { made_up, stored, people }))
        });
        let customers: Customers = customers.collect();
        self.part_numbers(&customers).await?;
        Ok(customers)
    }

    /// Machine clients; one that is there from a start that did not end gets a new secret.
    async fn clients(&self, accounts: &Accounts, logins: &mut Credentials) -> Result<(), LoadError> {
        let tx = self.system.begin().await?;
        logins.clients.clear();
        for client in self.demo.machine_clients() {
            let code = client.account_code.clone();
            let client_id =
                code.as_ref().map_or("demo-integration".to_owned(), |code| format!("demo-erp-{}", code.to_lowercase()));
            let scopes = parse_scopes(&client.scopes.join(" ")).map_err(|word| refused(format!("unknown scope {word}")))?;
            let account = code.as_deref().and_then(|code| accounts.by_code(code)).map(|account| account.id);
            let new = NewClient { client_id: client_id.clone(), name: client.name.clone(), account, scopes };
            let there = entity::clients::Column::ClientId.eq(&client_id);
            let there = entity::clients::Entity::find().filter(there).one(&tx).await?.is_some();
            let made = if there {
                rotate_client(&tx, &Grantor::operator(), &client_id).await
            } else {
                create_client(&tx, &Grantor::operator(), new).await
            };
            let (_, secret) = made.map_err(refused)?;
            let scopes = client.scopes.iter().map(|scope| (*scope).to_owned()).collect();
            logins.clients.push(Client { id: client_id, secret, name: client.name, scopes, account: code });
        }
        Ok(tx.commit(()).await?)
    }

    async fn part_numbers(&self, customers: &Customers) -> Result<(), LoadError> {
        let products = self.load_products(&self.system.db()).await?;
        let tx = self.system.begin().await?;
        for customer in self.demo.accounts().iter().filter_map(|account| customers.get(&account.code)) {
            let numbers = customer.made_up.part_numbers.iter();
            let numbers: Vec<PartNumber> =
                numbers.map(|number| PartNumber { product: self.id(number.item), number: number.number.clone() }).collect();
            if !numbers.is_empty() {
                for put in put_part_numbers(&tx, &products, customer.stored.id, &numbers, None).await? {
                    put.map_err(|problem| refused(problem.detail))?;
                }
            }
        }
        Ok(tx.commit(()).await?)
    }
}

async fn put_one(tx: &Tx, account: &model::Account) -> Result<AccountId, LoadError> {
    let new = NewAccount {
        code: account.code.clone(),
        name: account.name.clone(),
        parent: account.parent_code.clone(),
        group: Some(account.group_code.to_owned()),
        currency: account.currency.to_owned(),
        status: AccountStatus::Active,
    };
    let row = put_account(tx, new, None).await.map_err(refused)?;
    let credit =
        NewCredit { limit: Some(Amount(account.credit_limit)), terms: account.terms.to_owned(), overdue_grace_days: GRACE_DAYS };
    put_credit(tx, row.id, credit, None).await.map_err(refused)?;
    for (at, site) in account.sites.iter().enumerate() {
        put_site(tx, row.id, new_site(site, at == 0)).await.map_err(refused)?;
    }
    Ok(row.id)
}

fn new_site(site: &model::Site, is_default: bool) -> NewSite {
    NewSite {
        code: site.code.clone(),
        name: site.name.clone(),
        line1: site.street.clone(),
        line2: String::new(),
        city: site.city.to_owned(),
        region: String::new(),
        postal_code: site.postcode.clone(),
        country: site.country.to_owned(),
        is_default,
    }
}

/// Creates a person who is not there yet.
async fn put_person<R>(
    tx: &Tx,
    person: &model::Person<R>,
    role: Role,
    account: Option<AccountId>,
    hash: &str,
) -> Result<(), LoadError> {
    let there = users::Entity::find().filter(users::Column::Email.eq(person.email.to_lowercase())).one(tx).await?;
    if there.is_some() {
        return Ok(());
    }
    let new = NewUser {
        email: person.email.clone(),
        name: person.name.clone(),
        password_hash: hash.to_owned(),
        account,
        roles: vec![role],
    };
    match create_user(tx, &Grantor::operator(), new).await {
        Ok(_) => Ok(()),
        Err(IdentityError::Common(trouble)) => Err(trouble.into()),
        Err(error) => Err(refused(error)),
    }
}

pub(super) fn role_of_buyer(role: BuyerRole) -> Role {
    match role {
        BuyerRole::Viewer => Role::Viewer,
        BuyerRole::Buyer => Role::Buyer,
        BuyerRole::AccountAdmin => Role::AccountAdmin,
    }
}

pub(super) fn role_of_seller(role: SellerRole) -> Role {
    match role {
        SellerRole::Catalog => Role::Catalog,
        SellerRole::Pricing => Role::Pricing,
        SellerRole::Sales => Role::Sales,
        SellerRole::Warehouse => Role::Warehouse,
        SellerRole::Finance => Role::Finance,
        SellerRole::Admin => Role::Admin,
    }
}
