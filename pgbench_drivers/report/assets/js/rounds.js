// Every measured window in the order they ran, against its own cell's median.

import { data, drivers, queries } from "./data.js";
import { count } from "./format.js";
import { driftChart } from "./lines.js";
import { shown } from "./state.js";

const rounds = data.rounds.map(([position, driver, query, connections, round, rate, load]) =>
  ({ position, driver: drivers[driver], query: queries[query], connections, round, rate, load }));

function medians() {
  const byCell = new Map();
  for (const one of rounds) {
    const key = `${one.driver.index}/${one.query.index}/${one.connections}`;
    byCell.set(key, [...(byCell.get(key) ?? []), one.rate]);
  }
  const middle = (values) => {
    const sorted = [...values].sort((a, b) => a - b);
    const half = Math.floor(sorted.length / 2);
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  };
  return new Map([...byCell].map(([key, values]) => [key, middle(values)]));
}

const middles = medians();

export function showDrift() {
  const host = document.querySelector('[data-chart="drift"] .plot');
  const points = rounds.filter((one) => !one.driver.synthetic && shown(one.driver)).map((one) => {
    const middle = middles.get(`${one.driver.index}/${one.query.index}/${one.connections}`);
    return {
      driver: one.driver,
      x: one.position,
      y: middle ? (100 * one.rate) / middle : 100,
      detail: `#${one.position + 1} ${one.driver.title}, ${one.query.title}, ${one.connections} connections, round ${one.round + 1}: ${count(one.rate)} queries/s`,
    };
  });
  driftChart(host, points, rounds.map((one) => [one.position, one.load]), "Throughput of every round against its cell's median, in the order they ran");
}
