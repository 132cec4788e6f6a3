// The two boards: rows that the server wrote get new places, bars and figures.

import { data, drivers } from "./data.js";
import { figure, ratio, spread } from "./format.js";
import { rank } from "./rank.js";
import { chosenQueries, shownDrivers, state } from "./state.js";

export function showRanking() {
  const main = rank(shownDrivers(), chosenQueries(), state.metric, state.connections);
  const other = state.metric === data.defaults.latency ? data.defaults.metric : data.defaults.latency;
  showBoard(document.getElementById("board-main"), main);
  showBoard(document.getElementById("board-side"), rank(shownDrivers(), chosenQueries(), other, state.connections));
  showUnranked(main.unranked);
}

function showBoard(board, { metric, ranked }) {
  board.querySelector(".what").textContent = metric.unit === "µs" ? metric.title : `${metric.title}, ${metric.unit}`;
  board.querySelector(".hint").textContent = metric.higher ? "higher is better" : "lower is better";
  board.querySelector(".empty").hidden = ranked.length > 0;
  const top = Math.max(...ranked.map((place) => place.high), 0) || 1;
  const places = new Map(ranked.map((place) => [place.driver.index, place]));
  for (const row of board.querySelectorAll("li[data-driver]")) {
    const place = places.get(Number(row.dataset.driver));
    row.hidden = !place;
    if (place) showPlace(row, place, metric, top);
  }
  const list = board.querySelector("ol");
  const order = (row) => places.get(Number(row.dataset.driver))?.position ?? 1e6;
  list.append(...[...list.children].sort((a, b) => order(a) - order(b)));
}

function showPlace(row, place, metric, top) {
  const share = (value) => `${((100 * value) / top).toFixed(2)}%`;
  row.querySelector(".place").textContent = place.rank;
  row.querySelector(".tie").textContent = place.mark;
  row.querySelector(".fill").style.width = share(place.value);
  const whisker = row.querySelector(".whisker");
  whisker.style.left = share(place.low);
  whisker.style.width = share(place.high - place.low);
  row.querySelector(".value").textContent = figure(place.value, metric.unit);
  row.querySelector(".ratio").textContent = ratio(place.ratio);
  row.querySelector(".bounds").textContent = place.low === place.high ? "" : spread(place.low, place.high, metric.unit);
}

function showUnranked(unranked) {
  const box = document.getElementById("unranked");
  box.hidden = !unranked.length || !chosenQueries().length;
  box.querySelector("ul").replaceChildren(...unranked.map(({ driver, reason }) => {
    const item = document.createElement("li");
    const why = document.createElement("span");
    why.className = "why";
    why.textContent = reason;
    item.append(label(driver), " ", why);
    return item;
  }));
}

// A copy of the label that the server wrote for this driver.
function label(driver) {
  const known = document.querySelector(`.ranks li[data-driver="${drivers[driver.index].index}"] .drv`);
  return known.cloneNode(true);
}
