/* Asks, shows the messages of the answer, and stores it. HTML comes from the server only, which has escaped it. The
   question box is never locked: whatever goes wrong, the user can ask again. */
"use strict";

/* Gradio reports no error when a question does not reach its queue, so this wraps fetch. The script runs before Gradio
   stores a reference to fetch. */
commentary.lost = () => {};
{
  const originalFetch = window.fetch;
  window.fetch = (...request) =>
    originalFetch(...request).catch((error) => {
      if (String(request[0]?.url || request[0]).includes("/queue/")) commentary.lost();
      throw error;
    });
}

/* `page` is the conversation's state (page.js); this adds what asks and receives. */
commentary.asking = (page) => {
  const { store, el } = commentary;
  const { $, trigger, server, filters, box } = page;
  const SILENCE_MS = 9000; // after this long without a message, the page checks that the server is running
  let working = null; // the id of the turn that is being answered
  let lastMessageAt = 0; // when the server last answered

  const find = (id) => page.current.turns.find((turn) => turn.id === id);

  /* `options`: what an understanding leaves out (ignore), whether a shared link asks (anew), the turns it replaces. */
  function ask(question, chosenFilters, options = {}) {
    if (working || !question.trim()) return false;
    const length = [...question.trim()].length; // as the server counts: characters, not UTF-16 units
    if (length > page.maxCharacters) {
      page.showTooLong(length);
      return false;
    }
    const replaced = options.replaces ? page.removeFrom(options.replaces) : [];
    const answered = page.current.turns.filter((turn) => turn.record);
    const turn = {
      id: store.id(), question: question.trim(), filters: chosenFilters, ignore: options.ignore || [], record: null,
      asked: Date.now(), changed: Date.now(), ...(options.anew ? { anew: true } : {}),
    };
    page.current.turns.push(turn);
    page.addElement(turn);
    page.talk.classList.remove("empty");
    page.bodyOf(turn).replaceChildren(
      el("div.answer-side", {}, el("p.steps", {}, el("span.pulse", { "aria-hidden": "true" }), document.createTextNode("asking …"))),
    );
    setWorking(turn.id);
    page.enter();
    page.shown.get(turn.id).element.scrollIntoView({ block: "start" });
    if (replaced.length && options.tellReplaced) page.offerUndo(turn, replaced);
    trigger("submit", {
      id: turn.id,
      question: turn.question,
      filters: chosenFilters,
      ignore: turn.ignore,
      length: commentary.preferences?.answerLength() || "normal",
      before: before(answered),
    });
    return true;
  }

  const before = (answered) =>
    answered.slice(-20).map((earlier) => [earlier.record.standalone_question, earlier.record.text]);

  function setWorking(id) {
    working = id;
    lastMessageAt = Date.now();
    $(".send").hidden = Boolean(id);
    $(".stop").hidden = !id;
    page.turnList.setAttribute("aria-busy", String(Boolean(id)));
  }

  function receive(message) {
    const turn = find(message.id);
    // Messages of a turn that was stopped may still arrive.
    if (!turn || message.id !== working) return;
    lastMessageAt = Date.now();
    page.bodyOf(turn).innerHTML = message.html;
    if (message.say) page.announce(message.say);
    if (message.state === "working") return;
    turn.record = message.record || null;
    turn.changed = Date.now();
    page.shown.get(turn.id).text = message.text || "";
    setWorking(null);
    if (turn.record) page.debates.expect(turn);
    page.showButtons(turn);
    page.save();
    if (turn.record) further(turn).finally(() => page.debates.load(turn));
  }

  /* Asks the server what to offer below an answer; it tries each question first, so this takes a moment. */
  async function further(turn) {
    const earlier = page.current.turns.slice(0, page.current.turns.indexOf(turn)).filter((other) => other.record);
    const sent = { record: turn.record, filters: turn.filters || {}, ignore: turn.ignore || [], before: before(earlier) };
    const reply = await server.offers(sent).catch(() => null);
    if (!reply || reply.error || !find(turn.id)) return;
    turn.offers = reply;
    turn.changed = Date.now();
    page.steadily(turn, () => page.showOffers(turn));
    page.save();
  }

  function end(reason) {
    const turn = find(working);
    setWorking(null);
    if (!turn) return;
    $(".steps", page.bodyOf(turn))?.remove();
    ($(".answer-side", page.bodyOf(turn)) || page.bodyOf(turn)).append(el("p.notice", { text: reason }));
    page.announce(reason);
    turn.ended = reason;
    turn.changed = Date.now();
    page.showButtons(turn);
    page.save();
  }

  commentary.lost = () => {
    if (working) end("The server did not answer; it may be busy or gone. Try again in a moment.");
  };

  setInterval(() => {
    if (working && Date.now() - lastMessageAt > SILENCE_MS)
      fetch("health", { signal: AbortSignal.timeout(SILENCE_MS) }).then(
        () => (lastMessageAt = Date.now()),
        commentary.lost,
      );
  }, SILENCE_MS / 3);

  function stop() {
    end("Stopped.");
    trigger("stop", {});
    box.focus();
  }

  /* Asks the turn's question again, in its place if it is the last. */
  function again(turn, changes = {}) {
    if (working) return;
    const last = page.current.turns.at(-1) === turn;
    if (changes.filters) filters.set(changes.filters);
    ask(turn.question, changes.filters || turn.filters || {}, {
      ignore: changes.ignore || turn.ignore || [],
      replaces: last ? turn : null,
    });
  }

  /* What the chips above an answer do. */
  const narrow = {
    drop: (turn, pair) => again(turn, { filters: filters.without(turn.filters || {}, pair) }),
    undo: (turn, name) => again(turn, { ignore: (turn.ignore || []).filter((other) => other !== name) }),
    add: (turn) => {
      page.edit(turn);
      filters.openPanel();
    },
  };

  page.turnList.addEventListener("click", (event) => {
    const button = event.target.closest(".take-back, .ask-this, .edit-understood");
    if (!button || working) return;
    const turn = find(button.closest(".turn").dataset.turn);
    if (button.matches(".edit-understood")) return page.edit(turn, button.dataset.question);
    if (button.matches(".ask-this")) ask(button.textContent, filters.chosen());
    else again(turn, { ignore: [...new Set([...(turn.ignore || []), ...button.dataset.parts.split(" ")])] });
    box.focus({ preventScroll: true });
  });
  $(".stop").addEventListener("click", stop);

  Object.assign(page, { ask, again, stop, receive, narrow, isWorking: () => Boolean(working) });
};
