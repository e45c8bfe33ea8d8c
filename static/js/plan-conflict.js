/* What two people changed at once: a line for each place, where one keeps one's own or takes theirs. */

import { element } from "./plan-page.js";

/* lines: [{name, text, mine}], `mine` as it is sent again. Resolves with those to be sent, or null where it was left
   (Esc): then theirs stay. */
export function settled(words, lines) {
  const box = element("dialog", { className: "ask plan-conflict" });
  box.setAttribute("aria-label", words.conflictTitle);
  box.append(element("h2", { textContent: words.conflictTitle }));
  const kept = [];
  let open = lines.length;
  for (const { name, text, mine } of lines) {
    const line = element("div");
    const actions = element("div", { className: "actions" });
    for (const choice of ["mine", "theirs"]) {
      const button = element("button", { type: "button", className: "btn", textContent: words[choice] });
      button.dataset.choice = choice;
      button.addEventListener("click", () => {
        if (choice === "mine") kept.push(mine);
        line.remove();
        open -= 1;
        if (!open) box.close();
      });
      actions.append(button);
    }
    line.append(element("b", { textContent: name }), element("p", { textContent: text }), actions);
    box.append(line);
  }
  document.body.append(box);
  box.showModal();
  return new Promise((done) => {
    box.addEventListener("close", () => {
      box.remove();
      done(open ? null : kept);
    });
  });
}
