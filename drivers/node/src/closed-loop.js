import { performance } from 'node:perf_hooks';

import { observe } from './window.js';

/**
 * @typedef {import('./window.js').Operation} Operation
 * @typedef {import('./window.js').Progress} Progress
 * @typedef {import('./window.js').Window} Window
 */

/**
 * Run every operation again and again until the time is over, and let those
 * under way finish. The first error ends it at once.
 *
 * @param {Operation[]} operations
 * @param {number} seconds
 * @returns {Promise<Window>}
 */
export async function closedLoop(operations, seconds) {
  return observe(seconds, (progress) => operations.map((operation) => work(operation, progress)));
}

/**
 * `performance.now` has the resolution of `process.hrtime.bigint` at no more
 * cost, and makes no garbage.
 *
 * @param {Operation} operation
 * @param {Progress} progress
 */
async function work(operation, progress) {
  let started = performance.now();
  while (started < progress.deadline) {
    const rows = await operation();
    const ended = performance.now();
    progress.add(started, ended, rows);
    started = ended;
  }
}
