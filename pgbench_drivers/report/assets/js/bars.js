// Horizontal bars, one row per driver: single with a whisker, or client and server end to end.

import { chart, chip, el, linear, text, textWidth, title, widthOf } from "./svg.js";

export const ROW = 25;
const TOP = 6;

// Space for the names, shared by all charts of rows so that panels line up.
export function labelWidth(rows, width) {
  const longest = Math.max(...rows.map((row) => textWidth(row.driver.title)), 40);
  return Math.min(longest + 38, width * 0.42);
}

export function drawLabel(svg, row, y, room) {
  svg.append(chip(0, y + 16.5, row.driver.language));
  const label = text(26, y + 16.8, fitted(row.driver.title, room - 34), row.missing ? { class: "muted" } : {});
  label.append(title(row.driver.title));
  svg.append(label);
}

export function drawMissing(svg, row, x, y, room) {
  const label = text(x, y + 16.8, fitted(`n/a – ${row.missing}`, room), { class: "muted label-halo" });
  label.append(title(row.missing));
  svg.append(label);
}

// rows: {driver, value, low, high, text, detail} or {driver, missing}
export function barChart(host, rows, label) {
  const width = widthOf(host);
  const svg = chart(host, width, TOP + rows.length * ROW + 4, label);
  const left = labelWidth(rows, width);
  const measured = rows.filter((row) => !row.missing);
  const right = Math.max(...measured.map((row) => textWidth(row.text)), 20) + 10;
  const top = Math.max(...measured.map((row) => row.high), 0) || 1;
  const x = linear(0, top, left, width - right);
  rows.forEach((row, i) => {
    const y = TOP + i * ROW;
    drawLabel(svg, row, y, left);
    if (row.missing) {
      drawMissing(svg, row, left, y, width - left);
      return;
    }
    svg.append(
      el("rect", { x: left, y: y + 4, width: width - right - left, height: 17, rx: 2, class: "track-line" }),
      el("rect", { x: left, y: y + 4, width: Math.max(1.5, x(row.value) - left), height: 17, rx: 2, fill: `url(#fill-${row.driver.language.slot})` }, title(row.detail)),
      whisker(x(row.low), x(row.high), y + 12.5),
      text(width, y + 16.8, row.text, { "text-anchor": "end", class: "strong" }));
  });
}

// rows: {driver, client, server, text, detail} or {driver, missing}
export function pairChart(host, rows, label) {
  const width = widthOf(host);
  const svg = chart(host, width, TOP + rows.length * ROW + 4, label);
  const left = labelWidth(rows, width);
  const measured = rows.filter((row) => !row.missing);
  const right = Math.max(...measured.map((row) => textWidth(row.text)), 20) + 10;
  const top = Math.max(...measured.map((row) => row.client + (row.server ?? 0)), 0) || 1;
  const x = linear(0, top, left, width - right);
  rows.forEach((row, i) => {
    const y = TOP + i * ROW;
    drawLabel(svg, row, y, left);
    if (row.missing) {
      drawMissing(svg, row, left, y, width - left);
      return;
    }
    const middle = x(row.client);
    svg.append(
      el("rect", { x: left, y: y + 4, width: width - right - left, height: 17, rx: 2, class: "track-line" }),
      el("rect", { x: left, y: y + 4, width: Math.max(1.5, middle - left), height: 17, fill: `url(#fill-${row.driver.language.slot})` }, title(row.detail)));
    if (row.server !== null) {
      svg.append(el("rect", { x: middle + 1.5, y: y + 4, width: Math.max(0.5, x(row.client + row.server) - middle - 1.5), height: 17, fill: "url(#fill-server)" }, title(row.detail)));
    }
    svg.append(text(width, y + 16.8, row.text, { "text-anchor": "end" }));
  });
}

export function whisker(from, to, y) {
  if (to - from < 0.5) return el("g");
  const path = `M${from} ${y}H${to}M${from} ${y - 4.5}v9M${to} ${y - 4.5}v9`;
  return el("g", {}, el("path", { d: path, class: "halo" }), el("path", { d: path, class: "range" }));
}

export function fitted(string, room) {
  if (textWidth(string) <= room) return string;
  let kept = string;
  while (kept.length > 1 && textWidth(`${kept}…`) > room) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…`;
}
