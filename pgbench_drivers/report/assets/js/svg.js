// The little that our charts share: elements, scales and ticks.

const NAMESPACE = "http://www.w3.org/2000/svg";

export function el(name, attributes = {}, ...children) {
  const node = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

export const text = (x, y, string, attributes = {}) => el("text", { x, y, ...attributes }, string);
export const title = (string) => el("title", {}, string);

export function chart(host, width, height, label) {
  const svg = el("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  host.replaceChildren(svg);
  return svg;
}

export const linear = (from, to, start, end) => (value) =>
  start + ((value - from) / (to - from || 1)) * (end - start);

export const logarithmic = (from, to, start, end) => {
  const scale = linear(Math.log10(from), Math.log10(to), start, end);
  return (value) => scale(Math.log10(value));
};

// Round steps of 1, 2 or 5.
export function ticks(from, to, wanted) {
  const raw = (to - from || 1) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((multiple) => multiple * power >= raw * 0.999) * power;
  const found = [];
  for (let i = Math.ceil(from / step); i * step <= to + step * 1e-6; i++) found.push(i * step);
  return found;
}

// Decades, with 2 and 5 between them where these are few.
export function logTicks(from, to, wanted) {
  const first = Math.floor(Math.log10(from));
  const last = Math.ceil(Math.log10(to));
  for (const multiples of [[1, 2, 5], [1, 3], [1]]) {
    const found = [];
    for (let power = first; power <= last; power++) {
      for (const multiple of multiples) {
        const value = multiple * 10 ** power;
        if (value >= from * 0.999 && value <= to * 1.001) found.push(value);
      }
    }
    if (found.length <= wanted || multiples.length === 1) {
      return found.filter((_, i) => i % Math.ceil(found.length / wanted) === 0);
    }
  }
  return [];
}

// A pill with the language's tag, as beside every name in the tables.
export function chip(x, y, language) {
  return el("g", { transform: `translate(${x} ${y})`, "aria-hidden": "true" },
    el("rect", { x: 0, y: -10, width: 20, height: 13.5, rx: 3, class: `p${language.slot}` }),
    text(10, 0.2, language.tag, { class: "chip-text", "text-anchor": "middle" }));
}

// Point markers that differ by language in shape, not only in colour.
export function marker(slot, x, y, size) {
  const s = size;
  const shapes = [
    () => el("circle", { cx: x, cy: y, r: s }),
    () => el("rect", { x: x - s * 0.9, y: y - s * 0.9, width: s * 1.8, height: s * 1.8 }),
    () => el("path", { d: `M${x} ${y - s * 1.2}l${s * 1.15} ${s * 2.1}h${-s * 2.3}z` }),
    () => el("path", { d: `M${x} ${y - s * 1.3}l${s * 1.3} ${s * 1.3}l${-s * 1.3} ${s * 1.3}l${-s * 1.3} ${-s * 1.3}z` }),
    () => el("path", { d: `M${x} ${y + s * 1.2}l${s * 1.15} ${-s * 2.1}h${-s * 2.3}z` }),
    () => el("rect", { x: x - s * 1.3, y: y - s * 0.6, width: s * 2.6, height: s * 1.2 }),
    () => el("rect", { x: x - s * 0.6, y: y - s * 1.3, width: s * 1.2, height: s * 2.6 }),
    () => el("ellipse", { cx: x, cy: y, rx: s * 1.4, ry: s * 0.7 }),
  ];
  const node = shapes[slot % shapes.length]();
  node.setAttribute("class", `p${slot}`);
  return node;
}

export const widthOf = (host) => Math.max(260, Math.floor(host.clientWidth || 600));

const FONT = getComputedStyle(document.documentElement).getPropertyValue("--sans");
let measuring = null;
export function textWidth(string, font = "12.5px " + FONT) {
  measuring ??= document.createElement("canvas").getContext("2d");
  measuring.font = font;
  return measuring.measureText(string).width;
}
