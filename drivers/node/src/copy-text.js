/** Rows in the text format of PostgreSQL's COPY, for drivers that leave it to the caller. */

const CHUNK_CHARACTERS = 64 * 1024;

/** @type {Record<string, string>} */
const ESCAPES = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/**
 * Many rows to a chunk: a stream costs more per chunk than a row's text.
 *
 * @param {unknown[][]} rows
 * @returns {Generator<string>}
 */
export function* copyText(rows) {
  let chunk = '';
  for (const row of rows) {
    chunk += `${row.map(field).join('\t')}\n`;
    if (chunk.length >= CHUNK_CHARACTERS) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk) yield chunk;
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function field(value) {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  const text = literal(value);
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (c) => ESCAPES[c] ?? c) : text;
}

/**
 * A value as PostgreSQL reads it from text.
 *
 * @param {unknown} value
 * @returns {string}
 */
function literal(value) {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return `{${value.map(element).join(',')}}`;
  return String(value);
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function element(value) {
  if (value === null) return 'NULL';
  return `"${literal(value).replace(/["\\]/g, '\\$&')}"`;
}
