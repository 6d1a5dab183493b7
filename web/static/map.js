// Lets the map of a form tick the boxes of its list, and shows what is ticked.
// Without script the map is a picture, and the list does everything.
"use strict";
(() => {
  const map = document.getElementById("map");
  const form = map.closest("form");
  const box = (shape) => form.querySelector(`[name="partnership"][value="${CSS.escape(shape.dataset.partnership)}"]`);

  function follow() {
    for (const shape of map.querySelectorAll("[data-partnership]")) shape.classList.toggle("on", box(shape).checked);
  }

  map.classList.add("live");
  map.querySelector("figcaption").hidden = false;
  map.addEventListener("click", (event) => {
    const shape = event.target.closest("[data-partnership]");
    if (shape) box(shape).click();
  });
  form.addEventListener("change", follow);
  follow();
})();
