import assert from 'node:assert/strict';
import { test } from 'node:test';

import { schedule, splitMix64 } from '../src/schedule.js';

test('SplitMix64 gives its published numbers', () => {
  const numbers = splitMix64(1n);
  assert.deepEqual(
    [numbers.next().value, numbers.next().value, numbers.next().value],
    [0x910a2dec89025cc1n, 0xbeeb8da1658eec67n, 0xf893a2eefb32555en],
  );
});

test('a constant process is due at even distances from the start on', () => {
  const offsets = schedule({ process: 'constant', perSecond: 3 }, 1, 1n);
  assert.deepEqual(offsets, [0, 333_333_333, 666_666_666]);
});

test('a query that is due at the end of the window is not in it', () => {
  const offsets = schedule({ process: 'constant', perSecond: 1000 }, 2, 1n);
  assert.equal(offsets.length, 2000);
  assert.equal(offsets.at(-1), 1_999_000_000);
});

// The same numbers are in the tests of all runners: drivers get the same schedule.
test('a Poisson process depends on the seed alone', () => {
  const offsets = schedule({ process: 'poisson', perSecond: 1000 }, 1, 1n);
  assert.deepEqual(offsets.slice(0, 5), [836_005, 2_205_567, 5_746_122, 6_333_755, 6_921_218]);
  assert.equal(offsets.length, 1065);
  assert.equal(offsets.at(-1), 998_556_212);
  assert.equal(schedule({ process: 'poisson', perSecond: 1000 }, 1, 2n)[0], 894_504);
});

test('a negative seed is one of 64 bits', () => {
  assert.equal(splitMix64(-1n).next().value, splitMix64(2n ** 64n - 1n).next().value);
});
