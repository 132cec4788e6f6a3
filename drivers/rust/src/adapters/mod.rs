//! The drivers that this runner can measure. A new one is one adapter and one line here.

pub mod delay;
pub mod null;
mod sqlx;
mod tokio_postgres;

use std::io::Write;

use crate::event::Writer;
use crate::failure::Failure;
use crate::job::Job;
use crate::runner::run as lead;

/// Does the job with the driver that it names.
pub async fn run(job: &Job, events: &mut Writer<impl Write>) -> Result<(), Failure> {
    match job.driver.as_str() {
        "tokio-postgres" => lead::<tokio_postgres::TokioPostgres>(job, events).await,
        "sqlx" => lead::<sqlx::Sqlx>(job, events).await,
        "null" => lead::<null::Null>(job, events).await,
        "delay" => lead::<delay::Delay>(job, events).await,
        unknown => Err(Failure::bad_job(format!(
            "driver: this runner has no {unknown:?}"
        ))),
    }
}
