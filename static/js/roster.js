/* The week: choose a shift and tap cells, drag it or a turn onto a cell, or type its number there. Without this the form
   below does the same. */
import { toast } from "./frame.js";

const grid = document.getElementById("grid");
const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const cellOf = (target) => target.closest?.("td[data-person]");

/* The turns that are shown: id -> { person, day, shift }. */
function turns() {
  const chips = [...grid.querySelectorAll("td[data-person] [data-turn]")];
  return new Map(chips.map((chip) => [chip.dataset.turn, { ...chip.closest("td").dataset, shift: chip.dataset.shift }]));
}

/* What takes a change back, told from the turns before and after it. */
function wayBack(before, after) {
  const [gone] = [...before].filter(([turn]) => !after.has(turn));
  const [made] = [...after].filter(([turn]) => !before.has(turn));
  if (gone && made) return { do: "move", turn: made[0], person: gone[1].person, day: gone[1].day };
  if (gone) return { do: "put", ...gone[1] };
  return made ? { do: "take", turn: made[0] } : null;
}

function offerUndo(fields) {
  const box = Object.assign(document.createElement("div"), { className: "toast" });
  const text = Object.assign(document.createElement("span"), { textContent: grid.dataset.changed });
  const undo = Object.assign(document.createElement("button"), { type: "button", textContent: grid.dataset.undo });
  undo.addEventListener("click", () => {
    box.remove();
    send(fields, null, false);
  });
  box.append(text, undo);
  document.getElementById("toasts").replaceChildren(box);
  setTimeout(() => box.remove(), 8000);
}

async function send(fields, focus, mayUndo = true) {
  const before = turns();
  const body = new URLSearchParams({ week: grid.dataset.week, ...fields });
  try {
    const answer = await fetch(grid.dataset.set, {
      method: "POST", body, headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" },
    });
    if (!answer.ok && answer.status !== 422) throw new Error(String(answer.status));
    const along = grid.querySelector(".scroll")?.scrollLeft;
    grid.innerHTML = await answer.text();
    if (along) grid.querySelector(".scroll").scrollLeft = along;
    const back = mayUndo && answer.ok ? wayBack(before, turns()) : null;
    if (back) offerUndo(back);
    if (focus) grid.querySelector(`[data-person="${focus.person}"][data-day="${focus.day}"]`)?.focus({ preventScroll: true });
  } catch {
    toast(document.body.dataset.failed);
  }
}

/* A finger cannot drag: what is chosen in the palette goes into each cell that is tapped, and out of it by a second tap. */
const palette = document.querySelector(".palette");
palette?.addEventListener("click", (event) => {
  const chip = event.target.closest(".shift-chip");
  if (!chip) return;
  const on = chip.getAttribute("aria-pressed") !== "true";
  for (const each of palette.querySelectorAll(".shift-chip")) each.setAttribute("aria-pressed", String(on && each === chip));
});
palette?.addEventListener("keydown", (event) => {
  if (!event.target.matches(".shift-chip") || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  event.target.click();
});
grid?.addEventListener("click", (event) => {
  const cell = cellOf(event.target);
  const shift = palette?.querySelector("[aria-pressed=true]")?.dataset.shift;
  if (!cell || !shift) return;
  const { person, day } = cell.dataset;
  const there = cell.querySelector(`[data-shift="${shift}"]`);
  send(there ? { do: "take", turn: there.dataset.turn } : { do: "put", shift, person, day }, { person, day });
});

document.addEventListener("dragstart", (event) => {
  const chip = event.target.closest?.(".shift-chip");
  if (!chip) return;
  const { shift, turn } = chip.dataset;
  event.dataTransfer.setData("text/plain", JSON.stringify(turn ? { do: "move", turn } : { do: "put", shift }));
});
for (const name of ["dragover", "dragleave", "drop"]) {
  grid?.addEventListener(name, (event) => {
    const cell = cellOf(event.target);
    if (!cell) return;
    cell.classList.toggle("is-over", name === "dragover");
    if (name === "dragleave") return;
    event.preventDefault();
    if (name !== "drop") return;
    const { person, day } = cell.dataset;
    try {
      send({ ...JSON.parse(event.dataTransfer.getData("text/plain")), person, day }, { person, day });
    } catch { /* something else was dropped */ }
  });
}

grid?.addEventListener("keydown", (event) => {
  const cell = cellOf(event.target);
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const { person, day } = cell.dataset;
  const chips = [...document.querySelectorAll(".palette [data-shift]")];
  if (/^[1-9]$/.test(event.key) && chips[event.key - 1]) {
    event.preventDefault();
    send({ do: "put", shift: chips[event.key - 1].dataset.shift, person, day }, { person, day });
  } else if (event.key === "Delete" || event.key === "Backspace") {
    const last = [...cell.querySelectorAll("[data-turn]")].pop();
    event.preventDefault();
    if (last) send({ do: "take", turn: last.dataset.turn }, { person, day });
  } else {
    const row = cell.parentElement;
    const column = cell.cellIndex;
    const next = {
      ArrowLeft: cell.previousElementSibling, ArrowRight: cell.nextElementSibling,
      ArrowUp: row.previousElementSibling?.cells[column], ArrowDown: row.nextElementSibling?.cells[column],
    }[event.key];
    if (next?.matches("td[data-person]")) {
      event.preventDefault();
      next.focus();
    }
  }
});
