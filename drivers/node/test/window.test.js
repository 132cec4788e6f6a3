import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Progress } from '../src/window.js';

test('queries count in the tenth in which they were answered, late ones in the last', () => {
  const progress = new Progress(1);
  for (const milliseconds of [0, 99, 101, 550, 999, 1001, 5000]) {
    progress.add(progress.start, progress.start + milliseconds, 1);
  }
  assert.deepEqual(progress.tenths, [2, 1, 0, 0, 0, 1, 0, 0, 0, 3]);
});
