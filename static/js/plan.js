/* The year's plan: what is typed is drawn at once, sent, and drawn again as the server says. One change at a time goes
   over the line; a colleague's change appears, a conflict asks. */

import { csrf, element, fill, number } from "./plan-page.js";
import { Grid } from "./plan-grid.js";
import { settled } from "./plan-conflict.js";
import { shares } from "./plan-came.js";
import { HEROES, painter, textAt } from "./plan-draw.js";
import { changes, tellMoved } from "./plan-moved.js";
import { readNumber, shortTime, showNumber } from "./plan-cells.js";
import { parts } from "./plan-parts.js";
import { choose, chooser } from "./plan-products.js";
import { tries } from "./plan-try.js";
import { SALES, guess, total } from "./plan-solve.js";

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const words = read("plan-words");
const table = document.getElementById("plan-grid");
const saved = document.getElementById("saved");
const problem = document.getElementById("plan-problem");
const movedCard = document.getElementById("plan-moved");
const toast = (text) => document.body.dispatchEvent(new CustomEvent("toast", { detail: { value: text } }));

let plan = read("plan-data"); // as the server said last
const { urls, editable, me, current } = plan;
let drawn = new Map(); // what is on the screen: rows with numbers, guesses included
const waiting = []; // changes not yet confirmed, the first is under way
let busy = false;
const refused = new Map(); // "row month" -> {text, why}: kept until typed again
const paint = painter(table, words, urls);
const share = shares(table);
const draw = () => {
  paint(drawn, refused);
  share(drawn);
};

/* --- the sheet in memory ------------------------------------------------------------------------------------------- */

function sheetOf(data) {
  const sheet = new Map();
  for (const row of data.rows) {
    const cells = row.cells.map((x) => (row.kind === "word" ? { ...x } : { ...x, value: number(x.value) }));
    const totals = row.totals && Object.fromEntries(Object.entries(row.totals).map(([name, x]) => [name, number(x)]));
    sheet.set(row.key, { ...row, cells, totals });
  }
  return sheet;
}
const serverRow = (key) => plan.rows.find((row) => row.key === key);
const isWord = (key) => drawn.get(key)?.kind === "word";
const spanName = (month) => (month === "year" ? words.year : typeof month === "number" ? words.months[month - 1] : month.toUpperCase());
const nameOf = (row, month) => fill(words.cell, { row: drawn.get(row)?.label ?? row, span: spanName(month) });

function standing(key, month, field) {
  const row = serverRow(key);
  if (!row) return null;
  if (typeof month !== "number") return row.totals[month];
  const cell = row.cells[month - 1];
  return field === "text" ? cell.text : field === "locked" ? Boolean(cell.locked) : cell.value;
}

/* What the screen shows: the server's plan, and on it what is still on its way. */
function redraw() {
  drawn = sheetOf(plan);
  if (waiting.map(foresee).some(Boolean)) total(drawn, plan.days);
  draw();
}

/* Put a change onto what is drawn; whether numbers have to be added up anew. */
function foresee(step) {
  let guessed = false;
  for (const item of step.cells ?? []) {
    if (typeof item.month !== "number" || !drawn.has(item.row)) continue;
    const row = drawn.get(item.row);
    if ("text" in item) Object.assign(row.cells[item.month - 1], { text: item.text, products: null });
    else if ("locked" in item) row.cells[item.month - 1].locked = item.locked;
    else {
      guess(drawn, plan.days, item.row, item.month, readNumber(item.typed, row.unit), step.give);
      guessed = true;
    }
  }
  return guessed;
}

function tell(text, tone = "") {
  saved.textContent = text;
  saved.dataset.tone = tone;
}

function complain(text) {
  problem.hidden = !text;
  problem.textContent = text;
}

/* --- talking to the server ----------------------------------------------------------------------------------------- */

function ask(url, body) {
  return fetch(url, { method: "POST", headers: { "X-CSRFToken": csrf, "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify(body) });
}

function push(step) {
  waiting.push(step);
  document.getElementById("plan-first")?.remove();
  if (foresee(step)) total(drawn, plan.days);
  draw();
  pump();
  saved.setAttribute("aria-busy", "true");
}

/* Numbers typed into one row while the line was busy go together: its months do not touch each other. */
const joins = (step, row) => step?.kind === "cells" && !step.give && !step.alone && step.cells.every((x) => "typed" in x && x.row === row && typeof x.month === "number");
function join() {
  const run = [waiting[0]];
  const row = run[0].cells?.[0]?.row;
  const months = new Set(run[0].cells?.map((x) => x.month));
  if (!joins(run[0], row)) return run[0];
  while (joins(waiting[run.length], row) && !waiting[run.length].cells.some((x) => months.has(x.month))) {
    for (const x of waiting[run.length].cells) months.add(x.month);
    run.push(waiting[run.length]);
  }
  if (run.length > 1) waiting.splice(0, run.length, { kind: "cells", give: "", cells: run.flatMap((x) => x.cells), run: run.flatMap((x) => x.run ?? [x]) });
  return waiting[0];
}

async function pump() {
  if (busy || !waiting.length) return;
  busy = true;
  const step = join();
  for (const item of step.cells ?? []) refresh(item);
  tell(words.saving);
  let answer;
  let told;
  try {
    answer = await ask(urls[step.kind], step.kind === "cells" ? { cells: step.cells, give: step.give } : step.body ?? {});
    told = [200, 409, 422].includes(answer.status) ? await answer.json() : null;
  } catch {
    tell(words.offline, "bad");
    setTimeout(() => { busy = false; pump(); }, 3000);
    return;
  }
  waiting.shift();
  busy = false; // only now that the answer is read: what was typed meanwhile is asked after what it says
  const before = plan;
  if (answer.status === 200) {
    adopt(told);
    tell(fill(words.saved, { time: new Date().toLocaleTimeString("sv-SE") }));
    document.dispatchEvent(new Event("plan:saved"));
    if (step.kind === "cells") tellMoved(movedCard, step, changes(plan, before), { plan, words, span: spanName, push });
    else movedCard.hidden = true;
  } else if (answer.status === 204) {
    toast(step.kind === "undo" ? words.nothingToUndo : words.nothingToRedo);
    tell("");
  } else if (answer.status === 409) settle(step, told.conflicts);
  else if (answer.status === 422 && step.run) waiting.unshift(...step.run.map((x) => ({ ...x, alone: true }))); // only the wrong one stays out
  else if (answer.status === 422) refuse(step, told.errors);
  else if (answer.status === 403) location.reload();
  else tell(words.refused, "bad");
  step.after?.();
  redraw();
  saved.setAttribute("aria-busy", String(waiting.length > 0));
  pump();
}

/* What we changed ourselves since it was typed is no conflict; what somebody else changed is. */
function refresh(item) {
  const field = "text" in item ? "text" : "locked" in item ? "locked" : "value";
  const now = standing(item.row, item.month, field);
  const cell = typeof item.month === "number" ? serverRow(item.row)?.cells[item.month - 1] : null;
  if (!("was" in item) || !cell || cell.by_id === me) item.was = now;
}

function adopt(data) {
  plan = { ...plan, ...data };
}

function refuse(step, errors) {
  tell(words.refused, "bad");
  const first = errors[0];
  complain(errors.map((x) => (x.row ? `${nameOf(x.row, x.month)}: ${x.message}` : x.message)).slice(0, 3).join(" · "));
  for (const item of step.cells ?? []) {
    const mine = errors.find((x) => x.row === item.row && x.month === item.month) ?? (step.cells.length === 1 ? first : null);
    if (mine) refused.set(`${item.row} ${item.month}`, { text: item.typed ?? item.text ?? "", why: mine.message });
  }
  const rest = (step.cells ?? []).filter((item) => !refused.has(`${item.row} ${item.month}`));
  if (rest.length && rest.length < step.cells.length) waiting.unshift({ ...step, cells: rest });
}

/* --- conflicts ----------------------------------------------------------------------------------------------------- */

async function settle(step, conflicts) {
  if (step.kind !== "cells") {
    complain(conflicts.map((x) => nameOf(x.row, x.month)).join(" · ") + ` — ${words.conflictTitle}`);
    tell(words.refused, "bad");
    load();
    return;
  }
  const at = (x) => `${x.row} ${x.month}`;
  const touched = new Set(conflicts.map(at));
  const untouched = step.cells.filter((item) => !touched.has(at(item)));
  const kept = await settled(words, conflicts.map((conflict) => {
    const item = step.cells.find((x) => at(x) === at(conflict));
    const { unit } = drawn.get(conflict.row);
    const now = typeof conflict.now === "string" && unit !== "text" ? showNumber(Number(conflict.now), unit) : conflict.now;
    const told = { who: conflict.by || words.somebody, time: shortTime(conflict.at), now: now || words.emptied, mine: item.typed ?? item.text ?? words.lock };
    return { name: nameOf(conflict.row, conflict.month), text: fill(words.conflict, told), mine: { ...item, was: conflict.now } };
  }));
  await load();
  if (!kept) return;
  const cells = [...untouched, ...kept];
  if (cells.length) push({ ...step, cells });
  grid.take();
}

/* --- the grid ------------------------------------------------------------------------------------------------------- */

const model = {
  label: (row, m) => nameOf(row, Number(m) || m),
  text: (row, m) => textAt(drawn, row, m),
  canType: (row, m) => editable && !drawn.get(row).made && (Boolean(Number(m)) || (!isWord(row) && Boolean(drawn.get(row).totals) && (drawn.get(row).adds !== "level" || drawn.get(row).totals[m] !== null))),
  chooses: (row) => row === HEROES,
  type(cells) {
    complain("");
    const items = [];
    const wrong = []; // stays as it was typed; what is right beside it is stored
    for (const { row, month, text } of cells) {
      refused.delete(`${row} ${month}`);
      if (isWord(row)) items.push({ row, month, text, was: standing(row, month, "text") });
      else if (Number.isNaN(readNumber(text, drawn.get(row).unit))) {
        refused.set(`${row} ${month}`, { text, why: fill(words.notNumber, { text }) });
        wrong.push(`${nameOf(row, month)}: ${fill(words.notNumber, { text })}`);
        complain(wrong.slice(0, 3).join(" · "));
      } else items.push({ row, month, typed: text, was: standing(row, month, "value") });
    }
    if (items.length) push({ kind: "cells", cells: items, give: "" });
    else redraw();
  },
  act(name, text) {
    const acts = {
      undo: () => editable && push({ kind: "undo" }),
      redo: () => editable && push({ kind: "redo" }),
      fill: () => editable && grid.fill(),
      lock,
      choose: heroes,
      made: () => editable && toast(fill(words.made, { row: drawn.get(grid.at.row).label })),
      outside: () => toast(words.outside),
      leave: () => (document.querySelector("#plan-tools button") ?? document.getElementById("page")).focus(),
      moved: () => document.dispatchEvent(new CustomEvent("plan:moved", { detail: grid.at })),
      history,
    };
    acts[name]?.(text);
  },
};
const grid = new Grid(table, model);
drawn = sheetOf(plan);
draw();

function lock() {
  if (!editable || !grid.at) return;
  const cells = grid.range().flat().filter((x) => Number(x.m) && !isWord(x.row) && model.canType(x.row, x.m));
  const on = !cells.every((x) => standing(x.row, Number(x.m), "locked"));
  const items = cells.map((x) => ({ row: x.row, month: Number(x.m), locked: on, was: standing(x.row, Number(x.m), "locked") })).filter((x) => x.was !== on);
  if (items.length) push({ kind: "cells", cells: items, give: "" });
}

/* The products of a cell; all selected cells of the row get the same. */
function heroes(query) {
  if (!editable || !Number(grid.at.m)) return;
  const cells = grid.range().flat().filter((x) => x.row === HEROES && Number(x.m));
  const named = drawn.get(HEROES).cells[Number(grid.at.m) - 1].products ?? [];
  const apart = (x) => x.filter((y) => !y.id).map((y) => y.code).join("、");
  const heading = fill(words.chooseHeroes, { span: spanName(Number(grid.at.m)) });
  choose({ heading, kind: "heroes", query, products: named.filter((x) => x.id), words: apart(named) }, (chosen) => {
    const text = [...chosen.codes, ...(chosen.words ? [chosen.words] : [])].join("\n");
    model.type(cells.map((x) => ({ row: x.row, month: Number(x.m), text })));
    queueMicrotask(() => grid.take());
  });
}

function history() {
  if (!grid.at || !Number(grid.at.m)) return;
  const link = element("a", { href: `${urls.history}?row=${encodeURIComponent(grid.at.row)}&month=${grid.at.m}` });
  link.dataset.drawer = "";
  document.body.append(link);
  link.click();
  link.remove();
}

/* --- tools, rows, colleagues ---------------------------------------------------------------------------------------- */

const tools = document.getElementById("plan-tools");
if (tools) {
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const act = event.target.closest("[data-do]")?.dataset.do;
    const basis = event.target.closest("[data-basis]")?.dataset.basis;
    if (act) model.act(act);
    if (basis) push({ kind: "basis", body: { basis }, after: () => { for (const x of tools.querySelectorAll("[data-basis]")) x.setAttribute("aria-pressed", String(x.dataset.basis === plan.month_basis)); } });
    if (act && act !== "history" && grid.at) grid.take();
  });
  tools.addEventListener("change", (event) => {
    const part = event.target.dataset.show;
    if (part) table.classList.toggle(`with-${part}`, event.target.checked);
  });
}
parts({ ask, complain, row: serverRow }, table, words, urls, editable);
if (editable) chooser(words, urls.products);
if (current) grid.from = { row: SALES, m: String(current) };
table.tabIndex = 0;
table.addEventListener("focus", () => grid.go(grid.at ?? { row: SALES, m: String(current || 1) }));

async function load() {
  const answer = await fetch(`${urls.data}?since=${plan.version}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.status !== 200 || waiting.length) return;
  const before = plan;
  adopt(await answer.json());
  redraw();
  const theirs = changes(plan, before);
  if (!theirs.length) return;
  toast(fill(words.colleague, { count: theirs.length }));
  for (const x of theirs) {
    const cell = grid.cell({ row: x.row.key, m: String(x.month) });
    cell?.classList.add("fresh");
    setTimeout(() => cell?.classList.remove("fresh"), 4000);
  }
}
setInterval(() => { if (!document.hidden && !busy && !waiting.length && !grid.mode && plan.status === "draft") load(); }, 5000);
window.addEventListener("beforeunload", (event) => { if (waiting.length || grid.mode) event.preventDefault(); });
export const sheet = { plan: () => plan, drawn: () => drawn, push, grid, showNumber };
tries(sheet, words, urls, editable);
