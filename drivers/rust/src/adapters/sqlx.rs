//! sqlx: one `PgConnection` for each worker.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{
    PgArguments, PgConnectOptions, PgConnection, PgRow, PgSslMode, PgTypeInfo, Postgres,
};
use sqlx::{
    Arguments, Column as _, ConnectOptions, Connection as _, Decode, Encode, Row as _, Type,
    TypeInfo,
};

use crate::adapter::{Answer, Description, Driver, Worker, refuse_options};
use crate::canonical::Canonical;
use crate::copy_text::{self, Text};
use crate::failure::Failure;
use crate::job::{Column, Connection, Job, Kind, Query, Type as Declared};
use crate::native::FromJson;
use crate::rowset::{self, BoxError, Get, Layout, MakeValues, Set, values_of};
use crate::with_native;

const COPY_CHUNK_BYTES: usize = 64 * 1024;

/// The driver with one job's query.
pub struct Sqlx {
    options: PgConnectOptions,
    kind: Kind,
    plan: Arc<Plan>,
}

/// What all connections send. The statements are there as long as the process
/// is, as those that a program's source holds are.
struct Plan {
    sql: &'static str,
    parameters: Vec<Box<dyn Parameter>>,
    rows: Vec<Vec<Box<dyn Parameter>>>,
    layout: Arc<Layout<PgRow>>,
    readback: &'static str,
}

/// A value to send.
trait Parameter: Send + Sync {
    /// Adds it to the arguments of a statement.
    fn bind(&self, arguments: &mut PgArguments) -> Result<(), BoxError>;

    /// Appends it as a field of COPY's text.
    fn append_field(&self, out: &mut String);
}

struct Bound<T>(Option<T>);

impl<T> Parameter for Bound<T>
where
    T: for<'q> Encode<'q, Postgres> + Type<Postgres> + Text + Send + Sync,
{
    fn bind(&self, arguments: &mut PgArguments) -> Result<(), BoxError> {
        arguments.add(self.0.as_ref())
    }

    fn append_field(&self, out: &mut String) {
        copy_text::append_field(self.0.as_ref(), out);
    }
}

impl Driver for Sqlx {
    type Worker = Connected;

    fn new(job: &Job) -> Result<Self, Failure> {
        refuse_options(job)?;
        Ok(Self {
            options: options(&job.connection),
            kind: job.query.kind,
            plan: Arc::new(Plan::new(&job.query)?),
        })
    }

    fn description(&self) -> Description {
        let mode = match self.kind {
            Kind::Fetch => {
                "query_with and try_map, statements prepared and cached by the driver, binary; \
                 Row::try_get into typed values"
            }
            Kind::Batch => {
                "a transaction that executes the cached prepared statement for one row after \
                 the other, binary: sqlx has no batch helper and no pipelining"
            }
            Kind::Copy => "PgConnection::copy_in_raw, text written by the adapter",
        };
        Description {
            name: "sqlx",
            version: env!("VERSION_SQLX"),
            components: BTreeMap::from([("tokio", env!("VERSION_TOKIO"))]),
            mode: mode.into(),
            synthetic: false,
        }
    }

    async fn connect(&self) -> Result<Connected, Failure> {
        let connection = self.options.connect().await.map_err(failure)?;
        Ok(Connected {
            connection,
            kind: self.kind,
            plan: self.plan.clone(),
        })
    }
}

fn options(connection: &Connection) -> PgConnectOptions {
    let mut options = PgConnectOptions::new_without_pgpass()
        .port(connection.port)
        .username(&connection.user)
        .database(&connection.database);
    options = match &connection.tls {
        None => options.ssl_mode(PgSslMode::Disable),
        Some(tls) => options
            .ssl_mode(PgSslMode::VerifyFull)
            .ssl_root_cert(&tls.ca_file),
    };
    options = if connection.host.starts_with('/') {
        options.socket(&connection.host)
    } else {
        options.host(&connection.host)
    };
    match &connection.password {
        Some(password) => options.password(password),
        None => options,
    }
}

impl Plan {
    fn new(query: &Query) -> Result<Self, Failure> {
        let parameters = query
            .args
            .iter()
            .map(|arg| parameter(&arg.declared, &arg.value));
        let mut plan = Self {
            sql: query.sql.clone().leak(),
            parameters: parameters.collect::<Result<_, _>>()?,
            rows: Vec::new(),
            layout: Layout::new(query.answer_columns(), make_values),
            readback: match &query.readback {
                Some(readback) => readback.sql.clone().leak(),
                None => "",
            },
        };
        if let Some(target) = &query.target {
            for _ in 0..target.row_count {
                let values = query.columns.iter().zip(&target.row);
                let row = values.map(|(column, value)| parameter(&column.declared, value));
                plan.rows.push(row.collect::<Result<_, _>>()?);
            }
        }
        Ok(plan)
    }
}

/// A connection with the job's query.
pub struct Connected {
    connection: PgConnection,
    kind: Kind,
    plan: Arc<Plan>,
}

impl Worker for Connected {
    type Row = PgRow;

    async fn run(&mut self) -> Result<Answer<PgRow>, Failure> {
        let Self {
            connection,
            kind,
            plan,
        } = self;
        match kind {
            Kind::Fetch => {
                let fetched = fetch(connection, plan.sql, &plan.parameters, &plan.layout).await;
                fetched.map(Answer::fetched)
            }
            Kind::Batch => batch(connection, plan)
                .await
                .map(Answer::counted)
                .map_err(failure),
            Kind::Copy => copy(connection, plan)
                .await
                .map(Answer::counted)
                .map_err(failure),
        }
    }

    async fn read_back(&mut self) -> Result<Set<PgRow>, Failure> {
        fetch(
            &mut self.connection,
            self.plan.readback,
            &[],
            &self.plan.layout,
        )
        .await
    }

    async fn close(self) {
        // That a goodbye fails changes no figure.
        let _ = self.connection.close().await;
    }
}

/// Rows are decoded as they come, as `query_as` does.
async fn fetch(
    connection: &mut PgConnection,
    sql: &'static str,
    parameters: &[Box<dyn Parameter>],
    layout: &Arc<Layout<PgRow>>,
) -> Result<Set<PgRow>, Failure> {
    let mut set = layout.set(0);
    let mut refused = None;
    let decode = |row: PgRow| {
        set.append(&row).map_err(|mismatch| {
            refused = Some(mismatch);
            sqlx::Error::RowNotFound
        })
    };
    let arguments = arguments(parameters).map_err(failure)?;
    let fetched = sqlx::query_with(sql, arguments)
        .try_map(decode)
        .fetch_all(connection)
        .await;
    match (refused, fetched) {
        (Some(mismatch), _) => Err(mismatch),
        (None, Err(error)) => Err(failure(error)),
        (None, Ok(_)) => Ok(set),
    }
}

async fn batch(connection: &mut PgConnection, plan: &Plan) -> Result<usize, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let mut written = 0;
    for row in &plan.rows {
        let insert = sqlx::query_with(plan.sql, arguments(row)?);
        written += insert.execute(&mut *transaction).await?.rows_affected();
    }
    transaction.commit().await?;
    Ok(written as usize)
}

async fn copy(connection: &mut PgConnection, plan: &Plan) -> Result<usize, sqlx::Error> {
    let mut copy = connection.copy_in_raw(plan.sql).await?;
    let mut chunk = String::with_capacity(2 * COPY_CHUNK_BYTES);
    for row in &plan.rows {
        for (index, value) in row.iter().enumerate() {
            if index > 0 {
                chunk.push('\t');
            }
            value.append_field(&mut chunk);
        }
        chunk.push('\n');
        if chunk.len() >= COPY_CHUNK_BYTES {
            copy.send(chunk.as_bytes()).await?;
            chunk.clear();
        }
    }
    copy.send(chunk.as_bytes()).await?;
    Ok(copy.finish().await? as usize)
}

fn arguments(parameters: &[Box<dyn Parameter>]) -> Result<PgArguments, sqlx::Error> {
    let mut arguments = PgArguments::default();
    for parameter in parameters {
        parameter
            .bind(&mut arguments)
            .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

impl rowset::Row for PgRow {
    fn width(&self) -> usize {
        self.len()
    }

    fn type_name(&self, index: usize) -> String {
        let declared: &PgTypeInfo = self.column(index).type_info();
        declared.name().to_lowercase()
    }
}

impl<T> Get<T> for PgRow
where
    T: for<'r> Decode<'r, Postgres> + Type<Postgres>,
{
    fn value(&self, index: usize) -> Result<T, BoxError> {
        Ok(self.try_get(index)?)
    }
}

impl Canonical for Oid {
    fn encode(&self, out: &mut Vec<u8>) {
        self.0.encode(out);
    }
}

impl FromJson for Oid {
    fn from_json(json: &Value) -> Result<Self, String> {
        u32::from_json(json).map(Self)
    }
}

impl Text for Oid {
    fn text(&self, out: &mut String) {
        out.push_str(&self.0.to_string());
    }
}

fn make_values(column: &Column) -> MakeValues<PgRow> {
    with_native!(column.declared.scalar, oid = Oid, Native => values_of::<PgRow, Native>(column))
}

fn parameter(declared: &Declared, json: &Value) -> Result<Box<dyn Parameter>, Failure> {
    let made = with_native!(declared.scalar, oid = Oid, Native => if declared.array {
        boxed::<Vec<Native>>(json)
    } else {
        boxed::<Native>(json)
    });
    made.map_err(|why| {
        Failure::bad_job(format!("expected a value of {}, got {why}", declared.name))
    })
}

fn boxed<T>(json: &Value) -> Result<Box<dyn Parameter>, String>
where
    T: FromJson + for<'q> Encode<'q, Postgres> + Type<Postgres> + Text + Send + Sync + 'static,
{
    Ok(Box::new(Bound(Option::<T>::from_json(json)?)))
}

fn failure(error: sqlx::Error) -> Failure {
    Failure::driver(error.to_string())
}
