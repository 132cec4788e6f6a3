/** The runner's life as a process: exit codes, events, signals. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { jobMessage, queryMessage } from './jobs.js';

const MAIN = fileURLToPath(new URL('../src/main.js', import.meta.url));

/** @param {string} line */
function start(line) {
  const runner = spawn(process.execPath, [MAIN], { stdio: ['pipe', 'pipe', 'pipe'] });
  runner.stdin.end(`${line}\n`);
  return runner;
}

/** @param {string} line */
async function finish(line) {
  const runner = start(line);
  let [out, log] = ['', ''];
  runner.stdout.on('data', (chunk) => (out += chunk));
  runner.stderr.on('data', (chunk) => (log += chunk));
  const [code] = await once(runner, 'close');
  const events = out
    .split('\n')
    .slice(0, -1)
    .map((text) => JSON.parse(text));
  return { code, events, log };
}

test('a job of a synthetic driver has all events', async () => {
  const { code, events, log } = await finish(JSON.stringify(jobMessage({ warmup_seconds: 0.01 })));
  assert.equal(code, 0, log);
  assert.deepEqual(
    events.map(({ event, window }) => (window ? `${event} ${window}` : event)),
    ['hello', 'ready', 'started warmup', 'finished warmup']
      .concat(['started measure', 'finished measure'])
      .concat('result'),
  );
  const [hello, ready] = events;
  const result = events.at(-1);
  assert.equal(hello.synthetic, true);
  assert.deepEqual(ready, {
    event: 'ready',
    connections: 2,
    rows: 3,
    columns: 1,
    checksum: null,
  });
  assert.equal(result.rows, 3 * result.queries);
});

test('delay starts its list anew in each window', async () => {
  const { code, events, log } = await finish(
    JSON.stringify(
      jobMessage({
        driver: 'delay',
        options: { delays_ms: [30, 4, 4], rows: 5 },
        concurrency: 1,
        measure_seconds: 0.025,
      }),
    ),
  );
  assert.equal(code, 0, log);
  const result = events.at(-1);
  assert.equal(result.queries, 1);
  assert.equal(result.rows, 5);
  assert.ok(result.latency.min_ns >= 30e6);
});

/** @type {[string, string, number, string][]} */
const FAILURES = [
  ['nothing', '', 2, 'bad-job'],
  ['no JSON', 'hello', 2, 'bad-job'],
  ['another contract', JSON.stringify(jobMessage({ contract: 1 })), 2, 'bad-job'],
  ['an unknown driver', JSON.stringify(jobMessage({ driver: 'toString' })), 2, 'bad-job'],
  ['an unknown option', JSON.stringify(jobMessage({ options: { rows: 1 } })), 2, 'bad-job'],
  ['delay without delays', JSON.stringify(jobMessage({ driver: 'delay' })), 2, 'bad-job'],
  [
    'an unknown type',
    JSON.stringify(
      jobMessage({ query: queryMessage({ columns: [{ name: 'a', type: 'hstore' }] }) }),
    ),
    3,
    'unsupported',
  ],
  ['pg without a server', withoutServer('pg'), 5, 'driver'],
  ['postgres without a server', withoutServer('postgres'), 5, 'driver'],
];

for (const [name, line, code, kind] of FAILURES) {
  test(`${name} ends with ${code} and an error event`, async () => {
    const ended = await finish(line);
    assert.equal(ended.code, code, ended.log);
    const last = ended.events.at(-1);
    assert.equal(last.event, 'error');
    assert.equal(last.kind, kind);
    assert.match(last.message, /^[^\n]+$/);
  });
}

test('SIGTERM ends it in mid-window within a second', async () => {
  const runner = start(JSON.stringify(jobMessage({ measure_seconds: 60 })));
  await seen(runner, '"started"');
  const asked = performance.now();
  runner.kill('SIGTERM');
  const [, signal] = await once(runner, 'exit');
  assert.equal(signal, 'SIGTERM');
  assert.ok(performance.now() - asked < 1000);
});

test('it stops at its next event when stdout is closed', async () => {
  const runner = start(JSON.stringify(jobMessage({ warmup_seconds: 0.2, measure_seconds: 60 })));
  await seen(runner, '"started"');
  runner.stdout.destroy();
  const [code] = await once(runner, 'exit');
  assert.equal(code, 1);
});

/** @param {string} driver */
function withoutServer(driver) {
  const connection = { ...jobMessage().connection, host: '/nonexistent', port: 1 };
  return JSON.stringify(jobMessage({ driver, connection }));
}

/**
 * @param {ReturnType<typeof start>} runner
 * @param {string} text
 */
async function seen(runner, text) {
  for await (const chunk of runner.stdout.iterator({ destroyOnReturn: false })) {
    if (String(chunk).includes(text)) return;
  }
}
