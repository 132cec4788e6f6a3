/** Adapters by the name that the registry uses; a driver is loaded only when asked for. */

import { Failure } from '../failure.js';

/**
 * @typedef {import('./adapter.js').Adapter<any>} AnyAdapter
 * @typedef {{ default: new (job: import('../job.js').Job) => AnyAdapter }} AdapterModule
 */

/** @type {Record<string, () => Promise<AdapterModule>>} */
const ADAPTERS = {
  bun: () => import('./bun.js'),
  delay: () => import('./delay.js'),
  null: () => import('./null.js'),
  pg: () => import('./pg.js'),
  'pg-native': () => import('./pg-native.js'),
  postgres: () => import('./postgres.js'),
  'ts-postgres': () => import('./ts-postgres.js'),
};

/**
 * The adapter for the job's driver; throws a Failure for an unknown one.
 *
 * @param {import('../job.js').Job} job
 * @returns {Promise<AnyAdapter>}
 */
export async function load(job) {
  const adapter = Object.hasOwn(ADAPTERS, job.driver) && ADAPTERS[job.driver];
  if (!adapter) {
    const known = Object.keys(ADAPTERS).join(', ');
    throw new Failure('bad-job', `driver ${job.driver} is unknown, expected one of ${known}`);
  }
  const { default: AdapterClass } = await adapter();
  return new AdapterClass(job);
}
