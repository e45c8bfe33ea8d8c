/* The month's calendar: type into a day, drag its bar, lock it; the server answers with all days, which are drawn. */

import { csrf, element, fill } from "./plan-page.js";
import { shortTime } from "./plan-cells.js";
import { settled } from "./plan-conflict.js";

/* <input data-submits> and <select data-submits> send their form as soon as something is chosen. */
document.addEventListener("change", (event) => {
  const chosen = event.target.closest("[data-submits]");
  if (chosen?.form.reportValidity() && (chosen.value || chosen.matches("select"))) chosen.form.submit();
});

const source = document.getElementById("month-data");
if (source) start(JSON.parse(source.textContent));

function start(data) {
  const grid = document.getElementById("days");
  const saved = document.getElementById("saved");
  const problem = document.getElementById("conflict");
  const { urls, words, editable } = data;
  const query = `?month=${data.month}`;
  const boxes = new Map([...grid.querySelectorAll("[data-day]")].map((box) => [box.dataset.day, box]));
  let days = new Map(data.days.map((day) => [day.day, day]));
  let queue = Promise.resolve();
  if (!editable) return;
  grid.classList.add("editable");

  const clock = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

  /* --- drawing --- */
  for (const [day, box] of boxes) box.querySelector("input.amount").dataset.shown = box.querySelector("input.amount").value;

  function draw(answer, asked) {
    const before = days;
    days = new Map(answer.days.map((day) => [day.day, day]));
    const top = 1.25 * Math.max(...answer.days.map((day) => Number(day.target)));
    let followed = 0;
    for (const day of answer.days) {
      const box = boxes.get(day.day);
      const input = box.querySelector("input.amount");
      const moved = before.get(day.day).target !== day.target;
      if (document.activeElement !== input || moved) input.value = day.text;
      input.dataset.shown = day.text;
      input.readOnly = day.locked;
      box.classList.toggle("fixed", Boolean(day.fixed));
      box.classList.toggle("locked", day.locked);
      box.classList.remove("bad");
      box.classList.toggle("fresh", moved);
      if (moved && !asked.includes(day.day)) followed += 1;
      const bar = box.querySelector(".bar");
      bar.max = top;
      bar.value = Number(day.target);
      box.querySelector(".share").textContent = day.percent;
      box.querySelector(".how").textContent = "";
      const rate = box.querySelector(".rate");
      if (rate) rate.textContent = day.rate;
      const lock = box.querySelector(".lock");
      lock.setAttribute("aria-pressed", String(day.locked));
      lock.setAttribute("aria-label", fill(day.locked ? words.unlock : words.lock, { day: day.day }));
    }
    setTimeout(() => grid.querySelectorAll(".fresh").forEach((box) => box.classList.remove("fresh")), 1500);
    const told = fill(words.saved, { time: clock() });
    saved.textContent = followed ? `${told} · ${fill(words.followed, { count: followed })}` : told;
  }

  function complain(lines, asked) {
    problem.textContent = "";
    for (const line of lines) problem.append(element("p", { textContent: line }));
    problem.hidden = false;
    saved.textContent = "";
    for (const day of asked) boxes.get(day)?.classList.add("bad");
  }

  /* --- asking --- */
  async function post(url, body, asked) {
    saved.textContent = words.saving;
    problem.hidden = true;
    let response;
    try {
      response = await fetch(url + query, {
        method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      });
    } catch {
      complain([words.offline], asked);
      return;
    }
    if (response.status === 204) {
      saved.textContent = url === urls.undo ? words.nothingToUndo : words.nothingToRedo;
    } else if (response.ok) {
      const answer = await response.json();
      if (JSON.stringify(answer.weights) === JSON.stringify(data.weights)) draw(answer, asked);
      else location.reload(); // weights were undone: their form has to say so too
    } else if (response.status === 409) {
      const { conflicts, month } = await response.json();
      draw(month, []);
      if (body.cells) settle(body.cells, conflicts);
      else complain([words.cannotUndo], []);
    } else if (response.status === 422) {
      complain((await response.json()).errors.map((each) => each.message), asked);
    } else {
      complain([document.body.dataset.failed], asked);
    }
  }
  /* --- conflicts: the calendar already shows theirs; who wants their own sends it again --- */
  async function settle(cells, conflicts) {
    const lock = (on) => (on ? words.locked : words.unlocked);
    const kept = await settled(words, conflicts.map((conflict) => {
      const cell = cells.find((each) => each.day === conflict.day);
      const now = typeof conflict.now === "boolean" ? lock(conflict.now) : days.get(conflict.day).text;
      const mine = cell.typed === undefined ? lock(cell.locked) : cell.typed || words.following;
      const told = { who: conflict.by, time: shortTime(conflict.at), now, mine };
      const text = fill(conflict.by ? words.conflict : words.moved, told);
      return { name: conflict.day, text, mine: { ...cell, was: conflict.now } };
    }));
    if (!kept) return;
    const touched = new Set(conflicts.map((each) => each.day));
    const again = [...cells.filter((cell) => !touched.has(cell.day)), ...kept];
    if (again.length) ask(urls.days, { cells: again }, again.map((cell) => cell.day));
  }

  const ask = (...question) => (queue = queue.then(() => post(...question)));
  const set = (day, typed) => ask(urls.days, { cells: [{ day, typed, was: days.get(day).target }] }, [day]);

  /* --- typing --- */
  grid.addEventListener("focusin", (event) => event.target.matches("input.amount") && event.target.select());
  grid.addEventListener("change", (event) => {
    const input = event.target.closest("input.amount");
    if (!input || input.value === input.dataset.shown) return;
    set(input.closest("[data-day]").dataset.day, input.value);
  });
  const STEPS = { ArrowUp: -7, ArrowDown: 7, Enter: 1 };
  grid.addEventListener("keydown", (event) => {
    const input = event.target.closest("input.amount");
    if (!input) return;
    if (event.key === "Escape") input.value = input.dataset.shown;
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...grid.querySelectorAll("input.amount")];
    const next = all[all.indexOf(input) + (event.shiftKey && event.key === "Enter" ? -1 : step)];
    if (next) next.focus();
    else input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  /* A row or column copied in Excel goes into the days from here on, as one step; an empty cell leaves its day alone. */
  grid.addEventListener("paste", (event) => {
    const here = event.target.closest("input.amount")?.closest("[data-day]").dataset.day;
    const values = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "").split(/\t|\r?\n/);
    if (!here || values.length < 2) return;
    event.preventDefault();
    const ahead = [...days.keys()].filter((day) => day >= here);
    const typed = values.map((text, n) => ({ day: ahead[n], typed: text.trim() })).filter((cell) => cell.day && cell.typed);
    const cells = typed.map((cell) => ({ ...cell, was: days.get(cell.day).target }));
    if (cells.length) ask(urls.days, { cells }, cells.map((cell) => cell.day));
  });

  /* --- locks, undo --- */
  grid.addEventListener("click", (event) => {
    const lock = event.target.closest(".lock");
    if (!lock) return;
    const { day } = lock.closest("[data-day]").dataset;
    const was = days.get(day).locked;
    ask(urls.days, { cells: [{ day, locked: !was, was }] }, [day]);
  });
  const undo = () => ask(urls.undo, {}, []);
  const redo = () => ask(urls.redo, {}, []);
  document.getElementById("undo").addEventListener("click", undo);
  document.getElementById("redo").addEventListener("click", redo);
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || (event.target.matches("input, textarea") && !event.target.matches("input.amount"))) return;
    const input = event.target.closest?.("input.amount");
    if (input && input.value !== input.dataset.shown) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) { event.preventDefault(); undo(); }
    else if (key === "y" || key === "z") { event.preventDefault(); redo(); }
  });

  dragging(grid, (day) => days.get(day).locked, set);
}

/* A bar is dragged with the mouse, a finger or a pen; the keyboard types instead. */
function dragging(grid, isLocked, set) {
  let drag = null;
  grid.addEventListener("pointerdown", (event) => {
    const bar = event.target.closest(".bar");
    const box = bar?.closest("[data-day]");
    if (!bar || isLocked(box.dataset.day)) return;
    event.preventDefault();
    bar.setPointerCapture(event.pointerId);
    drag = { bar, box, input: box.querySelector("input.amount"), from: event.clientX, at: bar.value, max: bar.max, moved: false };
  });
  grid.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const width = drag.bar.getBoundingClientRect().width;
    const value = Math.max(0, drag.at + ((event.clientX - drag.from) / width) * drag.max);
    drag.moved ||= Math.abs(event.clientX - drag.from) > 3;
    drag.value = Math.round(value / 100) * 100;
    drag.bar.max = Math.max(drag.max, drag.value);
    drag.bar.value = drag.value;
    drag.input.value = drag.value.toLocaleString("en-US");
  });
  grid.addEventListener("pointerup", () => {
    if (!drag) return;
    const { box, input, moved, value, bar, at, max } = drag;
    drag = null;
    if (moved) set(box.dataset.day, String(value));
    else { bar.max = max; bar.value = at; input.value = input.dataset.shown; }
  });
  grid.addEventListener("pointercancel", () => {
    if (!drag) return;
    drag.bar.value = drag.at;
    drag.input.value = drag.input.dataset.shown;
    drag = null;
  });
}
