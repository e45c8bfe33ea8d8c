/* What came as a share of the plan on the screen: the server wrote it for the plan as it was opened, here it follows what
   is typed (kpis/views/plan.py: rate, year_rate). */

import { element } from "./plan-page.js";
import { showNumber } from "./plan-cells.js";
import { SALES } from "./plan-solve.js";

const GLYPHS = { good: "▲", bad: "▼" };
const NONE = "—";

function write(cell, share, tone) {
  const text = share === null ? NONE : showNumber(share, "rate");
  const glyph = GLYPHS[tone] ?? "";
  if (cell.textContent === glyph + text) return;
  cell.classList.toggle("is-good", tone === "good");
  cell.classList.toggle("is-bad", tone === "bad");
  const mark = glyph ? [element("i", { textContent: glyph, ariaHidden: "true" })] : [];
  cell.replaceChildren(...mark, text);
}

/* A month under way is neither good nor bad yet; the year stands on the months that have both. */
export function shares(table) {
  const rows = [...table.querySelectorAll("tr[data-came]")].map((row) => [row.dataset.came, [...row.querySelectorAll("td[data-value]")], row.querySelector("td.tot:not(.q)")]);
  return (drawn) => {
    for (const [key, months, year] of rows) {
      const targets = drawn.get(key)?.cells.map((cell) => cell.value) ?? [];
      let came = 0, planned = 0, some = false;
      months.forEach((cell, i) => {
        const target = targets[i] ?? null;
        const value = cell.dataset.value === "" ? null : Number(cell.dataset.value);
        const share = value !== null && target ? value / target : null;
        write(cell, share, share === null || "open" in cell.dataset ? "" : share >= 1 ? "good" : "bad");
        planned += target ?? 0;
        if (value !== null && target !== null) [came, some] = [came + value, true];
      });
      if (key === SALES) write(year, some && planned ? came / planned : null, "");
    }
  };
}
