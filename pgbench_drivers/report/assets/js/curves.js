// Latency by percentile, and throughput by number of connections.

import { curveDrivers } from "./controls.js";
import { cellOf, data, queries } from "./data.js";
import { count, micros } from "./format.js";
import { lineChart } from "./lines.js";
import { rank } from "./rank.js";
import { chosenQueries, shownDrivers, state } from "./state.js";

const MARKED = [0, 50, 75, 90, 95, 99, 99.9, 99.99, 99.999];
const nines = (percentile) => -Math.log10(1 - percentile / 100);
const short = (label) => label.replace(/(\.\d*?)0+(?=\u202f|$)/, "$1").replace(/\.(?=\u202f|$)/, "");

export function showCurves() {
  const host = document.querySelector('[data-chart="curve"] .plot');
  const query = queries.find((one) => one.name === state.curveQuery);
  if (!query) return;
  const series = curveDrivers().flatMap((driver) => {
    const cell = cellOf(driver, query, state.connections);
    return cell?.latency ? [{ driver, points: pointsOf(cell) }] : [];
  });
  const reach = Math.max(1, ...series.map((line) => line.points.at(-1)[0]));
  const at = MARKED.filter((percentile) => nines(percentile) <= reach);
  lineChart(host, series, {
    xRange: [0, reach],
    xTicks: at.map((percentile) => [nines(percentile), percentile ? `${percentile}\u202f%` : "min"]),
    xLabel: "share of queries answered in this time",
    yUnit: (value) => short(micros(value)),
    marks: (position) => at.some((percentile) => Math.abs(nines(percentile) - position) < 1e-9),
  }, `Latency by percentile of ${query.title}, ${state.connections} connections; percentiles are also in the query's table`);
}

// The maximum stands where one query in all of them is slower than nothing: at 1 - 1/n.
function pointsOf({ latency, n }) {
  const last = Math.log10(Math.max(n, 2));
  return latency.curve
    .map(([percentile, value]) => [percentile >= 100 ? last : nines(percentile), Math.max(value, 1e-3)])
    .filter(([position], i, all) => i === all.length - 1 || position < all.at(-1)[0]);
}

export function showScaling() {
  const host = document.querySelector('[data-chart="scaling"] .plot');
  if (!host) return;
  const rankings = data.levels.map((level) => rank(shownDrivers(), chosenQueries(), data.defaults.metric, level));
  const series = shownDrivers().map((driver) => ({
    driver,
    points: rankings.flatMap(({ ranked }, i) => {
      const place = ranked.find((one) => one.driver === driver);
      return place ? [[Math.log2(data.levels[i]), place.value]] : [];
    }),
  }));
  lineChart(host, series, {
    xRange: [Math.log2(data.levels[0]), Math.log2(data.levels.at(-1))],
    xTicks: data.levels.map((level) => [Math.log2(level), String(level)]),
    xLabel: "connections (log scale)",
    yUnit: (value) => short(count(value)),
  }, "Throughput by number of connections");
}
