import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Failure } from '../src/failure.js';
import { parseJob } from '../src/job.js';
import { native } from '../src/values.js';
import { jobMessage, queryMessage } from './jobs.js';

/** @param {unknown} message */
const parse = (message) => parseJob(JSON.stringify(message));

test('a fetch has native arguments', () => {
  const args = [
    { type: 'int4', value: -1 },
    { type: 'bytea', value: '00ff' },
    { type: 'int4[]', value: [1, null] },
  ];
  const job = parse(jobMessage({ query: queryMessage({ args }) }));
  assert.deepEqual(job.query.args, [-1, Buffer.of(0, 255), [1, null]]);
  assert.equal(job.target, null);
  assert.equal(job.readback, null);
  assert.equal(job.expect.rows, 3);
  assert.equal(job.arrivals, null);
  assert.equal(job.seed, 1n);
});

test('an open loop has a process and a rate', () => {
  const { arrivals } = parse(
    jobMessage({ arrivals: { process: 'poisson', per_second: 1000.5 }, seed: -1 }),
  );
  assert.deepEqual(arrivals, { process: 'poisson', perSecond: 1000.5 });
});

test('a batch has as many rows as its target says, each a list of its own', () => {
  const { target, readback } = parse(jobMessage({ query: batchMessage() }));
  assert.deepEqual(target?.rows, [[1], [1]]);
  assert.notEqual(target?.rows[0], target?.rows[1]);
  assert.equal(readback?.sql, 'select a from t');
});

/** @type {[string, unknown, RegExp][]} */
const BAD = [
  ['no object', [], /^the job: expected an object/],
  ['another contract', jobMessage({ contract: 99, driver: undefined }), /^contract 99 is unknown/],
  ['nothing but the contract', { contract: 3 }, /^query: expected an object, got undefined/],
  ['no driver', jobMessage({ driver: undefined }), /^driver: expected a string/],
  ['no concurrency', jobMessage({ concurrency: 0 }), /^concurrency: expected an integer of 1/],
  ['negative seconds', jobMessage({ measure_seconds: -1 }), /^measure_seconds: expected 0 or more/],
  [
    'TLS without an authority',
    jobMessage({ connection: { ...jobMessage().connection, tls: {} } }),
    /^connection.tls.ca_file: expected a string/,
  ],
  ['no seed', jobMessage({ seed: undefined }), /^seed: expected an integer/],
  ['no arrivals', jobMessage({ arrivals: undefined }), /^arrivals: expected an object/],
  [
    'an unknown process',
    withArrivals({ process: 'pareto' }),
    /^arrivals.process: expected constant/,
  ],
  ['no rate', withArrivals({ per_second: '5' }), /^arrivals.per_second: expected a number above 0/],
  ['a rate of 0', withArrivals({ per_second: 0 }), /^arrivals.per_second: expected a number above/],
  ['an unknown kind', withQuery({ kind: 'scan' }), /^query.kind: expected fetch, batch or copy/],
  ['a column without type', withQuery({ columns: [{ name: 'a' }] }), /^query.columns\[0\].type/],
  ['an argument of another type', withQuery({ args: [{ type: 'int4', value: 'x' }] }), /int4.*"x"/],
  ['a batch without target', withQuery({ kind: 'batch' }), /^query.target: expected an object/],
  [
    'a row that is too long',
    withQuery(batchMessage({ target: { schema: 's', table: 't', row: [1, 2], row_count: 2 } })),
    /^query.target.row: expected 1 values, got 2/,
  ],
];

for (const [name, message, expected] of BAD) {
  test(`a bad job: ${name}`, () => {
    assert.throws(() => parse(message), failure('bad-job', expected));
  });
}

test('what is no JSON is a bad job', () => {
  assert.throws(() => parseJob('hello'), failure('bad-job', /not valid JSON/));
});

/** @type {[string, unknown, unknown][]} */
const NATIVE = [
  ['int4', null, null],
  ['int8', 5, 5],
  ['int8', '9223372036854775807', 9223372036854775807n],
  ['numeric', 12.5, '12.5'],
  ['timestamptz', '2026-01-02T03:04:05.678+01:00', new Date('2026-01-02T02:04:05.678Z')],
  ['timestamptz', '2026-01-02T03:04:05.678901Z', '2026-01-02T03:04:05.678901Z'],
  ['date', '2026-01-02', '2026-01-02'],
  ['text[]', ['a', null], ['a', null]],
];

for (const [type, value, expected] of NATIVE) {
  test(`${type} ${JSON.stringify(value)} as a native value`, () => {
    assert.deepEqual(native(type, value), expected);
  });
}

test('an integer that JSON has rounded is refused', () => {
  assert.throws(
    () => native('int8', 2 ** 53),
    failure('bad-job', /^expected a value of type int8/),
  );
});

test('an unknown type is not supported', () => {
  assert.throws(() => native('hstore', ''), failure('unsupported', /^type hstore/));
});

/** @param {Record<string, unknown>} changes */
function withQuery(changes) {
  return jobMessage({ query: queryMessage(changes) });
}

/** @param {Record<string, unknown>} changes */
function withArrivals(changes) {
  return jobMessage({ arrivals: { process: 'constant', per_second: 5, ...changes } });
}

/** @param {Record<string, unknown>} [changes] */
function batchMessage(changes = {}) {
  return queryMessage({
    kind: 'batch',
    target: { schema: 's', table: 't', row: [1], row_count: 2 },
    readback: { sql: 'select a from t', columns: [{ name: 'a', type: 'int4', nullable: false }] },
    ...changes,
  });
}

/**
 * @param {string} kind
 * @param {RegExp} message
 */
function failure(kind, message) {
  return (/** @type {unknown} */ error) =>
    error instanceof Failure && error.kind === kind && message.test(error.message);
}
