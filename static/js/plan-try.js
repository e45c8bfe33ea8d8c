/* Trying out: what a month's factors would demand, and suggestions for the year. Loaded by plan.js with its sheet. */

import { element } from "./plan-page.js";

export function tries(sheet, words, urls, editable) {
  whatif(sheet, urls);
  if (editable) suggest(sheet, words, urls);
}

/* 0.0528 of a rate as 5.28%, without losing a digit. */
function inFull(value, row) {
  if (row !== "pay_cvr") return value;
  const [head, tail = ""] = value.split(".");
  const digits = tail.padEnd(2, "0");
  return `${head}${digits.slice(0, 2)}.${digits.slice(2)}%`;
}

function whatif(sheet, urls) {
  const box = document.getElementById("plan-whatif");
  let month = 0, timer = 0, asked = 0, solve = "";

  async function get(params) {
    const turn = ++asked;
    const answer = await fetch(`${urls.whatif}?${params}`).catch(() => null);
    return answer?.ok && turn === asked ? answer.text() : null;
  }
  /* Our own server's part of the page, already escaped there. */
  function put(target, html) {
    target.replaceChildren(document.createRange().createContextualFragment(html));
  }
  async function show(next) {
    month = next;
    solve = "";
    const html = await get(new URLSearchParams({ month }));
    if (html === null) return;
    put(box, html);
    document.getElementById("plan-cards").hidden = false;
  }
  const form = () => document.getElementById("whatif-form");
  async function recount() {
    const params = new URLSearchParams(new FormData(form()));
    for (const name of ["uv", "pay_cvr", "aov_buyer"]) if (untouched(form().elements[name])) params.delete(name);
    params.set("month", month);
    params.set("part", "answer");
    params.set("solve", solve);
    const html = await get(params);
    if (html === null) return;
    const answer = document.getElementById("whatif-answer");
    put(answer, html);
    const [name, text] = solve ? ["uv", answer.querySelector("[data-uv]").dataset.uv] : ["sales", answer.querySelector("[data-sales]").dataset.sales];
    if (text) set(name, text);
  }
  /* A field and its slider. */
  function set(name, text) {
    form().elements[name].value = text;
    if (Number.isFinite(Number(text))) form().querySelector(`[data-slide="${name}"]`).value = text;
  }
  /* What was not touched is sent as exactly as it stands; a lock stays as it is. */
  const untouched = (field) => field.value.trim() === field.dataset.planned;
  function typed(field) {
    const row = field.name === "sales" ? "real_amt" : field.name;
    const cell = sheet.plan().rows.find((x) => x.key === row).cells[month - 1];
    const isOurs = untouched(field) && cell.value !== null;
    if (isOurs && cell.locked) return null;
    return { row, month, typed: isOurs ? inFull(cell.value, row) : field.value, was: cell.value };
  }
  box.addEventListener("input", (event) => {
    const slide = event.target.dataset.slide;
    if (slide) form().elements[slide].value = event.target.value;
    else if (form().querySelector(`[data-slide="${event.target.name}"]`)) set(event.target.name, event.target.value);
    const field = slide ?? event.target.name;
    if (field === "sales" || field === "uv") solve = field === "sales" ? "sales" : "";
    clearTimeout(timer);
    timer = setTimeout(recount, 120);
  });
  box.addEventListener("click", (event) => { if (event.target.closest("[data-discard]")) show(month); });
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = ["uv", "pay_cvr", "aov_buyer"].map((row) => form().elements[row]);
    if (fields.every(untouched)) return;
    /* Typed together they stand together: the month's amount follows. With a typed amount the visitors do. */
    const wanted = solve ? [form().elements.sales, ...fields.slice(1)] : fields;
    const cells = wanted.map(typed).filter((x) => x !== null);
    if (cells.length) sheet.push({ kind: "cells", cells, give: solve ? "uv" : "", after: () => show(month) });
  });
  let waiting = 0;
  document.addEventListener("plan:moved", (event) => {
    const next = Number(event.detail.m);
    if (!next || next === month) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => show(next), 250);
  });
  document.addEventListener("plan:saved", () => { if (month && !box.contains(document.activeElement)) show(month); });
}

function suggest(sheet, words, urls) {
  const dialog = document.getElementById("suggest");
  const form = document.getElementById("suggest-form");
  const list = document.getElementById("suggest-months");
  const error = document.getElementById("suggest-error");
  const use = document.getElementById("suggest-use");
  let months = null, timer = 0;

  function line(label, text, note = "") {
    const head = element("dt", { textContent: label });
    if (note) head.append(" ", element("small", { className: "muted", textContent: note }));
    list.append(head, element("dd", { textContent: text }));
  }
  async function ask() {
    const answer = await fetch(`${urls.suggest}?${new URLSearchParams(new FormData(form))}`).catch(() => null);
    const told = answer ? await answer.json() : null;
    months = answer?.ok ? told.months : null;
    use.disabled = !months;
    list.replaceChildren();
    error.hidden = !told?.errors;
    error.textContent = told?.errors?.[0].message ?? "";
    if (!months) return;
    months.forEach((amount, i) => {
      const note = amount === null ? words.notKnown : told.part[i + 1] ? words.partKnown.replace("%(days)s", told.part[i + 1]) : "";
      line(words.months[i], amount === null ? "—" : sheet.showNumber(Number(amount), "money"), note);
      for (const x of told.promo.filter((y) => Number(y.day.slice(5, 7)) === i + 1)) line(`– ${x.name} ${x.day.slice(5)}`, sheet.showNumber(Number(x.amount), "money"));
    });
    line(words.year, sheet.showNumber(Number(told.total), "money"));
  }
  function arrange() {
    const from = form.elements.from.value;
    for (const x of form.querySelectorAll("[data-for]")) x.hidden = !x.dataset.for.split(" ").includes(from);
    clearTimeout(timer);
    timer = setTimeout(ask, 200);
  }
  form.addEventListener("input", arrange);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!months) return;
    const row = sheet.plan().rows.find((x) => x.key === "real_amt");
    const cells = months.map((typed, i) => ({ row: "real_amt", month: i + 1, typed, was: row.cells[i].value })).filter((x, i) => x.typed !== null && !row.cells[i].locked);
    sheet.push({ kind: "cells", cells, give: "" });
    dialog.close();
  });
  document.querySelector("[data-ask='#suggest']")?.addEventListener("click", arrange);
}
