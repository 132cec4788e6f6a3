// Columns sort when their heading is pressed: first the better end, then the other.

const VALUE = (row, column) => {
  const cell = row.cells[column];
  if (column === 0) return cell.textContent.trim().toLowerCase();
  return cell?.dataset.v === undefined ? null : Number(cell.dataset.v);
};

export function startTables() {
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows].at(-1).cells;
    [...heads].forEach((th, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...th.childNodes);
      button.addEventListener("click", () => sort(table, heads, column));
      th.append(button);
    });
  }
}

function sort(table, heads, column) {
  const rate = column === 1 || column === 2;
  const before = heads[column].getAttribute("aria-sort");
  const first = rate ? "descending" : "ascending";
  const direction = before === first ? (rate ? "ascending" : "descending") : first;
  for (const th of heads) th.removeAttribute("aria-sort");
  heads[column].setAttribute("aria-sort", direction);
  const sign = direction === "ascending" ? 1 : -1;
  for (const body of table.tBodies) {
    const rows = [...body.rows].filter((row) => row.dataset.driver !== undefined);
    rows.sort((a, b) => compare(VALUE(a, column), VALUE(b, column), sign));
    body.append(...rows);
  }
}

// What has no figure stays at the end in either direction.
function compare(a, b, sign) {
  if (a === null || b === null) return (a === null) - (b === null);
  if (typeof a === "string") return sign * a.localeCompare(b);
  return sign * (a - b);
}
