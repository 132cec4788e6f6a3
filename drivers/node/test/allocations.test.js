import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AllocationCounter } from '../src/allocations.js';

const BYTES_PER_ELEMENT = 8;
const ELEMENTS = 20_000;

/** @param {number} arrays */
function allocated(arrays) {
  const counter = new AllocationCounter();
  counter.start();
  let last;
  for (let i = 0; i < arrays; i++) last = new Array(ELEMENTS).fill(i);
  assert.ok(last ?? true);
  return counter.stop();
}

for (const arrays of [0, 1, 3000]) {
  test(`the bytes of ${arrays} arrays are counted, those that were collected too`, () => {
    const told = allocated(arrays);
    assert.equal(told?.count, null);
    const wanted = arrays * ELEMENTS * BYTES_PER_ELEMENT;
    const bytes = told?.bytes ?? -1;
    // Headers, and what the counting itself takes.
    assert.ok(bytes >= wanted && bytes <= wanted * 1.001 + 50_000, `${bytes}, wanted ${wanted}`);
  });
}
