//! The driver that answers at once: it shows what the runner itself costs.

use std::collections::BTreeMap;

use crate::adapter::{Answer, Description, Driver, Worker, refuse_options};
use crate::failure::Failure;
use crate::job::Job;
use crate::rowset::{Row, Set};

/// The version of the contract's definition of the synthetic drivers.
pub const VERSION: &str = "1";

/// The row of drivers that have none.
pub enum NoRow {}

impl Row for NoRow {
    fn width(&self) -> usize {
        match *self {}
    }

    fn type_name(&self, _: usize) -> String {
        match *self {}
    }
}

/// What a synthetic driver says when it is asked for rows.
pub fn no_rows() -> Failure {
    Failure::unsupported("a synthetic driver has written nothing to read back")
}

/// Answers with the expected number of rows, without doing anything.
#[derive(Clone, Copy)]
pub struct Null {
    rows: usize,
}

impl Driver for Null {
    type Worker = Self;

    fn new(job: &Job) -> Result<Self, Failure> {
        refuse_options(job)?;
        Ok(Self {
            rows: job.query.expect.rows,
        })
    }

    fn description(&self) -> Description {
        Description {
            name: "null",
            version: VERSION,
            components: BTreeMap::new(),
            mode: "answers at once, without I/O".into(),
            synthetic: true,
        }
    }

    async fn connect(&self) -> Result<Self, Failure> {
        Ok(*self)
    }
}

impl Worker for Null {
    type Row = NoRow;

    async fn run(&mut self) -> Result<Answer<NoRow>, Failure> {
        Ok(Answer::counted(self.rows))
    }

    async fn read_back(&mut self) -> Result<Set<NoRow>, Failure> {
        Err(no_rows())
    }

    async fn close(self) {}
}
