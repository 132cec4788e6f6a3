import { performance } from 'node:perf_hooks';
import process from 'node:process';

import { LatencyLog } from './latency-log.js';

export const NANOSECONDS_PER_MILLISECOND = 1e6;
const MILLISECONDS_PER_SECOND = 1e3;
const TENTHS = 10;

/**
 * @typedef {() => Promise<number>} Operation one query; its number of rows
 *
 * @typedef {object} Window what one window took
 * @property {number} elapsedNs from its start to the end of the last query
 * @property {number} queries
 * @property {number} rows
 * @property {LatencyLog} latencies
 * @property {number[]} tenths queries by the tenth of the window in which they were answered
 * @property {number} cpuUserUs
 * @property {number} cpuSystemUs
 * @property {number} maxRssKib
 */

/** What the workers of a window share. All times are those of `performance.now`. */
export class Progress {
  rows = 0;
  latencies = new LatencyLog();
  tenths = noTenths();
  #tenthsPerMillisecond;

  /** @param {number} seconds */
  constructor(seconds) {
    const milliseconds = seconds * MILLISECONDS_PER_SECOND;
    this.#tenthsPerMillisecond = TENTHS / milliseconds;
    this.start = performance.now();
    this.deadline = this.start + milliseconds;
    this.ended = this.start;
  }

  /**
   * Add a query that was answered.
   *
   * @param {number} since when its latency begins
   * @param {number} ended
   * @param {number} rows
   */
  add(since, ended, rows) {
    this.rows += rows;
    this.ended = ended;
    this.latencies.add(nanoseconds(ended - since));
    const passed = Math.floor((ended - this.start) * this.#tenthsPerMillisecond);
    const tenth = Math.min(passed, TENTHS - 1);
    this.tenths[tenth] = (this.tenths[tenth] ?? 0) + 1;
  }
}

/** @returns {number[]} what counts by tenths begins with */
export function noTenths() {
  return new Array(TENTHS).fill(0);
}

/**
 * Let workers run a window. The first error ends it at once.
 *
 * @param {number} seconds
 * @param {(progress: Progress) => Promise<void>[]} begin starts all workers
 * @returns {Promise<Window>}
 */
export async function observe(seconds, begin) {
  const before = process.resourceUsage();
  const progress = new Progress(seconds);
  await Promise.all(begin(progress));
  const after = process.resourceUsage();
  const { rows, latencies, tenths } = progress;
  return {
    elapsedNs: nanoseconds(progress.ended - progress.start),
    queries: latencies.length,
    rows,
    latencies,
    tenths,
    cpuUserUs: after.userCPUTime - before.userCPUTime,
    cpuSystemUs: after.systemCPUTime - before.systemCPUTime,
    maxRssKib: after.maxRSS,
  };
}

/**
 * @param {number} milliseconds
 * @returns {number} whole ones, at least 1: no query takes no time
 */
function nanoseconds(milliseconds) {
  return Math.max(1, Math.round(milliseconds * NANOSECONDS_PER_MILLISECOND));
}
