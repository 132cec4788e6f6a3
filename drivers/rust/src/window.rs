//! Runs workers in a closed loop and measures them.

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

/// A worker that has finished its last query, and when that was.
type Ended<W> = Result<(W, Duration), Failure>;

/// Lets each worker run its query again and again for the duration, all starting
/// together, and lets those under way finish. The first error ends it at once,
/// without waiting for workers that may hang.
pub async fn run<W: Worker>(
    duration: Duration,
    workers: &mut Vec<W>,
    recorder: &Arc<Mutex<Recorder>>,
) -> Result<Measurement, Failure> {
    let mut running = JoinSet::new();
    let mut elapsed = Duration::ZERO;
    let before = spent()?;
    // On this one thread no task starts before the first `await` below.
    let epoch = Instant::now();
    for mut worker in workers.drain(..) {
        worker.restart();
        running.spawn(work(worker, duration, epoch, Arc::clone(recorder)));
    }
    while let Some(ended) = running.join_next().await {
        let ended: Ended<W> = ended.map_err(|error| Failure::crash(error.to_string()))?;
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

async fn work<W: Worker>(
    mut worker: W,
    duration: Duration,
    epoch: Instant,
    recorder: Arc<Mutex<Recorder>>,
) -> Ended<W> {
    let mut last = Duration::ZERO;
    loop {
        let start = epoch.elapsed();
        if start >= duration {
            return Ok((worker, last));
        }
        let answer = worker.run().await?;
        last = epoch.elapsed();
        // One thread: the lock is never contended.
        let mut recorder = recorder.lock().expect("no worker has panicked");
        recorder.record((last - start).as_nanos() as u64, answer.rows);
    }
}

fn spent() -> Result<Spent, Failure> {
    usage::spent().map_err(|error| Failure::crash(format!("getrusage: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Answer, Driver};
    use crate::adapters::delay::Delay;
    use crate::adapters::null::{NoRow, Null};
    use crate::failure::Kind;
    use crate::job::samples;
    use crate::rowset::Set;

    async fn workers<D: Driver>(options: &str, count: usize) -> Vec<D::Worker> {
        let driver = D::new(&samples::with_options(options)).unwrap();
        let mut workers = Vec::new();
        for _ in 0..count {
            workers.push(driver.connect().await.unwrap());
        }
        workers
    }

    fn on_one_thread(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(test);
    }

    fn recorder() -> Arc<Mutex<Recorder>> {
        Arc::new(Mutex::new(Recorder::new()))
    }

    #[test]
    fn delays_start_anew_in_each_window() {
        on_one_thread(async {
            let mut workers = workers::<Delay>(r#"{"delays_ms": [60, 1], "rows": 7}"#, 2).await;
            for _ in 0..2 {
                let recorder = recorder();
                let window = Duration::from_millis(30);
                let measured = run(window, &mut workers, &recorder).await.unwrap();
                let recorder = recorder.lock().unwrap();
                assert_eq!((recorder.queries(), recorder.rows()), (2, 14));
                assert!(recorder.min_ns() >= 60_000_000);
                assert!(measured.elapsed >= Duration::from_millis(60));
            }
        });
    }

    #[test]
    fn null_answers_with_the_expected_rows() {
        on_one_thread(async {
            let mut workers = workers::<Null>("{}", 8).await;
            let recorder = recorder();
            run(Duration::from_millis(20), &mut workers, &recorder)
                .await
                .unwrap();
            let recorder = recorder.lock().unwrap();
            assert!(recorder.queries() > 0);
            assert_eq!(recorder.rows(), 619 * recorder.queries());
            assert_eq!(workers.len(), 8);
        });
    }

    enum Faulty {
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

    #[test]
    fn an_error_ends_the_window_though_another_worker_hangs() {
        on_one_thread(async {
            let mut workers = vec![Faulty::Hangs, Faulty::Fails];
            let failure = run(Duration::from_secs(3600), &mut workers, &recorder())
                .await
                .err();
            let failure = failure.expect("the window fails");
            assert_eq!(
                (failure.kind(), failure.message()),
                (Kind::Driver, "the server is gone")
            );
        });
    }
}
