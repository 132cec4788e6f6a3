import { Failure } from './failure.js';

/** @typedef {(value: unknown) => unknown} Convert a value, or undefined for one of another type. */

/** @type {Convert} */
const boolean = (value) => (typeof value === 'boolean' ? value : undefined);

/** @type {Convert} */
const integer = (value) => (Number.isSafeInteger(value) ? value : undefined);

/** @type {Convert} */
const bigInteger = (value) =>
  typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : integer(value);

/** @type {Convert} */
const number = (value) => (typeof value === 'number' ? value : undefined);

/** @type {Convert} */
const text = (value) => (typeof value === 'string' ? value : undefined);

/** @type {Convert} */
const numeric = (value) => (typeof value === 'number' ? String(value) : text(value));

/** @type {Convert} */
const bytes = (value) =>
  typeof value === 'string' && /^(?:[0-9a-f]{2})*$/i.test(value)
    ? Buffer.from(value, 'hex')
    : undefined;

/**
 * An instant is a Date, unless it is finer than the milliseconds of one: then
 * it stays text, which PostgreSQL reads as well.
 *
 * @type {Convert}
 */
const instant = (value) => {
  if (typeof value !== 'string') return undefined;
  if (/\.\d{3}\d*[1-9]/.test(value)) return value;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
};

/** @type {Map<string, Convert>} */
const CONVERSIONS = new Map([
  ['bool', boolean],
  ['int2', integer],
  ['int4', integer],
  ['int8', bigInteger],
  ['oid', integer],
  ['float4', number],
  ['float8', number],
  ['text', text],
  ['varchar', text],
  ['name', text],
  ['char', text],
  ['bytea', bytes],
  ['timestamptz', instant],
  // JavaScript has no type for a time that is no instant.
  ['timestamp', text],
  ['date', text],
  ['numeric', numeric],
  ['uuid', text],
]);

/**
 * The JavaScript value of an argument's JSON value: a Buffer for `bytea`, a
 * Date for `timestamptz`, a list for an array; `numeric` and `uuid` stay text.
 *
 * @param {string} type
 * @param {unknown} value
 * @returns {unknown}
 */
export function native(type, value) {
  if (value === null) return null;
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) throw mismatch(type, value);
    return value.map((element) => native(type.slice(0, -2), element));
  }
  const convert = CONVERSIONS.get(type);
  if (!convert) throw new Failure('unsupported', `type ${type} is unknown to this runner`);
  const converted = convert(value);
  if (converted === undefined) throw mismatch(type, value);
  return converted;
}

/**
 * @param {string} type
 * @param {unknown} value
 */
function mismatch(type, value) {
  return new Failure('bad-job', `expected a value of type ${type}, got ${JSON.stringify(value)}`);
}
