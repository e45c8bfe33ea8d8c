/* The frame's behaviour: menus, the foldable rail, drawer, search, toasts. Everything here also works without it. */

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const open = () => all("details.menu[open], .tabbar details[open]");

/* Menus: one at a time (name="menu"), closed by a click outside or Escape. */
document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details.menu") && event.target.open) event.target.querySelector("input[type=search]")?.focus();
}, true);

/* Arrow keys walk through an open menu and through what was found. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const box = event.target.closest?.("details.menu[open], dialog.finder");
  if (!box || event.target.matches("input[type=date]")) return;
  const stops = all(".entry, .found a", box).filter((x) => !x.hidden && x.offsetParent);
  if (!stops.length) return;
  event.preventDefault();
  const at = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  stops[Math.max(0, Math.min(at, stops.length - 1))].focus();
});

/* <input data-narrow="#list"> keeps only the lines that hold what is typed. */
document.addEventListener("input", (event) => {
  const list = event.target.dataset.narrow && document.querySelector(event.target.dataset.narrow);
  if (!list) return;
  const wanted = event.target.value.trim().toLowerCase();
  for (const line of list.children) line.hidden = !line.textContent.toLowerCase().includes(wanted);
});

/* What is pasted into a field with a limit is never cut behind anybody's back: it stays, and the field says how long it may be. */
for (const kind of ["paste", "drop"]) document.addEventListener(kind, ({ target }) => {
  if (!(target.maxLength > 0)) return;
  target.dataset.longest = target.maxLength;
  target.removeAttribute("maxlength");
}, true);
document.addEventListener("input", ({ target }) => {
  const most = Number(target.dataset.longest);
  if (!most) return;
  const length = target.value.length;
  target.setCustomValidity(length > most ? document.body.dataset.long.replace("{most}", most).replace("{length}", length) : "");
  if (length > most) target.reportValidity();
});

/* The rail folds and stays as it was left. */
const fold = document.getElementById("fold");
const app = document.getElementById("app");
if (fold) {
  fold.hidden = false;
  const tell = () => fold.setAttribute("aria-expanded", String(!app.classList.contains("narrow-rail")));
  tell();
  fold.addEventListener("click", () => {
    const narrow = app.classList.toggle("narrow-rail");
    document.cookie = `rail=${narrow ? "narrow" : "wide"}; path=/; max-age=31536000; samesite=lax`;
    tell();
    window.dispatchEvent(new Event("resize"));
  });
}

/* What scrolls sideways can be reached and scrolled by keyboard; the head of a table that fits stays while the page scrolls. */
function reach() {
  const boxes = all(".scroll");
  for (const box of boxes) box.classList.remove("fits");
  const found = boxes.map((box) => [box, box.scrollWidth > box.clientWidth, box.scrollHeight > box.clientHeight]);
  for (const [box, wide, high] of found) {
    if (wide || high) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
    box.classList.toggle("fits", !wide && !high);
  }
}
reach();
window.addEventListener("resize", reach);

/* <table data-cards>: on a phone a row becomes a card, each figure with the head of its column beside it. */
function label() {
  for (const table of all("table[data-cards]:not(.cards)")) {
    const heads = all("thead th", table).map((head) => (head.querySelector(".sr-only") ? "" : head.textContent.replace(/ [▲▼]$/, "").trim()));
    for (const row of all("tbody tr, tfoot tr", table)) {
      let at = 0;
      for (const cell of row.cells) {
        if (at && heads[at] && cell.tagName === "TD" && cell.colSpan === 1) cell.dataset.label = heads[at];
        at += cell.colSpan;
      }
    }
    table.classList.add("cards");
  }
}
label();
document.body.addEventListener("htmx:load", () => { label(); reach(); });

/* What had the focus and is replaced has it again: a thing of its kind and words, at its place among those. */
const words = (x) => `${x.tagName} ${x.name ?? ""} ${x.getAttribute("aria-label") ?? x.textContent.trim()}`;
const alike = (name) => all("a, button, input, select, textarea").filter((x) => words(x) === name);
let held = null;
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const here = document.activeElement;
  const goes = event.detail.target.contains(here) && alike(words(here)).includes(here);
  held = goes ? { name: words(here), at: alike(words(here)).indexOf(here) } : null;
});
document.body.addEventListener("htmx:afterSettle", () => {
  if (held && document.activeElement === document.body) alike(held.name)[held.at]?.focus({ preventScroll: true });
  held = null;
});

/* A form goes once: the second click of a double click (or of an impatient one) is no second order. Going back frees it. */
const gone = new WeakMap();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (Date.now() - (gone.get(form) ?? 0) < 3000) event.preventDefault();
  else gone.set(form, Date.now());
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) gone.delete(form);
});

/* Dialogs close by [data-shut] and by a click on what lies behind them. */
document.addEventListener("click", (event) => {
  const dialog = event.target.closest("dialog");
  if (dialog && (event.target === dialog || event.target.closest("[data-shut]"))) dialog.close();
});
/* <button data-ask="#id"> opens a question. */
document.addEventListener("click", (event) => {
  const asker = event.target.closest("[data-ask]");
  if (!asker) return;
  event.preventDefault();
  document.querySelector(asker.dataset.ask)?.showModal();
});

/* <a data-drawer href>: the page behind the link opens in the drawer; the server sends only its part to htmx. Of a page
   that has no part of its own, data-part="#id" is taken, under the heading data-title. */
const drawer = document.getElementById("drawer");
let acted = false; // something was done in the drawer, so the page behind it is out of date
drawer?.addEventListener("htmx:afterRequest", (event) => { acted ||= event.detail.requestConfig.verb === "post"; });
drawer?.addEventListener("upload-done", () => { acted = true; });
drawer?.addEventListener("close", () => { if (acted) location.reload(); });
function openDrawer(url, { part: select, title } = {}) {
  const body = document.getElementById("drawer-body");
  body.setAttribute("aria-busy", "true");
  return htmx.ajax("GET", url, { target: body, swap: "innerHTML", select }).then(() => {
    body.removeAttribute("aria-busy");
    drawer.classList.toggle("broad", Boolean(select));
    if (title) {
      const head = Object.assign(document.createElement("div"), { className: "head" });
      head.append(Object.assign(document.createElement("h2"), { textContent: title }));
      body.prepend(head);
    }
    drawer.setAttribute("aria-label", body.querySelector("h1, h2")?.textContent.trim() || drawer.getAttribute("aria-label"));
    if (!drawer.open) drawer.showModal();
    drawer.scrollTop = 0;
  });
}
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-drawer]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  openDrawer(link.href, link.dataset);
});

/* Ctrl-K finds. */
const finder = document.getElementById("finder");
function openFinder() {
  if (!finder || finder.open) return;
  finder.showModal();
  const input = finder.querySelector("input[type=search]");
  input.select();
  htmx.trigger(input, "finder-opened");
}
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-finder]") || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  openFinder();
});
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  openFinder();
});
finder?.querySelector("form").addEventListener("submit", (event) => {
  const first = finder.querySelector(".found a");
  if (!first) return;
  event.preventDefault();
  first.click();
});

/* Toasts: from the server (messages, or the HX-Trigger event "toast") and from modules. */
const toasts = document.getElementById("toasts");
const above = () => (document.querySelector("dialog[open]") ?? document.body).append(toasts); // a dialog hides what lies below it
document.addEventListener("close", above, true);
export function toast(text, seconds = 6) {
  const box = document.createElement("div");
  box.className = "toast";
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  toasts.append(box);
  above();
  leave(box, seconds);
}
function leave(box, seconds) {
  let timer = setTimeout(() => box.remove(), seconds * 1000);
  box.addEventListener("mouseenter", () => clearTimeout(timer));
  box.addEventListener("mouseleave", () => { timer = setTimeout(() => box.remove(), 1500); });
}
function arm(box) {
  const shut = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  shut.setAttribute("aria-label", document.body.dataset.close);
  shut.addEventListener("click", () => box.remove());
  box.append(shut);
  if (!box.matches(".error, .warning, :has(form)")) leave(box, 8);
}
all(".toast", toasts).forEach(arm);
/* What a page would have said of which only a part is taken. */
document.body.addEventListener("htmx:afterRequest", (event) => {
  const text = event.detail.xhr?.responseText ?? "";
  if (!text.includes('id="toasts"')) return;
  const said = all("#toasts .toast", new DOMParser().parseFromString(text, "text/html"));
  toasts.append(...said);
  said.forEach(arm);
  if (said.length) above();
});
document.body.addEventListener("toast", (event) => toast(event.detail.value ?? event.detail.text ?? ""));
const counts = (event) => event.detail.elt.matches(".badge, .count"); // numbers nobody asked for fail in silence
document.body.addEventListener("htmx:sendError", (event) => !counts(event) && toast(document.body.dataset.offline));
document.body.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401) location.reload();
  else if (!counts(event)) toast(status === 403 ? document.body.dataset.forbidden : document.body.dataset.failed);
});

/* <button data-copy="#id"> puts a text on the clipboard. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  const text = source.value ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text.trim());
    toast(button.dataset.copied, 3);
  } catch {
    getSelection().selectAllChildren(source);
  }
});

/* A form that came back: what is wrong in it may stand far down the page. */
const wrong = document.querySelector("main form [aria-invalid='true'], main form .field.bad :is(input, select, textarea)");
wrong?.focus();
(wrong ?? document.querySelector("main form :is(.error, .errors)"))?.scrollIntoView({ block: "center" });

/* On a narrow page the tab one is on, or the order in force, may lie beyond the edge of its row. */
for (const row of all(".tabs, .segments, nav.filters, nav.chips, tr[data-sort]")) {
  const here = row.querySelector("[aria-current], [aria-sort] a");
  if (here) row.scrollLeft = here.offsetLeft + here.offsetWidth + 24 - row.clientWidth;
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

/* A sheet of paper says what it is, when it was printed and by whom. */
const printed = document.querySelector("[data-printed]");
window.addEventListener("beforeprint", () => {
  if (!printed) return;
  const now = new Date();
  const time = new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 16).replace("T", " ");
  printed.textContent = printed.dataset.printed.replace("{time}", time).replace("{person}", printed.dataset.person);
  printed.parentElement.querySelector("b").textContent = document.title.trim().replace(/\s*· opsplan$/, " · ");
});
