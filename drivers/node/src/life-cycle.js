import process from 'node:process';

import { checksum, encoderFor } from './canonical.js';
import { runWindow } from './closed-loop.js';
import { emit } from './events.js';
import { Failure } from './failure.js';
import { CONTRACT_VERSION } from './job.js';
import { summarise } from './latency.js';

/**
 * @typedef {import('./adapters/adapter.js').Adapter<unknown>} Adapter
 * @typedef {import('./closed-loop.js').Operation} Operation
 * @typedef {import('./closed-loop.js').Window} Window
 * @typedef {import('./job.js').Query} Query
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

  await observedWindow('warmup', job.warmupSeconds, adapter, operations);
  const window = await observedWindow('measure', job.measureSeconds, adapter, operations);
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
 * @param {Adapter} adapter
 * @param {Operation[]} operations
 * @returns {Promise<Window | undefined>} undefined for a window of no time
 */
async function observedWindow(name, seconds, adapter, operations) {
  if (seconds === 0) return undefined;
  adapter.windowBegins();
  emit('started', { window: name });
  const window = await runWindow(operations, seconds);
  emit('finished', {
    window: name,
    elapsed_ns: window.elapsedNs,
    queries: window.latencies.length,
    cpu_user_us: window.cpuUserUs,
    cpu_system_us: window.cpuSystemUs,
    max_rss_kib: window.maxRssKib,
  });
  return window;
}

/**
 * @param {Window | undefined} window
 * @returns {Record<string, unknown>}
 */
function result(window) {
  if (!window) return { queries: 0, rows: 0, elapsed_ns: 0, latency: summarise(new Map()) };
  return {
    queries: window.latencies.length,
    rows: window.rows,
    elapsed_ns: window.elapsedNs,
    latency: summarise(window.latencies.counts()),
  };
}
