/* What can be done with a turn: its sources opened and hovered, its order switched, its text copied, its answer rated. */
"use strict";

commentary.turn = (turn, inWords) => {
  const made = document.createElement("article");
  made.className = "turn";
  made.dataset.turn = turn.id;
  const part = (tag, name, text, within = made) => {
    const one = document.createElement(tag);
    if (name) one.className = name;
    if (text) one.textContent = text;
    within.append(one);
    return one;
  };
  part("h2", "question", turn.question);
  const chosen = Object.entries(turn.filters || {});
  if (chosen.length) {
    const line = part("p", "admitted");
    for (const filter of chosen) part("span", "", inWords(filter), line);
  }
  part("div", "turn-body");
  part("div", "turn-foot");
  return made;
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
    document.querySelectorAll(".card.current").forEach((one) => one.classList.remove("current"));
    card.classList.add("current");
    const others = [...card.closest(".turn").querySelectorAll(".card")].filter(
      (one) => one !== card && one.dataset.article === card.dataset.article,
    );
    reader.open(server.read, { article: card.dataset.article, spans: [card, ...others].map(spanOf) }, from);
  }

  element.addEventListener("click", (event) => {
    const chip = event.target.closest(".chip");
    const card = chip ? cardOf(chip) : event.target.closest("a") ? null : event.target.closest(".card");
    if (card) return openCard(card, chip || card.querySelector(".open-quote"));
    const article = event.target.closest(".open-article");
    if (article) return reader.open(server.read, { article: article.dataset.article, spans: [] }, article);
    const view = event.target.closest(".views button");
    if (view) {
      const answer = view.closest(".answer");
      for (const one of answer.querySelectorAll(".views button")) one.setAttribute("aria-pressed", String(one === view));
      for (const one of answer.querySelectorAll(".view")) one.hidden = one.dataset.view !== view.dataset.view;
    }
  });
  const pointed = (event) => {
    const chip = event.target.closest(".chip");
    const card = chip && cardOf(chip);
    if (card) tip.show(chip, card.querySelector(".open-quote").textContent, card.dataset.quote);
  };
  element.addEventListener("mouseover", pointed);
  element.addEventListener("focusin", pointed);
  element.addEventListener("mouseout", (event) => event.target.closest(".chip") && tip.hideSoon());
  element.addEventListener("focusout", (event) => event.target.closest(".chip") && tip.hideSoon());
};

commentary.copy = async (from, text) => {
  let isDone = false;
  try {
    await navigator.clipboard.writeText(text);
    isDone = true;
  } catch {
    // Over plain HTTP a browser has no clipboard to offer; the old way still works there.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    isDone = document.execCommand("copy");
    area.remove();
    from.focus();
  }
  const words = from.dataset.words || from.textContent;
  from.dataset.words = words;
  from.textContent = isDone ? "Copied" : "Not copied";
  setTimeout(() => (from.textContent = words), 1500);
};

commentary.rating = (acts, foot, turn, server, keep) => {
  const made = {};
  const form = document.createElement("form");
  form.className = "note";
  form.hidden = true;
  const id = `note-${turn.id}`;
  form.innerHTML = `<label for="${id}">What was good, what was wrong?</label><textarea id="${id}" rows="2" maxlength="5000"></textarea><button type="submit">Send the note</button>`;
  const area = form.querySelector("textarea");
  const said = document.createElement("p");
  said.className = "meta thanks";
  said.setAttribute("role", "status");
  area.value = turn.note || "";

  async function send() {
    const rated = { id: turn.id, rating: turn.rating || null, note: turn.note || "", record: turn.record };
    const told = await server.rate(rated).catch(() => null);
    said.textContent = told ? told.say || told.error : "The server did not answer; the rating was not kept.";
    keep();
  }
  const press = () => {
    for (const [name, one] of Object.entries(made)) one.setAttribute("aria-pressed", String(turn.rating === name));
  };
  for (const [name, words] of [["up", "Helpful"], ["down", "Not helpful"]]) {
    const one = (made[name] = document.createElement("button"));
    one.type = "button";
    one.className = `quiet rate rate-${name}`;
    one.textContent = words;
    one.addEventListener("click", () => {
      turn.rating = name;
      form.hidden = false;
      press();
      send();
    });
    acts.append(one);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    turn.note = area.value.trim();
    send();
  });
  press();
  foot.append(form, said);
};
