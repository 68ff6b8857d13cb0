//! The product running on a database of its own, with people to talk to it.

use std::collections::HashMap;
use std::path::PathBuf;

use reqwest::Client;
use serde_json::{Value, json};

use super::actor::Actor;
use super::home::Home;
use super::process::Process;
use super::wait::unique;

const PASSWORD: &str = "correct horse battery";

/// What a machine client of an account may hold at most.
pub(crate) const BUYER_SCOPES: [&str; 14] = [
    "products:read",
    "prices:read",
    "stock:read",
    "carts:read",
    "carts:write",
    "quotes:read",
    "quotes:write",
    "orders:read",
    "orders:write",
    "shipments:read",
    "invoices:read",
    "events:read",
    "accounts:read",
    "users:write",
];

/// How a shop is set up; the default is what tests want.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setup {
    flags: HashMap<String, String>,
}

impl Setup {
    /// With one more flag of `serve`, without its dashes.
    pub(crate) fn with(mut self, flag: &str, value: &str) -> Self {
        self.flags.insert(flag.to_owned(), value.to_owned());
        self
    }

    /// Opens a shop set up so.
    pub(crate) async fn open(self) -> Shop {
        let home = Home::fresh();
        let process = start(&home, &self);
        let http = client();
        let nobody = Actor::nobody(http, process.base().to_owned());
        let form = [("grant_type", "client_credentials"), ("client_id", "admin"), ("client_secret", &home.admin_secret)];
        let token = nobody.token_for(&form).await.ok();
        let admin = nobody.with_token(token["access_token"].text());
        Shop { process, others: Vec::new(), setup: self, nobody, admin, home }
    }
}

/// The product running, with one process or several.
#[derive(Debug)]
pub(crate) struct Shop {
    // Dropped in this order: processes before the database they use.
    process: Process,
    others: Vec<Process>,
    setup: Setup,
    nobody: Actor,
    admin: Actor,
    home: Home,
}

impl Shop {
    /// Opens a shop on a fresh database.
    pub(crate) async fn open() -> Self {
        Setup::default().open().await
    }

    /// The first process.
    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Where its data is.
    pub(crate) fn home(&mut self) -> &mut Home {
        &mut self.home
    }

    /// Ends the server without warning and starts it again on the same data. Its address is another one then.
    pub(crate) fn start_again(&mut self) {
        self.process.kill();
        self.process = start(&self.home, &self.setup);
        let base = self.process.base().to_owned();
        self.nobody = self.nobody.at(&base);
        self.admin = self.admin.at(&base);
    }

    /// Starts one more process on the same database, with files of its own; gives its address.
    pub(crate) fn another_process(&mut self) -> String {
        let name = format!("process-{}", self.others.len() + 2);
        let flags = self.home.flags_in(&self.home.dir().join(&name));
        let process = serve(flags, &self.setup, self.home.dir().join(format!("{name}.log")));
        let base = process.base().to_owned();
        self.others.push(process);
        base
    }

    /// Flags that lead a command to this shop's data.
    pub(crate) fn flags(&self) -> Vec<String> {
        self.home.flags()
    }

    /// Runs a command of the product on this shop's data; gives what it said, or fails.
    pub(crate) fn runs(&self, words: &[&str]) -> String {
        let args: Vec<String> = words.iter().map(|w| (*w).to_owned()).chain(self.flags()).collect();
        let output = super::bulkhead(&args);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Nobody in particular.
    pub(crate) fn nobody(&self) -> Actor {
        self.nobody.clone()
    }

    /// The seller's machine client that may do everything.
    pub(crate) fn admin(&self) -> Actor {
        self.admin.clone()
    }

    /// Creates an account; gives its code.
    pub(crate) async fn account(&self, code: &str) -> String {
        self.account_with(code, json!({})).await
    }

    /// Creates an account that differs from the usual one in `fields`; gives its code. It has one site, `MAIN`.
    pub(crate) async fn account_with(&self, code: &str, fields: Value) -> String {
        let mut body = json!({ "name": format!("{code} Ltd"), "currency": "EUR" });
        merge(&mut body, fields);
        let mut credit = json!({});
        for field in ["credit_limit", "terms", "overdue_grace_days"] {
            if let Some(value) = body.as_object_mut().and_then(|body| body.remove(field)) {
                credit[field] = value;
            }
        }
        self.admin.put(&format!("/v1/accounts/{code}"), &body).await.ok();
        if credit != json!({}) {
            self.admin.put(&format!("/v1/accounts/{code}/credit"), &credit).await.ok();
        }
        let site =
            json!({ "name": "Main plant", "line1": "Harbour Road 1", "city": "Bremen", "postal_code": "28195", "country": "DE" });
        self.admin.put(&format!("/v1/accounts/{code}/sites/MAIN"), &site).await.ok();
        code.to_owned()
    }

    /// A machine client with exactly these scopes, of an account or of the seller.
    pub(crate) async fn client(&self, account: Option<&str>, scopes: &[&str]) -> Actor {
        let (id, secret) = self.credentials(account, scopes).await;
        let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)];
        let token = self.nobody.token_for(&form).await.ok();
        self.nobody.with_token(token["access_token"].text())
    }

    /// Id and secret of a new machine client.
    pub(crate) async fn credentials(&self, account: Option<&str>, scopes: &[&str]) -> (String, String) {
        let id = unique("client");
        let body = json!({ "client_id": id, "name": "A machine", "account": account, "scopes": scopes });
        let created = self.admin.post("/v1/clients", &body).await.ok();
        (id, created["client_secret"].text().to_owned())
    }

    /// The ERP system of an account, with everything the buyer's side may hold.
    pub(crate) async fn erp(&self, account: &str) -> Actor {
        self.client(Some(account), &BUYER_SCOPES).await
    }

    /// A person of the seller with a role.
    pub(crate) async fn seller(&self, role: &str) -> Actor {
        self.person(None, role).await
    }

    /// A person with a role, signed in.
    pub(crate) async fn person(&self, account: Option<&str>, role: &str) -> Actor {
        let email = self.somebody(account, role).await;
        let session = self.nobody.sign_in(&email, PASSWORD).await.ok();
        self.nobody.with_token(session["access_token"].text())
    }

    /// A person with a role; gives the e-mail address, whose password is [`Shop::password`].
    pub(crate) async fn somebody(&self, account: Option<&str>, role: &str) -> String {
        let email = format!("{}@example.com", unique(role));
        let body = json!({ "email": email, "name": "Ada", "password": PASSWORD, "account": account, "roles": [role] });
        self.admin.post("/v1/users", &body).await.ok();
        email
    }

    /// The password of everybody made by [`Shop::somebody`].
    pub(crate) fn password() -> &'static str {
        PASSWORD
    }
}

fn start(home: &Home, setup: &Setup) -> Process {
    serve(home.flags(), setup, home.dir().join("server.log"))
}

fn serve(home: Vec<String>, setup: &Setup, log: PathBuf) -> Process {
    let usual = [("listen", "127.0.0.1:0"), ("show-statements", "true"), ("rate-limit", "0"), ("log", "warn")];
    let mut flags: HashMap<&str, &str> = usual.into();
    flags.extend(setup.flags.iter().map(|(flag, value)| (flag.as_str(), value.as_str())));
    let mut args = vec!["serve".to_owned()];
    args.extend(home);
    args.extend(flags.into_iter().flat_map(|(flag, value)| [format!("--{flag}"), value.to_owned()]));
    Process::start(&args, log)
}

/// A client that never follows redirects, never uses a proxy and waits long for answers. It speaks plain HTTP, but wants to know
/// how it would encrypt.
pub(crate) fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().tls_certs_only([]).redirect(reqwest::redirect::Policy::none());
    client.timeout(std::time::Duration::from_mins(2)).build().expect("a client")
}

/// Lays the members of `over` over `under`.
pub(crate) fn merge(under: &mut Value, over: Value) {
    let (Some(under), Value::Object(over)) = (under.as_object_mut(), over) else {
        return;
    };
    under.extend(over);
}
