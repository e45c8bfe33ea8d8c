// The weekly sheet follows what is typed in it: after a cell was saved the figures made of it are fetched until counted.
const TRIES = 20;
let running = 0;

const table = () => document.querySelector("[data-week]");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function isBusy(cell) {
  const input = cell.querySelector("input[data-cell]");
  return cell.contains(document.activeElement) || cell.matches(".busy, .bad") || (input && input.value !== input.defaultValue);
}

// Every cell that nobody is at is replaced by its new self; true while something is still to be counted.
async function refresh() {
  const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-week]");
  if (!fresh) return false;
  for (const cell of fresh.querySelectorAll("td[id]")) {
    const old = document.getElementById(cell.id);
    if (!old || isBusy(old) || old.outerHTML === cell.outerHTML) continue;
    const now = document.importNode(cell, true);
    old.replaceWith(now);
    htmx.process(now);
  }
  const waiting = fresh.dataset.waiting !== undefined;
  document.getElementById("waiting").hidden = !waiting;
  return waiting;
}

async function follow() {
  const mine = ++running;
  for (let n = 0; n < TRIES; n += 1) {
    await pause(n ? 1000 : 300);
    if (mine !== running) return;
    if (!(await refresh())) return;
  }
}

document.addEventListener("entries:saved", follow);
if (table()?.dataset.waiting !== undefined) follow();

// On a narrow screen the latest day with a figure is what people look for.
const scroll = table()?.closest(".scroll");
if (scroll && scroll.scrollWidth > scroll.clientWidth) {
  const filled = [...table().tHead.rows[0].cells].findLast((head) => head.matches("[data-closed]"));
  if (filled) scroll.scrollLeft = Math.max(0, filled.offsetLeft + filled.offsetWidth - scroll.clientWidth);
}
