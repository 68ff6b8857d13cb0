//! People and machine clients from the command line, for the first sign-in and for emergencies.

use clap::Subcommand;
use entity::{AccountId, Role, accounts, users};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::say;
use crate::config::Config;
use crate::server;
use identity::scope::parse_scopes;
use identity::{self, Grantor, NewClient, NewUser};
use kernel::tokens::random_secret;
use store::database::Tx;

/// What to do with people.
#[derive(Subcommand, Debug)]
pub(crate) enum UserCommand {
    /// Create a person; prints the password when none is given
    Create {
        /// E-mail address
        #[arg(long)]
        email: String,
        /// Name
        #[arg(long)]
        name: String,
        /// Roles, separated by commas: viewer, buyer, account_admin; catalog, pricing, sales, warehouse, finance, admin
        #[arg(long, value_delimiter = ',')]
        roles: Vec<String>,
        /// Account of a buyer
        #[arg(long)]
        account: Option<String>,
        /// Password, at least 8 characters
        #[arg(long, env = "BULKHEAD_NEW_PASSWORD", hide_env_values = true)]
        password: Option<String>,
    },
    /// Take away a person's sign-in
    Revoke {
        /// E-mail address
        #[arg(long)]
        email: String,
    },
}

/// What to do with machine clients.
#[derive(Subcommand, Debug)]
pub(crate) enum ClientCommand {
    /// Create a client; prints its secret
    Create {
        /// Its id
        #[arg(long)]
        id: String,
        /// What it is
        #[arg(long, default_value = "")]
        name: String,
        /// Scopes, separated by commas or spaces
        #[arg(long)]
        scopes: String,
        /// Account it acts for
        #[arg(long)]
        account: Option<String>,
    },
    /// Give a client a new secret; the old one works for a day more
    Rotate {
        /// Its id
        #[arg(long)]
        id: String,
    },
    /// End a client
    Revoke {
        /// Its id
        #[arg(long)]
        id: String,
    },
}

/// Runs a command about people.
pub(super) async fn user(config: &Config, command: UserCommand) -> Result<(), String> {
    let kernel = server::open_kernel(config).await?;
    let tx = kernel.system("command line").begin().await.map_err(|e| e.to_string())?;
    match command {
        UserCommand::Create { email, name, roles: words, account, password } => {
            let unknown = || format!("--roles: unknown role in \"{}\"", words.join(","));
            let roles = words.iter().map(|word| Role::from_word(word)).collect::<Option<_>>().ok_or_else(unknown)?;
            let shown = password.is_none();
            let password = match password {
                Some(password) => password,
                None => random_secret().map_err(|e| e.to_string())?,
            };
            let password_hash = identity::hash_password(&email, password.clone()).await.map_err(|e| e.to_string())?;
            let account = account_id(&tx, account).await?;
            let new = NewUser { email, name, password_hash, account, roles };
            let row = identity::create_user(&tx, &Grantor::operator(), new).await.map_err(|e| e.to_string())?;
            tx.commit(()).await.map_err(|e| e.to_string())?;
            let secret = if shown { format!(" with password {password}") } else { String::new() };
            say(&format!("created {}{secret}", row.email));
        }
        UserCommand::Revoke { email } => {
            let row = users::Entity::find().filter(users::Column::Email.eq(email.to_lowercase())).one(&tx).await;
            let row = row.map_err(|e| e.to_string())?.ok_or_else(|| format!("--email: nobody has the address {email}"))?;
            identity::disable_user(&tx, &Grantor::operator(), row.id).await.map_err(|e| e.to_string())?;
            tx.commit(()).await.map_err(|e| e.to_string())?;
            say(&format!("{email} can no longer sign in"));
        }
    }
    kernel.close().await;
    Ok(())
}

/// Runs a command about machine clients.
pub(super) async fn client(config: &Config, command: ClientCommand) -> Result<(), String> {
    let kernel = server::open_kernel(config).await?;
    let tx = kernel.system("command line").begin().await.map_err(|e| e.to_string())?;
    let line = match command {
        ClientCommand::Create { id, name, scopes, account } => {
            let scopes = parse_scopes(&scopes.replace(',', " ")).map_err(|word| format!("--scopes: unknown scope \"{word}\""))?;
            let account = account_id(&tx, account).await?;
            let new = NewClient { client_id: id, name, account, scopes };
            let (row, secret) = identity::create_client(&tx, &Grantor::operator(), new).await.map_err(|e| e.to_string())?;
            format!("created client {} with secret {secret}", row.client_id)
        }
        ClientCommand::Rotate { id } => {
            let (row, secret) = identity::rotate_client(&tx, &Grantor::operator(), &id).await.map_err(|e| e.to_string())?;
            format!("client {} has the new secret {secret}", row.client_id)
        }
        ClientCommand::Revoke { id } => {
            let row = identity::revoke_client(&tx, &Grantor::operator(), &id).await.map_err(|e| e.to_string())?;
            format!("client {} is revoked", row.client_id)
        }
    };
    tx.commit(()).await.map_err(|e| e.to_string())?;
    say(&line);
    kernel.close().await;
    Ok(())
}

async fn account_id(tx: &Tx, code: Option<String>) -> Result<Option<AccountId>, String> {
    let Some(code) = code else { return Ok(None) };
    let row = accounts::Entity::find().filter(accounts::Column::Code.eq(&code)).one(tx).await.map_err(|e| e.to_string())?;
    row.map(|r| Some(r.id)).ok_or_else(|| format!("--account: there is no account \"{code}\""))
}
