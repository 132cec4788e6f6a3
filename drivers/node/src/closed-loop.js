import { performance } from 'node:perf_hooks';
import process from 'node:process';

import { LatencyLog } from './latency-log.js';

const NANOSECONDS_PER_MILLISECOND = 1e6;
const MILLISECONDS_PER_SECOND = 1e3;

/** @typedef {() => Promise<number>} Operation one query; its number of rows */

/**
 * @typedef {object} Window what one window took
 * @property {number} elapsedNs from its start to the end of the last query
 * @property {number} rows
 * @property {LatencyLog} latencies
 * @property {number} cpuUserUs
 * @property {number} cpuSystemUs
 * @property {number} maxRssKib
 */

/**
 * Run every operation again and again until the time is over, and let those
 * under way finish. The first error ends it at once.
 *
 * @param {Operation[]} operations
 * @param {number} seconds
 * @returns {Promise<Window>}
 */
export async function runWindow(operations, seconds) {
  const latencies = new LatencyLog();
  const before = process.resourceUsage();
  const start = performance.now();
  const deadline = start + seconds * MILLISECONDS_PER_SECOND;
  const workers = await Promise.all(
    operations.map((operation) => work(operation, deadline, latencies)),
  );
  const after = process.resourceUsage();
  return {
    elapsedNs: nanoseconds(Math.max(...workers.map((worker) => worker.ended)) - start),
    rows: workers.reduce((rows, worker) => rows + worker.rows, 0),
    latencies,
    cpuUserUs: after.userCPUTime - before.userCPUTime,
    cpuSystemUs: after.systemCPUTime - before.systemCPUTime,
    maxRssKib: after.maxRSS,
  };
}

/**
 * `performance.now` has the resolution of `process.hrtime.bigint` at no more
 * cost, and makes no garbage.
 *
 * @param {Operation} operation
 * @param {number} deadline
 * @param {LatencyLog} latencies
 */
async function work(operation, deadline, latencies) {
  let rows = 0;
  let started = performance.now();
  while (started < deadline) {
    rows += await operation();
    const ended = performance.now();
    latencies.add(nanoseconds(ended - started));
    started = ended;
  }
  return { rows, ended: started };
}

/**
 * @param {number} milliseconds
 * @returns {number} whole ones, at least 1: no query takes no time
 */
function nanoseconds(milliseconds) {
  return Math.max(1, Math.round(milliseconds * NANOSECONDS_PER_MILLISECOND));
}
