/** When the queries of an open loop are due, fixed before its window begins. */

const NANOSECONDS_PER_SECOND = 1e9;
const MASK = (1n << 64n) - 1n;

/**
 * The times after the window's start, in whole nanoseconds and in order, of all
 * queries that are due before its end.
 *
 * @param {import('./job.js').Arrivals} arrivals
 * @param {number} seconds of the window
 * @param {bigint} seed
 * @returns {number[]}
 */
export function schedule({ process, perSecond }, seconds, seed) {
  const offsets = [];
  const dues = process === 'constant' ? constant(perSecond) : poisson(perSecond, seed);
  for (const due of dues) {
    if (due >= seconds) break;
    offsets.push(Math.floor(due * NANOSECONDS_PER_SECOND));
  }
  return offsets;
}

/** @param {number} perSecond */
function* constant(perSecond) {
  for (let k = 0; ; k++) yield k / perSecond;
}

/**
 * @param {number} perSecond
 * @param {bigint} seed
 */
function* poisson(perSecond, seed) {
  let due = 0;
  for (const x of splitMix64(seed)) {
    const u = Number(x >> 11n) * 2 ** -53;
    due += -Math.log(1 - u) / perSecond;
    yield due;
  }
}

/**
 * SplitMix64 (Steele, Lea, Flood 2014, https://doi.org/10.1145/2660193.2660195).
 * @param {bigint} seed
 */
export function* splitMix64(seed) {
  for (let state = seed & MASK; ;) {
    state = (state + 0x9e3779b97f4a7c15n) & MASK;
    let mixed = ((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & MASK;
    yield mixed ^ (mixed >> 31n);
  }
}
