//! Windows in which each connection starts a query as soon as the last one was answered.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::adapter::Worker;
use crate::failure::Failure;
use crate::recorder::Recorder;
use crate::window::{self, Ended, Frame, Measurement};

/// Lets each worker run its query again and again for the duration, all starting
/// together, and lets those under way finish. The first error ends it at once.
pub async fn run<W: Worker>(
    duration: Duration,
    workers: &mut Vec<W>,
    recorder: &Arc<Mutex<Recorder>>,
) -> Result<Measurement, Failure> {
    window::run(duration, workers, recorder, work).await
}

async fn work<W: Worker>(mut worker: W, frame: Frame) -> Ended<W> {
    let mut last = Duration::ZERO;
    loop {
        let start = frame.epoch.elapsed();
        if start >= frame.duration {
            return Ok((worker, last));
        }
        let answer = worker.run().await?;
        last = frame.epoch.elapsed();
        frame.record(start, last, answer.rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::delay::Delay;
    use crate::adapters::null::Null;
    use crate::failure::Kind;
    use crate::window::samples::{Faulty, on_one_thread, recorder, workers};

    #[test]
    fn delays_start_anew_in_each_window() {
        on_one_thread(async {
            let mut workers = workers::<Delay>(r#"{"delays_ms": [60, 1], "rows": 7}"#, 2).await;
            for _ in 0..2 {
                let window = Duration::from_millis(30);
                let recorder = recorder(window);
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
            let window = Duration::from_millis(20);
            let recorder = recorder(window);
            run(window, &mut workers, &recorder).await.unwrap();
            let recorder = recorder.lock().unwrap();
            assert!(recorder.queries() > 0);
            assert_eq!(recorder.rows(), 619 * recorder.queries());
            assert_eq!(workers.len(), 8);
        });
    }

    #[test]
    fn an_error_ends_the_window_though_another_worker_hangs() {
        on_one_thread(async {
            let mut workers = vec![Faulty::Hangs, Faulty::Fails];
            let hour = Duration::from_secs(3600);
            let failure = run(hour, &mut workers, &recorder(hour)).await.err();
            let failure = failure.expect("the window fails");
            assert_eq!(
                (failure.kind(), failure.message()),
                (Kind::Driver, "the server is gone")
            );
        });
    }
}
