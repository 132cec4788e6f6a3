import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';

const LOWEST_NS = 1;
const HIGHEST_NS = 3_600_000_000_000;
const SIGNIFICANT_DIGITS = 3;

/**
 * The `latency` field of the `result` event. All but the histogram is exact.
 *
 * @param {Map<number, number>} counts how often each latency came, in whole nanoseconds
 */
export function summarise(counts) {
  const histogram = build({
    lowestDiscernibleValue: LOWEST_NS,
    highestTrackableValue: HIGHEST_NS,
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
    bitBucketSize: 64,
  });
  let [queries, sum, min, max] = [0, 0, Infinity, 0];
  for (const [latency, count] of counts) {
    queries += count;
    sum += latency * count;
    min = Math.min(min, latency);
    max = Math.max(max, latency);
    histogram.recordValueWithCount(Math.min(latency, HIGHEST_NS), count);
  }
  const mean = queries ? sum / queries : 0;
  return {
    min_ns: queries ? min : 0,
    max_ns: max,
    mean_ns: mean,
    stddev_ns: standardDeviation(counts, queries, mean),
    histogram: encodeIntoCompressedBase64(histogram),
  };
}

/**
 * @param {Map<number, number>} counts
 * @param {number} queries
 * @param {number} mean
 * @returns {number} of the population
 */
function standardDeviation(counts, queries, mean) {
  if (queries === 0) return 0;
  let squares = 0;
  for (const [latency, count] of counts) squares += (latency - mean) ** 2 * count;
  return Math.sqrt(squares / queries);
}
