//! Windows whose queries are due at times that are fixed before they begin.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::adapter::Worker;
use crate::failure::Failure;
use crate::recorder::Recorder;
use crate::timer::Timer;
use crate::window::{self, Ended, Frame, Measurement};

const LATE_AFTER: Duration = Duration::from_millis(1);

/// How the schedule was kept.
#[derive(Debug, PartialEq, Eq)]
pub struct Punctuality {
    pub scheduled: u64,
    /// Queries that were not started before the window's end.
    pub missed: u64,
    /// Queries that were started more than a millisecond after they were due.
    pub late: u64,
    pub max_lateness: Duration,
}

/// Lets the workers run one query for each time of the schedule, whichever of them
/// is free, until the duration is over, and lets those under way finish. The first
/// error ends it at once. The schedule is in order, and counts from the start.
pub async fn run<W: Worker>(
    duration: Duration,
    schedule: Vec<Duration>,
    workers: &mut Vec<W>,
    recorder: &Arc<Mutex<Recorder>>,
) -> Result<(Measurement, Punctuality), Failure> {
    let mut timers = workers
        .iter()
        .map(|_| Timer::new())
        .collect::<io::Result<Vec<_>>>()
        .map_err(|error| Failure::crash(format!("cannot make a timer: {error}")))?;
    let queue = Arc::new(Mutex::new(Queue::new(schedule)));
    let measured = window::run(duration, workers, recorder, |worker, frame| {
        let timer = timers.pop().expect("each worker has its timer");
        work(worker, timer, Arc::clone(&queue), frame)
    })
    .await?;
    let answered = recorder.lock().expect("no worker has panicked").queries();
    let queue = queue.lock().expect("no worker has panicked");
    Ok((measured, queue.punctuality(answered)))
}

/// The timer is exact, so that nothing is left to be waited for by yielding.
async fn work<W: Worker>(
    mut worker: W,
    timer: Timer,
    queue: Arc<Mutex<Queue>>,
    frame: Frame,
) -> Ended<W> {
    let queue = || queue.lock().expect("no worker has panicked");
    let mut last = Duration::ZERO;
    loop {
        let Some(due) = queue().take() else {
            return Ok((worker, last));
        };
        let slept = timer.sleep(due.saturating_sub(frame.epoch.elapsed())).await;
        slept.map_err(|error| Failure::driver(format!("the timer failed: {error}")))?;
        let start = frame.epoch.elapsed();
        if start >= frame.duration {
            return Ok((worker, last));
        }
        queue().started(start.saturating_sub(due));
        let answer = worker.run().await?;
        last = frame.epoch.elapsed();
        frame.record(due, last, answer.rows);
    }
}

/// The schedule that all workers take from, and how late they were.
struct Queue {
    schedule: Vec<Duration>,
    next: usize,
    late: u64,
    max_lateness: Duration,
}

impl Queue {
    fn new(schedule: Vec<Duration>) -> Self {
        Self {
            schedule,
            next: 0,
            late: 0,
            max_lateness: Duration::ZERO,
        }
    }

    fn take(&mut self) -> Option<Duration> {
        let due = self.schedule.get(self.next).copied();
        self.next += 1;
        due
    }

    fn started(&mut self, lateness: Duration) {
        self.late += u64::from(lateness > LATE_AFTER);
        self.max_lateness = self.max_lateness.max(lateness);
    }

    fn punctuality(&self, answered: u64) -> Punctuality {
        let scheduled = self.schedule.len() as u64;
        Punctuality {
            scheduled,
            missed: scheduled - answered,
            late: self.late,
            max_lateness: self.max_lateness,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::delay::Delay;
    use crate::failure::Kind;
    use crate::window::samples::{Faulty, on_one_thread, recorder, workers};

    fn every(milliseconds: u64, count: u64) -> Vec<Duration> {
        (0..count)
            .map(|k| Duration::from_millis(k * milliseconds))
            .collect()
    }

    #[test]
    fn a_schedule_that_the_connections_can_keep_is_kept() {
        on_one_thread(async {
            let mut workers = workers::<Delay>(r#"{"delays_ms": [5], "rows": 7}"#, 2).await;
            let window = Duration::from_millis(500);
            let recorder = recorder(window);
            let (measured, kept) = run(window, every(10, 50), &mut workers, &recorder)
                .await
                .unwrap();
            let recorder = recorder.lock().unwrap();
            assert_eq!((kept.scheduled, kept.missed), (50, 0));
            assert_eq!((recorder.queries(), recorder.rows()), (50, 350));
            assert!(recorder.min_ns() >= 5_000_000);
            assert!(measured.elapsed >= Duration::from_millis(490));
            assert_eq!(workers.len(), 2);
        });
    }

    #[test]
    fn latency_counts_from_the_time_at_which_a_query_was_due() {
        on_one_thread(async {
            let mut workers = workers::<Delay>(r#"{"delays_ms": [20]}"#, 1).await;
            let second = Duration::from_secs(1);
            let recorder = recorder(second);
            let (_, kept) = run(second, every(0, 3), &mut workers, &recorder)
                .await
                .unwrap();
            assert!(kept.late >= 2);
            assert!(kept.max_lateness >= Duration::from_millis(40));
            assert!(recorder.lock().unwrap().max_ns() >= 60_000_000);
        });
    }

    #[test]
    fn what_was_not_started_in_time_is_missed() {
        on_one_thread(async {
            let mut workers = workers::<Delay>(r#"{"delays_ms": [20]}"#, 1).await;
            let window = Duration::from_millis(50);
            let recorder = recorder(window);
            let (_, kept) = run(window, every(1, 50), &mut workers, &recorder)
                .await
                .unwrap();
            let answered = recorder.lock().unwrap().queries();
            assert_eq!(kept.missed, 50 - answered);
            assert!(answered <= 3);
        });
    }

    #[test]
    fn a_schedule_of_nothing_is_a_window_of_no_queries() {
        on_one_thread(async {
            let mut workers = workers::<Delay>(r#"{"delays_ms": [20]}"#, 2).await;
            let window = Duration::from_millis(1);
            let (measured, kept) = run(window, Vec::new(), &mut workers, &recorder(window))
                .await
                .unwrap();
            assert_eq!(
                (kept.scheduled, measured.elapsed),
                (0, Duration::from_nanos(1))
            );
        });
    }

    #[test]
    fn an_error_ends_the_window_though_another_worker_hangs() {
        on_one_thread(async {
            let mut workers = vec![Faulty::Hangs, Faulty::Fails];
            let hour = Duration::from_secs(3600);
            let failure = run(hour, every(0, 2), &mut workers, &recorder(hour))
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
