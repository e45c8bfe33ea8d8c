// Charts: drawn after the numbers, from the JSON the page carries or (data-from) fetches; colours come from the design
// tokens and follow the theme.
const holders = [];
const seen = new WeakSet();
const fetched = new Map();

const figureOf = (holder) => fetched.get(holder.dataset.chart) ?? JSON.parse(document.getElementById(holder.dataset.chart).textContent);

// What several charts of a page need comes in one answer, by their names; a chart there is nothing to draw of goes away.
async function arrived(found) {
  try {
    for (const address of new Set(found.map((holder) => holder.dataset.from).filter(Boolean))) {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
      for (const [name, figure] of Object.entries(await answer.json())) if (figure) fetched.set(name, figure);
    }
    for (const holder of found.filter((each) => each.dataset.from && !fetched.has(each.dataset.chart))) holder.remove();
  } catch {
    for (const holder of found.filter((each) => each.dataset.from)) holder.textContent = document.body.dataset.failed;
  }
  return found.filter((each) => !each.dataset.from || fetched.has(each.dataset.chart));
}

// "--s1" anywhere in a figure becomes the theme's value of that token.
function themed(value, tokens) {
  if (typeof value === "string" && value.startsWith("--")) return tokens.getPropertyValue(value).trim() || value;
  if (Array.isArray(value)) return value.map((each) => themed(each, tokens));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, themed(each, tokens)]));
  }
  return value;
}

function layoutOf(figure, tokens) {
  const font = { family: tokens.getPropertyValue("--font").trim(), size: 12, color: tokens.getPropertyValue("--ink-3").trim() };
  const names = (figure.layout.annotations ?? []).filter((each) => each.yref === "paper" && each.yanchor === "bottom");
  const above = Math.max(0, ...names.map((each) => (each.yshift ?? 0) + 12));
  const base = {
    font,
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    margin: { l: 52, r: 12, t: 12 + above, b: 30 },
    showlegend: false,
    dragmode: false,
    hoverlabel: { bgcolor: "--surface", bordercolor: "--line-strong", font: { ...font, color: "--ink" } },
    autosize: true,
  };
  return themed({ ...base, ...figure.layout }, tokens);
}

const ZH = {
  moduleType: "locale",
  name: "zh-CN",
  dictionary: {},
  format: {
    days: ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
    shortDays: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
    months: ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"],
    shortMonths: ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"],
    date: "%Y-%m-%d",
  },
};

// Plotly writes its rules into <style> elements of its own; our policy wants the page's nonce on each of them.
function withNonce(nonce) {
  const make = document.createElement.bind(document);
  document.createElement = (name, options) => {
    const element = make(name, options);
    if (String(name).toLowerCase() === "style") element.nonce = nonce;
    return element;
  };
}

let loading;
function library(holder) {
  loading ??= new Promise((resolve, reject) => {
    const nonce = document.querySelector("script[nonce]")?.nonce ?? "";
    withNonce(nonce);
    const script = document.createElement("script");
    script.src = holder.dataset.plotly;
    script.nonce = nonce;
    script.onload = () => {
      window.Plotly.register([ZH]);
      resolve(window.Plotly);
    };
    script.onerror = reject;
    document.head.append(script);
  });
  return loading;
}

function draw(Plotly, holder) {
  if (!holder.isConnected) return null; // its part of the page was drawn anew
  const figure = figureOf(holder);
  const tokens = getComputedStyle(document.documentElement);
  const shown = new Set(
    [...document.querySelectorAll(`[data-toggles="${holder.dataset.chart}"][aria-pressed="true"]`)].map((b) => b.dataset.trace),
  );
  for (const trace of figure.data) if (trace.meta) trace.visible = shown.has(trace.meta);
  const locale = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en";
  const config = { displayModeBar: false, responsive: true, locale, doubleClick: false, scrollZoom: false };
  const layout = { ...layoutOf(figure, tokens), ...onPaper };
  return Plotly.react(holder, themed(figure.data, tokens), layout, config).then(() =>
    holder.classList.add("is-drawn"),
  );
}

// As PNG on the theme's own ground. Drawn from the SVG as data:, because our policy lets no blob: be an image.
async function download(Plotly, holder) {
  const size = { width: 1200, height: 480 };
  const image = new Image();
  image.src = await Plotly.toImage(holder, { format: "svg", ...size });
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: size.width * 2, height: size.height * 2 });
  const pen = canvas.getContext("2d");
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--surface").trim();
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `${holder.dataset.name}.png` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function menus(Plotly, found) {
  const names = new Set(found.map((holder) => holder.dataset.chart));
  const buttons = (kind) => [...document.querySelectorAll(`[data-${kind}]`)].filter((each) => names.has(each.dataset[kind]));
  for (const button of buttons("toggles")) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") === "true" ? "false" : "true");
      draw(Plotly, document.querySelector(`[data-chart="${button.dataset.toggles}"]`));
    });
  }
  for (const button of buttons("picture")) {
    button.addEventListener("click", () => {
      const holder = document.querySelector(`[data-chart="${button.dataset.picture}"]`);
      download(Plotly, holder);
    });
  }
}

// A click (or tap) on a bar leads to what it stands for: by the name under it, or with the day in the address.
function drills(found) {
  for (const holder of found) {
    const { drill } = figureOf(holder);
    if (!drill) continue;
    holder.classList.add("drills");
    holder.on("plotly_click", ({ points }) => {
      const x = String(points[0].x);
      const to = drill.links?.[x] ?? drill.template?.replaceAll("{x}", x.slice(0, 10)).replaceAll("%7Bx%7D", x.slice(0, 10));
      if (to) location.href = to;
    });
  }
}

// Paper is white whatever the screen is: printed charts take the light theme's colours and the page's width.
let onPaper = {}; // the size of a chart while it is printed: paper is narrower than the screen it was drawn for
function paper(Plotly) {
  const root = document.documentElement;
  let kept = null;
  const light = () => {
    if (kept) return;
    kept = { theme: root.dataset.theme };
    root.dataset.theme = "light";
    onPaper = { autosize: false, width: 680, height: 230 };
    for (const holder of holders) draw(Plotly, holder);
  };
  const back = () => {
    if (!kept) return;
    if (kept.theme === undefined) delete root.dataset.theme;
    else root.dataset.theme = kept.theme;
    kept = null;
    onPaper = {};
    for (const holder of holders) draw(Plotly, holder);
  };
  addEventListener("beforeprint", light);
  addEventListener("afterprint", back);
  matchMedia("print").addEventListener("change", (event) => (event.matches ? light() : back()));
}

async function start() {
  const found = [...document.querySelectorAll("[data-chart]")].filter((each) => !seen.has(each));
  for (const holder of found) seen.add(holder);
  const ready = await arrived(found);
  if (!ready.length) return;
  const Plotly = await library(ready[0]);
  const isFirst = !holders.length;
  holders.push(...ready);
  for (const holder of ready) draw(Plotly, holder);
  menus(Plotly, ready);
  drills(ready);
  if (!isFirst) return;
  const all = () => holders.forEach((holder) => draw(Plotly, holder));
  paper(Plotly);
  new MutationObserver(all).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
}

// Once the page stands, and again when a part of it with a chart has arrived.
const later = () => (window.requestIdleCallback ? requestIdleCallback(start, { timeout: 1500 }) : setTimeout(start, 50));
if (document.readyState === "complete") later();
else addEventListener("load", later, { once: true });
document.body.addEventListener("htmx:load", ({ target }) => target.querySelector?.("[data-chart]") && later());
