// The ranking of a selection: as analysis/summary.py's, only over fewer drivers.

import { cellOf, metricOf, whyMissing } from "./data.js";

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
    ranked.push({ driver, value: bound(0), low: bound(1), high: bound(2) });
  }
  ranked.sort((a, b) => (metric.higher ? b.value - a.value : a.value - b.value));
  ranked.forEach((place, i) => {
    const above = ranked[i - 1];
    place.rank = i + 1;
    place.ratio = place.value / ranked[0].value;
    place.tied = Boolean(above) && place.low <= above.high && place.high >= above.low;
  });
  return { metric, ranked, unranked };
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
