//! Processes of the product: the server under test, and commands that run to their end.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// The binary under test, unless `BULKHEAD_BINARY` names another build of it.
const BINARY: &str = env!("CARGO_BIN_EXE_bulkhead-under-test");
/// 32 bytes that only tests use.
const SECRET_KEY: &str = "dGVzdHMgb25seTogMzIgYnl0ZXMgb2YgYSBrZXkuLi4=";
const START_PATIENCE: Duration = Duration::from_mins(1);

/// Path of the binary under test.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("BULKHEAD_BINARY").map_or_else(|| BINARY.into(), PathBuf::from)
}

/// A command of the product that sees nothing of this process's own settings.
pub(crate) fn command(args: &[String]) -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars() {
        if name.starts_with("BULKHEAD_") || name == "DATABASE_URL" || name == "REDIS_URL" {
            command.env_remove(name);
        }
    }
    // Processes that share a database must share it; their data directories differ.
    command.env("BULKHEAD_SECRET_KEY", SECRET_KEY).args(args).stdin(Stdio::null());
    command
}

/// Runs a command of the product to its end.
pub(crate) fn bulkhead(args: &[String]) -> Output {
    command(args).output().expect("the binary starts")
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    base: String,
    log: PathBuf,
}

impl Process {
    /// Starts a server and waits until it says where it serves.
    pub(crate) fn start(args: &[String], log: PathBuf) -> Self {
        let file = File::options().create(true).append(true).open(&log).expect("the log can be written");
        let mut child = command(args).stdout(Stdio::piped()).stderr(file).spawn().expect("the binary starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("serves on ") {
                    let _ = tell.send(address.trim().trim_end_matches('/').to_owned());
                }
            }
        });
        match told.recv_timeout(START_PATIENCE) {
            Ok(base) => Self { child, base, log },
            Err(_) => {
                let _ = child.kill();
                panic!("the server did not start: {}", tail(&log));
            }
        }
    }

    /// Where it serves, as `http://127.0.0.1:1234`.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it without warning.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.id().to_string()).status();
        assert!(sent.is_ok_and(|s| s.success()), "the signal {name} was sent");
    }

    /// Waits until it ended by itself.
    pub(crate) fn wait(&mut self, patience: Duration) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return status;
            }
            assert!(started.elapsed() < patience, "the server did not end in {patience:?}: {}", tail(&self.log));
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// CPU time used so far, of all its threads.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id())).expect("the server runs");
        let after_name = stat.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap_or(0) + fields[12].parse::<u64>().unwrap_or(0);
        Duration::from_millis(ticks * 1_000 / ticks_per_second())
    }

    /// Memory in KiB by its name in `/proc/PID/status`: `VmHWM` for the peak, `VmRSS` for now.
    pub(crate) fn memory_kib(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).expect("the server runs");
        let line = status.lines().find_map(|l| l.strip_prefix(name)).unwrap_or_default();
        line.trim_start_matches(':').split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    /// Lets the peak of the memory begin anew.
    pub(crate) fn forget_peak_memory(&self) {
        fs::write(format!("/proc/{}/clear_refs", self.id()), "5").expect("a process of the same user");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- server log {}\n{}", self.log.display(), tail(&self.log));
        }
    }
}

fn ticks_per_second() -> u64 {
    let asked = Command::new("getconf").arg("CLK_TCK").output();
    asked.ok().and_then(|o| String::from_utf8_lossy(&o.stdout).trim().parse().ok()).unwrap_or(100)
}

/// The last lines of a log.
fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}

/// A port nobody listens on now.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("bound").port()
}
