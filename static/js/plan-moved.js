/* The card beside the year's plan: what a change has moved, and what else could have given way. */

import { element, fill, number } from "./plan-page.js";
import { showNumber } from "./plan-cells.js";
import { FACTORS, SALES, YIELDS } from "./plan-solve.js";

export function changes(plan, before) {
  const found = [];
  for (const row of plan.rows) {
    const old = before.rows.find((x) => x.key === row.key);
    if (row.kind === "word" || !old) continue;
    row.cells.forEach((cell, i) => { if (cell.value !== old.cells[i].value) found.push({ row, month: i + 1, old: old.cells[i].value, now: cell.value }); });
  }
  return found;
}

/* plan: as it stands now; words; span(month); push(step). */
export function tellMoved(card, step, moved, { plan, words, span, push }) {
  const numbers = step.cells.filter((x) => "typed" in x);
  card.replaceChildren();
  card.hidden = !moved.length || !numbers.length;
  if (card.hidden) return;
  const rowOf = (key) => plan.rows.find((row) => row.key === key);
  document.getElementById("plan-cards").hidden = false;
  const [one] = numbers;
  const single = numbers.length === 1;
  const title = single ? fill(words.changed, { span: span(one.month), row: rowOf(one.row).label }) : fill(words.several, { count: numbers.length });
  const head = document.createElement("header");
  head.append(element("h2", { textContent: title }));
  const list = element("dl", { className: "kv" });
  const isTyped = (x) => numbers.some((y) => y.row === x.row.key && (y.month === x.month || typeof y.month !== "number"));
  const show = (value, row) => showNumber(number(value), row.unit) || "—";
  const shownOnes = moved.filter((x) => !x.row.made).slice(0, 6);
  for (const x of shownOnes) {
    const name = document.createElement("dt");
    name.textContent = single && typeof one.month === "number" ? x.row.label : `${x.row.label} · ${span(x.month)}`;
    if (!isTyped(x)) name.append(element("small", { className: "muted", textContent: ` ${words.followed}` }));
    const value = document.createElement("dd");
    value.append(`${show(x.old, x.row)} → `, element("b", { textContent: show(x.now, x.row) }));
    list.append(name, value);
  }
  const rest = moved.filter((x) => !x.row.made).length - shownOnes.length;
  if (rest > 0) list.append(element("dt", { className: "muted", textContent: fill(words.more, { count: rest }) }), document.createElement("dd"));
  const sales = rowOf(SALES).cells[one.month - 1];
  if (single && FACTORS.includes(one.row) && sales?.held && !moved.some((x) => x.row.key === SALES)) {
    list.append(element("dt", { textContent: rowOf(SALES).label }));
    list.append(element("dd", { textContent: `${showNumber(number(sales.value), "money")} ${words.unchanged}` }));
  }
  const body = element("div", { className: "body" });
  const actions = element("p", { className: "actions" });
  if (single && YIELDS[one.row] && typeof one.month === "number") {
    const gave = moved.find((x) => FACTORS.includes(x.row.key) && x.row.key !== one.row && x.month === one.month);
    const other = gave && YIELDS[one.row].find((x) => x !== gave.row.key && !rowOf(x).cells[one.month - 1].locked);
    if (other) actions.append(button(fill(words.giveInstead, { row: rowOf(other).label }), "btn", () => {
      push({ kind: "undo" });
      push({ kind: "cells", cells: [{ row: one.row, month: one.month, typed: one.typed }], give: other });
    }));
  }
  actions.append(button(`${words.undo} Ctrl Z`, "btn quiet", () => push({ kind: "undo" })));
  body.append(list, actions);
  card.append(head, body);
}

function button(text, className, act) {
  const made = element("button", { type: "button", textContent: text, className });
  made.addEventListener("click", act);
  return made;
}
