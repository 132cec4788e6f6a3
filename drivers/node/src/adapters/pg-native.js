import { readdirSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import process from 'node:process';

import pg from 'pg';

import { Failure } from '../failure.js';
import { installedVersion } from '../installed.js';
import { NodePostgresAdapter } from './node-postgres.js';

/**
 * @typedef {import('pg').Client} Client
 * @typedef {import('../job.js').Query} Query
 * @typedef {import('../job.js').Target} Target
 */

const MODES = {
  fetch: 'native Client.query with a name: prepared once, text results, rows as objects',
  batch: 'pipelined native Client: BEGIN, a named prepared INSERT per row, and COMMIT',
  copy: 'not supported',
};

/** node-postgres on top of libpq. */
export default class PgNativeAdapter extends NodePostgresAdapter {
  /** @param {import('../job.js').Job} job */
  constructor(job) {
    super(job);
    if (!pg.native) {
      throw new Failure(
        'driver',
        'pg-native could not be built when the drivers were installed: it needs pg_config and ' +
          'the headers of libpq, a C++ compiler and make',
      );
    }
    // Without `ssl` node-postgres leaves these to libpq, which would try TLS first.
    process.env.PGSSLMODE = 'disable';
    process.env.PGGSSENCMODE = 'disable';
  }

  /** node-postgres hands libpq's own words on to it. */
  ssl() {
    const { caFile } = this.job.connection;
    if (caFile === null) return false;
    const words = { sslmode: 'verify-full', sslrootcert: caFile };
    return /** @type {import('pg').ClientConfig['ssl']} */ (words);
  }

  async connect() {
    try {
      return await super.connect();
    } catch (error) {
      if (!/SSL support is not compiled in/.test(String(error))) throw error;
      throw new Failure(
        'unsupported',
        "pg-native's libpq was built without TLS: install the system's (Debian: libpq-dev), " +
          'remove drivers/node/node_modules and run again',
        { cause: error },
      );
    }
  }

  client() {
    return /** @type {typeof pg} */ (pg.native).Client;
  }

  versions() {
    return {
      name: 'pg-native',
      version: installedVersion('pg-native'),
      components: { pg: installedVersion('pg'), libpq: libpqVersion() },
    };
  }

  /** @param {import('../job.js').Kind} kind */
  mode(kind) {
    return MODES[kind];
  }

  /**
   * @param {Client} client
   * @param {Query} query
   */
  fetchOperation(client, query) {
    refuseBytes(query.args);
    return super.fetchOperation(client, query);
  }

  /**
   * @param {Client} client
   * @param {Query} query
   * @param {Target} target
   */
  batchOperation(client, query, target) {
    target.rows.forEach(refuseBytes);
    const pipelined = super.batchOperation(client, query, target);
    let prepared = false;
    return async () => {
      if (prepared) return pipelined();
      // Of a name that is new to it, pg-native would send a Parse for each query
      // of a pipeline, and the second would fail.
      await client.query('BEGIN');
      for (const values of target.rows) await client.query({ ...this.prepared(query), values });
      await client.query('COMMIT');
      prepared = true;
      return target.rows.length;
    };
  }

  /** @returns {never} */
  copyOperation() {
    throw new Failure(
      'unsupported',
      'pg-native cannot COPY: pg-copy-streams works with the pure JavaScript client only',
    );
  }
}

/**
 * Arguments go to libpq as C strings.
 * @param {unknown[]} values
 */
function refuseBytes(values) {
  if (values.some((value) => value instanceof Uint8Array)) {
    throw new Failure('unsupported', 'pg-native cannot send a Buffer as an argument');
  }
}

/**
 * The major version of the libpq that is loaded, of which pg-native tells
 * nothing: libpq.so.5.15 is PostgreSQL 15's. Usually libpq.so.5 is a link to
 * it; Python's wheels have no links, but the same file under both names.
 *
 * @returns {string}
 */
function libpqVersion() {
  const { sharedObjects } = /** @type {{ sharedObjects: string[] }} */ (process.report.getReport());
  const loaded = sharedObjects.find((path) => basename(path).startsWith('libpq.'));
  if (!loaded) return 'unknown';
  const file = realpathSync(loaded);
  const names = [basename(file), ...readdirSync(dirname(file))];
  const versions = names.map((name) => /^libpq\..*\b5\.(\d+)/.exec(name)?.[1]);
  return versions.find((version) => version !== undefined) ?? 'unknown';
}
