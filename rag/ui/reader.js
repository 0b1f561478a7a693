/* The reading pane, and what a chip shows when it is pointed at. HTML comes from the server alone, escaped there. */
"use strict";

commentary.reader = (() => {
  let pane, opener;

  function built() {
    if (pane) return pane;
    pane = document.createElement("dialog");
    pane.className = "reader";
    pane.setAttribute("aria-label", "Article");
    pane.innerHTML =
      '<div class="reader-top"><button type="button" class="close">Close</button></div><div class="reader-body" tabindex="0" role="region" aria-label="The article’s text"></div>';
    pane.querySelector(".close").addEventListener("click", close);
    pane.addEventListener("cancel", (event) => {
      event.preventDefault();
      close();
    });
    document.body.append(pane);
    return pane;
  }

  async function open(read, wanted, from) {
    built();
    opener = from || document.activeElement;
    const body = pane.querySelector(".reader-body");
    const said = await read(wanted).catch(() => null);
    if (said && said.html) body.innerHTML = said.html;
    else {
      body.innerHTML = '<h2 tabindex="-1">The article cannot be shown</h2><p class="notice" role="alert"></p>';
      body.querySelector(".notice").textContent =
        (said && said.error) || "The server did not answer. Try again in a moment.";
    }
    const isWide = window.matchMedia("(min-width: 64rem)").matches;
    if (!pane.open) isWide ? pane.show() : pane.showModal();
    keepingPlace(() => document.body.classList.toggle("reading", isWide));
    const place = body.querySelector("mark.main");
    body.scrollTop = 0;
    if (place) body.scrollTop = place.getBoundingClientRect().top - body.getBoundingClientRect().top - body.clientHeight / 4;
    const title = body.querySelector("h2");
    if (title) title.focus({ preventScroll: true });
  }

  /* The page grows narrower or wider beside the pane; what was pressed stays where it was under the eye. */
  function keepingPlace(change) {
    const from = opener && opener.closest(".turn");
    const before = from && from.getBoundingClientRect().top;
    change();
    if (from) window.scrollBy({ top: from.getBoundingClientRect().top - before, behavior: "instant" });
  }

  function close() {
    if (!pane || !pane.open) return;
    pane.close();
    keepingPlace(() => document.body.classList.remove("reading"));
    document.querySelectorAll(".card.current").forEach((card) => card.classList.remove("current"));
    if (opener && opener.isConnected) opener.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && pane && pane.open) close();
  });
  return { open, close };
})();

commentary.tip = (() => {
  let tip, later, at;

  function show(chip, head, words) {
    clearTimeout(later);
    if (!tip) {
      tip = document.createElement("div");
      tip.className = "tip";
      tip.id = "quote-tip";
      tip.setAttribute("role", "tooltip");
      tip.addEventListener("mouseenter", () => clearTimeout(later));
      tip.addEventListener("mouseleave", hideSoon);
      document.body.append(tip);
    }
    tip.textContent = "";
    const quote = document.createElement("p");
    quote.textContent = words;
    const name = document.createElement("p");
    name.className = "meta";
    name.textContent = head;
    tip.append(quote, name);
    tip.hidden = false;
    at = chip;
    chip.setAttribute("aria-describedby", tip.id);
    const box = chip.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left, window.innerWidth - tip.offsetWidth - 8));
    const isRoomAbove = box.top > tip.offsetHeight + 12;
    tip.style.left = `${left}px`;
    tip.style.top = `${isRoomAbove ? box.top - tip.offsetHeight - 6 : box.bottom + 6}px`;
  }

  function hide() {
    clearTimeout(later);
    if (tip) tip.hidden = true;
    if (at) at.removeAttribute("aria-describedby");
  }

  function hideSoon() {
    clearTimeout(later);
    later = setTimeout(hide, 150);
  }

  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  window.addEventListener("scroll", hide, { passive: true });
  return { show, hide, hideSoon };
})();
