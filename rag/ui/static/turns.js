/* A turn on the page: its question, what it was narrowed to, its sources and the views of its answer. */
"use strict";

/* What a question is asked without, in words. */
commentary.WITHOUT = {
  conversation: "without the conversation", spelling: "spelled as typed", authors: "by any author",
  sources: "in any publication", topics: "on any topic", articles: "in any article", dates: "of any date",
};

/* `narrow` has what the chips do: drop(turn, pair), add(turn), undo(turn, name). */
commentary.turn = (turn, filters, narrow) => {
  const { el } = commentary;
  const element = el("article.turn", { "data-turn": turn.id }, el("h2.question", { text: turn.question }));
  const pairs = filters.pairs(turn.filters);
  const ignored = Array.isArray(turn.ignore) ? turn.ignore : [];
  const list = el("ul.turn-filters", { "aria-label": "Narrowed to" });
  if (turn.anew) list.append(el("li.anew", { text: "Asked anew from a shared link: the answer is this library’s, today." }));
  list.append(...pairs.map((pair) => filters.chip(pair, (each) => narrow.drop(turn, each), "Ask again ")));
  for (const name of ignored)
    list.append(el("li", {}, el("span", { text: commentary.WITHOUT[name] || String(name) }),
      el("button.drop-filter", { text: "×", "aria-label": `Ask again, no longer ${commentary.WITHOUT[name] || name}`, on: () => narrow.undo(turn, name) })));
  list.append(el("li.add", {}, el("button.narrow-turn.quiet", { text: "+ Narrow", "aria-label": "Narrow this question", on: () => narrow.add(turn) })));
  element.append(list, el("div.turn-body"), el("div.turn-foot"));
  return element;
};

commentary.sources = (element, server) => {
  const { reader, tip } = commentary;
  const quotedOf = (chip) => {
    const turn = chip.closest(".turn");
    return turn && turn.querySelector(`.quoted[data-cite="${Number(chip.dataset.cite)}"]`);
  };
  const spanOf = (quoted) => [Number(quoted.dataset.start), Number(quoted.dataset.end), quoted.dataset.quote];

  /* Shows one of a card's quotes, by its place among them. */
  function step(card, number) {
    const all = [...card.querySelectorAll(".quoted")];
    const shown = (number + all.length) % all.length;
    all.forEach((quoted, place) => (quoted.hidden = place !== shown));
    const which = card.querySelector(".which");
    if (which) which.textContent = `${shown + 1} of ${all.length}`;
  }
  const shownQuote = (card) => card.querySelector(".quoted:not([hidden])");

  function openQuote(quoted, from) {
    tip.hide();
    document.querySelectorAll(".card.current").forEach((other) => other.classList.remove("current"));
    const card = quoted.closest(".card");
    const all = [...card.querySelectorAll(".quoted")];
    step(card, all.indexOf(quoted));
    card.classList.add("current");
    const others = all.filter((other) => other !== quoted);
    reader.open({ article: card.dataset.article, spans: [quoted, ...others].map(spanOf) }, from);
  }

  element.addEventListener("click", (event) => {
    const chip = event.target.closest(".chip");
    if (chip) return quotedOf(chip) && openQuote(quotedOf(chip), chip);
    const card = event.target.closest(".card");
    const stepping = event.target.closest(".step-quote");
    if (stepping) {
      const all = [...card.querySelectorAll(".quoted")];
      return step(card, all.indexOf(shownQuote(card)) + Number(stepping.dataset.step));
    }
    if (card && event.target.closest(".open-quote, .excerpt")) return openQuote(shownQuote(card), card.querySelector(".open-quote"));
    const article = event.target.closest(".open-article");
    if (article) return reader.open({ article: article.dataset.article, spans: [] }, article);
    const view = event.target.closest(".views button");
    if (view) {
      const answer = view.closest(".answer");
      for (const button of answer.querySelectorAll(".views button"))
        button.setAttribute("aria-pressed", String(button === view));
      for (const panel of answer.querySelectorAll(".view")) panel.hidden = panel.dataset.view !== view.dataset.view;
    }
  });
  const preview = (event) => {
    const chip = event.target.closest(".chip");
    const quoted = chip && quotedOf(chip);
    if (quoted) tip.show(chip, quoted.closest(".card").querySelector(".open-quote").textContent, quoted.dataset.quote);
  };
  element.addEventListener("mouseover", preview);
  element.addEventListener("focusin", preview);
  element.addEventListener("mouseout", (event) => event.target.closest(".chip") && tip.hideSoon());
  element.addEventListener("focusout", (event) => event.target.closest(".chip") && tip.hideSoon());
};
