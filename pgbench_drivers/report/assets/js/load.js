// Start of an open loop's page: latency against load, a chart for each percentile of each query.

import { startDownloads } from "./downloads.js";
import { count, micros } from "./format.js";
import { lineChart } from "./lines.js";
import { logTicks } from "./svg.js";
import { startTheme } from "./theme.js";

const data = JSON.parse(document.getElementById("report-data").textContent);
const drivers = data.drivers.map((driver) => ({ ...driver, language: data.languages[driver.language] }));
const boxes = [...document.querySelectorAll('input[name="load-drivers"]')];
const MOST_RATES = 6;

const plain = (label) => label.replace(/(\.\d*?)0+(?=\u202f|$)/, "$1").replace(/\.(?=\u202f|$)/, "");

function draw() {
  const shown = new Set(boxes.filter((box) => box.checked).map((box) => Number(box.value)));
  for (const figure of document.querySelectorAll("[data-load]")) {
    const panel = data.panels[Number(figure.dataset.load)];
    drawOne(figure, { ...panel, lines: panel.lines.filter((line) => shown.has(line.d)) });
  }
}

// points of a line: [rate, p50 and p99 in µs, whether the rate was held]
function drawOne(figure, panel) {
  const which = Number(figure.dataset.percentile);
  const points = panel.lines.flatMap((line) => line.points);
  const rates = [...new Set(points.map(([rate]) => rate))].sort((a, b) => a - b);
  const [from, to] = rates.length ? [rates[0] / 1.15, rates.at(-1) * 1.15] : [1, 10];
  const at = rates.length <= MOST_RATES ? rates : logTicks(from, to, MOST_RATES);
  const times = points.flatMap(([, p50, p99]) => [p50, p99]).filter((time) => time !== null);
  const series = panel.lines.map((line) => ({
    driver: drivers[line.d],
    points: line.points
      .filter(([, ...found]) => found[which] !== null)
      .map(([rate, p50, p99, held]) => [Math.log10(rate), [p50, p99][which], !held]),
  }));
  lineChart(figure.querySelector(".plot"), series, {
    xRange: [Math.log10(from), Math.log10(to)],
    xTicks: at.map((rate) => [Math.log10(rate), plain(count(rate))]),
    xLabel: "queries due per second (log scale)",
    yRange: times.length ? [Math.min(...times), Math.max(...times)] : undefined,
    yUnit: (value) => plain(micros(value)),
  }, `${["p50", "p99"][which]} of latency by rate, ${panel.title}; also in the table below`);
}

function startForm() {
  const form = document.getElementById("load-form");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", draw);
  for (const button of form.querySelectorAll("[data-set]")) {
    button.addEventListener("click", () => {
      for (const box of boxes) box.checked = button.dataset.set === "all";
      draw();
    });
  }
}

function drawAgainOnResize() {
  let width = document.body.clientWidth;
  let pending = 0;
  new ResizeObserver(() => {
    if (document.body.clientWidth === width) return;
    width = document.body.clientWidth;
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(draw);
  }).observe(document.body);
}

startTheme();
startDownloads();
startForm();
draw();
drawAgainOnResize();
document.documentElement.classList.add("ready");
