// The ranking of a selection: as analysis/summary.py's, only over fewer drivers.

import { cellOf, data, floorOf, metricOf, whyMissing } from "./data.js";

export const geometricMean = (values) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

export function rank(drivers, queries, metricKey, connections) {
  const metric = metricOf(metricKey);
  const ranked = [];
  const unranked = [];
  for (const driver of drivers) {
    const cells = queries.map((query) => cellOf(driver, query, connections));
    if (!queries.length || !cells.every((cell) => hasFigure(cell, metricKey))) {
      unranked.push({ driver, reason: whyUnranked(cells, queries, metricKey) });
      continue;
    }
    const bound = (i) => {
      const kept = cells.map((cell) => cell.v[metricKey][i]).filter((value) => value > 0);
      return kept.length ? geometricMean(kept) : 0;
    };
    const logs = cells.map((cell) => cell.logs[metricKey]);
    ranked.push({ driver, value: bound(0), low: bound(1), high: bound(2), logs });
  }
  ranked.sort((a, b) => (metric.higher ? b.value - a.value : a.value - b.value));
  const floor = noiseFloor(metricKey, queries, connections);
  let first;
  ranked.forEach((place, i) => {
    place.position = i;
    place.ratio = place.value / ranked[0].value;
    place.mark = first ? mark(first, place, floor) : "";
    place.rank = place.mark ? first.rank : i + 1;
    if (!place.mark) first = place;
  });
  return { metric, ranked, unranked };
}

// Why two drivers cannot be told apart, or nothing.
function mark(a, b, floor) {
  if (floor && Math.max(a.value, b.value) <= floor * Math.min(a.value, b.value)) return "~";
  return apart(a, b) ? "" : "≈";
}

// Whether the 95 % interval of their ratio leaves out 1: as analysis/geomean.py's.
function apart(a, b) {
  const logs = [...a.logs, ...b.logs];
  if (!logs.every((log) => log?.freedom > 0)) return a.low > b.high || a.high < b.low;
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const centre = (place) => sum(place.logs.map((log) => log.centre)) / place.logs.length;
  const parts = logs.map((log) => log.variance / a.logs.length ** 2);
  const variance = sum(parts);
  const freedom = variance ** 2 / sum(parts.map((part, i) => part ** 2 / logs[i].freedom));
  const width = variance > 0 ? studentT(freedom) * Math.sqrt(variance) : 0;
  return Math.abs(centre(a) - centre(b)) > width;
}

// The end of a 95 % interval, between the two nearest of the table.
function studentT(freedom) {
  const place = (data.t.length - 1) / freedom;
  const below = Math.min(Math.floor(place), data.t.length - 2);
  return data.t[below] + (place - below) * (data.t[below + 1] - data.t[below]);
}

// What one driver, measured twice, differs from itself: as analysis/noise_floor.py's.
function noiseFloor(metricKey, queries, connections) {
  const logs = queries.map((query) => floorOf(metricKey, query, connections));
  if (!logs.length || logs.includes(undefined)) return null;
  return Math.exp(Math.hypot(...logs) / logs.length);
}

// Queries that lack a figure for the same reason share it.
function whyUnranked(cells, queries, metricKey) {
  const lacking = new Map();
  cells.forEach((cell, i) => {
    if (hasFigure(cell, metricKey)) return;
    const why = whyMissing(cell);
    lacking.set(why, [...(lacking.get(why) ?? []), queries[i].title]);
  });
  const reasons = [...lacking];
  if (reasons.length === 1 && reasons[0][1].length === queries.length) return reasons[0][0];
  return reasons.map(([why, titles]) => `${titles.join(", ")}: ${why}`).join("; ");
}

export const hasFigure = (cell, metricKey) => (cell?.v?.[metricKey]?.[0] ?? 0) > 0;
