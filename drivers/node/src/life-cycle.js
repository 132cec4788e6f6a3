import process from 'node:process';

import { AllocationCounter } from './allocations.js';
import { checksum, encoderFor } from './canonical.js';
import { closedLoop } from './closed-loop.js';
import { emit } from './events.js';
import { Failure } from './failure.js';
import { CONTRACT_VERSION } from './job.js';
import { summarise } from './latency.js';
import { openLoop } from './open-loop.js';
import { schedule } from './schedule.js';
import { noTenths } from './window.js';

/**
 * @typedef {import('./adapters/adapter.js').Adapter<unknown>} Adapter
 * @typedef {import('./job.js').Query} Query
 * @typedef {import('./open-loop.js').Punctuality} Punctuality
 * @typedef {import('./window.js').Operation} Operation
 * @typedef {import('./window.js').Window & { arrivals: Punctuality | null }} ObservedWindow
 */

/**
 * Lead the adapter's job to its `result` event; throws what went wrong.
 *
 * @param {Adapter} adapter
 */
export async function run(adapter) {
  const { job } = adapter;
  hello(adapter);
  const { columns } = job.readback ?? job.query;
  for (const column of columns) encoderFor(column.type);
  const connections = [];
  for (let i = 0; i < job.concurrency; i++) connections.push(await adapter.connect());
  const operations = connections.map((connection) => adapter.operation(connection));
  const [first, ...others] = /** @type {[Operation, ...Operation[]]} */ (operations);
  const answer = await firstAnswer(adapter, connections[0], first);
  for (const operation of others) await operation();
  emit('ready', { connections: job.concurrency, columns: columns.length, ...answer });

  await observedWindow('warmup', job.warmupSeconds, job.seed + 1n, adapter, operations);
  const window = await observedWindow('measure', job.measureSeconds, job.seed, adapter, operations);
  emit('result', result(window));
  for (const connection of connections) await adapter.close(connection);
}

/** @param {Adapter} adapter */
function hello(adapter) {
  const { name, version, components } = adapter.versions();
  const { bun, node, uv } = process.versions;
  emit('hello', {
    contract: CONTRACT_VERSION,
    runner: 'node',
    // Bun tells versions of NodeJS and libuv too, of which it has neither.
    runtime: bun ? { name: 'Bun', version: bun } : { name: 'NodeJS', version: node },
    driver: { name, version },
    components: bun ? components : { libuv: uv, ...components },
    mode: adapter.mode(adapter.job.query.kind),
    synthetic: adapter.synthetic,
  });
}

/**
 * Run the query once and verify its answer, or what it has written.
 *
 * @param {Adapter} adapter
 * @param {unknown} connection
 * @param {Operation} operation
 */
async function firstAnswer(adapter, connection, operation) {
  const { expect, query, readback } = adapter.job;
  if (adapter.synthetic) return { rows: await operation(), checksum: null };
  if (readback) await operation();
  const asked = readback ?? query;
  const rows = await adapter.fetch(connection, asked);
  if (rows.length !== expect.rows) {
    throw new Failure('wrong-answer', `expected ${expect.rows} rows, got ${rows.length}`);
  }
  const sum = checksum(rows, asked.columns);
  if (sum !== expect.checksum) {
    throw new Failure(
      'wrong-answer',
      `checksum of the decoded values is ${sum}, expected ${expect.checksum}`,
    );
  }
  return { rows: rows.length, checksum: sum };
}

/**
 * @param {'warmup' | 'measure'} name
 * @param {number} seconds
 * @param {bigint} seed of an open loop's schedule
 * @param {Adapter} adapter
 * @param {Operation[]} operations
 * @returns {Promise<ObservedWindow | undefined>} undefined for a window of no time
 */
async function observedWindow(name, seconds, seed, adapter, operations) {
  if (seconds === 0) return undefined;
  adapter.windowBegins();
  const { arrivals, countAllocations } = adapter.job;
  const offsets = arrivals && schedule(arrivals, seconds, seed);
  const counter = countAllocations ? new AllocationCounter() : null;
  emit('started', { window: name });
  counter?.start();
  const window = offsets
    ? await openLoop(operations, seconds, offsets)
    : { ...(await closedLoop(operations, seconds)), arrivals: null };
  const allocations = counter?.stop() ?? null;
  emit('finished', {
    window: name,
    elapsed_ns: window.elapsedNs,
    queries: window.queries,
    cpu_user_us: window.cpuUserUs,
    cpu_system_us: window.cpuSystemUs,
    max_rss_kib: window.maxRssKib,
    allocations,
  });
  return window;
}

/**
 * @param {ObservedWindow | undefined} window
 * @returns {Record<string, unknown>}
 */
function result(window) {
  if (!window) {
    const latency = summarise(new Map());
    return { queries: 0, rows: 0, elapsed_ns: 0, latency, tenths: noTenths(), arrivals: null };
  }
  return {
    queries: window.queries,
    rows: window.rows,
    elapsed_ns: window.elapsedNs,
    latency: summarise(window.latencies.counts()),
    tenths: window.tenths,
    arrivals: window.arrivals && punctuality(window.arrivals),
  };
}

/** @param {Punctuality} arrivals */
function punctuality({ scheduled, missed, late, maxLatenessNs }) {
  return { scheduled, missed, late, max_lateness_ns: maxLatenessNs };
}
