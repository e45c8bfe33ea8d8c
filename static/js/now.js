/* Wide tables open where the present is: the column marked .now or .is-today is scrolled into view. */
function showNow(root = document) {
  for (const now of root.querySelectorAll(".scroll th.now, .scroll th.is-today")) {
    const box = now.closest(".scroll");
    const room = box.clientWidth - now.offsetLeft - now.offsetWidth;
    if (room < 0) box.scrollLeft = -room;
  }
}
showNow();
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.querySelector?.(".days")) showNow(event.target);
});
