// Start: read the state from the address, draw, and draw again when either changes.

import { startControls, showControls } from "./controls.js";
import { showCurves, showScaling } from "./curves.js";
import { startDownloads } from "./downloads.js";
import { showMatrix } from "./matrix.js";
import { showPanels } from "./panels.js";
import { showRanking } from "./ranking.js";
import { showDrift } from "./rounds.js";
import { change, onChange, startState, state } from "./state.js";
import { startTables } from "./tables.js";
import { startTheme } from "./theme.js";

function drawCharts() {
  showPanels();
  showCurves();
  showScaling();
  showDrift();
}

function drawAll() {
  showControls();
  showRanking();
  showMatrix();
  drawCharts();
}

// Links within the page keep the selection in the address and add their target to it.
function startLinks() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!target) return;
    event.preventDefault();
    change({ at: target.id });
    goTo(target);
  });
}

function goTo(target) {
  if (!target) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  target.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
  target.focus({ preventScroll: true });
}

function redrawOnResize() {
  let width = document.body.clientWidth;
  let pending = 0;
  new ResizeObserver(() => {
    if (document.body.clientWidth === width) return;
    width = document.body.clientWidth;
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(drawCharts);
  }).observe(document.body);
}

startState();
startTheme();
startTables();
startControls();
startDownloads();
startLinks();
onChange(drawAll);
drawAll();
redrawOnResize();
document.documentElement.classList.add("ready");
if (state.at) goTo(document.getElementById(state.at));
