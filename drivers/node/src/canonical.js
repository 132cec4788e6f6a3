/**
 * The canonical form of a decoded answer, and its checksum, as defined in
 * docs/runner-contract.md. Times are compared as UTC: main.js sets the zone.
 */

import { createHash } from 'node:crypto';

import { Failure } from './failure.js';

/** @typedef {import('./job.js').Column} Column */

/**
 * The bytes of a value, or undefined for a value of another native type.
 * @typedef {(value: unknown) => Uint8Array | undefined} Encoder
 */

const NULL = Buffer.from('N;');
const MICROSECONDS_PER_MILLISECOND = 1000n;
const MILLISECONDS_PER_DAY = 86_400_000;

/** @type {Encoder} */
const boolean = (value) =>
  typeof value === 'boolean' ? Buffer.from(value ? 'b:t;' : 'b:f;') : undefined;

/** @type {Encoder} */
const integer = (value) =>
  typeof value === 'bigint' || Number.isSafeInteger(value) ? Buffer.from(`i:${value};`) : undefined;

// Drivers give an int8 as a string unless asked: a number would not hold it.
/** @type {Encoder} */
const bigInteger = (value) =>
  typeof value === 'string' && /^-?\d+$/.test(value)
    ? Buffer.from(`i:${BigInt(value)};`)
    : integer(value);

/** @type {Encoder} */
const double = (value) => {
  if (typeof value !== 'number') return undefined;
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return Buffer.from(`f:${bytes.toString('hex')};`);
};

// Drivers that read a float4 from text give the nearest double.
/** @type {Encoder} */
const single = (value) => (typeof value === 'number' ? double(Math.fround(value)) : undefined);

/** @type {Encoder} */
const text = (value) =>
  typeof value === 'string' ? sized('s', Buffer.from(value, 'utf8')) : undefined;

/** @type {Encoder} */
const char = (value) =>
  value instanceof Uint8Array ? text(Buffer.from(value).toString('latin1')) : text(value);

/** @type {Encoder} */
const bytea = (value) => (value instanceof Uint8Array ? sized('x', value) : undefined);

/** @type {Encoder} */
const timestamp = (value) => {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined;
  return Buffer.from(`t:${BigInt(value.getTime()) * MICROSECONDS_PER_MILLISECOND};`);
};

// JavaScript has no date without a time: a day's midnight stands for it.
/** @type {Encoder} */
const date = (value) => {
  if (!(value instanceof Date)) return undefined;
  const days = value.getTime() / MILLISECONDS_PER_DAY;
  return Number.isInteger(days) ? Buffer.from(`d:${days};`) : undefined;
};

/** @type {Encoder} */
const numeric = (value) => {
  if (typeof value !== 'string' || !/^(?:-?\d+(?:\.\d+)?|NaN|-?Infinity)$/.test(value)) {
    return undefined;
  }
  const digits = value.includes('.') ? value.replace(/\.?0+$/, '') : value;
  return Buffer.from(`m:${digits === '-0' ? '0' : digits};`);
};

/** @type {Encoder} */
const uuid = (value) => {
  if (typeof value !== 'string') return undefined;
  const digits = value.replaceAll('-', '').toLowerCase();
  return /^[0-9a-f]{32}$/.test(digits) ? Buffer.from(`u:${digits};`) : undefined;
};

/** @type {Map<string, Encoder>} */
const SCALARS = new Map([
  ['bool', boolean],
  ['int2', integer],
  ['int4', integer],
  ['int8', bigInteger],
  ['oid', integer],
  ['float4', single],
  ['float8', double],
  ['text', text],
  ['varchar', text],
  ['name', text],
  ['char', char],
  ['bytea', bytea],
  ['timestamptz', timestamp],
  ['timestamp', timestamp],
  ['date', date],
  ['numeric', numeric],
  ['uuid', uuid],
]);

/**
 * The encoder of a declared type; throws a Failure for a type that has none.
 *
 * @param {string} type
 * @returns {Encoder}
 */
export function encoderFor(type) {
  const isArray = type.endsWith('[]');
  const scalar = SCALARS.get(isArray ? type.slice(0, -2) : type);
  if (!scalar) throw new Failure('unsupported', `type ${type} has no canonical form`);
  return isArray ? nullable(array(nullable(scalar))) : nullable(scalar);
}

/**
 * SHA-256 of the canonical form of the rows, as 64 hex digits. Throws a
 * Failure when a row has another number of columns, or a value another type.
 *
 * @param {unknown[][]} rows
 * @param {Column[]} columns
 * @returns {string}
 */
export function checksum(rows, columns) {
  const encoders = columns.map((column) => encoderFor(column.type));
  const hash = createHash('sha256');
  for (const row of rows) {
    if (row.length !== columns.length) {
      throw wrong(`expected ${columns.length} columns, got ${row.length}`);
    }
    hash.update(`R${columns.length}:`);
    for (const [index, encode] of encoders.entries()) {
      hash.update(encode(row[index]) ?? mismatch(index, columns, row[index]));
    }
  }
  return hash.digest('hex');
}

/**
 * @param {Encoder} encode
 * @returns {Encoder}
 */
function nullable(encode) {
  return (value) => (value === null ? NULL : encode(value));
}

/**
 * @param {Encoder} encode
 * @returns {Encoder}
 */
function array(encode) {
  return (value) => {
    // Bun's integers without a NULL.
    const list = value instanceof Int32Array ? Array.from(value) : value;
    if (!Array.isArray(list)) return undefined;
    /** @type {Uint8Array[]} */
    const parts = [Buffer.from(`a${list.length}:`)];
    for (const element of list) {
      const encoded = encode(element);
      if (!encoded) return undefined;
      parts.push(encoded);
    }
    parts.push(Buffer.from(';'));
    return Buffer.concat(parts);
  };
}

/**
 * @param {string} mark
 * @param {Uint8Array} bytes
 */
function sized(mark, bytes) {
  return Buffer.concat([Buffer.from(`${mark}${bytes.length}:`), bytes, Buffer.from(';')]);
}

/**
 * @param {number} index
 * @param {Column[]} columns
 * @param {unknown} value
 * @returns {never}
 */
function mismatch(index, columns, value) {
  const { name, type } = /** @type {Column} */ (columns[index]);
  throw wrong(`column ${index + 1} (${name}): expected ${type}, got ${nativeType(value)}`);
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function nativeType(value) {
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value;
}

/** @param {string} message */
function wrong(message) {
  return new Failure('wrong-answer', message);
}
