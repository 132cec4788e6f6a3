import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { closedLoop } from '../src/closed-loop.js';

test('every query that was started is finished and counted', async () => {
  let [started, ended] = [0, 0];
  const operation = async () => {
    started++;
    await sleep(5);
    ended++;
    return 7;
  };
  const window = await closedLoop([operation, operation, operation], 0.05);
  assert.equal(window.latencies.length, started);
  assert.equal(ended, started);
  assert.equal(window.rows, 7 * started);
  assert.equal(
    window.tenths.reduce((sum, count) => sum + count),
    started,
  );
  assert.ok(started > 0);
  assert.ok(window.elapsedNs >= 0.05e9);
});

test('workers run at the same time', async () => {
  const workers = 10;
  let started = 0;
  let allHaveStarted = () => {};
  const all = new Promise((resolve) => (allHaveStarted = () => resolve(undefined)));
  const operation = async () => {
    if (++started === workers) allHaveStarted();
    await all;
    return sleep(20, 1);
  };
  const window = await closedLoop(Array(workers).fill(operation), 0.5);
  assert.equal(window.latencies.length, started);
});

test('no query is started after the end', async () => {
  const operations = Array.from({ length: 10 }, () => () => sleep(20, 1));
  const window = await closedLoop(operations, 0.001);
  assert.ok(window.latencies.length <= operations.length, `${window.latencies.length} queries`);
  assert.ok(Math.min(...window.latencies.counts().keys()) > 15e6);
});

test('a window costs CPU time and ends even if no query ever waits', async () => {
  const window = await closedLoop([async () => 1, async () => 1], 0.05);
  assert.equal(window.rows, window.latencies.length);
  assert.ok(window.cpuUserUs + window.cpuSystemUs > 0);
  assert.ok(window.maxRssKib > 1000);
});

test('an error of one worker ends the window', async () => {
  const broken = async () => {
    throw new Error('broken');
  };
  await assert.rejects(closedLoop([() => sleep(60_000, 1, { ref: false }), broken], 60), /broken/);
});
