//! Reads and checks the one line of JSON that a runner is given.

use std::io::BufRead;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::failure::Failure;

/// The version of docs/runner-contract.md that is spoken here.
pub const CONTRACT_VERSION: u64 = 3;

/// One cell and round: a driver, a query and a concurrency.
#[derive(Debug, Deserialize)]
pub struct Job {
    pub driver: String,
    #[serde(default)]
    pub options: Map<String, Value>,
    pub connection: Connection,
    pub query: Query,
    pub concurrency: usize,
    #[serde(rename = "warmup_seconds", deserialize_with = "seconds")]
    pub warmup: Duration,
    #[serde(rename = "measure_seconds", deserialize_with = "seconds")]
    pub measure: Duration,
    pub arrivals: Option<Arrivals>,
    pub seed: i64,
}

/// Where the server is. A host that starts with "/" is the directory of a unix socket; without
/// `tls` the connection is in plaintext.
#[derive(Clone, Debug, Deserialize)]
pub struct Connection {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: Option<String>,
    pub database: String,
    pub tls: Option<Tls>,
}

/// TLS: the server's certificate has to be signed by one of those in the file, and for its host.
#[derive(Clone, Debug, Deserialize)]
pub struct Tls {
    pub ca_file: String,
}

/// When the queries of an open loop are due; a closed one has none.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Arrivals {
    pub process: Process,
    pub per_second: f64,
}

/// How the queries of an open loop are spread over its time.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Process {
    Constant,
    Poisson,
}

/// What one query is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Fetch,
    Batch,
    Copy,
}

/// What is measured. `target` and `readback` belong to batch and copy.
#[derive(Debug, Deserialize)]
pub struct Query {
    pub kind: Kind,
    pub sql: String,
    pub args: Vec<Argument>,
    pub columns: Vec<Column>,
    pub target: Option<Target>,
    pub readback: Option<Readback>,
    pub expect: Expect,
}

/// A column of an answer, or a parameter to send.
#[derive(Clone, Debug, Deserialize)]
pub struct Column {
    pub name: String,
    #[serde(rename = "type")]
    pub declared: Type,
    #[serde(default)]
    pub nullable: bool,
}

/// An argument with its PostgreSQL type.
#[derive(Debug, Deserialize)]
pub struct Argument {
    #[serde(rename = "type")]
    pub declared: Type,
    pub value: Value,
}

/// The table that batch and copy write to, and with which rows.
#[derive(Debug, Deserialize)]
pub struct Target {
    pub schema: String,
    pub table: String,
    pub row: Vec<Value>,
    pub row_count: usize,
}

/// The fetch that shows what a batch or copy has written.
#[derive(Debug, Deserialize)]
pub struct Readback {
    pub sql: String,
    pub columns: Vec<Column>,
}

/// The right answer.
#[derive(Debug, Deserialize)]
pub struct Expect {
    pub rows: usize,
    pub checksum: Option<String>,
}

/// A PostgreSQL type as the contract names it; "int4[]" is an array.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Type {
    pub scalar: Scalar,
    pub array: bool,
    pub name: String,
}

/// The contract's types without their arrays.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Scalar {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Text,
    Varchar,
    Name,
    Char,
    Bytea,
    Timestamptz,
    Timestamp,
    Date,
    Numeric,
    Uuid,
}

impl TryFrom<String> for Type {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let (element, array) = match name.strip_suffix("[]") {
            Some(element) => (element, true),
            None => (name.as_str(), false),
        };
        let scalar = serde_json::from_value(Value::from(element))
            .map_err(|_| format!("{name:?} is none of the contract's types"))?;
        Ok(Self {
            scalar,
            array,
            name,
        })
    }
}

impl Job {
    /// Reads the job; every error is a bad job.
    pub fn read(mut input: impl BufRead) -> Result<Self, Failure> {
        let mut line = String::new();
        input
            .read_line(&mut line)
            .map_err(|error| Failure::bad_job(format!("cannot read the job: {error}")))?;
        Self::parse(&line)
    }

    fn parse(line: &str) -> Result<Self, Failure> {
        let value: Value = serde_json::from_str(line).map_err(invalid)?;
        // The version comes first: all else may mean something new in another one.
        if value["contract"].as_u64() != Some(CONTRACT_VERSION) {
            return Err(Failure::bad_job(format!(
                "contract: this runner speaks version {CONTRACT_VERSION}, the job {}",
                value["contract"]
            )));
        }
        let job = Self::deserialize(value).map_err(invalid)?;
        job.check().map_err(Failure::bad_job)?;
        Ok(job)
    }

    fn check(&self) -> Result<(), String> {
        if self.concurrency < 1 {
            return Err("concurrency: expected 1 or more, got 0".into());
        }
        if let Some(arrivals) = &self.arrivals
            && arrivals.per_second <= 0.0
        {
            let got = arrivals.per_second;
            return Err(format!(
                "arrivals.per_second: expected more than 0, got {got}"
            ));
        }
        self.query.check()
    }
}

impl Query {
    /// The columns of the answer that is verified.
    pub fn answer_columns(&self) -> &[Column] {
        match &self.readback {
            Some(readback) => &readback.columns,
            None => &self.columns,
        }
    }

    fn check(&self) -> Result<(), String> {
        if self.sql.is_empty() {
            return Err("query.sql: missing".into());
        }
        if self.kind == Kind::Fetch {
            return match self.readback {
                Some(_) => Err("query.readback: a fetch has none".into()),
                None => Ok(()),
            };
        }
        let Some(target) = &self.target else {
            return Err("query.target: missing".into());
        };
        if self.readback.is_none() {
            return Err("query.readback: missing".into());
        }
        if target.row_count < 1 {
            return Err("query.target.row_count: expected 1 or more, got 0".into());
        }
        if target.row.len() != self.columns.len() {
            return Err(format!(
                "query.target.row: expected {} values, one for each column, got {}",
                self.columns.len(),
                target.row.len()
            ));
        }
        Ok(())
    }
}

fn invalid(error: serde_json::Error) -> Failure {
    Failure::bad_job(format!("the job is not valid: {error}"))
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)
}

/// Jobs for tests.
#[cfg(test)]
pub mod samples {
    use super::Job;

    pub const FETCH: &str = r#"{"contract": 3, "driver": "null", "options": {},
        "connection": {"host": "/tmp", "port": 5432, "user": "u", "password": null, "database": "d", "tls": null},
        "query": {"name": "q", "kind": "fetch", "sql": "select $1",
            "args": [{"type": "int4", "value": -1}],
            "columns": [{"name": "a", "type": "int4[]", "nullable": false}],
            "target": null, "readback": null, "expect": {"rows": 619, "checksum": "00"}},
        "concurrency": 8, "warmup_seconds": 0.5, "measure_seconds": 2,
        "arrivals": {"process": "poisson", "per_second": 1000.5}, "seed": 7}"#;

    pub const COPY: &str = r#"{"contract": 3, "driver": "null", "options": {},
        "connection": {"host": "/tmp", "port": 5432, "user": "u", "password": null, "database": "d", "tls": null},
        "query": {"name": "q", "kind": "copy", "sql": "copy t from stdin", "args": [],
            "columns": [{"name": "a", "type": "int4"}, {"name": "b", "type": "bytea"}],
            "target": {"schema": "s", "table": "t", "row": [10, "00ff"], "row_count": 3},
            "readback": {"sql": "select 1", "columns": [{"name": "a", "type": "int4"}]},
            "expect": {"rows": 3, "checksum": null}},
        "concurrency": 1, "warmup_seconds": 0, "measure_seconds": 1, "arrivals": null,
        "seed": 1}"#;

    /// A job with these options.
    pub fn with_options(options: &str) -> Job {
        let line = FETCH.replacen(r#""options": {}"#, &format!(r#""options": {options}"#), 1);
        Job::parse(&line).expect("the job is valid")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure;

    #[test]
    fn a_job_is_read() {
        let job = Job::read(samples::FETCH.replace('\n', " ").as_bytes()).unwrap();
        assert_eq!((job.concurrency, job.query.kind), (8, Kind::Fetch));
        assert_eq!(
            (job.warmup, job.measure),
            (Duration::from_millis(500), Duration::from_secs(2))
        );
        let declared = &job.query.answer_columns()[0].declared;
        assert_eq!((declared.scalar, declared.array), (Scalar::Int4, true));
        let poisson = Arrivals {
            process: Process::Poisson,
            per_second: 1000.5,
        };
        assert_eq!((job.arrivals, job.seed), (Some(poisson), 7));
        let job = Job::parse(samples::COPY).unwrap();
        assert_eq!(job.query.answer_columns()[0].name, "a");
        assert_eq!(job.arrivals, None);
    }

    #[test]
    fn a_bad_job_is_refused_with_what_is_wrong() {
        let (fetch, copy) = (samples::FETCH, samples::COPY);
        let cases = [
            (fetch, fetch, "", "not valid"),
            (fetch, fetch, "{", "not valid"),
            (fetch, fetch, "[]", "contract"),
            (fetch, r#""contract": 3"#, r#""contract": 1"#, "contract"),
            (fetch, r#""contract": 3, "#, "", "contract"),
            (fetch, r#""driver": "null","#, "", "driver"),
            (fetch, r#""tls": null"#, r#""tls": {}"#, "ca_file"),
            (
                fetch,
                r#""concurrency": 8"#,
                r#""concurrency": 0"#,
                "concurrency",
            ),
            (fetch, r#""concurrency": 8"#, r#""concurrency": "8""#, "8"),
            (
                fetch,
                r#""warmup_seconds": 0.5"#,
                r#""warmup_seconds": -1"#,
                "negative",
            ),
            (
                fetch,
                r#""measure_seconds": 2"#,
                r#""measure_seconds": 1e300"#,
                "not valid",
            ),
            (fetch, r#""poisson""#, r#""pareto""#, "pareto"),
            (fetch, "1000.5", "0", "arrivals.per_second"),
            (fetch, "1000.5", r#""fast""#, "fast"),
            (fetch, r#""seed": 7"#, r#""seed": 0.5"#, "0.5"),
            (fetch, r#", "seed": 7"#, "", "seed"),
            (fetch, r#""fetch""#, r#""frobnicate""#, "frobnicate"),
            (fetch, r#""select $1""#, r#""""#, "query.sql"),
            (fetch, r#""int4[]""#, r#""int5""#, "int5"),
            (fetch, r#""rows": 619"#, r#""rows": -1"#, "-1"),
            (fetch, r#""fetch""#, r#""copy""#, "query.target"),
            (copy, r#""readback": {"#, r#""unread": {"#, "query.readback"),
            (copy, r#"[10, "00ff"]"#, "[10]", "query.target.row"),
            (
                copy,
                r#""row_count": 3"#,
                r#""row_count": 0"#,
                "query.target.row_count",
            ),
        ];
        for (job, old, new, expected) in cases {
            let failure = Job::parse(&job.replacen(old, new, 1)).unwrap_err();
            assert_eq!(failure.kind(), failure::Kind::BadJob);
            assert!(failure.message().contains(expected), "{new:?}: {failure}");
        }
    }
}
