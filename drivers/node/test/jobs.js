/** Jobs for the tests. */

/**
 * A job as the orchestrator sends it; `changes` replace what is on its top level.
 *
 * @param {Record<string, unknown>} [changes]
 * @returns {Record<string, any>}
 */
export function jobMessage(changes = {}) {
  return {
    contract: 3,
    driver: 'null',
    options: {},
    connection: {
      host: '127.0.0.1',
      port: 5432,
      user: 'u',
      password: null,
      database: 'd',
      tls: null,
    },
    query: queryMessage(),
    concurrency: 2,
    warmup_seconds: 0,
    measure_seconds: 0.02,
    arrivals: null,
    seed: 1,
    ...changes,
  };
}

/**
 * @param {Record<string, unknown>} [changes]
 * @returns {Record<string, unknown>}
 */
export function queryMessage(changes = {}) {
  return {
    name: 'q',
    kind: 'fetch',
    sql: 'select 1',
    args: [],
    columns: [{ name: 'a', type: 'int4', nullable: false }],
    target: null,
    readback: null,
    expect: { rows: 3, checksum: '0'.repeat(64) },
    ...changes,
  };
}
