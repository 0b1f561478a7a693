/* The tip that shows the quote of a chip that is pointed at or has the focus. */
"use strict";

commentary.tip = (() => {
  let tip, timer, currentChip;

  function show(chip, title, text) {
    clearTimeout(timer);
    if (!tip) {
      tip = document.createElement("div");
      tip.className = "tip";
      tip.id = "quote-tip";
      tip.setAttribute("role", "tooltip");
      tip.addEventListener("mouseenter", () => clearTimeout(timer));
      tip.addEventListener("mouseleave", hideSoon);
      document.body.append(tip);
    }
    tip.textContent = "";
    const quote = document.createElement("p");
    quote.textContent = text;
    const name = document.createElement("p");
    name.className = "meta";
    name.textContent = title;
    tip.append(quote, name);
    tip.hidden = false;
    currentChip = chip;
    chip.setAttribute("aria-describedby", tip.id);
    const box = chip.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left, window.innerWidth - tip.offsetWidth - 8));
    const isRoomAbove = box.top > tip.offsetHeight + 12;
    tip.style.left = `${left}px`;
    tip.style.top = `${isRoomAbove ? box.top - tip.offsetHeight - 6 : box.bottom + 6}px`;
  }

  function hide() {
    clearTimeout(timer);
    if (tip) tip.hidden = true;
    if (currentChip) currentChip.removeAttribute("aria-describedby");
  }

  function hideSoon() {
    clearTimeout(timer);
    timer = setTimeout(hide, 150);
  }

  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  window.addEventListener("scroll", hide, { passive: true });
  return { show, hide, hideSoon };
})();
