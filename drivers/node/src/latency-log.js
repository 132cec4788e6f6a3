const CHUNK_LENGTH = 8192;

/**
 * Latencies in whole nanoseconds, in the order in which they came.
 *
 * The loop only logs: recording into the JavaScript HdrHistogram costs several
 * times as much as the whole loop. Chunks grow the log without copying it.
 */
export class LatencyLog {
  /** @type {Float64Array[]} */
  #full = [];
  #chunk = new Float64Array(CHUNK_LENGTH);
  #used = 0;

  /** @param {number} latencyNs */
  add(latencyNs) {
    if (this.#used === CHUNK_LENGTH) {
      this.#full.push(this.#chunk);
      this.#chunk = new Float64Array(CHUNK_LENGTH);
      this.#used = 0;
    }
    this.#chunk[this.#used++] = latencyNs;
  }

  get length() {
    return this.#full.length * CHUNK_LENGTH + this.#used;
  }

  /**
   * How often each latency came.
   * @returns {Map<number, number>}
   */
  counts() {
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const chunk of [...this.#full, this.#chunk.subarray(0, this.#used)]) {
      for (const latency of chunk) counts.set(latency, (counts.get(latency) ?? 0) + 1);
    }
    return counts;
  }
}
