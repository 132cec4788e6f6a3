/**
 * The contract's names for the causes of a failure.
 * @typedef {'bad-job' | 'unsupported' | 'wrong-answer' | 'driver'} FailureKind
 */

/** @type {Record<FailureKind, number>} */
const EXIT_CODES = { 'bad-job': 2, unsupported: 3, 'wrong-answer': 4, driver: 5 };

/** Ends a job; its message names the cause in one sentence. */
export class Failure extends Error {
  /**
   * @param {FailureKind} kind
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(kind, message, options) {
    super(message, options);
    this.kind = kind;
  }

  /** What the process exits with. */
  get exitCode() {
    return EXIT_CODES[this.kind];
  }
}

/**
 * A failure as it is, and anything else that was thrown as the driver's.
 * @param {unknown} thrown
 * @returns {Failure}
 */
export function asFailure(thrown) {
  if (thrown instanceof Failure) return thrown;
  return new Failure('driver', describe(thrown), { cause: thrown });
}

/**
 * @param {unknown} thrown
 * @returns {string}
 */
function describe(thrown) {
  if (!(thrown instanceof Error)) return String(thrown);
  // Connecting to a name with several addresses fails with an AggregateError,
  // which has no message of its own.
  const text =
    thrown instanceof AggregateError && !thrown.message
      ? thrown.errors.map(String).join('; ')
      : thrown.message;
  return `${thrown.name}: ${text.replace(/\s+/g, ' ').trim()}`;
}
