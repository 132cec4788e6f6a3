import { performance } from 'node:perf_hooks';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

import { Failure } from '../failure.js';
import { Adapter } from './adapter.js';

// A timer counts whole milliseconds from the loop's last turn, and so may be
// early or late by one. For the rest of a delay the thread sleeps: it has
// nothing else to do, and spinning would cost it the scheduler's favour.
const TIMER_ERROR_MS = 2;
// In between, timers of other workers have their turn.
const LONGEST_SLEEP_MS = 0.25;

/**
 * @typedef {object} Worker
 * @property {number} next where it is in the list of delays
 * @property {number} end of its present delay
 */

/**
 * Waits for prescribed times, without I/O: tells the runner a known truth.
 * @extends {Adapter<Worker>}
 */
export default class DelayAdapter extends Adapter {
  /** @type {Worker[]} */
  #workers = [];
  /** @type {Set<Worker>} in the rest of their delays */
  #finishing = new Set();
  #never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  /** @param {import('../job.js').Job} job */
  constructor(job) {
    super(job);
    this.synthetic = true;
    const { delays_ms: delays, rows } = job.options;
    if (!isDelays(delays) || typeof rows !== 'number') {
      throw new Failure('bad-job', 'driver delay needs options.delays_ms and options.rows');
    }
    this.delays = delays;
    this.rows = rows;
  }

  options() {
    return ['delays_ms', 'rows'];
  }

  versions() {
    return { name: 'delay', version: '1', components: {} };
  }

  mode() {
    return 'waits for options.delays_ms, without I/O';
  }

  async connect() {
    const worker = { next: 0, end: 0 };
    this.#workers.push(worker);
    return worker;
  }

  windowBegins() {
    for (const worker of this.#workers) worker.next = 0;
  }

  /** @param {Worker} worker */
  operation(worker) {
    const { delays, rows } = this;
    return async () => {
      await this.#wait(worker, /** @type {number} */ (delays[worker.next++ % delays.length]));
      return rows;
    };
  }

  /**
   * @param {Worker} worker
   * @param {number} milliseconds
   */
  async #wait(worker, milliseconds) {
    worker.end = performance.now() + milliseconds;
    if (milliseconds > TIMER_ERROR_MS) await sleep(milliseconds - TIMER_ERROR_MS);
    this.#finishing.add(worker);
    while (performance.now() < worker.end) {
      const first = Math.min(...Array.from(this.#finishing, ({ end }) => end));
      const left = Math.min(first - performance.now(), LONGEST_SLEEP_MS);
      if (left > 0) Atomics.wait(this.#never, 0, 0, left);
      await turn();
    }
    this.#finishing.delete(worker);
  }
}

/**
 * @param {unknown} value
 * @returns {value is number[]}
 */
function isDelays(value) {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((delay) => typeof delay === 'number' && delay >= 0)
  );
}
