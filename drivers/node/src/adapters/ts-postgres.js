import { SSLMode, connect } from 'ts-postgres';

import { Failure } from '../failure.js';
import { installedVersion } from '../installed.js';
import { tlsOptions } from '../tls.js';
import { Adapter } from './adapter.js';

/**
 * @typedef {import('ts-postgres').Client} Client
 * @typedef {import('ts-postgres').PreparedStatement} PreparedStatement
 * @typedef {import('../job.js').Query} Query
 * @typedef {import('../job.js').Target} Target
 */

const MODES = {
  fetch: 'Client.prepare: prepared once, binary results, rows as lists',
  batch: 'begin, a prepared INSERT per row, and commit, sent without waiting',
  copy: 'not supported',
};

/**
 * ts-postgres.
 * @extends {Adapter<Client>}
 */
export default class TsPostgresAdapter extends Adapter {
  versions() {
    return { name: 'ts-postgres', version: installedVersion('ts-postgres'), components: {} };
  }

  /** @param {import('../job.js').Kind} kind */
  mode(kind) {
    return MODES[kind];
  }

  async connect() {
    const { host, port, user, password, database } = this.job.connection;
    const tls = tlsOptions(this.job.connection);
    return connect({
      host,
      port,
      user,
      database,
      password: password ?? undefined,
      ssl: tls ? { mode: SSLMode.Require, options: tls } : SSLMode.Disable,
    });
  }

  /** @param {Client} client */
  async close(client) {
    await client.end();
  }

  /**
   * @param {Client} client
   * @param {Query} query
   */
  async fetch(client, query) {
    const statement = await client.prepare(query.sql);
    const { rows } = await statement.execute(query.args);
    return rows.map((row) => [...row]);
  }

  /**
   * @param {Client} client
   * @param {Query} query
   */
  fetchOperation(client, query) {
    refuseNumeric(query.columns);
    /** @type {PreparedStatement | undefined} */
    let statement;
    return async () => {
      statement ??= await client.prepare(query.sql);
      const { rows } = await statement.execute(query.args);
      return rows.length;
    };
  }

  /**
   * @param {Client} client
   * @param {Query} query
   * @param {Target} target
   */
  batchOperation(client, query, target) {
    const { rows } = target;
    /** @type {PreparedStatement | undefined} */
    let statement;
    return async () => {
      const { execute } = (statement ??= await client.prepare(query.sql));
      await Promise.all([
        client.query('begin'),
        ...rows.map((values) => execute(values)),
        client.query('commit'),
      ]);
      return rows.length;
    };
  }

  /** @returns {never} */
  copyOperation() {
    throw new Failure('unsupported', 'ts-postgres does not support COPY, as its README says');
  }
}

/**
 * A value of a type that it has no reader for arrives as null.
 * @param {import('../job.js').Column[]} columns
 */
function refuseNumeric(columns) {
  if (columns.some(({ type }) => type.startsWith('numeric'))) {
    throw new Failure('unsupported', 'ts-postgres has no reader for the type numeric');
  }
}
