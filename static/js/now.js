/* Wide tables open where the present is: the column marked .now or .is-today is scrolled into view. */
function showNow(root = document) {
  for (const now of root.querySelectorAll(".scroll th.now, .scroll th.is-today")) {
    const box = now.closest(".scroll");
    if (now.closest(".roster")) { // who works from today on is what one looks for
      const name = now.parentElement.cells[0].offsetWidth;
      box.scrollLeft = Math.max(0, now.offsetLeft - name - now.offsetWidth);
      continue;
    }
    const room = box.clientWidth - now.offsetLeft - now.offsetWidth;
    if (room < 0) box.scrollLeft = -room;
  }
}
showNow();
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.querySelector?.(".days")) showNow(event.target);
});
