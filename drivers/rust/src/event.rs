//! The runner's events, one JSON object per line.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;

use crate::failure::Failure;

/// A thing and its version.
#[derive(Serialize)]
pub struct Version<'a> {
    pub name: &'a str,
    pub version: &'a str,
}

/// The distribution of the measured window's latencies, in nanoseconds.
#[derive(Serialize)]
pub struct Latency {
    pub min_ns: u64,
    pub max_ns: u64,
    pub mean_ns: f64,
    pub stddev_ns: f64,
    pub histogram: String,
}

/// How an open loop's schedule was kept.
#[derive(Serialize)]
pub struct Arrivals {
    pub scheduled: u64,
    pub missed: u64,
    pub late: u64,
    pub max_lateness_ns: u64,
}

/// What a runner says, in the order in which it says it.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event<'a> {
    /// Who runs, and how.
    Hello {
        contract: u64,
        runner: &'a str,
        runtime: Version<'a>,
        driver: Version<'a>,
        components: BTreeMap<&'a str, &'a str>,
        mode: &'a str,
        synthetic: bool,
    },
    /// All connections are prepared and the first answer was right.
    Ready {
        connections: usize,
        rows: usize,
        columns: usize,
        checksum: Option<String>,
    },
    /// A window opens.
    Started { window: &'a str },
    /// A window has closed; CPU is that of the whole process.
    Finished {
        window: &'a str,
        elapsed_ns: u64,
        queries: u64,
        cpu_user_us: i64,
        cpu_system_us: i64,
        max_rss_kib: i64,
        /// Null: what would count them costs every window, or needs a program of its own.
        allocations: (),
    },
    /// The job went well.
    Result {
        queries: u64,
        rows: u64,
        elapsed_ns: u64,
        latency: Latency,
        tenths: [u64; 10],
        arrivals: Option<Arrivals>,
    },
    /// The job failed.
    Error { kind: &'a str, message: &'a str },
}

/// Writes events, each flushed before the next step.
pub struct Writer<W: Write> {
    out: W,
}

impl<W: Write> Writer<W> {
    /// Events go to `out`.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    /// Writes one event; fails when nobody reads any more.
    pub fn write(&mut self, event: &Event<'_>) -> Result<(), Failure> {
        let mut line = serde_json::to_vec(event)
            .map_err(|error| Failure::crash(format!("an event has no JSON form: {error}")))?;
        line.push(b'\n');
        self.out
            .write_all(&line)
            .and_then(|()| self.out.flush())
            .map_err(|error| Failure::crash(format!("cannot write an event to stdout: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_that_names_itself() {
        let mut out = Vec::new();
        let mut events = Writer::new(&mut out);
        events
            .write(&Event::Error {
                kind: "driver",
                message: "two\nlines",
            })
            .unwrap();
        let expected = "{\"event\":\"error\",\"kind\":\"driver\",\"message\":\"two\\nlines\"}\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
