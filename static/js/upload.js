/* Dropping files: sends them at once with progress; without this module the form is sent by its button. The zone stands on
   the page or comes into the drawer. */

function ready(drop) {
  const input = drop.querySelector("input[type=file]");
  const sending = drop.querySelector(".sending");
  const cards = document.querySelector(drop.dataset.cards);
  drop.classList.add("live");

  input.addEventListener("change", () => send(input.files));
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  drop.addEventListener("dragleave", (event) => {
    if (!drop.contains(event.relatedTarget)) drop.classList.remove("over");
  });
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    send(event.dataTransfer.files);
  });
  /* A file dropped beside the zone must not replace the page. */
  for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault());

  function send(files) {
    const limit = Number(drop.dataset.limit) * 1024 * 1024;
    const fitting = [...files].filter((file) => file.size <= limit);
    const refused = [...files].filter((file) => file.size > limit);
    if (!fitting.length) return refuse(refused);
    const form = new FormData();
    form.append("csrfmiddlewaretoken", drop.querySelector("[name=csrfmiddlewaretoken]").value);
    for (const file of fitting) form.append("files", file);
    const request = new XMLHttpRequest();
    request.open("POST", drop.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => tell(event.lengthComputable ? event.loaded / event.total : 0));
    request.addEventListener("load", () => {
      done();
      if (request.status === 507) return toast(request.responseText);
      if (request.status >= 400) return toast();
      cards.innerHTML = request.responseText;
      window.htmx.process(cards);
      refuse(refused);
      cards.querySelector(".upload")?.scrollIntoView({ block: "nearest" });
    });
    request.addEventListener("error", () => { done(); toast(document.body.dataset.offline); });
    sending.hidden = false;
    tell(0);
    request.send(form);
  }

  function tell(share) {
    const percent = Math.round(share * 100);
    sending.querySelector("progress").value = percent;
    sending.querySelector(".note").textContent = `${drop.dataset.sending} ${percent}%`;
  }

  function done() {
    sending.hidden = true;
    input.value = "";
  }

  function refuse(files) {
    if (!files.length) return;
    const list = document.createElement("ul");
    list.className = "errors";
    list.setAttribute("role", "alert");
    for (const file of files) {
      const text = drop.dataset.tooBig.replace("%(limit)s", drop.dataset.limit).replace("%(name)s", file.name);
      list.append(Object.assign(document.createElement("li"), { textContent: text }));
    }
    cards.prepend(list);
  }

  function toast(text = document.body.dataset.failed) {
    document.body.dispatchEvent(new CustomEvent("toast", { detail: { text } }));
  }
}
const zone = () => {
  const drop = document.querySelector("#drop:not(.live)");
  if (drop) ready(drop);
};

/* Read out what became of a file, once per change. */
const heard = new Map();
function listen() {
  for (const card of document.querySelectorAll(".upload[data-say]")) {
    if (heard.get(card.id) === card.dataset.say) continue;
    if (heard.has(card.id)) document.getElementById("upload-say").textContent = card.dataset.say;
    heard.set(card.id, card.dataset.say);
  }
}
zone();
listen();
document.body.addEventListener("htmx:afterSettle", () => { zone(); listen(); });
