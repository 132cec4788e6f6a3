import assert from 'node:assert/strict';
import { test } from 'node:test';

import { copyText } from '../src/copy-text.js';

/** @type {[unknown, string][]} */
const VALUES = [
  [null, '\\N'],
  ['\\N', '\\\\N'],
  ['a\tb\nc\rd\\', 'a\\tb\\nc\\rd\\\\'],
  [10.333, '10.333'],
  [9223372036854775807n, '9223372036854775807'],
  [true, 'true'],
  [Buffer.of(0, 255), '\\\\x00ff'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [[1, null, 2], '{"1",NULL,"2"}'],
  [['a"\\'], '{"a\\\\"\\\\\\\\"}'],
];

for (const [value, expected] of VALUES) {
  test(`${typeof value} ${value} in COPY text format`, () => {
    assert.equal([...copyText([[value]])].join(''), `${expected}\n`);
  });
}

test('columns are separated by tabs, rows by newlines', () => {
  const rows = [
    [1, 'a'],
    [2, 'b'],
  ];
  assert.deepEqual([...copyText(rows)], ['1\ta\n2\tb\n']);
});

test('many rows come in chunks of whole rows', () => {
  const rows = Array.from({ length: 3 }, () => ['x'.repeat(40_000)]);
  const chunks = [...copyText(rows)];
  assert.equal(chunks.length, 2);
  assert.ok(chunks.every((chunk) => chunk.endsWith('\n')));
  assert.equal(chunks.join('').length, 3 * 40_001);
});

test('no rows are no chunks', () => {
  assert.deepEqual([...copyText([])], []);
});
