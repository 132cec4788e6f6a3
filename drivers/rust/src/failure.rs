//! The ways in which a job can fail, and their exit codes.

use std::fmt;

/// The contract's name for a cause of failure; `Crash` is the runner's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    BadJob,
    Unsupported,
    WrongAnswer,
    Driver,
    Crash,
}

impl Kind {
    /// The kind as events name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::BadJob => "bad-job",
            Self::Unsupported => "unsupported",
            Self::WrongAnswer => "wrong-answer",
            Self::Driver => "driver",
            Self::Crash => "crash",
        }
    }

    /// What the process exits with.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Crash => 1,
            Self::BadJob => 2,
            Self::Unsupported => 3,
            Self::WrongAnswer => 4,
            Self::Driver => 5,
        }
    }
}

/// Ends a job; its message names the cause in one sentence.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    message: String,
}

impl Failure {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// The job cannot be read, or asks for what is not there.
    pub fn bad_job(message: impl Into<String>) -> Self {
        Self::new(Kind::BadJob, message)
    }

    /// The driver cannot do such a query.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(Kind::Unsupported, message)
    }

    /// The driver's first answer is not what the job expects.
    pub fn wrong_answer(message: impl Into<String>) -> Self {
        Self::new(Kind::WrongAnswer, message)
    }

    /// The driver raised an error.
    pub fn driver(message: impl Into<String>) -> Self {
        Self::new(Kind::Driver, message)
    }

    /// The runner itself cannot go on.
    pub fn crash(message: impl Into<String>) -> Self {
        Self::new(Kind::Crash, message)
    }

    /// The same cause, as an error of the driver: what every failure in a window is.
    pub fn in_window(self) -> Self {
        Self {
            kind: Kind::Driver,
            ..self
        }
    }

    /// Which of the contract's failures it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The cause in one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}
