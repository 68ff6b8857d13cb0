//! CPU time and memory of this process, from the kernel's own files.

use std::time::Duration;

/// Measures CPU time from its start.
pub(crate) struct Clock(Duration);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(cpu_time())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        cpu_time().saturating_sub(self.0)
    }
}

/// Nanoseconds this process spent on a CPU, as the scheduler counts them.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("Linux tells the CPU time");
    let nanos = text.split_whitespace().next().and_then(|field| field.parse().ok());
    Duration::from_nanos(nanos.expect("the first field is a number"))
}

/// Resident memory.
pub(crate) fn resident_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux tells the memory");
    let pages: u64 = text.split_whitespace().nth(1).and_then(|field| field.parse().ok()).expect("a number");
    pages * 4_096
}
