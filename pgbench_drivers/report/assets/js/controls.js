// The selectors: they show the state, and change it.

import { cellOf, data, metricOf, queries, real } from "./data.js";
import { change, chosenQueries, reset, shown, shownDrivers, state } from "./state.js";

const inputs = (name) => [...document.querySelectorAll(`input[name="${name}"]`)];
const picked = (name, on) => inputs(name).filter((input) => input.checked === on).map((input) => input.value);

const FEW = 4;

// Unless chosen, the percentile plot shows all of a few drivers, or the fastest of each language.
export function curveDrivers() {
  if (state.curves !== null) return real.filter((driver) => state.curves.includes(driver.name));
  if (shownDrivers().length <= FEW) return shownDrivers();
  const query = queries.find((one) => one.name === state.curveQuery);
  const best = new Map();
  for (const driver of shownDrivers()) {
    const speed = query ? cellOf(driver, query, state.connections)?.v?.[data.defaults.metric]?.[0] : null;
    const known = best.get(driver.language.name);
    if (speed && (!known || speed > known.speed)) best.set(driver.language.name, { driver, speed });
  }
  return [...best.values()].map((entry) => entry.driver);
}

const ACTIONS = {
  metric: () => change({ metric: picked("metric", true)[0] }),
  connections: () => change({ connections: Number(picked("connections", true)[0]) }),
  queries: () => change({ queries: picked("queries", true) }),
  languages: () => change({ languagesOff: picked("languages", false) }),
  drivers: () => change({ driversOff: picked("drivers", false) }),
  "curve-query": () => change({ curveQuery: picked("curve-query", true)[0] }),
  "curve-drivers": () => change({ curves: picked("curve-drivers", true) }),
};

const onlyUsage = (usage) =>
  change({ driversOff: real.filter((driver) => driver.usage !== usage).map((driver) => driver.name), languagesOff: [] });

const SETS = {
  "queries:headline": () => change({ queries: [...data.defaults.queries] }),
  "queries:all": () => change({ queries: queries.map((query) => query.name) }),
  "drivers:all": () => change({ driversOff: [], languagesOff: [] }),
  "drivers:none": () => change({ driversOff: real.map((driver) => driver.name) }),
  "usage:idiomatic": () => onlyUsage("idiomatic"),
  "usage:tuned": () => onlyUsage("tuned"),
  "usage:pgbouncer-safe": () => onlyUsage("pgbouncer-safe"),
  "curves:auto": () => change({ curves: null }),
  "curves:all": () => change({ curves: shownDrivers().map((driver) => driver.name) }),
};

export function startControls() {
  document.addEventListener("change", (event) => ACTIONS[event.target.name]?.());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set]");
    if (button) SETS[button.dataset.set]();
  });
  document.getElementById("reset").addEventListener("click", reset);
  foldOnPhones();
  for (const form of document.querySelectorAll("form")) {
    form.addEventListener("submit", (event) => event.preventDefault());
  }
}

// On a phone the selectors would push the ranking off the first screens.
function foldOnPhones() {
  const box = document.getElementById("choose");
  const narrow = matchMedia("(max-width: 44rem)");
  const fold = () => { box.open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  fold();
}

export function showControls() {
  const check = (name, on) => inputs(name).forEach((input) => { input.checked = on(input.value); });
  const curves = curveDrivers().map((driver) => driver.name);
  check("metric", (value) => value === state.metric);
  check("connections", (value) => Number(value) === state.connections);
  check("queries", (value) => state.queries.includes(value));
  check("languages", (value) => !state.languagesOff.includes(value));
  check("drivers", (value) => !state.driversOff.includes(value));
  check("curve-query", (value) => value === state.curveQuery);
  check("curve-drivers", (value) => curves.includes(value));
  for (const pill of document.querySelectorAll('[data-facet="drivers"] .pill')) {
    pill.classList.toggle("emptied", state.languagesOff.includes(pill.dataset.language));
  }
  document.getElementById("selection-text").textContent = sentence();
}

function sentence() {
  const metric = metricOf(state.metric);
  const number = real.filter(shown).length;
  const averaged = chosenQueries();
  const what = averaged.length === 1 ? averaged[0].title : `the geometric mean over ${averaged.length} queries`;
  const by = `${metric.title[0].toLowerCase()}${metric.title.slice(1)}${metric.unit === "µs" ? "" : ` in ${metric.unit}`}`;
  return averaged.length
    ? `${number} of ${real.length} drivers, by ${by}: ${what}, ${state.connections} ${state.connections === 1 ? "connection" : "connections"}.`
    : "No query is selected: nothing to rank.";
}
