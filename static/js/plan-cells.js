/* Numbers as people write them into a cell, and blocks as spreadsheets exchange them. No page, no server. */

const SCALES = { "万": 1e4, w: 1e4, "千": 1e3, k: 1e3, m: 1e6, "亿": 1e8 };
const PLACES = { money: [1, 2], count: [0, 0], rate: [1, 2], ratio: [0, 2], score: [1, 2], perday: [0, 1] };

const NUMBER = /^([+-]?) ?(?:[¥$€£]|rmb|cny)? ?([+-]?) ?([1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?: \d{3})+|\d*)(\.\d*)? ?([万亿千wkm%])? ?(?:元|rmb|cny|件|个|笔|人|次|秒)?$/;

/* "１２万", "¥1,200", "3.5%" (rates: "3.5" means 3.5 %) to yuan, fraction or count; null for "", NaN for no number. A comma or
   a blank groups three digits and means nothing else. The server reads alike (opsplan/lib/cells.py). */
export function readNumber(text, unit) {
  const plain = text.normalize("NFKC").toLowerCase().replace(/[−‐‑–]/g, "-").replace(/\s/g, " ").trim();
  if (!plain) return null;
  const [, sign, sign2, whole, part = "", tail = ""] = NUMBER.exec(plain) ?? [];
  const digits = `${whole ?? ""}${part}`;
  if (!/\d/.test(digits) || (sign && sign2) || (tail === "%" && unit !== "rate")) return NaN;
  const number = Number(digits.replace(/[, ]/g, "")) * (sign === "-" || sign2 === "-" ? -1 : 1);
  if (unit === "rate" && (!tail || tail === "%")) return number / 100;
  return number * (SCALES[tail] ?? 1);
}

/* Making a formatter takes longer than drawing a row: each is made once. */
const formatters = new Map();
function formatter(least, most) {
  const key = least * 10 + most;
  if (!formatters.has(key)) formatters.set(key, new Intl.NumberFormat("en-US", { minimumFractionDigits: least, maximumFractionDigits: most }));
  return formatters.get(key);
}

/* Places after the point, at least and at most, that the numbers of a row share: two for all in 万 where one needs two, none where one is in the thousands. */
export function placesOf(values, unit, scale = 1) {
  const numbers = values.map((value) => Math.abs(value ?? 0) / scale);
  if (scale > 1) return numbers.some((number) => Math.round(number * 100) % 10) ? [2, 2] : [1, 1];
  if (unit === "money" && numbers.some((number) => number >= 1000)) return [0, 0];
  return PLACES[unit] ?? [0, 2];
}

/* As the sheet shows it: 10.0 (in 万), 1,200, 3.5%, 79.4. The server's templates write alike. */
export function showNumber(value, unit, scale = 1, places = placesOf([value], unit, scale)) {
  if (value === null || value === undefined) return "";
  const number = unit === "rate" ? value * 100 : value / scale;
  const [least, most] = unit === "money" && scale === 1 && Math.abs(number) >= 1000 ? [0, 0] : places;
  const text = formatter(least, most).format(number);
  return unit === "rate" ? `${text}%` : text;
}

/* As it is typed and copied: in full, to be understood again here and in Excel. */
export function writeNumber(value, unit) {
  if (value === null || value === undefined) return "";
  const most = { money: 2, count: 0, rate: 4 }[unit] ?? 6;
  const text = Number((unit === "rate" ? value * 100 : value).toFixed(most)).toString();
  return unit === "rate" ? `${text}%` : text;
}

/* A block from Excel, WPS or a text: rows of cells; quoted cells may hold line breaks and tabs. */
export function readBlock(text) {
  const rows = [[]];
  let cell = "", quoted = false;
  const body = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let i = 0; i < body.length; i += 1) {
    const sign = body[i];
    if (quoted) {
      if (sign === '"' && body[i + 1] === '"') { cell += '"'; i += 1; }
      else if (sign === '"') quoted = false;
      else cell += sign;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === "\t" || sign === "\n") {
      rows.at(-1).push(cell);
      cell = "";
      if (sign === "\n") rows.push([]);
    } else cell += sign;
  }
  rows.at(-1).push(cell);
  return rows;
}

export function writeBlock(rows) {
  const quote = (cell) => (/[\t\n"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return rows.map((row) => row.map(quote).join("\t")).join("\r\n");
}

/* When somebody set a cell: "11-23 21:37" by the clock of this machine. */
export const shortTime = (iso) => (iso ? new Date(iso).toLocaleString("sv-SE").slice(5, 16) : "—");
