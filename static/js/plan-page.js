/* What the modules of the plan's pages share: elements, sentences with values, the token a change is sent with. */

export const element = (tag, properties = {}) => Object.assign(document.createElement(tag), properties);

/* A number as JSON tells it; null where there is none. */
export const number = (text) => (text === null || text === undefined ? null : Number(text));

/* `%(name)s` as in Python; a value that is not given is left out. */
export const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_all, name) => values[name] ?? "");

export const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
