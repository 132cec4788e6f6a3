//! Leads one job through its life: connect, verify, measure.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::adapter::{Driver, Worker};
use crate::closed_loop;
use crate::event::{Arrivals, Event, Latency, Version, Writer};
use crate::failure::Failure;
use crate::job::{CONTRACT_VERSION, Job, Kind};
use crate::open_loop::{self, Punctuality};
use crate::recorder::Recorder;
use crate::rowset::{Row, Set};
use crate::schedule;

/// Does the job with a driver.
pub async fn run<D: Driver>(job: &Job, events: &mut Writer<impl Write>) -> Result<(), Failure> {
    let driver = D::new(job)?;
    let description = driver.description();
    events.write(&Event::Hello {
        contract: CONTRACT_VERSION,
        runner: "rust",
        runtime: Version {
            name: "Rust",
            version: env!("VERSION_RUSTC"),
        },
        driver: Version {
            name: description.name,
            version: description.version,
        },
        components: description.components,
        mode: &description.mode,
        synthetic: description.synthetic,
    })?;
    let mut workers = connect(job, &driver).await?;
    let (rows, checksum) = first_answers(job, &mut workers, description.synthetic).await?;
    events.write(&Event::Ready {
        connections: workers.len(),
        rows,
        columns: job.query.answer_columns().len(),
        checksum,
    })?;
    measure(job, &mut workers, events).await?;
    for worker in workers {
        worker.close().await;
    }
    Ok(())
}

async fn connect<D: Driver>(job: &Job, driver: &D) -> Result<Vec<D::Worker>, Failure> {
    let mut workers = Vec::with_capacity(job.concurrency);
    for _ in 0..job.concurrency {
        workers.push(driver.connect().await?);
    }
    Ok(workers)
}

/// Verifies the answer of the first worker, and lets each of the others answer once.
async fn first_answers<W: Worker>(
    job: &Job,
    workers: &mut [W],
    synthetic: bool,
) -> Result<(usize, Option<String>), Failure> {
    let (first, others) = workers
        .split_first_mut()
        .expect("there is one connection or more");
    let answer = first.run().await?;
    let rows = answer.rows;
    let mut checksum = None;
    if !synthetic {
        if rows != job.query.expect.rows {
            let expected = job.query.expect.rows;
            return Err(Failure::wrong_answer(format!(
                "expected {expected} rows, got {rows}"
            )));
        }
        let set = match (job.query.kind, answer.set) {
            (Kind::Fetch, Some(set)) => set,
            _ => first.read_back().await?,
        };
        checksum = Some(verified(&set, job.query.expect.checksum.as_deref())?);
    }
    for other in others {
        other.run().await?;
    }
    Ok((rows, checksum))
}

fn verified<R: Row>(set: &Set<R>, expected: Option<&str>) -> Result<String, Failure> {
    let mut digest = Sha256::new();
    let mut encoded = Vec::new();
    for row in 0..set.rows() {
        encoded.clear();
        set.encode(row, &mut encoded);
        digest.update(&encoded);
    }
    let checksum: String = digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    match expected {
        Some(expected) if expected == checksum => Ok(checksum),
        _ => Err(Failure::wrong_answer(format!(
            "expected the checksum {}, got {checksum}",
            expected.unwrap_or("of no answer")
        ))),
    }
}

async fn measure<W: Worker>(
    job: &Job,
    workers: &mut Vec<W>,
    events: &mut Writer<impl Write>,
) -> Result<(), Failure> {
    run_window(
        "warmup",
        job,
        job.warmup,
        job.seed.wrapping_add(1),
        workers,
        events,
    )
    .await?;
    let measured = run_window("measure", job, job.measure, job.seed, workers, events).await?;
    let recorder = measured.recorder;
    events.write(&Event::Result {
        queries: recorder.queries(),
        rows: recorder.rows(),
        elapsed_ns: nanoseconds(measured.elapsed),
        latency: Latency {
            min_ns: recorder.min_ns(),
            max_ns: recorder.max_ns(),
            mean_ns: recorder.mean_ns(),
            stddev_ns: recorder.stddev_ns(),
            histogram: recorder.encode().map_err(Failure::crash)?,
        },
        tenths: recorder.tenths(),
        arrivals: measured.punctuality.map(|kept| Arrivals {
            scheduled: kept.scheduled,
            missed: kept.missed,
            late: kept.late,
            max_lateness_ns: nanoseconds(kept.max_lateness),
        }),
    })
}

/// What the result tells of a window.
struct Measured {
    recorder: Recorder,
    elapsed: Duration,
    punctuality: Option<Punctuality>,
}

/// Runs one window; one of no length is skipped. The seed is that of an open loop's schedule.
async fn run_window<W: Worker>(
    name: &str,
    job: &Job,
    duration: Duration,
    seed: i64,
    workers: &mut Vec<W>,
    events: &mut Writer<impl Write>,
) -> Result<Measured, Failure> {
    if duration.is_zero() {
        return Ok(Measured {
            recorder: Recorder::new(duration),
            elapsed: duration,
            punctuality: None,
        });
    }
    let recorder = Arc::new(Mutex::new(Recorder::new(duration)));
    let arrivals = job.arrivals.as_ref();
    let schedule = arrivals.map(|arrivals| schedule::offsets(arrivals, duration, seed));
    events.write(&Event::Started { window: name })?;
    let (measured, punctuality) = match schedule {
        None => (closed_loop::run(duration, workers, &recorder).await?, None),
        Some(schedule) => {
            let (measured, kept) = open_loop::run(duration, schedule, workers, &recorder).await?;
            (measured, Some(kept))
        }
    };
    let recorder = Arc::into_inner(recorder)
        .and_then(|mutex| mutex.into_inner().ok())
        .expect("all workers have ended");
    events.write(&Event::Finished {
        window: name,
        elapsed_ns: nanoseconds(measured.elapsed),
        queries: recorder.queries(),
        cpu_user_us: measured.cpu_user_us,
        cpu_system_us: measured.cpu_system_us,
        max_rss_kib: measured.max_rss_kib,
        allocations: (),
    })?;
    Ok(Measured {
        recorder,
        elapsed: measured.elapsed,
        punctuality,
    })
}

fn nanoseconds(duration: Duration) -> u64 {
    duration.as_nanos() as u64
}
