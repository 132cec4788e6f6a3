import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { openLoop } from '../src/open-loop.js';

/**
 * @param {number} count
 * @param {number} distanceNs
 */
const every = (count, distanceNs) => Array.from({ length: count }, (_, k) => k * distanceNs);

test('a schedule that the connections can keep is kept', async () => {
  let started = 0;
  const operation = async () => {
    started++;
    return sleep(5, 3);
  };
  const window = await openLoop([operation, operation], 0.5, every(50, 10e6));
  const { scheduled, missed } = window.arrivals;
  assert.deepEqual([scheduled, missed], [50, 0]);
  assert.deepEqual([window.queries, window.rows, started], [50, 150, 50]);
  assert.equal(
    window.tenths.reduce((sum, count) => sum + count),
    50,
  );
  assert.ok(window.elapsedNs >= 0.49e9);
});

test('latency counts from the time at which a query was due', async () => {
  const window = await openLoop([() => sleep(20, 1)], 1, [0, 0, 0]);
  assert.equal(window.arrivals.late, 2);
  assert.ok(window.arrivals.maxLatenessNs > 35e6);
  assert.ok(Math.max(...window.latencies.counts().keys()) > 55e6);
});

test('what was not started in time is missed', async () => {
  const window = await openLoop([() => sleep(20, 1)], 0.05, every(50, 1e6));
  const { scheduled, missed, late } = window.arrivals;
  assert.equal(scheduled, 50);
  assert.equal(missed, 50 - window.queries);
  assert.ok(window.queries <= 3, `${window.queries} queries`);
  assert.equal(late, window.queries - 1);
});

test('queries that never wait keep their schedule too', async () => {
  const window = await openLoop([async () => 1, async () => 1], 0.1, every(100, 1e6));
  assert.equal(window.queries + window.arrivals.missed, 100);
  assert.ok(window.elapsedNs > 0.05e9);
});

test('a schedule of nothing is a window of no queries', async () => {
  const window = await openLoop([async () => 1], 0.01, []);
  assert.equal(window.queries, 0);
  assert.equal(window.arrivals.scheduled, 0);
});

test('an error of one worker ends the window', async () => {
  const broken = async () => {
    throw new Error('broken');
  };
  const hangs = () => sleep(60_000, 1, { ref: false });
  await assert.rejects(openLoop([hangs, broken], 60, [0, 0]), /broken/);
});
