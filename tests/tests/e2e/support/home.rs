//! Where a shop keeps its data: SQLite in a temporary directory, or with `DATABASE=postgres` a PostgreSQL database and a
//! Redis of its own.
//!
//! Both are copied from a template that is migrated once for each build of the binary and already knows the client
//! `admin` with every scope. PostgreSQL is found at `BULKHEAD_TEST_POSTGRES`, by default `postgres://postgres@127.0.0.1:5432`.

use std::fs::{self, File};
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, UNIX_EPOCH};

use tempfile::TempDir;

use super::json::Json;
use super::process::{binary, bulkhead, free_port};
use super::wait::unique;

/// Whether this run is on PostgreSQL and Redis.
pub(crate) fn is_postgres() -> bool {
    match std::env::var("DATABASE").as_deref() {
        Err(_) | Ok("" | "sqlite") => false,
        Ok("postgres") => true,
        Ok(other) => panic!("DATABASE is sqlite or postgres, not {other}"),
    }
}

/// A database nobody else uses.
#[derive(Debug)]
pub(crate) struct Home {
    dir: TempDir,
    database: Option<String>,
    redis: Option<Redis>,
    /// Secret of the client `admin`.
    pub(crate) admin_secret: String,
}

impl Home {
    /// A fresh one, migrated.
    pub(crate) fn fresh() -> Self {
        let dir = tempfile::Builder::new().prefix("bulkhead-test-").tempdir().expect("a temporary directory");
        let template = Template::ready(is_postgres());
        let mut home = Self { dir, database: None, redis: None, admin_secret: template.admin_secret };
        if is_postgres() {
            let name = unique(&format!("bulkhead_test_{}", template.key)).replace('-', "_");
            psql(&format!("create database {name} template {}", template.name));
            home.database = Some(name);
            home.redis = Some(Redis::start(home.dir.path()));
        } else {
            for entry in fs::read_dir(&template.dir).expect("the template is there").flatten() {
                fs::copy(entry.path(), home.dir.path().join(entry.file_name())).expect("the template can be copied");
            }
        }
        home
    }

    /// Its directory.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The flags that lead a process here.
    pub(crate) fn flags(&self) -> Vec<String> {
        self.flags_in(self.dir.path())
    }

    /// The flags that lead a process here which keeps its own files elsewhere, as on another machine.
    pub(crate) fn flags_in(&self, dir: &Path) -> Vec<String> {
        let mut flags = vec!["--data-dir".to_owned(), dir.display().to_string()];
        if let Some(name) = &self.database {
            flags.extend(["--database-url".to_owned(), postgres_url(name)]);
        }
        if let Some(redis) = &self.redis {
            flags.extend(["--redis-url".to_owned(), redis.url()]);
        }
        flags
    }

    /// The Redis of this home.
    pub(crate) fn redis(&mut self) -> Option<&mut Redis> {
        self.redis.as_mut()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(name) = &self.database {
            psql_may_fail(&format!("drop database if exists {name} with (force)"));
        }
    }
}

/// A Redis server of a test's own.
#[derive(Debug)]
pub(crate) struct Redis {
    child: Child,
    port: u16,
    dir: PathBuf,
}

impl Redis {
    fn start(dir: &Path) -> Self {
        let port = free_port();
        let mut redis = Self { child: Self::spawn(port, dir), port, dir: dir.to_owned() };
        redis.wait_until_it_answers();
        redis
    }

    fn spawn(port: u16, dir: &Path) -> Child {
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"]).arg(dir);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("redis-server is installed")
    }

    fn wait_until_it_answers(&mut self) {
        let started = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                // Somebody else took the port between finding and using it.
                self.port = free_port();
                self.child = Self::spawn(self.port, &self.dir);
            }
            assert!(started.elapsed() < Duration::from_secs(20), "redis-server did not start");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it without warning.
    pub(crate) fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Brings it back at the same address, empty.
    pub(crate) fn start_again(&mut self) {
        self.child = Self::spawn(self.port, &self.dir);
        self.wait_until_it_answers();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A migrated database to copy from.
struct Template {
    /// Tells builds of the binary apart, and servers of PostgreSQL.
    key: String,
    /// Name on PostgreSQL.
    name: String,
    /// Files of SQLite.
    dir: PathBuf,
    admin_secret: String,
}

impl Template {
    /// The template of this build, made by whichever test needs it first.
    fn ready(postgres: bool) -> Self {
        let home = Path::new(env!("CARGO_TARGET_TMPDIR"));
        fs::create_dir_all(home).expect("the target directory can be written");
        let kind = if postgres { "postgres" } else { "sqlite" };
        let key = if postgres { format!("{}{:x}", build_key(), server_key()) } else { build_key() };
        let name = format!("bulkhead_template_{key}");
        let dir = home.join(format!("template-{kind}-{key}"));
        let secret = home.join(format!("template-{kind}-{key}.secret"));
        let lock = File::create(home.join(format!("template-{kind}.lock"))).expect("the lock can be made");
        lock.lock().expect("the lock can be taken");
        if !secret.exists() {
            forget_older(home, kind);
            let made = if postgres { make_on_postgres(&name, &dir) } else { make_on_sqlite(&dir) };
            fs::write(&secret, made).expect("the secret can be kept");
        }
        let admin_secret = fs::read_to_string(&secret).expect("the secret was kept");
        Self { key, name, dir, admin_secret }
    }
}

/// Removes what earlier builds left.
fn forget_older(home: &Path, kind: &str) {
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(key) = name.strip_prefix(&format!("template-{kind}-")) else {
            continue;
        };
        if let (Some(key), "postgres") = (key.strip_suffix(".secret"), kind) {
            psql_may_fail(&format!("drop database if exists bulkhead_template_{key}"));
        }
        let _ = fs::remove_dir_all(entry.path()).or_else(|_| fs::remove_file(entry.path()));
    }
}

fn make_on_sqlite(dir: &Path) -> String {
    let _ = fs::remove_dir_all(dir);
    make_admin(&["--data-dir".to_owned(), dir.display().to_string()])
}

fn make_on_postgres(name: &str, dir: &Path) -> String {
    psql(&format!("drop database if exists {name} with (force)"));
    psql(&format!("create database {name}"));
    make_admin(&["--data-dir".to_owned(), dir.display().to_string(), "--database-url".to_owned(), postgres_url(name)])
}

/// Migrates and creates the client `admin`; gives its secret.
fn make_admin(flags: &[String]) -> String {
    let scopes = all_scopes().join(",");
    let words = ["client", "create", "--id", "admin", "--name", "Tests", "--scopes", &scopes];
    let args: Vec<String> = words.iter().map(|w| (*w).to_owned()).chain(flags.iter().cloned()).collect();
    let output = bulkhead(&args);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let secret = said.trim().rsplit(' ').next().unwrap_or_default().to_owned();
    assert!(output.status.success() && !secret.is_empty(), "client create: {}", String::from_utf8_lossy(&output.stderr));
    secret
}

/// Every scope there is, from the OpenAPI document.
fn all_scopes() -> Vec<String> {
    let document = Json::parse(&String::from_utf8_lossy(&bulkhead(&["openapi".to_owned()]).stdout));
    let scopes = &document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"];
    scopes.members().keys().cloned().collect()
}

fn build_key() -> String {
    let file = fs::metadata(binary()).expect("the binary is there");
    let built = file.modified().ok().and_then(|m| m.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    format!("{:x}{:x}", built.as_nanos(), file.len())
}

fn postgres_server() -> String {
    std::env::var("BULKHEAD_TEST_POSTGRES").unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432".to_owned())
}

fn server_key() -> u32 {
    let mut hasher = std::hash::DefaultHasher::new();
    postgres_server().hash(&mut hasher);
    hasher.finish() as u32
}

fn postgres_url(database: &str) -> String {
    format!("{}/{database}", postgres_server())
}

fn psql(sql: &str) {
    let output = run_psql(sql);
    assert!(output.status.success(), "psql: {sql}: {}", String::from_utf8_lossy(&output.stderr));
}

fn psql_may_fail(sql: &str) {
    let _ = run_psql(sql);
}

fn run_psql(sql: &str) -> std::process::Output {
    let mut command = Command::new("psql");
    command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql]).arg(postgres_url("postgres")).stdin(Stdio::null());
    command.output().expect("psql is installed")
}
