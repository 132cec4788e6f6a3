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
    const missing = cells.flatMap((cell, i) =>
      hasFigure(cell, metricKey) ? [] : [`${queries[i].name}: ${whyMissing(cell)}`]);
    if (missing.length || !queries.length) {
      unranked.push({ driver, reason: driver.not_run ?? missing.join("; ") });
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

export const hasFigure = (cell, metricKey) => (cell?.v?.[metricKey]?.[0] ?? 0) > 0;
