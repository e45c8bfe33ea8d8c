// Bars of the campaign calendar are dragged to other days; with the keyboard: Shift and an arrow.
const card = document.getElementById("gantt");
const svg = card.querySelector("svg");
const days = Number(card.dataset.days);
const headers = JSON.parse(document.body.getAttribute("hx-headers"));
let held = null;
const KEPT = "opsplan.moved";

const perDay = () => svg.getBoundingClientRect().width / days;

function later(day, by) {
  const moved = new Date(`${day}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + by);
  return moved.toISOString().slice(0, 10);
}

async function move(bar, by, isBack = false) {
  const { move: address, first } = bar.dataset;
  const answer = await fetch(address, { method: "POST", headers, body: new URLSearchParams({ first_day: later(first, by) }) }).catch(() => null);
  if (answer?.ok) {
    sessionStorage.setItem(KEPT, JSON.stringify({ address, by, isBack }));
    location.reload();
    return;
  }
  bar.removeAttribute("transform");
  say(bar, 0);
  const told = answer ? await answer.json().catch(() => ({})) : {};
  const status = document.getElementById("moved");
  status.classList.remove("sr-only");
  status.classList.add("warnline", "bad");
  status.textContent = told.message ?? card.dataset.failed;
}

/* Beside the bar stand the days it would run. */
function say(bar, by) {
  const text = bar.querySelector("text");
  text.dataset.name ??= text.textContent;
  text.textContent = by ? `${later(bar.dataset.first, by)} – ${later(bar.dataset.last, by)}` : text.dataset.name;
}

/* After a move the page is new: the bar has the focus again, and the move can be taken back. */
const moved = JSON.parse(sessionStorage.getItem(KEPT));
sessionStorage.removeItem(KEPT);
const bar = moved && svg.querySelector(`[data-move="${CSS.escape(moved.address)}"]`);
if (bar) {
  bar.focus();
  const box = document.createElement("div");
  box.className = "toast";
  const days = `${bar.dataset.first} – ${bar.dataset.last}`;
  box.append(Object.assign(document.createElement("span"), { textContent: card.dataset.moved.replace("{days}", days) }));
  if (!moved.isBack) {
    const undo = Object.assign(document.createElement("button"), { type: "button", textContent: card.dataset.undo });
    undo.addEventListener("click", () => move(bar, -moved.by, true));
    box.append(undo);
  }
  document.getElementById("toasts").append(box);
  setTimeout(() => box.remove(), 8000);
}

svg.addEventListener("pointerdown", (event) => {
  const bar = event.target.closest("[data-move]");
  if (bar && event.button === 0) held = { bar, from: event.clientX, by: 0 };
});
svg.addEventListener("dragstart", (event) => event.preventDefault());
addEventListener("pointermove", (event) => {
  if (!held) return;
  held.by = Math.round((event.clientX - held.from) / perDay());
  held.bar.setAttribute("transform", `translate(${(held.by * 1200) / days} 0)`);
  say(held.bar, held.by);
});
/* Let go: Escape, or a finger that turned out to scroll. Another tap must not move what was held then. */
function drop() {
  if (!held) return;
  held.bar.removeAttribute("transform");
  say(held.bar, 0);
  held = null;
}
addEventListener("pointercancel", drop);
addEventListener("keydown", (event) => event.key === "Escape" && drop());
addEventListener("pointerup", () => {
  const done = held;
  held = null;
  if (!done?.by) return;
  done.bar.addEventListener("click", (event) => event.preventDefault(), { once: true });
  move(done.bar, done.by);
});
svg.addEventListener("keydown", (event) => {
  const bar = event.target.closest("[data-move]");
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!bar || !by || !event.shiftKey) return;
  event.preventDefault();
  move(bar, by);
});
