// The distribution of latency in a strip per driver, on a shared logarithmic axis.

import { ROW, drawLabel, drawMissing, labelWidth } from "./bars.js";
import { micros } from "./format.js";
import { chart, el, logTicks, logarithmic, text, textWidth, title, widthOf } from "./svg.js";

const AXIS = 20;

// rows: {driver, latency, mean, beyond, detail} or {driver, missing}
export function stripChart(host, rows, label) {
  const width = widthOf(host);
  const height = 6 + rows.length * ROW + AXIS;
  const svg = chart(host, width, height, label);
  const left = labelWidth(rows, width);
  const measured = rows.filter((row) => !row.missing);
  const right = Math.max(...measured.map((row) => textWidth(micros(row.mean))), 20) + 12;
  const lows = measured.map((row) => Math.max(row.latency.p["25"], 1e-3));
  const highs = measured.map((row) => Math.max(row.latency.p["99.99"], 1e-3));
  const from = Math.min(...lows, Infinity) * 0.85;
  const to = Math.max(...highs, 0) * 1.1;
  const usable = measured.length > 0 && to > from;
  const x = logarithmic(usable ? from : 1, usable ? to : 10, left + 4, width - right);
  if (usable) axis(svg, x, from, to, height, width - right - left);
  rows.forEach((row, i) => {
    const y = 6 + i * ROW;
    drawLabel(svg, row, y, left);
    if (row.missing) drawMissing(svg, row, left, y, width - left);
    else strip(svg, row, x, y, width);
  });
}

function axis(svg, x, from, to, height, room) {
  for (const tick of logTicks(from, to, Math.max(2, Math.floor(room / 62)))) {
    svg.append(
      el("line", { x1: x(tick), x2: x(tick), y1: 4, y2: height - AXIS + 2, class: "grid" }),
      text(x(tick), height - 5, micros(tick).replace(/\.0+(?=\u202f)/, ""), { "text-anchor": "middle", class: "axis" }));
  }
}

function strip(svg, row, x, y, width) {
  const { p } = row.latency;
  const slot = row.driver.language.slot;
  const at = (percentile) => x(Math.max(p[percentile], 1e-3));
  const middle = y + 12.5;
  svg.append(el("g", {}, title(row.detail),
    el("path", { d: `M${at("75")} ${middle}H${at("99")}M${at("99")} ${middle - 4.5}v9`, class: "range" }),
    el("rect", { x: at("25"), y: y + 5, width: Math.max(3, at("75") - at("25")), height: 15, rx: 1.5, fill: `url(#fill-${slot})` }),
    el("line", { x1: at("50"), x2: at("50"), y1: y + 4, y2: y + 21, class: "tick-mark" }),
    ...row.beyond.map((p) => el("circle", { cx: at(p), cy: middle, r: p === "99.9" ? 2.6 : 1.6, class: `p${slot}` })),
    el("circle", { cx: x(Math.max(row.mean, 1e-3)), cy: middle, r: 3.2, class: "ring" })));
  svg.append(text(width, y + 16.8, micros(row.mean), { "text-anchor": "end", class: "strong" }));
}
