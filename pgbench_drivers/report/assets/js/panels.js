// One panel per query: four charts in the same order of drivers, and the rows of its table.

import { barChart, pairChart } from "./bars.js";
import { cellOf, data, queries, whyMissing } from "./data.js";
import { count, micros, spread } from "./format.js";
import { hasFigure } from "./rank.js";
import { shownDrivers, state } from "./state.js";
import { stripChart } from "./strips.js";

const RATE = data.defaults.metric;

export function showPanels() {
  for (const panel of document.querySelectorAll(".panel")) {
    const query = queries[Number(panel.dataset.query)];
    const rows = shownDrivers()
      .map((driver) => ({ driver, cell: cellOf(driver, query, state.connections) }))
      .sort((a, b) => speed(b.cell) - speed(a.cell));
    drawThroughput(plot(panel, "throughput"), rows, query);
    drawLatency(plot(panel, "latency"), rows, query);
    drawCpuPerRow(plot(panel, "cpu-row"), rows, query);
    drawCpuOfBoth(plot(panel, "cpu-both"), rows, query);
  }
  const on = new Set(shownDrivers().map((driver) => String(driver.index)));
  for (const row of document.querySelectorAll(".panel tr[data-driver]")) row.hidden = !on.has(row.dataset.driver);
  for (const body of document.querySelectorAll("tbody[data-connections]")) {
    body.hidden = Number(body.dataset.connections) !== state.connections;
  }
}

const speed = (cell) => cell?.v?.[RATE]?.[0] ?? -1;
const plot = (panel, name) => panel.querySelector(`[data-chart="${name}"] .plot`);

function drawn(rows, has, make) {
  return rows.map(({ driver, cell }) =>
    (has(cell) ? { driver, ...make(cell) } : { driver, missing: whyMissing(cell) }));
}

function drawThroughput(host, rows, query) {
  barChart(host, drawn(rows, (cell) => hasFigure(cell, RATE), ({ v }) => {
    const [value, low, high] = v[RATE];
    return { value, low, high, text: count(value), detail: `${count(value)} rows/s, rounds ${spread(low, high, "")}` };
  }), `Throughput of ${query.title}; the figures are in the table below`);
}

function drawLatency(host, rows, query) {
  stripChart(host, drawn(rows, (cell) => Boolean(cell?.latency), ({ latency, v, n }) => ({
    latency,
    beyond: ["99.9", "99.99"].filter((p) => Math.round(n * (100 - p) * 1e4) >= 1e6),
    mean: v[data.defaults.latency][0],
    detail: `p25 ${micros(latency.p["25"])}, p50 ${micros(latency.p["50"])}, p75 ${micros(latency.p["75"])}, p99 ${micros(latency.p["99"])}, p99.9 ${micros(latency.p["99.9"])}, p99.99 ${micros(latency.p["99.99"])}, max ${micros(latency.max)}`,
  })), `Latency of ${query.title}; the figures are in the table below`);
}

function drawCpuPerRow(host, rows, query) {
  const key = data.defaults.cpu;
  barChart(host, drawn(rows, (cell) => hasFigure(cell, key), ({ v }) => {
    const [value, low, high] = v[key];
    return { value, low, high, text: micros(value), detail: `${micros(value)} per row, rounds ${spread(low, high, "µs")}` };
  }), `Client CPU per row of ${query.title}; the figures are in the table below`);
}

function drawCpuOfBoth(host, rows, query) {
  pairChart(host, drawn(rows, (cell) => Boolean(cell?.v), ({ v, server }) => {
    const client = v.client_cpu_us_per_query[0];
    const theirs = server ? server[0] : null;
    const words = theirs === null ? `client ${micros(client)}, server not known` : `client ${micros(client)}, server ${micros(theirs)}`;
    return { client, server: theirs, text: theirs === null ? micros(client) : `${micros(client)} + ${micros(theirs)}`, detail: words };
  }), `CPU per query of client and server, ${query.title}; the figures are in the table below`);
}
