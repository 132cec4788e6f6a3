// The matrix: its cells get the values of the chosen metric and number of connections.

import { cellOf, drivers, metricOf, notes, queries } from "./data.js";
import { figure, ratio } from "./format.js";
import { hasFigure, rank } from "./rank.js";
import { chosenQueries, shown, shownDrivers, state } from "./state.js";

const HEAT_LIMIT = 10;

export function showMatrix() {
  const table = document.getElementById("matrix-table");
  const metric = metricOf(state.metric);
  const ranking = rank(shownDrivers(), chosenQueries(), state.metric, state.connections);
  describe(table, metric);
  const means = new Map(ranking.ranked.map((place) => [place.driver.index, place]));
  const bests = queries.map((query) => bestOf(query, metric));
  for (const row of table.querySelectorAll("tr[data-driver]")) {
    const driver = drivers[Number(row.dataset.driver)];
    row.hidden = !driver.synthetic && !shown(driver);
    for (const td of row.querySelectorAll("td")) {
      if (td.dataset.query === "mean") showMean(td, driver, means.get(driver.index), metric);
      else showCell(td, driver, queries[Number(td.dataset.query)], metric, bests);
    }
  }
  const body = table.tBodies[0];
  const place = (row) => means.get(Number(row.dataset.driver))?.position ?? 1e6;
  body.append(...[...body.rows].sort((a, b) => place(a) - place(b)));
}

function describe(table, metric) {
  const unit = metric.unit === "µs" ? "" : `, ${metric.unit}`;
  document.getElementById("matrix-what").textContent =
    `${metric.title}${unit}, ${state.connections} ${state.connections === 1 ? "connection" : "connections"}`;
  for (const th of table.tHead.querySelectorAll("th[data-query]")) {
    if (th.dataset.query === "mean") continue;
    th.classList.toggle("off", !state.queries.includes(queries[Number(th.dataset.query)].name));
  }
}

function bestOf(query, metric) {
  const values = shownDrivers()
    .map((driver) => cellOf(driver, query, state.connections))
    .filter((cell) => hasFigure(cell, metric.key))
    .map((cell) => cell.v[metric.key][0]);
  return values.length ? Math[metric.higher ? "max" : "min"](...values) : null;
}

function showMean(td, driver, place, metric) {
  if (driver.synthetic) return;
  if (!place) missing(td, null);
  else value(td, place.value, place.ratio, metric);
}

function showCell(td, driver, query, metric, bests) {
  const cell = cellOf(driver, query, state.connections);
  const figures = cell?.v?.[metric.key];
  if (!figures) missing(td, notes.get(cell?.note));
  else if (driver.synthetic) value(td, figures[0], null, metric);
  else value(td, figures[0], bests[query.index] ? figures[0] / bests[query.index] : NaN, metric);
}

function value(td, number, share, metric) {
  const factor = metric.higher ? 1 / share : share;
  const heat = share === null || !(factor > 0) ? 0 : 1 - Math.log(Math.max(1, factor)) / Math.log(HEAT_LIMIT);
  td.style.setProperty("--share", `${Math.round(100 * Math.max(0, heat))}%`);
  td.classList.toggle("best", share === 1);
  td.replaceChildren(span("v", figure(number, metric.unit)), span("r", share === null ? "" : ratio(share)));
}

function missing(td, note) {
  td.style.setProperty("--share", "0%");
  td.classList.remove("best");
  const node = span("na", "n/a");
  if (note) {
    node.title = note.text;
    const link = document.createElement("a");
    link.className = "ref";
    link.href = `#note-${note.number}`;
    link.textContent = note.number;
    link.setAttribute("aria-label", `reason ${note.number}`);
    node.append(link);
  }
  td.replaceChildren(node);
}

function span(name, content) {
  const node = document.createElement("span");
  node.className = name;
  node.textContent = content;
  return node;
}
