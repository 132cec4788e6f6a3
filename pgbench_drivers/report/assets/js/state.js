// What is selected, and its place: the URL's hash. Only what differs from the default is written.

import { data, drivers, metrics, queries, real } from "./data.js";

const LISTS = { queries: "queries", languagesOff: "languages-off", driversOff: "drivers-off", curves: "curves" };
const listeners = [];

function defaults() {
  return {
    metric: data.defaults.metric,
    connections: data.defaults.connections,
    queries: [...data.defaults.queries],
    languagesOff: [],
    driversOff: [],
    curveQuery: data.defaults.queries[0] ?? null,
    curves: null,
    at: null,
  };
}

export let state = defaults();

export function onChange(listener) {
  listeners.push(listener);
}

export function change(part) {
  state = { ...state, ...part };
  const hash = written();
  if (hash !== location.hash.replace(/^#/, "")) {
    try {
      history.pushState(null, "", hash ? `#${hash}` : location.href.replace(/#.*$/, ""));
    } catch {
      location.hash = hash;
    }
  }
  notify();
}

export const reset = () => change({ ...defaults(), at: null });

export const shown = (driver) =>
  !state.languagesOff.includes(driver.language.name) && !state.driversOff.includes(driver.name);
export const shownDrivers = () => real.filter(shown);
export const chosenQueries = () => queries.filter((query) => state.queries.includes(query.name));

export function startState() {
  read();
  addEventListener("hashchange", () => { read(); notify(); });
}

function notify() {
  for (const listener of listeners) listener(state);
}

function written() {
  const base = defaults();
  const parts = [];
  const put = (key, value) => parts.push(`${key}=${value}`);
  if (state.metric !== base.metric) put("metric", encodeURIComponent(state.metric));
  if (state.connections !== base.connections) put("connections", state.connections);
  for (const [key, name] of Object.entries(LISTS)) {
    if (!same(state[key], base[key])) put(name, state[key].map(encodeURIComponent).join(","));
  }
  if (state.curveQuery !== base.curveQuery) put("curve-query", encodeURIComponent(state.curveQuery));
  if (state.at) put("at", encodeURIComponent(state.at));
  return parts.join("&");
}

function same(a, b) {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((item) => b.includes(item));
}

function read() {
  const next = defaults();
  const hash = location.hash.replace(/^#/, "");
  if (hash && !hash.includes("=")) next.at = hash;
  for (const part of hash.split("&")) {
    const [name, value = ""] = part.split("=", 2);
    accept(next, name, value);
  }
  state = next;
}

// A link may be old or mistyped: what this run does not know is left out.
function accept(next, name, value) {
  const one = decoded(value);
  const list = value.split(",").filter(Boolean).map(decoded);
  const known = (items) => list.filter((item) => items.some((entry) => entry.name === item));
  if (name === "metric" && metrics.some((metric) => metric.key === one)) next.metric = one;
  if (name === "connections" && data.levels.includes(Number(one))) next.connections = Number(one);
  if (name === LISTS.queries) next.queries = known(queries);
  if (name === LISTS.languagesOff) next.languagesOff = known(data.languages);
  if (name === LISTS.driversOff) next.driversOff = known(drivers);
  if (name === LISTS.curves) next.curves = known(drivers);
  if (name === "curve-query" && queries.some((query) => query.name === one)) next.curveQuery = one;
  if (name === "at") next.at = one;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
