/* Cells that save themselves: what was typed is sent at once, what came together (a pasted block) in one go, and the
   cells come back, saved or with the reason why not. What is typed while an answer is on its way stays and follows.
   Enter and the arrow keys move through the sheet, a block copied in Excel is pasted cell by cell. */

const CELL = "input[data-cell]";
const AGAIN = 3000; // ms until what could not be sent is sent again
const saved = document.getElementById("saved");
const deducted = document.getElementById("deducted");
const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const waiting = new Map(); // name of a cell -> its text, until the server has answered
let busy = false;
document.body.classList.add("sheet-live");

const inputOf = (name) => document.getElementsByName(name)[0];

document.addEventListener("change", (event) => {
  if (event.target.matches(CELL)) store(event.target);
});
window.addEventListener("beforeunload", (event) => {
  if (waiting.size) event.preventDefault();
});

function store(...inputs) {
  for (const input of inputs) {
    waiting.set(input.name, input.value);
    input.closest("td").classList.add("busy");
  }
  queueMicrotask(send);
}

async function send() {
  if (busy || !waiting.size) return;
  busy = true;
  const sent = new Map(waiting);
  const form = new URLSearchParams();
  for (const [name, text] of sent) {
    form.set(name, text);
    form.set(`was:${name}`, inputOf(`was:${name}`).value);
  }
  saved.textContent = saved.dataset.saving;
  let answer, page;
  try {
    answer = await fetch(document.querySelector("table[data-save]").dataset.save, { method: "POST", body: form, headers: { "X-CSRFToken": csrf } });
    page = await answer.text();
  } catch {
    saved.textContent = saved.dataset.offline;
    setTimeout(() => { busy = false; send(); }, AGAIN);
    return;
  }
  busy = false;
  if (answer.redirected || ![200, 409, 422].includes(answer.status)) {
    saved.textContent = saved.dataset.refused;
    return;
  }
  for (const [name, text] of sent) if (waiting.get(name) === text) waiting.delete(name);
  const fresh = new DOMParser().parseFromString(page, "text/html");
  for (const cell of fresh.querySelectorAll("td[id]")) put(cell, sent);
  saved.textContent = answer.ok ? `${saved.dataset.saved} ${new Date().toLocaleTimeString("en-GB")}` : saved.dataset.refused;
  if (deducted) deducted.hidden = !document.querySelector("[data-deducts]");
  if (answer.ok || answer.status === 422) document.dispatchEvent(new Event("entries:saved"));
  send();
}

/* A cell takes its new self's place, unless something else was typed in it meanwhile: then only what stands is noted. */
function put(cell, sent) {
  const old = document.getElementById(cell.id);
  const input = old?.querySelector(CELL);
  if (input && input.value !== sent.get(input.name)) {
    inputOf(`was:${input.name}`).value = cell.querySelector("[name^='was:']").value;
    return;
  }
  const isHere = input && document.activeElement === input;
  const now = document.importNode(cell, true);
  old?.replaceWith(now);
  if (isHere) now.querySelector(CELL).focus();
}

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-mine], [data-theirs]");
  if (!choice) return;
  const input = choice.closest("td").querySelector(CELL);
  if (choice.dataset.theirs !== undefined) input.value = choice.dataset.theirs;
  store(input);
});

const isLine = (row) => row && !row.matches(".grp");
const cellAt = (row, column) => row?.cells[column]?.querySelector(CELL);

/* The next cell that can be typed in, down (or up) or beside. */
function beside(input, down, right) {
  const cell = input.closest("td");
  const { rows } = cell.closest("table");
  if (right) return cellAt(cell.parentElement, cell.cellIndex + right);
  let row = cell.parentElement.rowIndex + down;
  while (row > 0 && row < rows.length && !cellAt(rows[row], cell.cellIndex)) row += down;
  return cellAt(rows[row], cell.cellIndex);
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
  const column = event.target.closest("td").cellIndex;
  const lines = [...event.target.closest("table").rows].filter(isLine);
  const first = lines.indexOf(event.target.closest("tr"));
  const changed = [];
  let left = 0;
  text.split("\n").forEach((line, down) => {
    line.split("\t").forEach((value, right) => {
      const input = cellAt(lines[first + down], column + right);
      if (input) {
        input.value = value.trim();
        changed.push(input);
      } else if (value.trim()) left += 1;
    });
  });
  store(...changed);
  if (left) document.body.dispatchEvent(new CustomEvent("toast", { detail: { value: `${saved.dataset.left} ${left}` } }));
});
