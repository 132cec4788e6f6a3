// The figures that the page carries, indexed.

export const data = JSON.parse(document.getElementById("report-data").textContent);

export const drivers = data.drivers.map((driver, index) => ({
  ...driver,
  index,
  language: data.languages[driver.language],
}));
export const real = drivers.filter((driver) => !driver.synthetic);
export const queries = data.queries.map((query, index) => ({ ...query, index }));
export const metrics = data.metrics;
export const notes = new Map(data.notes.map((note) => [note.number, note]));

const cells = new Map(data.cells.map((cell) => [`${cell.d}/${cell.q}/${cell.c}`, cell]));

const floors = new Map(
  data.floors.map(([metric, query, connections, log]) => [`${metric}/${query}/${connections}`, log]),
);

export const cellOf = (driver, query, connections) =>
  cells.get(`${driver.index}/${query.index}/${connections}`);
export const floorOf = (metricKey, query, connections) =>
  floors.get(`${metricKey}/${query.index}/${connections}`);
export const metricOf = (key) => metrics.find((metric) => metric.key === key);

export function whyMissing(cell) {
  return (cell && cell.note !== null && notes.get(cell.note)?.text) || "no figure";
}
