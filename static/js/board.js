// The panel that chooses figures and parts: move a line up or down, tick a figure to add it to the list, find one by name.
const panel = document.querySelector(".choose-board");
const list = panel.querySelector("[data-order]");
const said = panel.querySelector("[data-said]");

for (const movers of panel.querySelectorAll(".movers")) movers.hidden = false;

panel.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !panel.open) return;
  panel.open = false;
  panel.querySelector("summary").focus();
});

function move(line, step) {
  const other = step < 0 ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(line);
  else other.after(line);
  const label = line.textContent.trim();
  said.textContent = `${label}: ${said.dataset.said} ${[...line.parentElement.children].indexOf(line) + 1}`;
}

panel.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  move(button.closest("li"), Number(button.dataset.move));
  button.focus();
});

// A ticked figure joins the end of the list with its own arrows.
panel.addEventListener("change", (event) => {
  const box = event.target;
  const more = box.closest("#more-figures");
  if (!more || !box.checked) return;
  const line = list.lastElementChild.cloneNode(true);
  const label = box.closest("label");
  const own = line.querySelector("label");
  own.replaceWith(label);
  for (const button of line.querySelectorAll("[data-move]")) button.setAttribute("aria-label", `${label.textContent.trim()} ${button.textContent}`);
  list.append(line);
  box.focus();
});

const finder = panel.querySelector("[data-finds]");
finder.hidden = false;
finder.addEventListener("input", () => {
  const wanted = finder.value.trim().toLowerCase();
  for (const group of panel.querySelectorAll("#more-figures details")) {
    let left = 0;
    for (const label of group.querySelectorAll("label")) {
      label.hidden = !`${label.textContent} ${label.querySelector("input").value}`.toLowerCase().includes(wanted);
      left += label.hidden ? 0 : 1;
    }
    group.hidden = left === 0;
    group.open = wanted !== "" && left > 0;
  }
});
