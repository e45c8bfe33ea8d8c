/* The sheet under keyboard and mouse: where one is, what is selected, the editor, the clipboard. It knows no server:
   it asks `model` what a cell holds and tells it what people do. */

import { element } from "./plan-page.js";
import { readBlock, writeBlock } from "./plan-cells.js";

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export class Grid {
  /* model: {label(row, m), text(row, m), canType(row, m), chooses(row), type(cells), act(name, text)}; cells: [{row, month, text}] */
  constructor(table, model) {
    this.table = table;
    this.model = model;
    this.at = null; // {row: key, m}
    this.from = null;
    this.mode = ""; // "", "type" (arrows leave) or "edit" (arrows stay in the text)
    this.editor = element("input", { className: "cell-editor", autocomplete: "off", spellcheck: false });
    this.handle = element("i", { className: "fill-handle" });
    for (const cell of table.querySelectorAll("td[data-m]")) {
      const text = document.createElement("span");
      text.append(...cell.childNodes);
      if (!text.firstElementChild) text.textContent = text.textContent.trim();
      cell.append(text);
    }
    this.listen();
  }

  /* --- places --------------------------------------------------------------------------------------------------- */

  rows() {
    return [...this.table.querySelectorAll("tr[data-row]")].filter((x) => x.offsetParent).map((x) => x.dataset.row);
  }

  columns() {
    const first = [...this.table.querySelectorAll("tr[data-row]")].find((x) => x.offsetParent);
    return [...first.querySelectorAll("td[data-m]")].filter((x) => x.offsetParent).map((x) => x.dataset.m);
  }

  cell({ row, m }) {
    return this.table.querySelector(`tr[data-row="${CSS.escape(row)}"] > td[data-m="${m}"]`);
  }

  /* The selected places, row by row. */
  range(from = this.from, to = this.at) {
    const [rows, columns] = [this.rows(), this.columns()];
    const span = (list, a, b) => {
      const [i, j] = [list.indexOf(a), list.indexOf(b)].sort((x, y) => x - y);
      return list.slice(Math.max(i, 0), j + 1);
    };
    const across = span(columns, from.m, to.m);
    return span(rows, from.row, to.row).map((row) => across.map((m) => ({ row, m })));
  }

  go(place, { extend = false, focus = true } = {}) {
    if (!place || !this.cell(place)) return;
    this.at = place;
    if (!extend) this.from = place;
    this.draw();
    if (focus) this.take();
  }

  draw() {
    for (const x of this.table.querySelectorAll(".sel, .in-range")) x.classList.remove("sel", "in-range");
    const block = this.range();
    if (block.length > 1 || block[0].length > 1) for (const place of block.flat()) this.cell(place).classList.add("in-range");
    const now = this.cell(this.at);
    now.classList.add("sel");
    now.append(this.handle);
    this.model.act("moved");
  }

  /* The editor always waits, unseen, in the current cell: so an input method for Chinese can begin there too. */
  take() {
    const now = this.cell(this.at);
    this.mode = "";
    this.editor.value = "";
    this.editor.className = "cell-editor";
    this.editor.readOnly = !this.model.canType(this.at.row, this.at.m);
    this.editor.inputMode = "text";
    this.editor.setAttribute("aria-label", `${this.model.label(this.at.row, this.at.m)}: ${this.model.text(this.at.row, this.at.m) || "—"}`);
    if (this.editor.parentNode !== now) now.append(this.editor);
    this.editor.focus({ preventScroll: true });
    this.reveal(now);
  }

  reveal(cell) {
    const box = this.table.closest(".scroll");
    const label = cell.parentNode.firstElementChild.offsetWidth;
    const head = this.table.tHead.offsetHeight;
    if (cell.offsetLeft - label < box.scrollLeft) box.scrollLeft = cell.offsetLeft - label;
    else if (cell.offsetLeft + cell.offsetWidth > box.scrollLeft + box.clientWidth) box.scrollLeft = cell.offsetLeft + cell.offsetWidth - box.clientWidth;
    if (cell.offsetTop - head < box.scrollTop) box.scrollTop = cell.offsetTop - head;
    else if (cell.offsetTop + cell.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = cell.offsetTop + cell.offsetHeight - box.clientHeight;
  }

  step([down, right], { extend = false, far = false, wrap = false } = {}) {
    const [rows, columns] = [this.rows(), this.columns()];
    let [r, c] = [rows.indexOf(this.at.row) + down, columns.indexOf(this.at.m) + right];
    if (far) [r, c] = [down ? (down > 0 ? rows.length - 1 : 0) : r, right ? (right > 0 ? columns.length - 1 : 0) : c];
    if (wrap && c >= columns.length) [r, c] = [r + 1, 0];
    if (wrap && c < 0) [r, c] = [r - 1, columns.length - 1];
    if (wrap && (r < 0 || r >= rows.length)) return false;
    const clamp = (x, list) => list[Math.max(0, Math.min(x, list.length - 1))];
    this.go({ row: clamp(r, rows), m: clamp(c, columns) }, { extend });
    return true;
  }

  /* --- editing -------------------------------------------------------------------------------------------------- */

  edit(mode, text) {
    if (this.editor.readOnly) return this.model.act("made");
    if (this.model.chooses(this.at.row)) {
      this.editor.value = "";
      return this.model.act("choose", mode === "edit" ? "" : text);
    }
    this.mode = mode;
    this.editor.classList.add("on");
    if (text !== undefined) this.editor.value = text;
    this.before = this.model.text(this.at.row, this.at.m);
    return undefined;
  }

  commit() {
    if (!this.mode) return;
    const text = this.editor.value.trim();
    this.mode = "";
    this.editor.classList.remove("on");
    if (text !== this.before) this.model.type([{ ...this.place(this.at), text }]);
  }

  place({ row, m }) {
    return { row, month: Number(m) || m };
  }

  put(block, places) {
    const cells = [];
    places.forEach((line, i) => line.forEach((place, j) => {
      const text = block[i % block.length][j % block[i % block.length].length];
      if (text !== undefined && this.model.canType(place.row, place.m)) cells.push({ ...this.place(place), text: text.trim() });
    }));
    if (cells.length) this.model.type(cells);
  }

  paste(text) {
    const block = readBlock(text);
    const size = [block.length, Math.max(...block.map((x) => x.length))];
    let places = this.range();
    if (places.length % size[0] || places[0].length % size[1] || size[0] > places.length || size[1] > places[0].length) {
      const [rows, columns] = [this.rows(), this.columns()];
      const [r, c] = [rows.indexOf(places[0][0].row), columns.indexOf(places[0][0].m)];
      if (r + size[0] > rows.length || c + size[1] > columns.length) this.model.act("outside");
      places = rows.slice(r, r + size[0]).map((row) => columns.slice(c, c + size[1]).map((m) => ({ row, m })));
      this.from = places[0][0];
      this.go(places.at(-1).at(-1), { extend: true });
    }
    this.put(block, places);
  }

  copied() {
    return writeBlock(this.range().map((line) => line.map((place) => this.model.text(place.row, place.m))));
  }

  /* The first column goes into the others; a single cell takes its left neighbour. */
  fill() {
    let block = this.range();
    if (block[0].length === 1) {
      const columns = this.columns();
      const left = columns[columns.indexOf(block[0][0].m) - 1];
      if (!left) return;
      block = block.map(([place]) => [{ row: place.row, m: left }, place]);
    }
    this.put(block.map(([first]) => [this.model.text(first.row, first.m)]), block.map((line) => line.slice(1)));
  }

  clear() {
    this.put([[""]], this.range());
  }

  /* --- events --------------------------------------------------------------------------------------------------- */

  listen() {
    const { editor, table } = this;
    table.addEventListener("mousedown", (event) => this.press(event));
    table.addEventListener("dblclick", (event) => {
      if (event.target.closest("td[data-m]")) this.edit("edit", this.model.text(this.at.row, this.at.m));
    });
    editor.addEventListener("keydown", (event) => this.key(event));
    editor.addEventListener("compositionstart", () => { if (!this.mode && !this.model.chooses(this.at.row)) this.edit("type"); });
    editor.addEventListener("input", () => { if (!this.mode) this.edit("type", editor.value); });
    editor.addEventListener("blur", () => this.commit());
    editor.addEventListener("copy", (event) => this.clip(event));
    editor.addEventListener("cut", (event) => { if (this.clip(event)) this.clear(); });
    editor.addEventListener("paste", (event) => {
      if (this.mode) return;
      event.preventDefault();
      this.paste(event.clipboardData.getData("text/plain"));
    });
  }

  clip(event) {
    if (this.mode) return false;
    event.preventDefault();
    event.clipboardData.setData("text/plain", this.copied());
    return true;
  }

  press(event) {
    const cell = event.target.closest("td[data-m]");
    if (!cell || event.button || event.target.closest("a") || event.target === this.editor && this.mode) return;
    event.preventDefault();
    this.commit();
    const place = (x) => ({ row: x.parentNode.dataset.row, m: x.dataset.m });
    const filling = event.target === this.handle;
    const source = filling ? this.range() : null;
    if (!filling) this.go(place(cell), { extend: event.shiftKey && this.at !== null });
    const drag = (move) => {
      const over = document.elementFromPoint(move.clientX, move.clientY)?.closest?.("td[data-m]");
      if (over && this.table.contains(over)) this.go(place(over), { extend: true });
    };
    const drop = () => {
      document.removeEventListener("mousemove", drag);
      if (filling) this.put(source.map((line) => line.map((x) => this.model.text(x.row, x.m))), this.range());
    };
    document.addEventListener("mousemove", drag);
    document.addEventListener("mouseup", drop, { once: true });
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const { key } = event;
    const mod = event.ctrlKey || event.metaKey;
    const done = () => event.preventDefault();
    if (key === "Enter" && !event.altKey) {
      done();
      this.commit();
      this.step([event.shiftKey ? -1 : 1, 0]);
    } else if (key === "Tab" && !mod) {
      this.commit();
      if (this.step([0, event.shiftKey ? -1 : 1], { wrap: true })) done();
    } else if (key === "Escape") {
      done();
      if (this.mode) this.take();
      else this.model.act("leave");
    } else if (key === "F2") {
      done();
      this.edit("edit", this.mode ? this.editor.value : this.model.text(this.at.row, this.at.m));
    } else if (MOVES[key] && this.mode !== "edit") {
      done();
      this.commit();
      this.step(MOVES[key], { extend: event.shiftKey, far: mod });
    } else if (!this.mode) this.idleKey(event, key.toLowerCase(), mod);
  }

  idleKey(event, key, mod) {
    const acts = { z: event.shiftKey ? "redo" : "undo", y: "redo", r: "fill", d: "down", a: "all", l: event.shiftKey ? "lock" : "" };
    if (mod && acts[key]) {
      event.preventDefault();
      if (key === "a") { this.from = { row: this.rows()[0], m: "1" }; this.go({ row: this.rows().at(-1), m: "12" }, { extend: true }); }
      else if (key === "d") this.put([this.range()[0].map((x) => this.model.text(x.row, x.m))], this.range().slice(1));
      else this.model.act(acts[key]);
    } else if (key === "delete" || key === "backspace") {
      event.preventDefault();
      this.clear();
    } else if (key === "home" || key === "end") {
      event.preventDefault();
      this.step([0, key === "home" ? -1 : 1], { far: true, extend: event.shiftKey });
    } else if (key.length === 1 && !mod && this.editor.readOnly) this.model.act("made");
  }
}
