//! Leads one job through its life: connect, verify, measure.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::adapter::{Driver, Worker};
use crate::event::{Event, Latency, Version, Writer};
use crate::failure::Failure;
use crate::job::{CONTRACT_VERSION, Job, Kind};
use crate::recorder::Recorder;
use crate::rowset::{Row, Set};
use crate::window::{self, Measurement};

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
    run_window("warmup", job.warmup, workers, events).await?;
    let (recorder, measured) = run_window("measure", job.measure, workers, events).await?;
    events.write(&Event::Result {
        queries: recorder.queries(),
        rows: recorder.rows(),
        elapsed_ns: measured.map_or(0, |window| nanoseconds(window.elapsed)),
        latency: Latency {
            min_ns: recorder.min_ns(),
            max_ns: recorder.max_ns(),
            mean_ns: recorder.mean_ns(),
            stddev_ns: recorder.stddev_ns(),
            histogram: recorder.encode().map_err(Failure::crash)?,
        },
    })
}

/// Runs one window; one of no length is skipped.
async fn run_window<W: Worker>(
    name: &str,
    duration: Duration,
    workers: &mut Vec<W>,
    events: &mut Writer<impl Write>,
) -> Result<(Recorder, Option<Measurement>), Failure> {
    if duration.is_zero() {
        return Ok((Recorder::new(), None));
    }
    let recorder = Arc::new(Mutex::new(Recorder::new()));
    events.write(&Event::Started { window: name })?;
    let measured = window::run(duration, workers, &recorder).await?;
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
    })?;
    Ok((recorder, Some(measured)))
}

fn nanoseconds(duration: Duration) -> u64 {
    duration.as_nanos() as u64
}
