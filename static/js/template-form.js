/* A template's form shows only the fields its kind of recurrence has. Without this module all of them are there. */

const form = document.querySelector("form[data-kinds]");
const SHOWN = {
  daily: ["interval", "points", "since"],
  working: ["points", "since"],
  weekly: ["interval", "weekdays", "shift", "points", "since"],
  monthly: ["interval", "month_days", "months", "shift", "points", "since"],
  once: ["points", "since"],
  trigger: ["trigger", "offset", "offset_working"],
};
function fit() {
  const shown = SHOWN[form.elements.kind.value] ?? [];
  for (const box of form.querySelectorAll("[data-for]")) {
    box.hidden = box.dataset.for !== "kind" && !shown.includes(box.dataset.for);
  }
}
if (form) {
  form.elements.kind.addEventListener("change", fit);
  fit();
}
