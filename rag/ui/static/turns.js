/* A turn: opens and previews its sources, switches its view, copies its text, rates its answer. */
"use strict";

/* What a question is asked without, in words. */
commentary.WITHOUT = {
  conversation: "without the conversation", spelling: "spelled as typed", authors: "by any author",
  sources: "in any publication", topics: "on any topic", articles: "in any article", dates: "of any date",
};

commentary.turn = (turn, inWords) => {
  const element = document.createElement("article");
  element.className = "turn";
  element.dataset.turn = turn.id;
  const part = (tag, className, text, parent = element) => {
    const child = document.createElement(tag);
    if (className) child.className = className;
    if (text) child.textContent = text;
    parent.append(child);
    return child;
  };
  part("h2", "question", turn.question);
  const filters = Object.entries(turn.filters || {});
  const ignored = Array.isArray(turn.ignore) ? turn.ignore : [];
  if (filters.length || ignored.length) {
    const line = part("p", "turn-filters");
    for (const filter of filters) part("span", "", inWords(filter), line);
    for (const name of ignored) part("span", "", commentary.WITHOUT[name] || name, line);
  }
  part("div", "turn-body");
  part("div", "turn-foot");
  return element;
};

commentary.sources = (element, server) => {
  const { reader, tip } = commentary;
  const cardOf = (chip) => {
    const turn = chip.closest(".turn");
    return turn && turn.querySelector(`.card[data-cite="${Number(chip.dataset.cite)}"]`);
  };
  const spanOf = (card) => [Number(card.dataset.start), Number(card.dataset.end), card.dataset.quote];

  function openCard(card, from) {
    tip.hide();
    document.querySelectorAll(".card.current").forEach((other) => other.classList.remove("current"));
    card.classList.add("current");
    const others = [...card.closest(".turn").querySelectorAll(".card")].filter(
      (other) => other !== card && other.dataset.article === card.dataset.article,
    );
    reader.open(server.read, { article: card.dataset.article, spans: [card, ...others].map(spanOf) }, from);
  }

  element.addEventListener("click", (event) => {
    const chip = event.target.closest(".chip");
    const card = chip ? cardOf(chip) : event.target.closest("a, .cite-source") ? null : event.target.closest(".card");
    if (card) return openCard(card, chip || card.querySelector(".open-quote"));
    const article = event.target.closest(".open-article");
    if (article) return reader.open(server.read, { article: article.dataset.article, spans: [] }, article);
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
    const card = chip && cardOf(chip);
    if (card) tip.show(chip, card.querySelector(".open-quote").textContent, card.dataset.quote);
  };
  element.addEventListener("mouseover", preview);
  element.addEventListener("focusin", preview);
  element.addEventListener("mouseout", (event) => event.target.closest(".chip") && tip.hideSoon());
  element.addEventListener("focusout", (event) => event.target.closest(".chip") && tip.hideSoon());
};

/* `html` is the text with its italics, for programs that paste them. */
commentary.copy = async (from, text, html = "") => {
  let isDone = false;
  try {
    if (html && window.ClipboardItem) {
      const blob = (content, type) => new Blob([content], { type });
      const forms = { "text/plain": blob(text, "text/plain"), "text/html": blob(html, "text/html") };
      await navigator.clipboard.write([new ClipboardItem(forms)]);
    } else await navigator.clipboard.writeText(text);
    isDone = true;
  } catch {
    // Over plain HTTP a browser offers no clipboard; the deprecated command still works there.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    isDone = document.execCommand("copy");
    area.remove();
    from.focus();
  }
  const label = from.dataset.label || from.textContent;
  from.dataset.label = label;
  from.textContent = isDone ? "Copied" : "Not copied";
  setTimeout(() => (from.textContent = label), 1500);
};

commentary.rating = (acts, foot, turn, server, keep) => {
  const buttons = {};
  const form = document.createElement("form");
  form.className = "note";
  form.hidden = true;
  const id = `note-${turn.id}`;
  form.innerHTML = `<label for="${id}">What was good, what was wrong?</label><textarea id="${id}" rows="2" maxlength="5000"></textarea><button type="submit">Send the note</button>`;
  const area = form.querySelector("textarea");
  const status = document.createElement("p");
  status.className = "meta thanks";
  status.setAttribute("role", "status");
  area.value = turn.note || "";

  async function send() {
    const payload = { id: turn.id, rating: turn.rating || null, note: turn.note || "", record: turn.record };
    const reply = await server.rate(payload).catch(() => null);
    status.textContent = reply ? reply.say || reply.error : "The server did not answer; the rating was not stored.";
    keep();
  }
  const showRating = () => {
    for (const [name, button] of Object.entries(buttons))
      button.setAttribute("aria-pressed", String(turn.rating === name));
  };
  for (const [name, label] of [["up", "Helpful"], ["down", "Not helpful"]]) {
    const button = (buttons[name] = document.createElement("button"));
    button.type = "button";
    button.className = `quiet rate rate-${name}`;
    button.textContent = label;
    button.addEventListener("click", () => {
      turn.rating = name;
      form.hidden = false;
      showRating();
      send();
    });
    acts.append(button);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    turn.note = area.value.trim();
    send();
  });
  showRating();
  foot.append(form, status);
};
