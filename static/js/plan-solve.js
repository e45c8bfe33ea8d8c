/* What the server is going to answer, for the blink of an eye until it does: one month's identity, and the totals.
   The rule is the server's (kpis/planning): it alone rounds exactly, checks locks and breaks totals back. */

export const SALES = "real_amt";
export const FACTORS = ["uv", "pay_cvr", "aov_buyer"];
export const YIELDS = { real_amt: FACTORS, uv: ["pay_cvr", "aov_buyer"], pay_cvr: ["uv", "aov_buyer"], aov_buyer: ["uv", "pay_cvr"] };

const known = (x) => x !== null && x !== undefined;
const sum = (list) => (list.length ? list.reduce((a, b) => a + b, 0) : null);

/* sheet: Map key -> row {cells: [{value, locked, held}], totals}, values as numbers. Changes it in place. */
export function guess(sheet, days, key, month, value, give = "") {
  const row = sheet.get(key);
  const cell = row.cells[month - 1];
  cell.value = value;
  const [node] = key.split(":");
  if (node === SALES) cell.held = value !== null;
  if (node === SALES || FACTORS.includes(node)) settle(sheet, days[month - 1], node, key.slice(node.length), month, give);
}

/* tail: "" for the shop, ":channel:search" for a part; a part without factors is only an amount. */
function settle(sheet, days, key, tail, month, give) {
  if (tail && !sheet.has(`uv${tail}`)) return;
  const at = (name) => sheet.get(name + tail).cells[month - 1];
  const sales = at(SALES);
  const product = (without) => FACTORS.filter((x) => x !== without).reduce((all, x) => all * at(x).value, days);
  const empty = FACTORS.filter((x) => !known(at(x).value));
  if (!known(sales.value) || !(sales.held || sales.locked)) {
    sales.value = empty.length ? null : product();
    return;
  }
  if (empty.length > 1 || (empty.length === 1 && empty[0] === key)) return;
  const order = YIELDS[key].filter((x) => !at(x).locked);
  const free = empty[0] ?? (order.includes(give) ? give : order[0]);
  if (free && product(free)) at(free).value = sales.value / product(free);
}

/* Computed rows and totals, as far as they are sums and weighted means. */
export function total(sheet, days) {
  const value = (key, i) => sheet.get(key)?.cells[i].value;
  const both = (a, b) => (known(a) && known(b) ? a * b : null);
  for (let i = 0; i < 12; i += 1) {
    const orders = both(value("uv", i), value("pay_cvr", i));
    sheet.get("daily_orders").cells[i].value = orders;
    sheet.get("pay_order_cnt").cells[i].value = both(orders, days[i]);
  }
  const tails = [...sheet.keys()].filter((key) => key.split(":")[0] === "uv").map((key) => key.slice(2));
  const spans = { year: [0, 12], q1: [0, 3], q2: [3, 6], q3: [6, 9], q4: [9, 12] };
  for (const [name, [from, to]] of Object.entries(spans)) {
    const months = [...Array(to - from).keys()].map((x) => x + from);
    const over = (top, bottom) => {
      const pairs = months.map((i) => [top(i), bottom(i)]).filter(([a, b]) => known(a) && known(b));
      const below = sum(pairs.map((x) => x[1]));
      return below ? sum(pairs.map((x) => x[0])) / below : null;
    };
    for (const row of sheet.values()) {
      if (row.totals && (row.adds === "sum" || row.key === "pay_order_cnt")) row.totals[name] = sum(months.map((i) => value(row.key, i)).filter(known));
    }
    for (const tail of tails) {
      const visitors = (i) => both(value(`uv${tail}`, i), days[i]);
      const orders = (i) => both(value(`pay_cvr${tail}`, i), visitors(i));
      sheet.get(`uv${tail}`).totals[name] = over(visitors, (i) => days[i]);
      sheet.get(`pay_cvr${tail}`).totals[name] = over(orders, visitors);
      sheet.get(`aov_buyer${tail}`).totals[name] = over((i) => both(value(`aov_buyer${tail}`, i), orders(i)), orders);
    }
    sheet.get("daily_orders").totals[name] = over((i) => value("pay_order_cnt", i), (i) => days[i]);
  }
}
