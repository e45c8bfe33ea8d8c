/* Rows of the year's sheet that come, go and unfold: own rows, figures, channels, product groups and their factors. */

import { choose } from "./plan-products.js";

/* sheet: {ask(url, body), complain(text), row(key)} of plan.js */
export function parts(sheet, table, words, urls, editable) {
  const change = async (body) => {
    const answer = await sheet.ask(urls.rows, body);
    if (answer.ok) {
      location.reload();
      return "";
    }
    return (await answer.json()).errors.map((x) => x.message).join(" ");
  };
  const rows = async (body) => sheet.complain(await change(body));

  for (const x of table.querySelectorAll("[data-fold]")) {
    x.hidden = false;
    const kept = `plan-${x.dataset.fold}`; // stays as it was left
    x.addEventListener("click", () => {
      const on = table.classList.toggle(`with-${x.dataset.fold}`);
      x.setAttribute("aria-expanded", String(on));
      localStorage.setItem(kept, on ? "open" : "");
    });
    if (localStorage.getItem(kept)) x.click();
  }
  for (const x of table.querySelectorAll("[data-unfold]")) {
    x.hidden = false;
    x.addEventListener("click", () => {
      const on = x.getAttribute("aria-expanded") !== "true";
      x.setAttribute("aria-expanded", String(on));
      for (const row of table.querySelectorAll(`tr.factor[data-part="${CSS.escape(x.dataset.unfold)}"]`)) row.classList.toggle("open", on);
    });
  }
  if (!editable) return;
  for (const [id, add] of [
    ["add-row", (form) => ({ kind: form.unit.value === "word" ? "word" : "number", unit: form.unit.value === "word" ? "" : form.unit.value, title: form.title.value })],
    ["add-metric", (form) => ({ kind: "number", metric: form.metric.value })],
    ["add-channel", (form) => ({ channel: form.channel.value })],
  ]) {
    document.getElementById(id)?.addEventListener("submit", (event) => {
      event.preventDefault();
      rows({ add: add(event.target.elements) });
    });
  }
  for (const x of table.querySelectorAll("[data-drop]")) {
    x.hidden = false;
    x.addEventListener("click", () => rows({ remove: x.dataset.drop }));
  }
  document.getElementById("add-group")?.addEventListener("click", () => {
    choose({ heading: words.newGroup, kind: "group", products: [] }, (group) => change({ add: { group } }));
  });
  for (const x of table.querySelectorAll("[data-group]:is(button)")) {
    x.addEventListener("click", () => {
      const row = sheet.row(`real_amt:${x.dataset.group}`);
      const heading = words.chooseGroup.replace("%(name)s", row.name);
      const products = row.by_hand ?? row.products;
      choose({ heading, kind: "group", products, title: row.name, category: row.category }, (group) => change({ change: x.dataset.group, group }));
    });
  }
}
