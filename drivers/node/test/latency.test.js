import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodeFromCompressedBase64 } from 'hdr-histogram-js';

import { LatencyLog } from '../src/latency-log.js';
import { summarise } from '../src/latency.js';

test('a log counts every latency, however many', () => {
  const log = new LatencyLog();
  for (let i = 0; i < 20_000; i++) log.add(i % 3);
  assert.equal(log.length, 20_000);
  assert.deepEqual(
    [...log.counts()],
    [
      [0, 6667],
      [1, 6667],
      [2, 6666],
    ],
  );
});

test('an empty log has no counts', () => {
  const log = new LatencyLog();
  assert.equal(log.length, 0);
  assert.equal(log.counts().size, 0);
});

test('minimum, maximum, mean and deviation are exact', () => {
  const latency = summarise(
    new Map([
      [50_000_001, 9],
      [150_000_001, 1],
    ]),
  );
  assert.equal(latency.min_ns, 50_000_001);
  assert.equal(latency.max_ns, 150_000_001);
  assert.equal(latency.mean_ns, 60_000_001);
  assert.equal(latency.stddev_ns, 30_000_000);
});

test('the histogram holds every query to three digits, up to an hour', () => {
  const hour = 3_600_000_000_000;
  const { histogram } = summarise(
    new Map([
      [1, 1],
      [123_456, 97],
      [hour, 1],
      [2 * hour, 1],
    ]),
  );
  const decoded = decodeFromCompressedBase64(histogram);
  assert.equal(decoded.totalCount, 100);
  assert.ok(Math.abs(decoded.getValueAtPercentile(50) - 123_456) / 123_456 < 0.001);
  assert.equal(decoded.getValueAtPercentile(1), 1);
  assert.ok(Math.abs(decoded.maxValue - hour) / hour < 0.001);
});

test('nothing measured gives zeros', () => {
  const { histogram, ...figures } = summarise(new Map());
  assert.deepEqual(figures, { min_ns: 0, max_ns: 0, mean_ns: 0, stddev_ns: 0 });
  assert.equal(decodeFromCompressedBase64(histogram).totalCount, 0);
});
