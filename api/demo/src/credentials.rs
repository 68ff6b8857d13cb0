//! The logins of a demo: written before anybody can use them, so that a start that did not end loses none.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::LoadError;
use super::trade::{role_of_buyer, role_of_seller};
use demo_data::Demo;
use kernel::tokens::random_secret;

/// Name of the file in the data directory.
const FILE: &str = "demo-credentials.json";

/// Everything a script needs to sign in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Credentials {
    /// Of all people.
    pub password: String,
    pub people: Vec<Login>,
    pub clients: Vec<Client>,
}

/// A person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Login {
    pub name: String,
    pub email: String,
    pub password: String,
    pub role: String,
    /// None on the seller's side.
    pub account: Option<String>,
}

/// A machine client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    pub id: String,
    pub secret: String,
    pub name: String,
    pub scopes: Vec<String>,
    /// None on the seller's side.
    pub account: Option<String>,
}

/// Where the logins are kept.
pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

impl Credentials {
    /// The logins kept in the data directory, if there are any.
    pub fn read(data_dir: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path(data_dir)).ok()?;
        serde_json::from_str(&text).ok()
    }
}

/// The logins of people, with the password of an earlier start or a new one; kept at once.
pub(super) fn begin(data_dir: &Path, demo: &Demo) -> Result<Credentials, LoadError> {
    let password = match Credentials::read(data_dir) {
        Some(earlier) => earlier.password,
        None => random_secret()?.chars().filter(char::is_ascii_alphanumeric).take(16).collect(),
    };
    let login = |name: String, email: String, role: &str, account: Option<String>| Login {
        name,
        email,
        password: password.clone(),
        role: role.to_owned(),
        account,
    };
    let mut people: Vec<Login> =
        demo.seller_people().into_iter().map(|p| login(p.name, p.email, role_of_seller(p.role).word(), None)).collect();
    for account in demo.accounts() {
        let code = account.code;
        people
            .extend(account.people.into_iter().map(|p| login(p.name, p.email, role_of_buyer(p.role).word(), Some(code.clone()))));
    }
    let logins = Credentials { password, people, clients: Vec::new() };
    write(data_dir, &logins)?;
    Ok(logins)
}

/// Keeps the logins, readable by their owner only.
pub(super) fn write(data_dir: &Path, logins: &Credentials) -> Result<(), LoadError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let path = path(data_dir);
    let failed = |e: &dyn std::fmt::Display| LoadError::Credentials(format!("{}: {e}", path.display()));
    let text = serde_json::to_string_pretty(logins).map_err(|e| failed(&e))?;
    let file = std::fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|e| failed(&e))
}
