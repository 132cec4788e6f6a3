import { performance } from 'node:perf_hooks';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

import { NANOSECONDS_PER_MILLISECOND, observe } from './window.js';

// A timer counts whole milliseconds from the loop's last turn, and so may be
// early or late by one. The rest of a wait is spent in turns of the event loop.
const TIMER_ERROR_MS = 2;
const LATE_MS = 1;

/**
 * @typedef {import('./window.js').Operation} Operation
 * @typedef {import('./window.js').Progress} Progress
 *
 * @typedef {object} Punctuality how the schedule was kept
 * @property {number} scheduled queries
 * @property {number} missed queries that were not started before the window's end
 * @property {number} late queries that were started more than a millisecond after they were due
 * @property {number} maxLatenessNs
 *
 * @typedef {import('./window.js').Window & { arrivals: Punctuality }} OpenWindow
 */

/**
 * Run one query for each time of the schedule, on whichever connection is free,
 * until the window's time is over, and let those under way finish. The first
 * error ends it at once.
 *
 * @param {Operation[]} operations
 * @param {number} seconds
 * @param {number[]} schedule nanoseconds after the start, in order
 * @returns {Promise<OpenWindow>}
 */
export async function openLoop(operations, seconds, schedule) {
  const queue = new Queue(schedule);
  const window = await observe(seconds, (progress) =>
    operations.map((operation) => work(operation, queue, progress)),
  );
  return { ...window, arrivals: queue.punctuality(window.queries) };
}

/**
 * @param {Operation} operation
 * @param {Queue} queue
 * @param {Progress} progress
 */
async function work(operation, queue, progress) {
  for (let offset = queue.take(); offset !== undefined; offset = queue.take()) {
    const due = progress.start + offset;
    await waitUntil(due);
    const started = performance.now();
    if (started >= progress.deadline) return;
    queue.started(started - due);
    const rows = await operation();
    progress.add(due, performance.now(), rows);
  }
}

/** @param {number} due */
async function waitUntil(due) {
  const left = due - performance.now();
  if (left > TIMER_ERROR_MS) await sleep(left - TIMER_ERROR_MS);
  while (performance.now() < due) await turn();
}

/** The queries that are still to be started, and how late the others were. */
class Queue {
  #schedule;
  #next = 0;
  #late = 0;
  #maxLatenessMs = 0;

  /** @param {number[]} schedule */
  constructor(schedule) {
    this.#schedule = schedule;
  }

  /** @returns {number | undefined} milliseconds after the start; undefined: there is none left */
  take() {
    const offset = this.#schedule[this.#next++];
    return offset === undefined ? undefined : offset / NANOSECONDS_PER_MILLISECOND;
  }

  /** @param {number} latenessMs */
  started(latenessMs) {
    this.#late += Number(latenessMs > LATE_MS);
    this.#maxLatenessMs = Math.max(this.#maxLatenessMs, latenessMs);
  }

  /**
   * @param {number} answered
   * @returns {Punctuality}
   */
  punctuality(answered) {
    const scheduled = this.#schedule.length;
    return {
      scheduled,
      missed: scheduled - answered,
      late: this.#late,
      maxLatenessNs: Math.round(this.#maxLatenessMs * NANOSECONDS_PER_MILLISECOND),
    };
  }
}
