// Shows of an offer's terms only the fields that its kind has. Without this script all of them are there.
const form = document.getElementById("offer-form");
const kind = form.querySelector("[name=kind]");

function show() {
  for (const part of form.querySelectorAll("[data-kinds]")) {
    part.hidden = !part.dataset.kinds.split(" ").includes(kind.value);
  }
}

kind.addEventListener("change", show);
show();
