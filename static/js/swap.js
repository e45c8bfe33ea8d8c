/* The shifts to swap for are those of the colleague who is chosen. Without this they stand under their names. */
const person = document.getElementById("w-person");
const other = document.getElementById("w-other");
const groups = [...(other?.querySelectorAll("optgroup") ?? [])];
const nothing = other?.options[0];

function fit() {
  const chosen = other.value;
  other.replaceChildren(nothing, ...groups.filter((group) => group.dataset.person === person.value));
  other.value = [...other.options].some((x) => x.value === chosen) ? chosen : "";
}
if (other) {
  fit();
  person.addEventListener("change", fit);
}
