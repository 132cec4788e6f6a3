import { Failure } from '../failure.js';

/**
 * @typedef {import('../window.js').Operation} Operation
 * @typedef {import('../job.js').Job} Job
 * @typedef {import('../job.js').Kind} Kind
 * @typedef {import('../job.js').Query} Query
 * @typedef {import('../job.js').Target} Target
 *
 * @typedef {object} Versions as the running driver has them
 * @property {string} name
 * @property {string} version
 * @property {Record<string, string>} components whatever else matters
 */

/**
 * How one driver is used, in its best documented mode.
 *
 * An operation is bound once per connection, outside of the windows, and is
 * called in the loop without arguments; it returns the number of rows.
 *
 * @template Connection
 */
export class Adapter {
  /** @param {Job} job */
  constructor(job) {
    this.job = job;
    this.synthetic = false;
    checkOptions(job, this.options());
  }

  /**
   * The names of the options that it knows.
   * @returns {string[]}
   */
  options() {
    return [];
  }

  /** @returns {Versions} */
  versions() {
    throw new Error('not implemented');
  }

  /**
   * One line: how the driver is used for this kind of query.
   * @param {Kind} kind
   * @returns {string}
   */
  mode(kind) {
    throw new Error(`not implemented for ${kind}`);
  }

  /**
   * Open one connection.
   * @returns {Promise<Connection>}
   */
  async connect() {
    throw new Error('not implemented');
  }

  /**
   * @param {Connection} connection
   * @returns {Promise<void>}
   */
  async close(connection) {}

  /**
   * Execute a `fetch` and return all values of all rows: for verification.
   *
   * @param {Connection} connection
   * @param {Query} query
   * @returns {Promise<unknown[][]>}
   */
  async fetch(connection, query) {
    throw new Error('not implemented');
  }

  /**
   * The same as an operation of the loop.
   *
   * @param {Connection} connection
   * @param {Query} query
   * @returns {Operation}
   */
  fetchOperation(connection, query) {
    throw new Error('not implemented');
  }

  /**
   * @param {Connection} connection
   * @param {Query} query
   * @param {Target} target
   * @returns {Operation}
   */
  batchOperation(connection, query, target) {
    throw new Failure('unsupported', 'the driver documents no way to execute many statements');
  }

  /**
   * @param {Connection} connection
   * @param {Query} query
   * @param {Target} target
   * @returns {Operation}
   */
  copyOperation(connection, query, target) {
    throw new Failure('unsupported', 'the driver documents no way to COPY FROM STDIN');
  }

  /** Called before each window. */
  windowBegins() {}

  /**
   * The job's operation on this connection; throws a Failure when the driver has none.
   *
   * @param {Connection} connection
   * @returns {Operation}
   */
  operation(connection) {
    const { query, target } = this.job;
    if (target === null) return this.fetchOperation(connection, query);
    return query.kind === 'batch'
      ? this.batchOperation(connection, query, target)
      : this.copyOperation(connection, query, target);
  }
}

/**
 * The values of rows that are objects, in the order of the columns. Columns
 * of one name share a property, and then a row shows too few values.
 *
 * @param {Record<string, unknown>[]} rows
 * @param {string[]} names
 * @returns {unknown[][]}
 */
export function valuesOf(rows, names) {
  const distinct = [...new Set(names)];
  return rows.map((row) => distinct.map((name) => row[name]));
}

/**
 * An option that is not known is refused: ignored, it would put a wrong label
 * on the figure.
 *
 * @param {Job} job
 * @param {string[]} known
 */
function checkOptions(job, known) {
  for (const name of Object.keys(job.options)) {
    if (!known.includes(name)) {
      throw new Failure('bad-job', `driver ${job.driver} has no option ${JSON.stringify(name)}`);
    }
  }
}
