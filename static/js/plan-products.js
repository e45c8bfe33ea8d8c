/* Choosing products: for a cell of hero products, or for what a product group is made of. The server knows them. */

import { element } from "./plan-page.js";

const box = document.getElementById("choose");
const part = (name) => document.getElementById(`choose-${name}`);
let chosen = new Map(); // code -> title
let done = null, words = null, url = "", timer = 0, turn = 0;

export function chooser(texts, address) {
  words = texts;
  url = address;
  if (!box) return;
  part("q").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, 120); });
  part("q").addEventListener("keydown", (event) => {
    const first = part("found").querySelector("button");
    if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
    if (event.key !== "Enter" || !part("q").value) return;
    event.preventDefault();
    first?.click();
  });
  part("found").addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (!step) return;
    event.preventDefault();
    (event.target.closest("li")[step]?.firstElementChild ?? part("q")).focus();
  });
  part("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = await done({ codes: [...chosen.keys()], words: part("words").value.trim(), title: part("title").value.trim(), category: part("category").value });
    part("error").hidden = !problem;
    part("error").textContent = problem ?? "";
    if (!problem) box.close();
  });
}

/* what: {heading, kind: "heroes" | "group", products: [{code, title}], words, title, category, query}. `then` gets
   {codes, words, title, category} and answers with what is wrong, or nothing. */
export function choose(what, then) {
  done = then;
  chosen = new Map(what.products.map((x) => [x.code, x.title ?? x.code]));
  part("h").textContent = what.heading;
  for (const x of box.querySelectorAll("[data-for]")) x.hidden = x.dataset.for !== what.kind;
  part("words").value = what.words ?? "";
  part("title").value = what.title ?? "";
  part("category").value = what.category ?? "";
  part("q").value = what.query ?? "";
  part("error").hidden = true;
  list();
  search();
  box.showModal();
  (what.kind === "group" && !what.title ? part("title") : part("q")).focus();
}

async function search() {
  const mine = ++turn;
  const answer = await fetch(`${url}?q=${encodeURIComponent(part("q").value)}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || mine !== turn) return;
  const { products } = await answer.json();
  part("found").replaceChildren(...products.filter((x) => !chosen.has(x.code)).map((x) => entry(x, "", () => {
    chosen.set(x.code, x.title);
    part("q").value = "";
    list();
    search();
    part("q").focus();
  })));
}

function list() {
  part("chosen").replaceChildren(...[...chosen].map(([code, title]) => entry({ code, title }, words.takeOut.replace("%(name)s", title), () => {
    chosen.delete(code);
    list();
    search();
    part("q").focus();
  })));
}

function entry({ code, title }, label, act) {
  const line = document.createElement("li");
  const button = element("button", { type: "button" });
  button.append(title);
  if (code !== title) button.append(element("small", { className: "muted", textContent: ` ${code}` }));
  if (label) button.setAttribute("aria-label", label);
  button.addEventListener("click", act);
  line.append(button);
  return line;
}
