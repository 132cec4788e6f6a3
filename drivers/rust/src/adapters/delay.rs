//! The driver that waits for prescribed times: it shows whether the runner measures the truth.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::null::{NoRow, VERSION, no_rows};
use crate::adapter::{Answer, Description, Driver, Worker};
use crate::failure::Failure;
use crate::job::Job;
use crate::rowset::Set;
use crate::timer::Timer;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    delays_ms: Vec<f64>,
    #[serde(default)]
    rows: usize,
}

/// Waits for each of its delays in turn.
pub struct Delay {
    delays: Arc<[Duration]>,
    rows: usize,
}

impl Driver for Delay {
    type Worker = Waiting;

    fn new(job: &Job) -> Result<Self, Failure> {
        let options = Options::deserialize(Value::Object(job.options.clone()))
            .map_err(|error| Failure::bad_job(format!("options: {error}")))?;
        if options.delays_ms.is_empty() {
            return Err(Failure::bad_job(
                "options.delays_ms: expected one delay or more",
            ));
        }
        let delays = options.delays_ms.iter().map(|ms| {
            Duration::try_from_secs_f64(ms / 1000.0)
                .map_err(|error| Failure::bad_job(format!("options.delays_ms: {ms}: {error}")))
        });
        Ok(Self {
            delays: delays.collect::<Result<_, _>>()?,
            rows: options.rows,
        })
    }

    fn description(&self) -> Description {
        Description {
            name: "delay",
            version: VERSION,
            components: BTreeMap::new(),
            mode: format!(
                "waits for each of {} delays in turn, without I/O",
                self.delays.len()
            ),
            synthetic: true,
        }
    }

    async fn connect(&self) -> Result<Waiting, Failure> {
        let timer = Timer::new()
            .map_err(|error| Failure::crash(format!("cannot make a timer: {error}")))?;
        Ok(Waiting {
            timer,
            delays: Arc::clone(&self.delays),
            rows: self.rows,
            next: 0,
        })
    }
}

/// One of its workers.
pub struct Waiting {
    timer: Timer,
    delays: Arc<[Duration]>,
    rows: usize,
    next: usize,
}

impl Worker for Waiting {
    type Row = NoRow;

    async fn run(&mut self) -> Result<Answer<NoRow>, Failure> {
        let delay = self.delays[self.next % self.delays.len()];
        self.next += 1;
        let slept = self.timer.sleep(delay).await;
        slept.map_err(|error| Failure::driver(format!("the timer failed: {error}")))?;
        Ok(Answer::counted(self.rows))
    }

    async fn read_back(&mut self) -> Result<Set<NoRow>, Failure> {
        Err(no_rows())
    }

    fn restart(&mut self) {
        self.next = 0;
    }

    async fn close(self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Kind;
    use crate::job::samples;

    #[test]
    fn options_that_are_no_delays_are_refused() {
        for options in [
            "{}",
            r#"{"delays_ms": []}"#,
            r#"{"delays_ms": [-1]}"#,
            r#"{"delays_ms": [1], "row": 7}"#,
        ] {
            let failure = Delay::new(&samples::with_options(options))
                .err()
                .expect(options);
            assert_eq!(failure.kind(), Kind::BadJob);
        }
    }
}
