//! What all windows have in common: their workers, their time and what they cost.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::adapter::Worker;
use crate::failure::Failure;
use crate::recorder::Recorder;
use crate::usage::{self, Spent};

/// What one window took; CPU is that of the whole process.
pub struct Measurement {
    pub elapsed: Duration,
    pub cpu_user_us: i64,
    pub cpu_system_us: i64,
    pub max_rss_kib: i64,
}

/// What the workers of a window share.
#[derive(Clone)]
pub struct Frame {
    pub duration: Duration,
    pub epoch: Instant,
    recorder: Arc<Mutex<Recorder>>,
}

impl Frame {
    /// Adds a query; its latency begins at `since`, both times count from the epoch.
    pub fn record(&self, since: Duration, ended: Duration, rows: usize) {
        // One thread: the lock is never contended.
        let mut recorder = self.recorder.lock().expect("no worker has panicked");
        recorder.record(since, ended, rows);
    }
}

/// A worker that has finished its last query, and when that was.
pub type Ended<W> = Result<(W, Duration), Failure>;

/// Lets all workers start together, each in what `work` makes of it, and waits for them.
/// The first error ends the window at once, without waiting for workers that may hang.
pub async fn run<W: Worker, F>(
    duration: Duration,
    workers: &mut Vec<W>,
    recorder: &Arc<Mutex<Recorder>>,
    mut work: impl FnMut(W, Frame) -> F,
) -> Result<Measurement, Failure>
where
    F: Future<Output = Ended<W>> + Send + 'static,
{
    let mut running = JoinSet::new();
    // Also that of a window whose schedule is empty.
    let mut elapsed = Duration::from_nanos(1);
    let before = spent()?;
    // On this one thread no task starts before the first `await` below.
    let frame = Frame {
        duration,
        epoch: Instant::now(),
        recorder: Arc::clone(recorder),
    };
    for mut worker in workers.drain(..) {
        worker.restart();
        running.spawn(work(worker, frame.clone()));
    }
    while let Some(ended) = running.join_next().await {
        let ended = ended.map_err(|error| Failure::crash(error.to_string()))?;
        let (worker, last) = ended.map_err(Failure::in_window)?;
        elapsed = elapsed.max(last);
        workers.push(worker);
    }
    let after = spent()?;
    Ok(Measurement {
        elapsed,
        cpu_user_us: after.user_us - before.user_us,
        cpu_system_us: after.system_us - before.system_us,
        max_rss_kib: after.max_rss_kib,
    })
}

fn spent() -> Result<Spent, Failure> {
    usage::spent().map_err(|error| Failure::crash(format!("getrusage: {error}")))
}

/// Workers for tests of windows.
#[cfg(test)]
pub mod samples {
    use super::{Arc, Duration, Failure, Mutex, Recorder, Worker};
    use crate::adapter::{Answer, Driver};
    use crate::adapters::null::NoRow;
    use crate::job::samples;
    use crate::rowset::Set;

    pub async fn workers<D: Driver>(options: &str, count: usize) -> Vec<D::Worker> {
        let driver = D::new(&samples::with_options(options)).unwrap();
        let mut workers = Vec::new();
        for _ in 0..count {
            workers.push(driver.connect().await.unwrap());
        }
        workers
    }

    pub fn on_one_thread(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(test);
    }

    pub fn recorder(window: Duration) -> Arc<Mutex<Recorder>> {
        Arc::new(Mutex::new(Recorder::new(window)))
    }

    pub enum Faulty {
        Hangs,
        Fails,
    }

    impl Worker for Faulty {
        type Row = NoRow;

        async fn run(&mut self) -> Result<Answer<NoRow>, Failure> {
            match self {
                Self::Hangs => std::future::pending().await,
                Self::Fails => Err(Failure::wrong_answer("the server is gone")),
            }
        }

        async fn read_back(&mut self) -> Result<Set<NoRow>, Failure> {
            Err(Failure::unsupported("nothing to read back"))
        }

        async fn close(self) {}
    }
}
