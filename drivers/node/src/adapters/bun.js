import process from 'node:process';

import { SQL } from 'bun';

import { copyText } from '../copy-text.js';
import { tlsOptions } from '../tls.js';
import { Adapter } from './adapter.js';

/**
 * @typedef {import('../job.js').Query} Query
 * @typedef {import('../job.js').Target} Target
 */

const MODES = {
  fetch: 'tagged template: prepared once and cached, binary where Bun has it, rows as objects',
  batch: 'sql.begin with an array of prepared INSERTs: pipelined',
  copy: 'writable() of the COPY, fed with rows in COPY text format',
};

/**
 * Bun's built-in client: a pool of one connection for each worker. Runs under
 * Bun only.
 * @extends {Adapter<SQL>}
 */
export default class BunAdapter extends Adapter {
  versions() {
    return { name: 'Bun.SQL', version: process.versions.bun ?? 'unknown', components: {} };
  }

  /** @param {import('../job.js').Kind} kind */
  mode(kind) {
    return MODES[kind];
  }

  async connect() {
    const { host, port, user, password, database } = this.job.connection;
    const where = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { hostname: host };
    const sql = new SQL({
      ...where,
      adapter: 'postgres',
      port,
      username: user,
      password: password ?? '',
      database,
      tls: tlsOptions(this.job.connection) ?? false,
      max: 1,
    });
    return sql.connect();
  }

  /** @param {SQL} sql */
  async close(sql) {
    await sql.close();
  }

  /**
   * Without arguments, a statement's first answer is text; verified is what the
   * later ones are.
   *
   * @param {SQL} sql
   * @param {Query} query
   */
  async fetch(sql, query) {
    const statement = parse(query.sql);
    await run(sql, statement, query.args);
    const rows = await run(sql, statement, query.args);
    return rows.map((row) => Object.values(row));
  }

  /**
   * @param {SQL} sql
   * @param {Query} query
   */
  fetchOperation(sql, query) {
    const statement = parse(query.sql);
    return async () => {
      const rows = await run(sql, statement, query.args);
      return rows.length;
    };
  }

  /**
   * @param {SQL} sql
   * @param {Query} query
   * @param {Target} target
   */
  batchOperation(sql, query, target) {
    const statement = parse(query.sql);
    return async () => {
      await sql.begin((transaction) =>
        target.rows.map((values) => run(transaction, statement, values)),
      );
      return target.rows.length;
    };
  }

  /**
   * @param {SQL} sql
   * @param {Query} query
   * @param {Target} target
   */
  copyOperation(sql, query, target) {
    const statement = parse(query.sql);
    return async () => {
      const copy = run(sql, statement, []);
      const writer = copy.writable().getWriter();
      for (const chunk of copyText(target.rows)) await writer.write(chunk);
      await writer.close();
      await copy;
      return target.rows.length;
    };
  }
}

/**
 * A statement as the template literal that a program would write.
 *
 * @typedef {object} Statement
 * @property {TemplateStringsArray} strings
 * @property {number[]} positions which argument stands between them
 */

/**
 * @param {string} text
 * @returns {Statement}
 */
function parse(text) {
  const strings = text.split(/\$\d+/);
  // By it, Bun knows a template literal from a list.
  const literal = Object.defineProperty(strings, 'raw', { value: strings });
  return {
    strings: /** @type {TemplateStringsArray & string[]} */ (literal),
    positions: Array.from(text.matchAll(/\$(\d+)/g), ([, number]) => Number(number) - 1),
  };
}

/**
 * @param {SQL} sql
 * @param {Statement} statement
 * @param {unknown[]} args
 * @returns {SQL.Query<Record<string, unknown>[]>}
 */
function run(sql, { strings, positions }, args) {
  return sql(strings, ...positions.map((position) => args[position]));
}
