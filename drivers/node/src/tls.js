import { readFileSync } from 'node:fs';

/**
 * What NodeJS' tls.connect wants to verify the server's chain and its name: with
 * a socket given, `host` only says whose certificate it has to be.
 *
 * @param {import('./job.js').Connection} connection
 * @returns {{ ca: string, host: string } | null} null for plaintext
 */
export function tlsOptions({ host, caFile }) {
  return caFile === null ? null : { ca: readFileSync(caFile, 'utf8'), host };
}
