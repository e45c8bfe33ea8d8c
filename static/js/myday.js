/* Tasks ticked off with one tap, also without a network.

   Every deed gets a key of its own and is put into a queue kept in localStorage, then sent in order. It leaves the queue
   when the server has answered; the server takes a key once, so sending it again after a lost answer does no harm.
   Several tabs share the queue: whoever changes it reads it again first, and hears when another has.
   Works on plain http (no service worker, no crypto.randomUUID). */

const day = document.getElementById("day");
const bar = document.getElementById("waiting");
const toasts = document.getElementById("toasts");
const NAME = `opsplan.deeds.${document.getElementById("day")?.dataset.user ?? "0"}`;
const AGAIN = 4000;
const LOOK = 20000;
const LONGEST = 1600;
let queue = [];
let sending = null;
let timer = 0;
let unheard = false; // the server did not answer, though the phone believes itself connected

/* What is kept for all tabs, and what found no room there and lives in this one alone. */
function stored() {
  const loose = queue.filter((x) => x.loose);
  try {
    return [...(JSON.parse(localStorage.getItem(NAME)) ?? []), ...loose];
  } catch {
    return loose;
  }
}
function keep() {
  try {
    localStorage.setItem(NAME, JSON.stringify(queue.filter((x) => !x.loose)));
    return true;
  } catch {
    return false;
  }
}
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((x) => x.toString(16).padStart(2, "0")).join("");
}

/* A tick that still waits for the network is taken back by another tap, but not by a double tap. */
const DOUBLE_TAP = 800;
let lastTick = 0;

/* A form becomes a deed: its fields, when it was done, and a photo made small enough to keep. */
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-deed]");
  if (!form || !day) return;
  event.preventDefault();
  const fields = {};
  for (const [name, value] of new FormData(form, event.submitter)) {
    if (value instanceof File) {
      if (value.size) fields[name] = await smaller(value);
    } else if (name !== "csrfmiddlewaretoken" && name !== "from") fields[name] = value;
  }
  const row = form.closest(".task") ?? document.getElementById(`task-${form.action.split("/").at(-3)}`);
  if (fields.do === "tick" && row?.classList.contains("is-waiting")) {
    if (Date.now() - lastTick < DOUBLE_TAP) return;
    fields.do = "untick";
  }
  if (fields.do === "tick") lastTick = Date.now();
  add({ url: form.action, title: row?.dataset.title ?? "", fields: { ...fields, key: newKey(), at: new Date().toISOString() } });
  if (form.closest("dialog")) form.closest("dialog").close();
});

function add(deed) {
  queue = [...stored(), deed];
  if (!keep()) {
    deed.loose = true;
    say(bar.dataset.full);
  }
  show();
  if (deed.fields.do === "tick") offerUndo(deed);
  send();
}

async function smaller(file) {
  let body = file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    body = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
  } catch {
    /* what the browser cannot read, the server refuses with a sentence */
  }
  return new Promise((done) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => done({ photo: reader.result }));
    reader.readAsDataURL(body);
  });
}
function asFile(url) {
  const [head, data] = url.split(",");
  const type = head.slice(5, head.indexOf(";"));
  return new File([Uint8Array.from(atob(data), (x) => x.charCodeAt(0))], "photo.jpg", { type });
}

/* One after the other; a lost network waits and tries again. Another tab of the same phone may send too: same keys. */
async function send() {
  clearTimeout(timer);
  if (sending) return;
  sending = queue[0] ?? null;
  if (!sending) return;
  const outcome = await post(sending);
  const deed = sending;
  sending = null;
  unheard = outcome === "later";
  if (unheard) {
    show();
    timer = setTimeout(send, AGAIN);
    return;
  }
  queue = stored().filter((x) => x.fields.key !== deed.fields.key);
  keep();
  if (outcome.error) say(`${bar.dataset.refused} ${deed.title} ${outcome.error}`);
  else if (outcome.warning) say(outcome.warning);
  if (queue.length) send();
  else await refresh();
  if (outcome.error) giveBack(deed, outcome.error);
}

/* What was refused stands in its field again, with the reason under it. */
function giveBack(deed, error) {
  toasts.querySelector(`[data-key="${deed.fields.key}"]`)?.remove();
  const row = rowOf(deed);
  row?.classList.remove("is-waiting", "is-done");
  turnRing();
  const form = row?.querySelector(".hand-in");
  if (!form) return;
  form.classList.add("is-open");
  for (const name of ["number", "link", "text"]) if (form.elements[name]) form.elements[name].value = deed.fields[name] ?? "";
  const field = form.querySelector(".input");
  const told = form.querySelector(".error") ?? form.appendChild(document.createElement("p"));
  Object.assign(told, { className: "error", id: `${field.id}-error`, textContent: error });
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", told.id);
  field.focus();
}
function rowOf(deed) {
  return document.getElementById(`task-${deed.url.split("/").at(-3)}`);
}

async function post(deed) {
  const form = new FormData();
  for (const [name, value] of Object.entries(deed.fields)) form.append(name, value.photo ? asFile(value.photo) : value);
  try {
    const answer = await fetch(deed.url, {
      method: "POST",
      body: form,
      redirect: "manual",
      headers: { "X-Requested-With": "fetch", "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"] },
    });
    if (answer.type === "opaqueredirect") {
      say(bar.dataset.login);
      return "later";
    }
    if (answer.status >= 500 || answer.status === 429) return "later";
    if (answer.status === 422) return await answer.json();
    if (answer.status === 403) return { error: document.body.dataset.forbidden };
    return answer.ok ? await answer.json() : { error: document.body.dataset.failed };
  } catch {
    return "later";
  }
}

/* Until the server has said so, the page shows what is going to be. */
function show() {
  for (const deed of queue) {
    const row = rowOf(deed);
    if (!row) continue;
    row.dataset.was ??= row.classList.contains("is-done") ? 1 : 0;
    if (deed.fields.do === "tick") {
      row.classList.add("is-waiting", "is-done");
      row.querySelector(".hand-in")?.classList.remove("is-open");
    }
    if (deed.fields.do === "untick") row.classList.remove("is-done", "is-waiting");
  }
  turnRing();
  const waits = unheard || !navigator.onLine || queue.length > 1 ? queue.length : 0;
  bar.hidden = !waits;
  if (waits) bar.textContent = waits === 1 ? bar.dataset.one : bar.dataset.many.replace("{count}", waits);
}

/* The ring goes with the ticks: what the server counted, and what changed since. */
function turnRing() {
  const ring = day?.querySelector(".day-head .ring");
  if (!ring) return;
  const total = Number(ring.dataset.total);
  let done = Number(ring.dataset.done);
  for (const row of day.querySelectorAll("[data-was]")) done += Number(row.classList.contains("is-done")) - Number(row.dataset.was);
  ring.querySelector("text").textContent = `${done}/${total}`;
  ring.querySelector(".ring-part").setAttribute("stroke-dasharray", `${total ? Math.round((100 * done) / total) : 0} 100`);
  ring.setAttribute("aria-label", bar.dataset.ring.replace("{done}", done).replace("{total}", total));
}

/* The list as the server has it: after sending, when the page is looked at again, and every now and then. */
async function refresh() {
  if (!day || queue.length || document.hidden || busy()) return;
  try {
    const answer = await fetch(day.dataset.part, { redirect: "manual" });
    if (!answer.ok || queue.length || busy()) return;
    const open = document.getElementById("done-tasks")?.open ?? true;
    day.innerHTML = await answer.text();
    htmx.process(day);
    const done = document.getElementById("done-tasks");
    if (done) done.open = open;
    bar.hidden = true;
  } catch {
    /* no network: what stands there stays */
  }
}
function busy() {
  return Boolean(day.querySelector(".hand-in.is-open") || document.querySelector("dialog[open]"));
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (!opener) return;
  const form = document.querySelector(opener.dataset.opens);
  const open = form.classList.toggle("is-open");
  opener.setAttribute("aria-expanded", String(open));
  if (open) form.querySelector("input:not([type=hidden]), textarea")?.focus();
});

function offerUndo(deed) {
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.key = deed.fields.key;
  box.append(Object.assign(document.createElement("span"), { textContent: bar.dataset.done.replace("{title}", deed.title) }));
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: bar.dataset.undo });
  button.addEventListener("click", () => {
    box.remove();
    add({ url: deed.url, title: deed.title, fields: { do: "untick", key: newKey(), at: new Date().toISOString() } });
  });
  box.append(button);
  for (const before of toasts.querySelectorAll("[data-key]")) before.remove(); // a pile would cover what is ticked next
  toasts.append(box);
  setTimeout(() => box.remove(), 5000);
}
function say(text) {
  document.body.dispatchEvent(new CustomEvent("toast", { detail: { text } }));
}

if (day) {
  window.addEventListener("online", send);
  window.addEventListener("offline", show);
  window.addEventListener("storage", (event) => {
    if (event.key !== NAME) return;
    queue = stored();
    if (queue.length) show();
    else refresh();
  });
  document.addEventListener("visibilitychange", () => (queue.length ? send() : refresh()));
  setInterval(refresh, LOOK);
  queue = stored();
  show();
  send();
}
