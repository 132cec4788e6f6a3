//! Runs one benchmark job, as docs/runner-contract.md says: a job on stdin,
//! events on stdout, a log on stderr.

mod adapter;
mod adapters;
mod canonical;
mod closed_loop;
mod copy_text;
mod event;
mod failure;
mod job;
mod lifeline;
mod native;
mod open_loop;
mod recorder;
mod rowset;
mod runner;
mod schedule;
mod timer;
mod tls;
mod usage;
mod window;

use std::io;
use std::panic;
use std::process::{self, ExitCode};

use event::{Event, Writer};
use failure::{Failure, Kind};
use job::Job;

fn main() -> ExitCode {
    abort_on_panic();
    // SIGTERM keeps its default: the process ends at once, whatever it does.
    lifeline::watch();
    let mut events = Writer::new(io::stdout());
    match run(&mut events) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(&mut events, &failure),
    }
}

/// A panic ends the process with a signal, which the contract reads as a crash.
fn abort_on_panic() {
    let told = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        told(panic);
        process::abort();
    }));
}

fn run(events: &mut Writer<io::Stdout>) -> Result<(), Failure> {
    let job = Job::read(io::stdin().lock())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::crash(format!("no Tokio runtime: {error}")))?;
    let outcome = runtime.block_on(adapters::run(&job, events));
    // Workers that hang after another one's error are not waited for.
    runtime.shutdown_background();
    outcome
}

fn report(events: &mut Writer<io::Stdout>, failure: &Failure) -> ExitCode {
    eprintln!("{failure}");
    if failure.kind() != Kind::Crash {
        // Nothing is left to do when the error event cannot be written either.
        let _ = events.write(&Event::Error {
            kind: failure.kind().name(),
            message: failure.message(),
        });
    }
    ExitCode::from(failure.kind().exit_code())
}
