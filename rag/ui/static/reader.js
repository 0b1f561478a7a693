/* The reading pane. HTML comes from the server only, which has escaped it. An article has an address of its own, so that
   Back closes the pane and a reload opens it again. */
"use strict";

commentary.reader = (() => {
  const { address, el } = commentary;
  let pane, body, opener, steps, which, shownArticle = null, current = 0;

  function build() {
    if (pane) return;
    which = el("span.which", { role: "status" });
    steps = el("span.steps-of-quotes", {},
      el("button.quiet", { text: "‹", "aria-label": "Previous quote", on: () => showQuote(current - 1) }),
      which,
      el("button.quiet", { text: "›", "aria-label": "Next quote", on: () => showQuote(current + 1) }),
    );
    body = el("div.reader-body", { tabindex: "0", role: "region", "aria-label": "The article’s text" });
    pane = el("dialog.reader", { "aria-label": "Article" },
      el("div.reader-top", {},
        el("span.running-title", { "aria-hidden": "true" }),
        steps,
        el("button.quiet.ask-article", { text: "Ask this article", on: askArticle }),
        el("button.quiet.close", { text: "Close", on: close }),
      ),
      body,
    );
    pane.addEventListener("cancel", (event) => {
      event.preventDefault();
      close();
    });
    body.addEventListener("scroll", showTitle, { passive: true });
    body.addEventListener("click", (event) => {
      const other = event.target.closest(".open-article");
      if (other) open({ article: other.dataset.article, spans: [] }, opener);
      const summary = event.target.closest(".summarize");
      if (summary) commentary.askAbout?.(`Summarize “${title()}”`, {});
    });
    document.body.append(pane);
  }

  const title = () => body.querySelector("h2")?.textContent || "";

  function showTitle() {
    const heading = body.querySelector("h2");
    const isPast = heading && heading.getBoundingClientRect().bottom < body.getBoundingClientRect().top;
    pane.querySelector(".running-title").textContent = isPast ? title() : "";
  }

  const askArticle = () => {
    const filter = { article: [shownArticle] };
    commentary.articleTitles.set(shownArticle, title());
    if (!window.matchMedia("(min-width: 64rem)").matches) close();
    commentary.narrowTo?.(filter);
  };

  /* The marks of one quote; a quote over two paragraphs has two. */
  const quotes = () => {
    const numbers = [...new Set([...body.querySelectorAll("mark[data-span]")].map((mark) => mark.dataset.span))];
    return numbers.map((number) => [...body.querySelectorAll(`mark[data-span="${number}"]`)]);
  };

  function showQuote(number) {
    const all = quotes();
    steps.hidden = all.length < 2;
    if (!all.length) return;
    current = (number + all.length) % all.length;
    for (const marks of all) for (const mark of marks) mark.classList.toggle("main", marks === all[current]);
    which.textContent = `quote ${current + 1} of ${all.length}`;
    const place = all[current][0].getBoundingClientRect().top - body.getBoundingClientRect().top;
    body.scrollTop += place - body.clientHeight / 4;
  }

  /* `request` has the article and the spans of its quotes; the first of them is shown. */
  async function open(request, from, { follow = false } = {}) {
    build();
    opener = from || document.activeElement;
    shownArticle = request.article;
    const [first] = request.spans;
    if (!follow) address.go({ read: request.article, quote: first ? `${first[0]}-${first[1]}` : null });
    const reply = await commentary.read(request).catch(() => null);
    if (shownArticle !== request.article) return;
    if (reply && reply.html) body.innerHTML = reply.html;
    else {
      body.innerHTML = '<h2 tabindex="-1">The article cannot be shown</h2><p class="notice" role="alert"></p>';
      body.querySelector(".notice").textContent = commentary.whyNot(reply);
    }
    const isWide = window.matchMedia("(min-width: 64rem)").matches;
    if (!pane.open) isWide ? pane.show() : pane.showModal();
    keepInPlace(() => document.body.classList.toggle("reading", isWide));
    body.scrollTop = 0;
    const main = body.querySelector("mark.main");
    const index = main ? quotes().findIndex((marks) => marks.includes(main)) : 0;
    if (main) showQuote(index);
    else steps.hidden = true;
    showTitle();
    body.querySelector("h2")?.focus({ preventScroll: true });
    if (!reply?.html) return;
    const around = await commentary.around({ article: request.article }).catch(() => null);
    if (shownArticle === request.article && around?.html) {
      const place = el("div.around");
      place.innerHTML = around.html; // escaped by the server
      body.append(place);
    }
  }

  /* The page gets narrower or wider beside the pane; the turn that was clicked stays at its height in the window. */
  function keepInPlace(change) {
    const turn = opener && opener.closest?.(".turn");
    const before = turn && turn.getBoundingClientRect().top;
    change();
    if (turn) window.scrollBy({ top: turn.getBoundingClientRect().top - before, behavior: "instant" });
  }

  function hide() {
    shownArticle = null;
    if (!pane || !pane.open) return;
    pane.close();
    keepInPlace(() => document.body.classList.remove("reading"));
    document.querySelectorAll(".card.current").forEach((card) => card.classList.remove("current"));
    if (opener && opener.isConnected) opener.focus();
  }

  function close() {
    hide();
    address.go({ read: null, quote: null });
  }

  /* Opens or closes the pane as the address says. */
  function follow(now) {
    if (!now.article) return hide();
    if (now.article === shownArticle && pane?.open) return;
    const span = now.quote.length === 2 && now.quote.every(Number.isFinite) ? [[...now.quote, ""]] : [];
    open({ article: now.article, spans: span }, null, { follow: true });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && pane && pane.open && !document.querySelector("dialog.panel[open]")) close();
  });
  address.onChange(follow);
  return { open, close, follow, showQuote: (step) => showQuote(current + step), isOpen: () => Boolean(pane?.open) };
})();

/* The titles of articles that a filter names by their ids. */
commentary.articleTitles = new Map();
