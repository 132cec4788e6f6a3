import { writeFileSync } from 'node:fs';

const STDOUT = 1;

/**
 * Write one event as a line of JSON. The write is synchronous, so that every
 * event is out before the next step. Throws when nobody reads any more.
 *
 * @param {string} event
 * @param {Record<string, unknown>} fields
 */
export function emit(event, fields) {
  writeFileSync(STDOUT, `${JSON.stringify({ event, ...fields })}\n`);
}
