import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { checksum, encoderFor } from '../src/canonical.js';
import { Failure } from '../src/failure.js';

/** @type {[string, unknown, string][]} */
const KNOWN = [
  ['bool', true, 'b:t;'],
  ['bool', false, 'b:f;'],
  ['int4', -7, 'i:-7;'],
  ['int4', 7n, 'i:7;'],
  ['int8', 2n ** 63n - 1n, 'i:9223372036854775807;'],
  ['int8', '9223372036854775807', 'i:9223372036854775807;'],
  ['oid', 4294967295, 'i:4294967295;'],
  ['float8', 1.5, 'f:3ff8000000000000;'],
  ['float8', -0, 'f:8000000000000000;'],
  ['float4', 1.1, 'f:3ff19999a0000000;'],
  ['text', 'é', 's2:é;'],
  ['text', '', 's0:;'],
  ['name', 'pg_type', 's7:pg_type;'],
  ['char', Buffer.from('b'), 's1:b;'],
  ['char', 'b', 's1:b;'],
  ['bytea', Uint8Array.of(0, 59), 'x2:\0;;'],
  ['int4[]', [1, null, 3], 'a3:i:1;N;i:3;;'],
  ['int4[]', [], 'a0:;'],
  ['int4[]', Int32Array.of(1, -3), 'a2:i:1;i:-3;;'],
  ['text[]', ['a', ''], 'a2:s1:a;s0:;;'],
  ['int4', null, 'N;'],
  ['int4[]', null, 'N;'],
  ['timestamp', new Date('1970-01-01T00:00:01Z'), 't:1000000;'],
  ['timestamptz', new Date(0), 't:0;'],
  ['timestamptz', new Date('1970-01-01T02:00:00+02:00'), 't:0;'],
  ['timestamptz', new Date(-1), 't:-1000;'],
  ['date', new Date('1970-01-11T00:00:00Z'), 'd:10;'],
  ['date', new Date('1969-12-31T00:00:00Z'), 'd:-1;'],
  ['numeric', '1.500', 'm:1.5;'],
  ['numeric', '100', 'm:100;'],
  ['numeric', '100.0', 'm:100;'],
  ['numeric', '-0.00', 'm:0;'],
  ['uuid', '0123ABCD-0123-4567-89ab-0123456789ab', 'u:0123abcd0123456789ab0123456789ab;'],
];

for (const [type, value, encoded] of KNOWN) {
  test(`${type} is encoded as ${JSON.stringify(encoded)}`, () => {
    assert.equal(Buffer.from(encoderFor(type)(value) ?? []).toString(), encoded);
  });
}

/** @type {[string, unknown, string][]} */
const FOREIGN = [
  ['int4', '1', 'string'],
  ['int4', true, 'boolean'],
  ['int4', 1.5, 'number'],
  ['int4[]', '{1,2}', 'string'],
  ['int4[]', ['1'], 'Array'],
  ['int4[]', 2, 'number'],
  ['int8', '1.5', 'string'],
  ['bytea', '\\x00', 'string'],
  ['bool', 1, 'number'],
  ['bool', 't', 'string'],
  ['float8', '1', 'string'],
  ['date', new Date('2020-01-01T12:00:00Z'), 'Date'],
  ['date', '2020-01-01', 'string'],
  ['timestamptz', new Date(NaN), 'Date'],
  ['numeric', 1.5, 'number'],
  ['uuid', 'short', 'string'],
  ['text', Buffer.from('a'), 'Buffer'],
  ['text', undefined, 'undefined'],
];

for (const [type, value, got] of FOREIGN) {
  test(`a ${got} is no ${type}: ${JSON.stringify(value)}`, () => {
    assert.throws(
      () => checksum([[value]], [{ name: 'a', type }]),
      failure('wrong-answer', `column 1 (a): expected ${type}, got ${got}`),
    );
  });
}

test('the checksum is the SHA-256 of all rows', () => {
  const columns = [
    { name: 'n', type: 'int4' },
    { name: 't', type: 'text' },
  ];
  const expected = createHash('sha256').update('R2:i:1;s1:a;R2:i:2;N;').digest('hex');
  assert.equal(
    checksum(
      [
        [1, 'a'],
        [2, null],
      ],
      columns,
    ),
    expected,
  );
});

test('a row with another number of columns is a wrong answer', () => {
  assert.throws(
    () => checksum([[1, 2]], [{ name: 'a', type: 'int4' }]),
    failure('wrong-answer', 'expected 1 columns, got 2'),
  );
});

test('an unknown type is named', () => {
  assert.throws(
    () => encoderFor('hstore'),
    failure('unsupported', 'type hstore has no canonical form'),
  );
});

/**
 * @param {string} kind
 * @param {string} message
 */
function failure(kind, message) {
  return (/** @type {unknown} */ error) =>
    error instanceof Failure && error.kind === kind && error.message === message;
}
