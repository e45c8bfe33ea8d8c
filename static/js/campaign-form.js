/* An event that is chosen fills in its days and price rules, where nobody has typed others. */

const { elements } = document.querySelector("form[data-campaign]");
const FROM = { first_day: "first", last_day: "last", price_event: "rules" };
const filled = {};
elements.event.addEventListener("change", () => {
  const told = elements.event.selectedOptions[0].dataset;
  for (const [name, from] of Object.entries(FROM)) {
    const field = elements[name];
    if (field.value && field.value !== filled[name]) continue;
    field.value = filled[name] = told[from] ?? "";
  }
});
