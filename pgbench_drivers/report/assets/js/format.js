// Numbers with three significant digits and a unit that fits; the page's Python side does the same.

export const THIN = "\u202f";
export const MISSING = "n/a";

const COUNTS = [[1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""]];
const TIMES = [[1e6, "s"], [1e3, "ms"], [1, "µs"], [1e-3, "ns"]];

export function significant(value, digits = 3) {
  if (!Number.isFinite(value)) return MISSING;
  if (value === 0) return "0";
  const text = value.toPrecision(digits);
  if (!text.includes("e")) return text;
  const number = Number(text);
  if (Math.abs(number) >= 1) return number.toFixed(0);
  const exponent = Number(text.split("e")[1]);
  return number.toFixed(Math.min(100, digits - 1 - exponent));
}

function scaled(value, units) {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const size = Math.abs(Number(significant(value)));
  const unit = value === 0
    ? units.find(([scale]) => scale === 1)
    : units.find(([scale]) => size >= scale) ?? units.at(-1);
  return significant(value / unit[0]) + (unit[1] ? THIN + unit[1] : "");
}

export const count = (value) => scaled(value, COUNTS);
export const micros = (value) => scaled(value, TIMES);
export const figure = (value, unit) => (unit === "µs" ? micros(value) : count(value));

export function ratio(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  if (value < 0.1) return `${significant(value, 2)}×`;
  return `${value >= 10 ? significant(value) : value.toFixed(2)}×`;
}

export function spread(low, high, unit) {
  const first = figure(low, unit);
  const last = figure(high, unit);
  if (first === last) return first;
  const [number, firstUnit] = first.split(THIN);
  return firstUnit === last.split(THIN)[1] ? `${number}–${last}` : `${first}–${last}`;
}
