/* The glossary is searched here, without the server: every word typed must stand in the name, key or formula.
   The search stays in the address (?q=), a link to #kpi-KEY opens that entry. */

const search = document.getElementById("glossary-search");
const found = document.getElementById("glossary-found");
const none = document.getElementById("glossary-none");
const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
const entries = [...document.querySelectorAll("[data-entry]")].map((element) => ({
  element,
  text: folded(element.querySelector("[data-text]").textContent),
}));
const groups = [...document.querySelectorAll("[data-group]")];

function filter() {
  const words = folded(search.value).split(" ");
  let shown = 0;
  for (const { element, text } of entries) {
    const fits = words.every((word) => text.includes(word));
    element.hidden = !fits;
    shown += fits;
  }
  for (const group of groups) group.hidden = !group.querySelector("[data-entry]:not([hidden])");
  none.hidden = shown > 0;
  found.textContent = found.dataset.found.replace("{n}", shown).replace("{all}", entries.length);
}

function keep() {
  const address = new URL(location.href);
  if (search.value.trim()) address.searchParams.set("q", search.value.trim());
  else address.searchParams.delete("q");
  history.replaceState(null, "", address);
}

/* What the address points at must be in sight, whatever is searched for. */
function open() {
  const target = location.hash.startsWith("#kpi-") && document.getElementById(location.hash.slice(1));
  if (!target) return;
  if (target.hidden) {
    search.value = "";
    filter();
    keep();
  }
  target.querySelector("details").open = true;
  target.scrollIntoView();
}

search.hidden = false;
search.value = new URLSearchParams(location.search).get("q") ?? "";
search.addEventListener("input", () => {
  filter();
  keep();
});
window.addEventListener("hashchange", open);
filter();
open();
