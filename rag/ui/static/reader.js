/* The reading pane, and the tip that shows a chip's quote. HTML comes from the server only, which has escaped it. */
"use strict";

commentary.reader = (() => {
  let pane, opener;

  function build() {
    if (pane) return;
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
  }

  async function open(read, request, from) {
    build();
    opener = from || document.activeElement;
    const body = pane.querySelector(".reader-body");
    const reply = await read(request).catch(() => null);
    if (reply && reply.html) body.innerHTML = reply.html;
    else {
      body.innerHTML = '<h2 tabindex="-1">The article cannot be shown</h2><p class="notice" role="alert"></p>';
      body.querySelector(".notice").textContent =
        (reply && reply.error) || "The server did not answer. Try again in a moment.";
    }
    const isWide = window.matchMedia("(min-width: 64rem)").matches;
    if (!pane.open) isWide ? pane.show() : pane.showModal();
    keepInPlace(() => document.body.classList.toggle("reading", isWide));
    const mark = body.querySelector("mark.main");
    body.scrollTop = 0;
    if (mark) body.scrollTop = mark.getBoundingClientRect().top - body.getBoundingClientRect().top - body.clientHeight / 4;
    const title = body.querySelector("h2");
    if (title) title.focus({ preventScroll: true });
  }

  /* The page gets narrower or wider beside the pane; the turn that was clicked stays at its height in the window. */
  function keepInPlace(change) {
    const turn = opener && opener.closest(".turn");
    const before = turn && turn.getBoundingClientRect().top;
    change();
    if (turn) window.scrollBy({ top: turn.getBoundingClientRect().top - before, behavior: "instant" });
  }

  function close() {
    if (!pane || !pane.open) return;
    pane.close();
    keepInPlace(() => document.body.classList.remove("reading"));
    document.querySelectorAll(".card.current").forEach((card) => card.classList.remove("current"));
    if (opener && opener.isConnected) opener.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && pane && pane.open) close();
  });
  return { open, close };
})();

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
