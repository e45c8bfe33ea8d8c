/* Cells that save themselves: each change is sent alone and the cell comes back, saved or with the reason why not.
   Enter and the arrow keys move through the sheet, a block copied in Excel is pasted cell by cell. */

const CELL = "input[data-cell]";
const saved = document.getElementById("saved");
const deducted = document.getElementById("deducted");
document.body.classList.add("sheet-live");
let queue = Promise.resolve();

document.addEventListener("change", (event) => {
  if (event.target.matches(CELL)) store(event.target);
});

/* One after the other, in the order they were typed. */
function store(input) {
  const name = input.name;
  queue = queue.then(() => send(document.getElementsByName(name)[0])).catch(() => {});
}

function send(input) {
  const cell = input.closest("td");
  const was = cell.querySelector("[data-was]");
  const values = { ...input.dataset, value: input.value };
  delete values.cell;
  if (was) values.was = was.value;
  const hadFocus = document.activeElement === input;
  cell.classList.add("busy");
  return htmx
    .ajax("POST", input.closest("table").dataset.save, { target: cell, swap: "outerHTML", values })
    .then(() => {
      const now = document.getElementsByName(input.name)[0];
      now.closest("td").classList.remove("busy");
      if (hadFocus) now.focus();
      const ok = now.closest("td").classList.contains("saved");
      saved.textContent = ok ? `${saved.dataset.saved} ${new Date().toLocaleTimeString("en-GB")}` : saved.dataset.refused;
      if (deducted) deducted.hidden = !document.querySelector("[data-deducts]");
    });
}

/* A refused cell (422) and a conflict (409) come back as cells too. */
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (![409, 422].includes(event.detail.xhr.status)) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-mine], [data-theirs]");
  if (!choice) return;
  const input = choice.closest("td").querySelector(CELL);
  if (choice.dataset.theirs !== undefined) input.value = choice.dataset.theirs;
  store(input);
});

const cellAt = (table, row, column) => table.rows[row]?.cells[column]?.querySelector(CELL);
function beside(input, down, right) {
  const cell = input.closest("td");
  const table = cell.closest("table");
  let row = cell.parentElement.rowIndex + down;
  const column = cell.cellIndex + right;
  while (row > 0 && row < table.rows.length && table.rows[row].matches(".grp")) row += down || 1;
  return cellAt(table, row, column);
}

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.matches?.(CELL)) return;
  const atStart = input.selectionEnd === 0 || input.selectionEnd - input.selectionStart === input.value.length;
  const atEnd = input.selectionStart === input.value.length || input.selectionEnd - input.selectionStart === input.value.length;
  const step = {
    Enter: [event.shiftKey ? -1 : 1, 0],
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
    ArrowLeft: atStart && [0, -1],
    ArrowRight: atEnd && [0, 1],
  }[event.key];
  if (event.key === "Escape") input.value = input.defaultValue;
  if (!step) return;
  event.preventDefault();
  const next = beside(input, ...step);
  if (next) next.focus();
  else if (event.key === "Enter") input.blur();
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches?.(CELL)) event.target.select();
});

document.addEventListener("paste", (event) => {
  if (!event.target.matches?.(CELL)) return;
  const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "");
  if (!/[\t\n]/.test(text)) return;
  event.preventDefault();
  const changed = [];
  let start = event.target;
  for (const line of text.split("\n")) {
    let input = start;
    for (const value of line.split("\t")) {
      if (!input) break;
      input.value = value.trim();
      changed.push(input);
      input = beside(input, 0, 1);
    }
    start = start && beside(start, 1, 0);
    if (!start) break;
  }
  changed.forEach(store);
});
