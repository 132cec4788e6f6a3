import { Failure } from './failure.js';
import { native } from './values.js';

export const CONTRACT_VERSION = 3;

/**
 * @typedef {'fetch' | 'batch' | 'copy'} Kind
 * @typedef {{ name: string, type: string }} Column
 *
 * @typedef {object} Connection where the server is
 * @property {string} host starting with "/": the directory of a unix socket
 * @property {number} port
 * @property {string} user
 * @property {string | null} password
 * @property {string} database
 * @property {string | null} caFile certificates that vouch for the server's; null for plaintext
 *
 * @typedef {object} Query
 * @property {Kind} kind
 * @property {string} sql
 * @property {unknown[]} args native values
 * @property {Column[]} columns
 *
 * @typedef {object} Target where `batch` and `copy` write
 * @property {string} schema
 * @property {string} table
 * @property {unknown[][]} rows native rows
 *
 * @typedef {object} Arrivals when the queries of an open loop are due
 * @property {'constant' | 'poisson'} process
 * @property {number} perSecond
 *
 * @typedef {object} Job
 * @property {string} driver
 * @property {Record<string, unknown>} options
 * @property {Connection} connection
 * @property {Query} query
 * @property {Target | null} target
 * @property {Query | null} readback
 * @property {{ rows: number, checksum: string }} expect
 * @property {number} concurrency
 * @property {number} warmupSeconds
 * @property {number} measureSeconds
 * @property {Arrivals | null} arrivals null for the closed loop
 * @property {bigint} seed
 * @property {boolean} countAllocations
 */

/** @typedef {Record<string, unknown>} JsonObject */

/**
 * The job of one line of JSON; throws a Failure.
 *
 * @param {string} line
 * @returns {Job}
 */
export function parseJob(line) {
  const job = object(decode(line), 'the job');
  // The version comes first: all else may mean something new in another one.
  if (job.contract !== CONTRACT_VERSION) {
    throw bad(`contract ${job.contract} is unknown, this runner has version ${CONTRACT_VERSION}`);
  }
  const query = object(job.query, 'query');
  const kind = parseKind(query.kind);
  const columns = parseColumns(query.columns, 'query.columns');
  return {
    driver: string(job.driver, 'driver'),
    options: object(job.options, 'options'),
    connection: parseConnection(object(job.connection, 'connection')),
    query: { kind, sql: string(query.sql, 'query.sql'), args: parseArgs(query.args), columns },
    target: kind === 'fetch' ? null : parseTarget(object(query.target, 'query.target'), columns),
    readback: kind === 'fetch' ? null : parseReadback(object(query.readback, 'query.readback')),
    expect: parseExpect(object(query.expect, 'query.expect')),
    concurrency: count(job.concurrency, 'concurrency', 1),
    warmupSeconds: seconds(job.warmup_seconds, 'warmup_seconds'),
    measureSeconds: seconds(job.measure_seconds, 'measure_seconds'),
    arrivals: job.arrivals === null ? null : parseArrivals(object(job.arrivals, 'arrivals')),
    seed: BigInt(count(job.seed, 'seed', Number.MIN_SAFE_INTEGER)),
    countAllocations: boolean(job.count_allocations ?? false, 'count_allocations'),
  };
}

/**
 * @param {string} line
 * @returns {unknown}
 */
function decode(line) {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw bad(`the job is not valid JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * @param {unknown} value
 * @returns {Kind}
 */
function parseKind(value) {
  if (value === 'fetch' || value === 'batch' || value === 'copy') return value;
  throw bad(`query.kind: expected fetch, batch or copy, got ${JSON.stringify(value)}`);
}

/**
 * @param {JsonObject} connection
 * @returns {Connection}
 */
function parseConnection(connection) {
  const { password, tls } = connection;
  return {
    host: string(connection.host, 'connection.host'),
    port: count(connection.port, 'connection.port', 1),
    user: string(connection.user, 'connection.user'),
    password: password === null ? null : string(password, 'connection.password'),
    database: string(connection.database, 'connection.database'),
    caFile: tls === null ? null : parseTls(object(tls, 'connection.tls')),
  };
}

/** @param {JsonObject} tls */
function parseTls(tls) {
  return string(tls.ca_file, 'connection.tls.ca_file');
}

/**
 * @param {unknown} columns
 * @param {string} name
 * @returns {Column[]}
 */
function parseColumns(columns, name) {
  return list(columns, name).map((column, index) => {
    const { name: columnName, type } = object(column, `${name}[${index}]`);
    return {
      name: string(columnName, `${name}[${index}].name`),
      type: string(type, `${name}[${index}].type`),
    };
  });
}

/**
 * @param {unknown} args
 * @returns {unknown[]}
 */
function parseArgs(args) {
  return list(args, 'query.args').map((arg, index) => {
    const { type, value } = object(arg, `query.args[${index}]`);
    return native(string(type, `query.args[${index}].type`), value ?? null);
  });
}

/**
 * @param {JsonObject} target
 * @param {Column[]} columns
 * @returns {Target}
 */
function parseTarget(target, columns) {
  const row = list(target.row, 'query.target.row');
  if (row.length !== columns.length) {
    throw bad(`query.target.row: expected ${columns.length} values, got ${row.length}`);
  }
  const values = columns.map((column, index) => native(column.type, row[index]));
  // Each row is a list of its own, as a program that read them would have it.
  const rowCount = count(target.row_count, 'query.target.row_count', 1);
  return {
    schema: string(target.schema, 'query.target.schema'),
    table: string(target.table, 'query.target.table'),
    rows: Array.from({ length: rowCount }, () => [...values]),
  };
}

/**
 * @param {JsonObject} readback
 * @returns {Query}
 */
function parseReadback(readback) {
  return {
    kind: 'fetch',
    sql: string(readback.sql, 'query.readback.sql'),
    args: [],
    columns: parseColumns(readback.columns, 'query.readback.columns'),
  };
}

/**
 * @param {JsonObject} expect
 * @returns {Job['expect']}
 */
function parseExpect(expect) {
  return {
    rows: count(expect.rows, 'query.expect.rows', 0),
    checksum: string(expect.checksum, 'query.expect.checksum'),
  };
}

/**
 * @param {JsonObject} arrivals
 * @returns {Arrivals}
 */
function parseArrivals({ process, per_second: perSecond }) {
  if (process !== 'constant' && process !== 'poisson') {
    throw expected('constant or poisson', process, 'arrivals.process');
  }
  if (typeof perSecond !== 'number' || !Number.isFinite(perSecond) || perSecond <= 0) {
    throw expected('a number above 0', perSecond, 'arrivals.per_second');
  }
  return { process, perSecond };
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {JsonObject}
 */
function object(value, name) {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return /** @type {JsonObject} */ (value);
  }
  throw expected('an object', value, name);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {unknown[]}
 */
function list(value, name) {
  if (Array.isArray(value)) return value;
  throw expected('a list', value, name);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {string}
 */
function string(value, name) {
  if (typeof value === 'string') return value;
  throw expected('a string', value, name);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {boolean}
 */
function boolean(value, name) {
  if (typeof value === 'boolean') return value;
  throw expected('true or false', value, name);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {number} least
 * @returns {number}
 */
function count(value, name, least) {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw expected(`an integer of ${least} or more`, value, name);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {number}
 */
function seconds(value, name) {
  if (typeof value === 'number' && value >= 0) return value;
  throw expected('0 or more', value, name);
}

/**
 * @param {string} what
 * @param {unknown} value
 * @param {string} name
 */
function expected(what, value, name) {
  return bad(`${name}: expected ${what}, got ${JSON.stringify(value)}`);
}

/** @param {string} message */
function bad(message) {
  return new Failure('bad-job', message);
}
