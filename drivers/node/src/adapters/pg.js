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

const UNNAMED_MODES = {
  fetch: 'Client.query without a name: prepared for each query, text results, rows as objects',
  batch: 'pipelined Client: BEGIN, an unnamed INSERT per row, and COMMIT without waiting',
  copy: MODES.copy,
};

/** node-postgres in pure JavaScript; `options.named` false leaves queries without a name. */
export default class PgAdapter extends NodePostgresAdapter {
  options() {
    return ['named'];
  }

  named() {
    return this.job.options.named !== false;
  }

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
    return (this.named() ? MODES : UNNAMED_MODES)[kind];
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
