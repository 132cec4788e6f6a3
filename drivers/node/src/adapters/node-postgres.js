import { tlsOptions } from '../tls.js';
import { Adapter, valuesOf } from './adapter.js';

/**
 * @typedef {import('pg').Client} Client
 * @typedef {import('../job.js').Query} Query
 * @typedef {import('../job.js').Target} Target
 */

/**
 * What node-postgres' two clients share: one interface, in JavaScript and on
 * top of libpq.
 *
 * @extends {Adapter<Client>}
 */
export class NodePostgresAdapter extends Adapter {
  /** @returns {typeof import('pg').Client} */
  client() {
    throw new Error('not implemented');
  }

  /** @returns {import('pg').ClientConfig['ssl']} */
  ssl() {
    return tlsOptions(this.job.connection) ?? false;
  }

  async connect() {
    const { host, port, user, password, database } = this.job.connection;
    const ClientClass = this.client();
    const client = new ClientClass({
      host,
      port,
      user,
      database,
      password: password ?? undefined,
      ssl: this.ssl(),
      // Only batches have queries that do not wait for each other's answer.
      pipeline: this.job.query.kind === 'batch',
    });
    // A lost connection is also told to the query under way, which fails.
    client.on('error', (error) => console.error(error));
    await client.connect();
    return client;
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
    const result = await client.query(this.prepared(query));
    return valuesOf(
      result.rows,
      result.fields.map((field) => field.name),
    );
  }

  /**
   * @param {Client} client
   * @param {Query} query
   */
  fetchOperation(client, query) {
    const { name, text, values } = this.prepared(query);
    return async () => {
      const result = await client.query({ name, text, values });
      return result.rows.length;
    };
  }

  /**
   * @param {Client} client
   * @param {Query} query
   * @param {Target} target
   */
  batchOperation(client, query, target) {
    const { name, text } = this.prepared(query);
    const { rows } = target;
    return async () => {
      await Promise.all([
        client.query('BEGIN'),
        ...rows.map((values) => client.query({ name, text, values })),
        client.query('COMMIT'),
      ]);
      return rows.length;
    };
  }

  /**
   * Whether queries get a name, which is how node-postgres is told to keep them prepared.
   * @returns {boolean}
   */
  named() {
    return true;
  }

  /**
   * A query with a name is prepared at its first execution on a connection;
   * there are at most two on each, the job's own and its readback.
   *
   * @param {Query} query
   */
  prepared(query) {
    const purpose = query === this.job.query ? 'query' : 'readback';
    const name = this.named() ? purpose : undefined;
    return { name, text: query.sql, values: query.args };
  }
}
