/* A timeline that filters: by the list below it, or by a click on a bar or a point. The period that is chosen is taken
   back by a second click. */
"use strict";

/* The period that is chosen after a click on a mark of `clicked`: a second click takes it back. */
commentary.toggledPeriod = (chosen, clicked) => (clicked === chosen ? "" : clicked);

/* `choose` is called with the period, "2024-06" or "2024", or "" for all. */
commentary.timeline = (place, choose) => {
  let chosen = "";

  function set(period) {
    const select = place.querySelector(".timeline select");
    if (!select) return;
    chosen = period;
    select.value = period;
    for (const mark of place.querySelectorAll(".timeline [data-period]"))
      mark.classList.toggle("faint", Boolean(period) && mark.dataset.period !== period);
    choose(period);
  }

  place.addEventListener("change", (event) => event.target.matches(".timeline select") && set(event.target.value));
  place.addEventListener("click", (event) => {
    const mark = event.target.closest(".timeline [data-period]");
    if (mark) set(commentary.toggledPeriod(chosen, mark.dataset.period));
  });
  return { forget: () => (chosen = "") };
};
