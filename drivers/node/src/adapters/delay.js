import { performance } from 'node:perf_hooks';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

import { Failure } from '../failure.js';
import { Adapter } from './adapter.js';

// A timer counts whole milliseconds from the loop's last turn, and so may be
// early or late by one; the rest of a delay is waited for turn by turn.
const TIMER_ERROR_MS = 2;

/** @typedef {{ next: number }} Worker where a worker is in the list of delays */

/**
 * Waits for prescribed times, without I/O: tells the runner a known truth.
 * @extends {Adapter<Worker>}
 */
export default class DelayAdapter extends Adapter {
  /** @type {Worker[]} */
  #workers = [];

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
    const worker = { next: 0 };
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
      await wait(/** @type {number} */ (delays[worker.next++ % delays.length]));
      return rows;
    };
  }
}

/** @param {number} milliseconds */
async function wait(milliseconds) {
  const end = performance.now() + milliseconds;
  if (milliseconds > TIMER_ERROR_MS) await sleep(milliseconds - TIMER_ERROR_MS);
  while (performance.now() < end) await turn();
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
