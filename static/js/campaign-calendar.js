// Bars of the campaign calendar are dragged to other days; with the keyboard: Shift and an arrow.
const card = document.getElementById("gantt");
const svg = card.querySelector("svg");
const days = Number(card.dataset.days);
const headers = JSON.parse(document.body.getAttribute("hx-headers"));
let held = null;

const perDay = () => svg.getBoundingClientRect().width / days;

function later(day, by) {
  const moved = new Date(`${day}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + by);
  return moved.toISOString().slice(0, 10);
}

async function move(bar, by) {
  const body = new URLSearchParams({ first_day: later(bar.dataset.first, by) });
  const answer = await fetch(bar.dataset.move, { method: "POST", headers, body }).catch(() => null);
  if (answer?.ok) {
    location.reload();
    return;
  }
  bar.removeAttribute("transform");
  const told = answer ? await answer.json().catch(() => ({})) : {};
  const status = document.getElementById("moved");
  status.classList.remove("sr-only");
  status.classList.add("warnline", "bad");
  status.textContent = told.message ?? card.dataset.failed;
}

svg.addEventListener("pointerdown", (event) => {
  const bar = event.target.closest("[data-move]");
  if (bar) held = { bar, from: event.clientX, by: 0 };
});
svg.addEventListener("dragstart", (event) => event.preventDefault());
addEventListener("pointermove", (event) => {
  if (!held) return;
  held.by = Math.round((event.clientX - held.from) / perDay());
  held.bar.setAttribute("transform", `translate(${(held.by * 1200) / days} 0)`);
});
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
