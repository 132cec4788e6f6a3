import { pipeline } from 'node:stream/promises';

import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

import { copyText } from '../copy-text.js';
import { installedVersion } from '../installed.js';
import { NodePostgresAdapter } from './node-postgres.js';

const MODES = {
  fetch: 'Client.query with a name: prepared once, text results, rows as objects',
  batch: 'pipelined Client: BEGIN, a named prepared INSERT per row, and COMMIT without waiting',
  copy: 'pg-copy-streams, fed with rows in COPY text format',
};

/** node-postgres in pure JavaScript. */
export default class PgAdapter extends NodePostgresAdapter {
  client() {
    return pg.Client;
  }

  versions() {
    const components = { 'pg-copy-streams': installedVersion('pg-copy-streams') };
    return {
      name: 'pg',
      version: installedVersion('pg'),
      components: this.job.query.kind === 'copy' ? components : {},
    };
  }

  /** @param {import('../job.js').Kind} kind */
  mode(kind) {
    return MODES[kind];
  }

  /**
   * @param {pg.Client} client
   * @param {import('../job.js').Query} query
   * @param {import('../job.js').Target} target
   */
  copyOperation(client, query, target) {
    return async () => {
      await pipeline(copyText(target.rows), client.query(copyFrom(query.sql)));
      return target.rows.length;
    };
  }
}
