/* The stage board: a card dropped on another column proposes that stage. The menu of each card does the same. */
const board = document.getElementById("stages");
let dragged = null;

board?.addEventListener("dragstart", (event) => {
  dragged = event.target.closest(".style");
  event.dataTransfer?.setData("text/plain", dragged?.dataset.product ?? "");
});
board?.addEventListener("dragend", () => {
  dragged = null;
  for (const column of board.children) column.classList.remove("is-over");
});
for (const name of ["dragover", "dragleave", "drop"]) {
  board?.addEventListener(name, (event) => {
    const column = event.target.closest(".stage");
    if (!column || !dragged || column.contains(dragged)) return;
    column.classList.toggle("is-over", name === "dragover");
    if (name === "dragleave") return;
    event.preventDefault();
    if (name === "drop") dragged.querySelector(`button[value="${column.dataset.stage}"]`)?.click();
  });
}
