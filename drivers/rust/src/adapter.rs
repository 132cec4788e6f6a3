//! What the runner wants of a driver. An adapter is generic over SQL, arguments
//! and columns: it knows none of the queries.

use std::collections::BTreeMap;
use std::future::Future;

use crate::failure::Failure;
use crate::job::Job;
use crate::rowset::{Row, Set};

/// What an adapter says of itself in the hello event.
pub struct Description {
    pub name: &'static str,
    pub version: &'static str,
    pub components: BTreeMap<&'static str, &'static str>,
    pub mode: String,
    pub synthetic: bool,
}

/// A driver with one job's settings.
pub trait Driver: Sized {
    type Worker: Worker;

    /// Makes the adapter; nothing is connected yet.
    fn new(job: &Job) -> Result<Self, Failure>;

    /// Who it is, and how it does queries of the job's kind.
    fn description(&self) -> Description;

    /// One connection that is ready for the job's query.
    fn connect(&self) -> impl Future<Output = Result<Self::Worker, Failure>>;
}

/// One connection, and the job's query on it.
pub trait Worker: Send + 'static {
    type Row: Row + 'static;

    /// One query of the contract.
    fn run(&mut self) -> impl Future<Output = Result<Answer<Self::Row>, Failure>> + Send;

    /// What a batch or copy has written.
    fn read_back(&mut self) -> impl Future<Output = Result<Set<Self::Row>, Failure>>;

    /// Starts anew with each window.
    fn restart(&mut self) {}

    /// Closes the connection.
    fn close(self) -> impl Future<Output = ()>;
}

/// What a query gave: the rows that count, and those of a fetch decoded.
pub struct Answer<R> {
    pub rows: usize,
    pub set: Option<Set<R>>,
}

impl<R: Row> Answer<R> {
    /// The answer of a fetch.
    pub fn fetched(set: Set<R>) -> Self {
        Self {
            rows: set.rows(),
            set: Some(set),
        }
    }

    /// The answer of a query that only tells how many rows it was.
    pub fn counted(rows: usize) -> Self {
        Self { rows, set: None }
    }
}

/// Refuses options. One that the driver does not know would, when ignored, put
/// a wrong label on the figure.
pub fn refuse_options(job: &Job) -> Result<(), Failure> {
    match job.options.keys().next() {
        Some(name) => Err(Failure::bad_job(format!(
            "options: unknown option {name:?}"
        ))),
        None => Ok(()),
    }
}
