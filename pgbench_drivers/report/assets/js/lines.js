// Lines over an axis with a label at each line's end, and the points of the rounds.

import { chart, el, linear, logTicks, logarithmic, marker, text, textWidth, ticks, title, widthOf } from "./svg.js";
import { fitted } from "./bars.js";

const DASHES = ["", "7 4", "2 3", "10 3 2 3", "5 2", "1 4", "12 4"];

// series: {driver, points: [[x, y, hollow]]}; x and y on the scales that `axes` describes:
// {xTicks: [[value, label]], xRange, yRange, yUnit(value), xLabel}; without a yRange, the points'
export function lineChart(host, series, axes, label) {
  const width = widthOf(host);
  const height = Math.round(Math.min(430, Math.max(300, width * 0.42)));
  const svg = chart(host, width, height, label);
  const names = series.map((line) => textWidth(line.driver.title));
  const right = Math.min(Math.max(...names, 30) + 24, width * 0.34);
  const values = series.flatMap((line) => line.points.map(([, y]) => y)).filter((y) => y > 0);
  if (!values.length) {
    svg.append(text(width / 2, height / 2, "Nothing to draw: no selected driver has figures here.", { "text-anchor": "middle", class: "muted" }));
    return;
  }
  const low = (axes.yRange?.[0] ?? Math.min(...values)) * 0.9;
  const high = (axes.yRange?.[1] ?? Math.max(...values)) * 1.1;
  const x = linear(axes.xRange[0], axes.xRange[1], 52, width - right);
  const y = logarithmic(low, high, height - 40, 10);
  for (const tick of logTicks(low, high, 7)) {
    svg.append(
      el("line", { x1: 52, x2: width - right, y1: y(tick), y2: y(tick), class: "grid" }),
      text(46, y(tick) + 4, axes.yUnit(tick), { "text-anchor": "end", class: "axis" }));
  }
  let lastLabel = -Infinity;
  for (const [value, name] of axes.xTicks) {
    svg.append(el("line", { x1: x(value), x2: x(value), y1: 10, y2: height - 40, class: "grid" }));
    const half = textWidth(name) / 2;
    if (x(value) - half > lastLabel + 6) {
      svg.append(text(x(value), height - 23, name, { "text-anchor": "middle", class: "axis" }));
      lastLabel = x(value) + half;
    }
  }
  svg.append(text((52 + width - right) / 2, height - 5, axes.xLabel, { "text-anchor": "middle", class: "axis" }));
  const perLanguage = new Map();
  const ends = series.filter((line) => line.points.length).map((line) => {
    const { slot } = line.driver.language;
    const nth = perLanguage.get(slot) ?? 0;
    perLanguage.set(slot, nth + 1);
    const points = line.points.map(([a, b, hollow]) => [x(a), y(b), hollow]);
    svg.append(
      el("path", { d: "M" + points.map(([a, b]) => `${a} ${b}`).join("L"), class: "line", style: `stroke: var(--s${slot})`, "stroke-dasharray": DASHES[nth % DASHES.length] || null }, title(line.driver.title)));
    const marks = axes.marks ? points.filter((_, i) => axes.marks(line.points[i][0])) : points;
    for (const [a, b, hollow] of marks) svg.append(hollow ? outlined(slot, a, b) : marker(slot, a, b, 3.1));
    return { line, from: points.at(-1), y: points.at(-1)[1] };
  });
  labelEnds(svg, ends, width - right, right, height);
}

function outlined(slot, x, y) {
  const mark = marker(slot, x, y, 3.6);
  mark.setAttribute("class", "hollow");
  mark.setAttribute("style", `stroke: var(--s${slot})`);
  return mark;
}

// Labels keep the order of their lines and move apart until none overlaps.
function labelEnds(svg, ends, edge, room, height) {
  ends.sort((a, b) => a.y - b.y);
  const gap = Math.min(15, (height - 40) / Math.max(1, ends.length));
  ends.forEach((end, i) => { if (i) end.y = Math.max(end.y, ends[i - 1].y + gap); });
  const overflow = ends.length ? Math.max(0, ends.at(-1).y - (height - 34)) : 0;
  if (overflow) {
    ends.at(-1).y -= overflow;
    for (let i = ends.length - 2; i >= 0; i--) ends[i].y = Math.min(ends[i].y, ends[i + 1].y - gap);
  }
  for (const { line, from, y } of ends) {
    svg.append(
      el("path", { d: `M${from[0] + 5} ${from[1]}L${edge + 8} ${y}`, class: "leader" }),
      marker(line.driver.language.slot, edge + 13, y, 3),
      text(edge + 20, y + 4, fitted(line.driver.title, room - 20)));
  }
}

// points: {driver, x, y, detail}; y in percent of the cell's median; load: [[x, load]]
export function driftChart(host, points, load, label) {
  const width = widthOf(host);
  const height = 300;
  const svg = chart(host, width, height, label);
  const last = Math.max(...points.map((p) => p.x), ...load.map(([a]) => a), 1);
  const x = linear(0, last, 46, width - 12);
  const reach = Math.max(5, ...points.map((p) => Math.abs(p.y - 100))) * 1.08;
  const y = linear(100 - reach, 100 + reach, 216, 8);
  for (const tick of ticks(100 - reach, 100 + reach, 6)) {
    svg.append(
      el("line", { x1: 46, x2: width - 12, y1: y(tick), y2: y(tick), class: Math.abs(tick - 100) < 1e-9 ? "zero" : "grid" }),
      text(40, y(tick) + 4, `${Number((tick - 100).toFixed(1)) > 0 ? "+" : ""}${Number((tick - 100).toFixed(1))}\u202f%`, { "text-anchor": "end", class: "axis" }));
  }
  for (const point of points) {
    const mark = marker(point.driver.language.slot, x(point.x), y(point.y), 2.6);
    mark.append(title(point.detail));
    svg.append(mark);
  }
  loadStrip(svg, load, x, width, height);
}

function loadStrip(svg, load, x, width, height) {
  if (!load.length) return;
  const top = Math.max(...load.map(([, value]) => value), 0.1);
  const y = linear(0, top, height - 24, height - 66);
  const line = load.map(([position, value]) => `${x(position)} ${y(value)}`).join("L");
  svg.append(
    el("path", { d: `M${x(load[0][0])} ${y(0)}L${line}L${x(load.at(-1)[0])} ${y(0)}Z`, class: "load" }),
    text(40, y(top) + 6, top.toFixed(1), { "text-anchor": "end", class: "axis" }),
    text(40, y(0) + 2, "load", { "text-anchor": "end", class: "axis" }),
    text((46 + width) / 2, height - 5, "order of the rounds →", { "text-anchor": "middle", class: "axis" }));
}
