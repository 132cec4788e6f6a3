import { pipeline } from 'node:stream/promises';

import postgres from 'postgres';

import { copyText } from '../copy-text.js';
import { installedVersion } from '../installed.js';
import { tlsOptions } from '../tls.js';
import { Adapter, valuesOf } from './adapter.js';

/**
 * @typedef {import('postgres').Sql} Sql
 * @typedef {import('postgres').ParameterOrJSON<never>[]} Parameters
 * @typedef {import('../job.js').Query} Query
 * @typedef {import('../job.js').Target} Target
 */

const MODES = {
  fetch: 'sql.unsafe with prepare: prepared once and cached, text results, rows as objects',
  batch: 'sql.begin with an array of prepared INSERTs: pipelined',
  copy: 'writable() of the COPY, fed with rows in COPY text format',
};

const UNPREPARED_MODES = {
  fetch: 'sql.unsafe, prepare: false: parsed for each query, text results, rows as objects',
  batch: 'sql.begin with an array of INSERTs, prepare: false: pipelined',
  copy: MODES.copy,
};

/**
 * Statements that are no template literals are not prepared by default, and go by
 * the simple protocol if they have no parameters.
 * @type {import('postgres').UnsafeQueryOptions & { simple: boolean }}
 */
const PREPARE = { prepare: true, simple: false };

/** @type {typeof PREPARE} */
const UNPREPARED = { prepare: false, simple: false };

/**
 * postgres.js: a pool of one connection for each worker. `options.prepare` false is
 * the driver's own option for connection poolers.
 * @extends {Adapter<Sql>}
 */
export default class PostgresAdapter extends Adapter {
  options() {
    return ['prepare'];
  }

  prepares() {
    return this.job.options.prepare !== false;
  }

  /** How each statement is executed. */
  execution() {
    return this.prepares() ? PREPARE : UNPREPARED;
  }

  versions() {
    return { name: 'postgres', version: installedVersion('postgres'), components: {} };
  }

  /** @param {import('../job.js').Kind} kind */
  mode(kind) {
    return (this.prepares() ? MODES : UNPREPARED_MODES)[kind];
  }

  async connect() {
    const { host, port, user, password, database } = this.job.connection;
    const sql = postgres({
      host,
      port,
      user,
      database,
      password: password ?? undefined,
      ssl: tlsOptions(this.job.connection) ?? false,
      max: 1,
      prepare: this.prepares(),
    });
    // A pool connects with its first query.
    await sql`select 1`;
    return sql;
  }

  /** @param {Sql} sql */
  async close(sql) {
    await sql.end();
  }

  /**
   * @param {Sql} sql
   * @param {Query} query
   */
  async fetch(sql, query) {
    const rows = await sql.unsafe(query.sql, parameters(query.args), this.execution());
    return valuesOf(
      rows,
      rows.columns.map((column) => column.name),
    );
  }

  /**
   * @param {Sql} sql
   * @param {Query} query
   */
  fetchOperation(sql, query) {
    const args = parameters(query.args);
    const execution = this.execution();
    return async () => {
      const rows = await sql.unsafe(query.sql, args, execution);
      return rows.length;
    };
  }

  /**
   * @param {Sql} sql
   * @param {Query} query
   * @param {Target} target
   */
  batchOperation(sql, query, target) {
    const execution = this.execution();
    return async () => {
      await sql.begin((transaction) =>
        target.rows.map((row) => transaction.unsafe(query.sql, parameters(row), execution)),
      );
      return target.rows.length;
    };
  }

  /**
   * @param {Sql} sql
   * @param {Query} query
   * @param {Target} target
   */
  copyOperation(sql, query, target) {
    return async () => {
      await pipeline(copyText(target.rows), await sql.unsafe(query.sql).writable());
      return target.rows.length;
    };
  }
}

/**
 * The job's native values are what postgres.js takes, which its types cannot know.
 *
 * @param {unknown[]} values
 */
function parameters(values) {
  return /** @type {Parameters} */ (values);
}
