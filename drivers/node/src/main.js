/**
 * One job from stdin, events to stdout, a log on stderr, exit code per contract.
 *
 * There is no handler for SIGTERM on purpose: by the system's default it ends
 * the process at once, even in a loop that never waits.
 */

import { Console } from 'node:console';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { load } from './adapters/index.js';
import { emit } from './events.js';
import { asFailure } from './failure.js';
import { parseJob } from './job.js';
import { run } from './life-cycle.js';

const CRASH = 1;
// An exit while V8 compiles or collects garbage in the background can deadlock:
// the exit waits for that thread, and that thread for the main one
// (https://github.com/nodejs/node/issues/54918). An idle loop lets it finish.
const IDLE_BEFORE_EXIT_MS = 100;

// Drivers give a `timestamp` as a Date in local time.
process.env.TZ = 'UTC';
// Stdout is for events alone, whatever a driver logs.
globalThis.console = /** @type {typeof console} */ (new Console(process.stderr));
// A driver that never answers and holds nothing open lets the loop run dry.
process.exitCode = CRASH;

try {
  const code = await main();
  await sleep(IDLE_BEFORE_EXIT_MS);
  process.exit(code);
} catch (error) {
  // Not even an error event could be written: nobody reads any more.
  console.error(error);
  process.exit(CRASH);
}

/** @returns {Promise<number>} */
async function main() {
  try {
    await run(await load(parseJob(await firstLine())));
    return 0;
  } catch (thrown) {
    const failure = asFailure(thrown);
    console.error(failure.cause ?? failure.message);
    emit('error', { kind: failure.kind, message: failure.message });
    return failure.exitCode;
  }
}

/** @returns {Promise<string>} */
async function firstLine() {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return '';
}
