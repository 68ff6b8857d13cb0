//! The product, running in a process of its own on a database of its own, and requests to it.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::Result;

/// The words of the product's command line that are used here.
pub(crate) const COMMANDS: &[&str] = &["serve", "client", "openapi"];

/// How long loading or indexing may take.
const PATIENCE: Duration = Duration::from_mins(30);

/// A running server whose client may do everything. It ends with this value.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    http: Client,
    base: String,
    token: String,
    home: TempDir,
}

impl Server {
    pub(crate) async fn start() -> Result<Self> {
        let home = tempfile::Builder::new().prefix("bulkhead-evaluate-").tempdir()?;
        let data = home.path().join("data").display().to_string();
        let scopes: Value = serde_json::from_str(&said(&["openapi"])?)?;
        let scopes = scopes["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"].as_object();
        let scopes: Vec<&str> = scopes.into_iter().flatten().map(|(scope, _)| scope.as_str()).collect();
        let created =
            said(&["client", "create", "--id", "evaluate", "--name", "E", "--scopes", &scopes.join(","), "--data-dir", &data])?;
        let secret = created.split_whitespace().next_back().unwrap_or_default();
        let mut command = product(&["serve", "--data-dir", &data, "--listen", "127.0.0.1:0", "--rate-limit", "0"])?;
        command.args(["--log", "warn", "--max-body-mb", "256"]);
        let log = File::create(home.path().join("log"))?;
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn()?;
        let mut said =
            child.stdout.take().map(BufReader::new).into_iter().flat_map(BufReader::lines).map_while(std::result::Result::ok);
        let base = said.find_map(|line| Some(line.split_once("serves on ")?.1.trim().trim_end_matches('/').to_owned()));
        // It speaks plain HTTP, but wants to know how it would encrypt.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().no_proxy().tls_certs_only([]).timeout(PATIENCE).build()?;
        let Some(base) = base else {
            return Err(format!("the server did not start: {}", fs::read_to_string(home.path().join("log"))?).into());
        };
        let mut server = Self { child, http, base, token: String::new(), home };
        let form = [("grant_type", "client_credentials"), ("client_id", "evaluate"), ("client_secret", secret)];
        let token = server.answered(server.http.post(format!("{}/v1/oauth/token", server.base)).form(&form)).await?;
        token["access_token"].as_str().unwrap_or_default().clone_into(&mut server.token);
        Ok(server)
    }

    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value> {
        self.answered(self.http.get(format!("{}{path}", self.base)).query(query)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.answered(self.http.post(format!("{}{path}", self.base)).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.answered(self.http.put(format!("{}{path}", self.base)).json(body)).await
    }

    async fn answered(&self, request: RequestBuilder) -> Result<Value> {
        let request = if self.token.is_empty() { request } else { request.bearer_auth(&self.token) };
        let request = request.build()?;
        let asked = format!("{} {}", request.method(), request.url());
        let answer = self.http.execute(request).await?;
        let (status, text) = (answer.status(), answer.text().await?);
        if !status.is_success() {
            return Err(format!("{asked} was answered {status}: {text}").into());
        }
        Ok(serde_json::from_str(&text)?)
    }

    /// Imports a file and waits for its end; fails when the job failed. Gives how many rows were rejected.
    pub(crate) async fn import(&self, kind: &str, mapping: &str, media: &str, file: Vec<u8>) -> Result<u64> {
        let started = Instant::now();
        let request = self.http.post(format!("{}/v1/imports", self.base)).query(&[("kind", kind), ("mapping", mapping)]);
        let mut job = self.answered(request.header("content-type", media).body(file)).await?;
        let path = format!("/v1/imports/{}", job["id"].as_str().unwrap_or_default());
        while !job["finished_at"].is_string() {
            if started.elapsed() > PATIENCE {
                return Err(format!("importing {kind} does not end: {job}").into());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            job = self.get(&path, &[]).await?;
        }
        if job["error"].is_string() {
            return Err(format!("importing {kind} failed: {job}").into());
        }
        Ok(job["rejected"].as_u64().unwrap_or(0))
    }

    /// Puts products in batches; gives the number of those refused and an example of a reason.
    pub(crate) async fn put_products(&self, products: &[Value]) -> Result<(usize, Option<Value>)> {
        let (mut refused, mut example) = (0, None);
        for batch in products.chunks(1_000) {
            let answer = self.post("/v1/products/batch", &json!({ "products": batch })).await?;
            for rejected in answer["rejected"].as_array().into_iter().flatten() {
                refused += 1;
                example.get_or_insert(rejected.clone());
            }
        }
        Ok((refused, example))
    }

    /// Waits until the index holds `count` products.
    pub(crate) async fn wait_until_indexed(&self, count: usize) -> Result<()> {
        let started = Instant::now();
        loop {
            let found = self.get("/v1/search", &[("limit", "1")]).await;
            let total = found.as_ref().ok().and_then(|answer| answer["total"].as_u64()).unwrap_or(0);
            if total == count as u64 {
                return Ok(());
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("the index has {total} of {count} products").into());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until everything that follows what happened has followed.
    pub(crate) async fn wait_until_followed(&self) -> Result<()> {
        let started = Instant::now();
        let mut calm = 0;
        while calm < 5 {
            let metrics = self.http.get(format!("{}/metrics", self.base)).send().await?.text().await?;
            let lags = metrics.lines().filter(|line| line.starts_with("bulkhead_event_lag"));
            let behind = lags.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).any(|lag| lag > 0.0);
            calm = if behind { 0 } else { calm + 1 };
            if started.elapsed() > PATIENCE {
                return Err("something never follows what happened; see /metrics".into());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Ok(())
    }

    /// CPU time the server used so far, where the system tells.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect()).unwrap_or_default();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        Duration::from_millis((ticks(11) + ticks(12)) * 10)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            println!("{}", fs::read_to_string(self.home.path().join("log")).unwrap_or_default());
        }
    }
}

/// A command of the product that sees nothing of this process's own settings.
fn product(args: &[&str]) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    for (name, _) in std::env::vars() {
        if name.starts_with("BULKHEAD_") || name == "DATABASE_URL" || name == "REDIS_URL" {
            command.env_remove(name);
        }
    }
    command.args(args).stdin(Stdio::null());
    Ok(command)
}

/// What a command says that runs to its end.
fn said(args: &[&str]) -> Result<String> {
    let output = product(args)?.output()?;
    if !output.status.success() {
        return Err(format!("{args:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
