/* Below an answer: questions that the collection answers. Below a refusal: what would help. The server has tried each of
   them; here they are texts, and buttons that ask. */
"use strict";

commentary.offers = (container, offers, act) => {
  const { el } = commentary;
  container.textContent = "";
  const list = (label, items) => {
    if (items.length) container.append(el("p.label", { text: label }), el("ul.to-ask", {}, ...items.map((item) => el("li", {}, item))));
  };
  const question = (text, onAsk) => el("button.ask-offer", { text, on: onAsk });
  if (offers.near) {
    const { near } = offers;
    container.append(el("div.near", {},
      el("p.label", { text: "The nearest sentence" }),
      el("blockquote", { text: `“${near.quote}”` }),
      el("p.meta", { text: near.byline }),
      el("button.quiet.read-near", {
        text: "Read it in the article",
        on: (event) => commentary.reader.open({ article: near.article, spans: [[near.start, near.end, near.quote]] }, event.target),
      }),
    ));
  }
  list("Answered without a limit", (offers.lift || []).map((lift) => question(lift.words, () => act.lift(lift.name))));
  list(offers.near !== undefined ? "What the collection does hold" : "Ask next", (offers.questions || []).map((text) => question(text, () => act.ask(text))));
  container.hidden = !container.children.length;
};
