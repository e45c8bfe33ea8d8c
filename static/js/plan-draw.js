/* The year's plan on the screen: a sheet (rows with numbers, by their keys) into the cells of the table. */

import { element } from "./plan-page.js";
import { placesOf, showNumber, writeNumber } from "./plan-cells.js";

export const HEROES = "heroes";

export function textAt(drawn, key, m) {
  const row = drawn.get(key);
  const month = Number(m);
  if (!row) return "";
  if (row.kind === "word") return month ? row.cells[month - 1].text.replaceAll("\n", key === HEROES ? "、" : "\n") : "";
  const value = month ? row.cells[month - 1].value : row.totals?.[m];
  return writeNumber(value ?? null, row.unit);
}

/* A number is written out only when it is another one than the place holds. */
function shownIn(place, row, places) {
  if (row.kind === "word") return place.month ? row.cells[place.month - 1].text.replaceAll("\n", row.key === HEROES ? "、" : "\n") : "";
  const value = (place.month ? row.cells[place.month - 1].value : row.totals?.[place.m]) ?? null;
  const scale = row.scale ?? 1;
  if (place.value !== value || place.scale !== scale || place.places !== `${places}` || place.written === undefined) Object.assign(place, { value, scale, places: `${places}`, written: showNumber(value, row.unit, scale, places) });
  return place.written;
}

/* In yuan the months decide, in 万 the sums, too: a year is in the thousands before its months are. */
function placesIn(row) {
  const scale = row.scale ?? 1, months = (row.cells ?? []).map((cell) => cell.value);
  return placesOf(scale > 1 ? [...months, ...Object.values(row.totals ?? {})] : months, row.unit, scale);
}

/* Hero products as links to their pages; what is no product of the store stays words. */
function links(text, named, words, urls) {
  const shown = named.map((x) => x.title ?? x.code).join("、");
  if (text.textContent === shown && text.firstElementChild) return;
  text.replaceChildren();
  named.forEach((x, i) => {
    if (i) text.append("、");
    if (x.id && urls.product) text.append(element("a", { href: urls.product.replace("/0/", `/${x.id}/`), textContent: x.title }));
    else if (x.id) text.append(x.title);
    else text.append(element("span", { className: "unknown", title: words.noProduct, textContent: x.code }));
  });
}

/* Every cell with what it showed last: the page is only asked to change what differs. */
export function painter(table, words, urls) {
  const places = [];
  const scales = [...table.querySelectorAll("tr[data-row] .scale")].map((scale) => [scale.closest("tr").dataset.row, scale]);
  return (drawn, refused) => {
    if (!places.length) {
      for (const cell of table.querySelectorAll("td[data-m]")) {
        const text = cell.firstElementChild;
        places.push({ cell, text, key: cell.parentNode.dataset.row, m: cell.dataset.m, month: Number(cell.dataset.m), shown: text.textContent, value: NaN, scale: 1, state: "", title: cell.title });
      }
    }
    let last = null, numbers = null;
    for (const place of places) {
      const { cell, key, m, month } = place;
      const row = drawn.get(key);
      if (!row) continue;
      if (row !== last && row.kind !== "word") [last, numbers] = [row, placesIn(row)];
      const bad = refused.get(`${key} ${m}`);
      const now = bad ? bad.text : shownIn(place, row, numbers);
      const state = (month && row.cells[month - 1]) || {};
      const named = key === HEROES && !bad ? state.products : null;
      if (named?.length) links(place.text, named, words, urls);
      else if (place.shown !== now || key === HEROES) place.text.textContent = now;
      place.shown = now;
      const look = `${state.locked ? "l" : ""}${state.held ? "h" : ""}${bad ? "b" : ""}`;
      if (place.state !== look) {
        cell.classList.toggle("locked", Boolean(state.locked));
        cell.classList.toggle("held", Boolean(state.held));
        cell.classList.toggle("bad", Boolean(bad));
        place.state = look;
      }
      const said = bad?.why ?? (state.locked ? words.lock : state.held ? words.keep : "");
      const title = said || (state.by ? `${state.by} · ${state.at?.slice(0, 16).replace("T", " ")}` : "");
      if (place.title !== title) cell.title = place.title = title;
    }
    for (const [key, scale] of scales) {
      const told = drawn.get(key)?.scale > 1 ? "（万）" : "";
      if (scale.textContent !== told) scale.textContent = told;
    }
  };
}
