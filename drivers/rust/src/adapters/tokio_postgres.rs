//! tokio-postgres: one client for each worker, its connection a task of its own.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::pin::pin;
use std::sync::Arc;

use futures_util::future::try_join_all;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::config::SslMode;
use tokio_postgres::types::{FromSqlOwned, ToSql, Type};
use tokio_postgres::{Client, Config, Error, NoTls, Row, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::adapter::{Answer, Description, Driver, Worker, refuse_options};
use crate::failure::Failure;
use crate::job::{Column, Connection, Job, Kind, Query, Scalar, Type as Declared};
use crate::native::FromJson;
use crate::rowset::{self, BoxError, Get, Layout, MakeValues, Set, values_of};
use crate::tls;
use crate::with_native;

/// A value to send. Those of the job are there as long as the process is.
type Parameter = &'static (dyn ToSql + Sync);

/// The driver with one job's query.
pub struct TokioPostgres {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    kind: Kind,
    plan: Arc<Plan>,
}

/// What all connections send: `rows` are those of a batch or copy.
struct Plan {
    sql: String,
    parameters: Vec<Parameter>,
    rows: Vec<Vec<Parameter>>,
    types: Vec<Type>,
    layout: Arc<Layout<Row>>,
    readback: Option<String>,
}

impl Driver for TokioPostgres {
    type Worker = Connected;

    fn new(job: &Job) -> Result<Self, Failure> {
        refuse_options(job)?;
        let tls = job.connection.tls.as_ref();
        let verified = tls.map(tls::client_config).transpose()?;
        Ok(Self {
            config: config(&job.connection),
            tls: verified.map(MakeRustlsConnect::new),
            kind: job.query.kind,
            plan: Arc::new(Plan::new(&job.query)?),
        })
    }

    fn description(&self) -> Description {
        let mode = match self.kind {
            Kind::Fetch => {
                "Client::query with a statement prepared once per connection, binary; \
                 Row::try_get into typed values"
            }
            Kind::Batch => {
                "a transaction that awaits all executes of one prepared statement together: \
                 pipelined, binary"
            }
            Kind::Copy => {
                "Client::copy_in of a statement prepared once per connection, BinaryCopyInWriter"
            }
        };
        Description {
            name: "tokio-postgres",
            version: env!("VERSION_TOKIO_POSTGRES"),
            components: BTreeMap::from([("tokio", env!("VERSION_TOKIO"))]),
            mode: mode.into(),
            synthetic: false,
        }
    }

    async fn connect(&self) -> Result<Connected, Failure> {
        let connected = match &self.tls {
            None => self.config.connect(NoTls).await.map(started),
            Some(tls) => self.config.connect(tls.clone()).await.map(started),
        };
        let (client, connection) = connected.map_err(failure)?;
        let statement = client.prepare(&self.plan.sql).await.map_err(failure)?;
        Ok(Connected {
            client,
            connection,
            statement,
            kind: self.kind,
            plan: self.plan.clone(),
        })
    }
}

/// The client with its connection's task.
fn started<S, T>(
    (client, connection): (Client, tokio_postgres::Connection<S, T>),
) -> (Client, JoinHandle<()>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let task = tokio::spawn(async move {
        // What ends a connection reaches its client too, and is told from there.
        let _ = connection.await;
    });
    (client, task)
}

fn config(connection: &Connection) -> Config {
    let mut config = Config::new();
    config.ssl_mode(match connection.tls {
        None => SslMode::Disable,
        Some(_) => SslMode::Require,
    });
    config
        .host(&connection.host)
        .port(connection.port)
        .user(&connection.user)
        .dbname(&connection.database);
    if let Some(password) = &connection.password {
        config.password(password);
    }
    config
}

impl Plan {
    fn new(query: &Query) -> Result<Self, Failure> {
        let parameters = query
            .args
            .iter()
            .map(|arg| parameter(&arg.declared, &arg.value));
        let mut plan = Self {
            sql: query.sql.clone(),
            parameters: parameters.collect::<Result<_, _>>()?,
            rows: Vec::new(),
            types: query
                .columns
                .iter()
                .map(|column| sql_type(&column.declared))
                .collect(),
            layout: Layout::new(query.answer_columns(), make_values),
            readback: query.readback.as_ref().map(|readback| readback.sql.clone()),
        };
        if let Some(target) = &query.target {
            for _ in 0..target.row_count {
                let values = query.columns.iter().zip(&target.row);
                let row = values.map(|(column, value)| parameter(&column.declared, value));
                plan.rows.push(row.collect::<Result<_, _>>()?);
            }
            if query.kind == Kind::Copy {
                plan.sql = binary_copy(&target.schema, &target.table, &query.columns);
            }
        }
        Ok(plan)
    }
}

/// The job's COPY in the format that the driver has a writer for.
fn binary_copy(schema: &str, table: &str, columns: &[Column]) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
    let (schema, table, names) = (quoted(schema), quoted(table), names.join(", "));
    format!("COPY {schema}.{table} ({names}) FROM STDIN (FORMAT binary)")
}

/// A connection, ready for the job's query.
pub struct Connected {
    client: Client,
    connection: JoinHandle<()>,
    statement: Statement,
    kind: Kind,
    plan: Arc<Plan>,
}

impl Worker for Connected {
    type Row = Row;

    async fn run(&mut self) -> Result<Answer<Row>, Failure> {
        let Self {
            client,
            statement,
            plan,
            ..
        } = self;
        match self.kind {
            Kind::Fetch => {
                let rows = client.query(statement, &plan.parameters).await;
                decoded(&plan.layout, rows).map(Answer::fetched)
            }
            Kind::Batch => {
                let sent = batch(client, statement, &plan.rows).await;
                sent.map(Answer::counted).map_err(failure)
            }
            Kind::Copy => {
                let sent = copy(client, statement, plan).await;
                sent.map(Answer::counted).map_err(failure)
            }
        }
    }

    async fn read_back(&mut self) -> Result<Set<Row>, Failure> {
        let sql = self.plan.readback.as_deref().unwrap_or_default();
        decoded(&self.plan.layout, self.client.query(sql, &[]).await)
    }

    async fn close(self) {
        drop(self.client);
        // The task says goodbye to the server; that it fails changes no figure.
        let _ = self.connection.await;
    }
}

fn decoded(layout: &Arc<Layout<Row>>, rows: Result<Vec<Row>, Error>) -> Result<Set<Row>, Failure> {
    let rows = rows.map_err(failure)?;
    let mut set = layout.set(rows.len());
    for row in &rows {
        set.append(row)?;
    }
    Ok(set)
}

async fn batch(
    client: &mut Client,
    statement: &Statement,
    rows: &[Vec<Parameter>],
) -> Result<usize, Error> {
    let transaction = client.transaction().await?;
    let written = try_join_all(rows.iter().map(|row| transaction.execute(statement, row))).await?;
    transaction.commit().await?;
    Ok(written.iter().sum::<u64>() as usize)
}

async fn copy(client: &Client, statement: &Statement, plan: &Plan) -> Result<usize, Error> {
    let sink = client.copy_in(statement).await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &plan.types));
    for row in &plan.rows {
        writer.as_mut().write(row).await?;
    }
    Ok(writer.finish().await? as usize)
}

impl rowset::Row for Row {
    fn width(&self) -> usize {
        self.len()
    }

    fn type_name(&self, index: usize) -> String {
        self.columns()[index].type_().name().to_owned()
    }
}

impl<T: FromSqlOwned> Get<T> for Row {
    fn value(&self, index: usize) -> Result<T, BoxError> {
        Ok(self.try_get(index)?)
    }
}

fn make_values(column: &Column) -> MakeValues<Row> {
    with_native!(column.declared.scalar, oid = u32, Native => values_of::<Row, Native>(column))
}

fn parameter(declared: &Declared, json: &Value) -> Result<Parameter, Failure> {
    let made = with_native!(declared.scalar, oid = u32, Native => if declared.array {
        leaked::<Option<Vec<Native>>>(json)
    } else {
        leaked::<Option<Native>>(json)
    });
    made.map_err(|why| {
        Failure::bad_job(format!("expected a value of {}, got {why}", declared.name))
    })
}

fn leaked<T: FromJson + ToSql + Sync + 'static>(json: &Value) -> Result<Parameter, String> {
    let value: &'static T = Box::leak(Box::new(T::from_json(json)?));
    Ok(value)
}

fn sql_type(declared: &Declared) -> Type {
    let (scalar, array) = match declared.scalar {
        Scalar::Bool => (Type::BOOL, Type::BOOL_ARRAY),
        Scalar::Int2 => (Type::INT2, Type::INT2_ARRAY),
        Scalar::Int4 => (Type::INT4, Type::INT4_ARRAY),
        Scalar::Int8 => (Type::INT8, Type::INT8_ARRAY),
        Scalar::Oid => (Type::OID, Type::OID_ARRAY),
        Scalar::Float4 => (Type::FLOAT4, Type::FLOAT4_ARRAY),
        Scalar::Float8 => (Type::FLOAT8, Type::FLOAT8_ARRAY),
        Scalar::Text => (Type::TEXT, Type::TEXT_ARRAY),
        Scalar::Varchar => (Type::VARCHAR, Type::VARCHAR_ARRAY),
        Scalar::Name => (Type::NAME, Type::NAME_ARRAY),
        Scalar::Char => (Type::CHAR, Type::CHAR_ARRAY),
        Scalar::Bytea => (Type::BYTEA, Type::BYTEA_ARRAY),
        Scalar::Timestamptz => (Type::TIMESTAMPTZ, Type::TIMESTAMPTZ_ARRAY),
        Scalar::Timestamp => (Type::TIMESTAMP, Type::TIMESTAMP_ARRAY),
        Scalar::Date => (Type::DATE, Type::DATE_ARRAY),
        Scalar::Numeric => (Type::NUMERIC, Type::NUMERIC_ARRAY),
        Scalar::Uuid => (Type::UUID, Type::UUID_ARRAY),
    };
    if declared.array { array } else { scalar }
}

/// The server's own words where there are some, else the error with its causes.
fn failure(error: Error) -> Failure {
    if let Some(told) = error.as_db_error() {
        return Failure::driver(told.to_string());
    }
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(reason) = cause {
        let words = reason.to_string();
        if !message.contains(&words) {
            message = format!("{message}: {words}");
        }
        cause = reason.source();
    }
    Failure::driver(message)
}
