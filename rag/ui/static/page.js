/* The conversation in the browser: asks, shows the messages of the answer, stores the conversation. Questions are
   inserted as text; HTML comes from the server only, which has escaped it. The question box is never locked: whatever
   goes wrong, the user can ask again. */
"use strict";

/* Gradio reports no error when a question does not reach its queue, so this wraps fetch. The script runs before Gradio
   stores a reference to fetch. */
commentary.lost = () => {};
const originalFetch = window.fetch;
window.fetch = (...request) =>
  originalFetch(...request).catch((error) => {
    if (String(request[0]?.url || request[0]).includes("/queue/")) commentary.lost();
    throw error;
  });

commentary.conversation = (element, props, trigger, server, watch) => {
  const { store, reader } = commentary;
  const $ = (selector, within = element) => within.querySelector(selector);
  const talk = $(".talk"), turnList = $(".turns"), box = $("#question"), composer = $(".composer");
  const filters = commentary.filters(element);
  const SILENCE_MS = 9000; // after this long without a message, the page checks that the server is running
  const MAX_STORED_CHARACTERS = 100_000; // of what has been typed and not asked
  let current = emptyConversation();
  let working = null; // the id of the turn that is being answered
  let lastMessageAt = 0; // when the server last answered
  let editing = null; // the turn that the question in the box will replace
  let maxCharacters = Infinity; // of a question, once the server has said it
  const shown = new Map(); // turn id → its element, and the text for Copy

  function emptyConversation() {
    return { id: store.id(), title: "", updated: 0, turns: [] };
  }
  const announce = (text) => ($(".say").textContent = text);
  const button = (className, label, onClick) => {
    const element = document.createElement("button");
    element.type = "button";
    element.className = `quiet ${className}`;
    element.textContent = label;
    element.addEventListener("click", onClick);
    return element;
  };

  // -- turns -----------------------------------------------------------------------------------------------------------

  function addElement(turn) {
    const element = commentary.turn(turn, filters.inWords);
    shown.set(turn.id, { element, text: "" });
    turnList.append(element);
  }

  const bodyOf = (turn) => $(".turn-body", shown.get(turn.id).element);

  function showButtons(turn) {
    const foot = $(".turn-foot", shown.get(turn.id).element);
    foot.textContent = "";
    const acts = document.createElement("div");
    acts.className = "acts";
    if (turn.record) acts.append(button("copy", "Copy", (event) => commentary.copy(event.target, shown.get(turn.id).text)));
    acts.append(
      button("retry", "Try again", () => again(turn)),
      button("edit", "Edit", () => edit(turn)),
      button("link", "Copy link", (event) => commentary.copy(event.target, filters.address(turn.filters || {}, turn.question))),
    );
    if (turn.record) commentary.rating(acts, foot, turn, server, save);
    foot.prepend(acts);
    if (turn.record && turn.record.citations.length) foot.append(commentary.cite.box(() => ({ records: [turn.record] }), server, true));
  }

  function save() {
    if (!current.turns.length) return;
    current.title = current.turns[0].question.slice(0, 120);
    if (!store.save(current)) announce("This browser has no room left for the conversation.");
    listConversations();
  }

  // -- asking ----------------------------------------------------------------------------------------------------------

  /* `ignore` names the parts of an understanding that the question is asked without. */
  function ask(question, chosenFilters, ignore = []) {
    if (working || !question.trim()) return;
    const length = [...question.trim()].length; // as the server counts: characters, not UTF-16 units
    if (length > maxCharacters) return showTooLong(length);
    if (editing) removeFrom(editing);
    editing = null;
    $(".editing").hidden = true;
    const answered = current.turns.filter((turn) => turn.record);
    const turn = { id: store.id(), question: question.trim(), filters: chosenFilters, ignore, record: null };
    current.turns.push(turn);
    addElement(turn);
    talk.classList.remove("empty");
    bodyOf(turn).innerHTML =
      '<div class="answer-side"><p class="steps"><span class="pulse" aria-hidden="true"></span>asking …</p></div>';
    setWorking(turn.id);
    box.value = "";
    resizeBox();
    sessionStorage.setItem("commentary.current", current.id);
    shown.get(turn.id).element.scrollIntoView({ block: "start" });
    trigger("submit", {
      id: turn.id,
      question: turn.question,
      filters: chosenFilters,
      ignore,
      before: answered.slice(-20).map((earlier) => [earlier.record.standalone_question, earlier.record.text]),
    });
  }

  /* The text stays in the box, to be shortened there. */
  function showTooLong(length) {
    const inWords = (number) => number.toLocaleString("en");
    $(".too-long").textContent =
      `Your question is ${inWords(length)} characters long; ask it in at most ${inWords(maxCharacters)}.`;
    box.focus();
  }

  function setWorking(id) {
    working = id;
    lastMessageAt = Date.now();
    $(".send").hidden = Boolean(id);
    $(".stop").hidden = !id;
    turnList.setAttribute("aria-busy", String(Boolean(id)));
  }

  function receive(message) {
    const turn = current.turns.find((candidate) => candidate.id === message.id);
    // Messages of a turn that was stopped may still arrive.
    if (!turn || message.id !== working) return;
    lastMessageAt = Date.now();
    bodyOf(turn).innerHTML = message.html;
    if (message.say) announce(message.say);
    if (message.state === "working") return;
    turn.record = message.record || null;
    shown.get(turn.id).text = message.text || "";
    setWorking(null);
    showButtons(turn);
    save();
  }

  function endTurn(reason) {
    const turn = current.turns.find((candidate) => candidate.id === working);
    setWorking(null);
    if (!turn) return;
    const line = document.createElement("p");
    line.className = "notice";
    line.textContent = reason;
    $(".steps", bodyOf(turn))?.remove();
    ($(".answer-side", bodyOf(turn)) || bodyOf(turn)).append(line);
    announce(reason);
    turn.ended = reason;
    showButtons(turn);
    save();
  }

  commentary.lost = () => {
    if (working) endTurn("The server did not answer; it may be busy or gone. Try again in a moment.");
  };

  setInterval(() => {
    if (working && Date.now() - lastMessageAt > SILENCE_MS)
      fetch("health", { signal: AbortSignal.timeout(SILENCE_MS) }).then(
        () => (lastMessageAt = Date.now()),
        commentary.lost,
      );
  }, SILENCE_MS / 3);

  function stop() {
    endTurn("Stopped.");
    trigger("stop", {});
    box.focus();
  }

  function again(turn, ignore = turn.ignore || []) {
    if (working) return;
    if (current.turns.at(-1) === turn) removeFrom(turn);
    ask(turn.question, turn.filters || {}, ignore);
  }

  turnList.addEventListener("click", (event) => {
    const button = event.target.closest(".take-back, .ask-this");
    if (!button || working) return;
    if (button.matches(".ask-this")) ask(button.textContent, filters.chosen());
    else {
      const turn = current.turns.find((candidate) => candidate.id === button.closest(".turn").dataset.turn);
      again(turn, [...new Set([...(turn.ignore || []), ...button.dataset.parts.split(" ")])]);
    }
    box.focus({ preventScroll: true });
  });

  function edit(turn) {
    editing = turn;
    const later = current.turns.length - current.turns.indexOf(turn) - 1;
    $(".editing span").textContent = later
      ? `Your new question replaces this one and the ${later} after it.`
      : "Your new question replaces this one.";
    $(".editing").hidden = false;
    box.value = turn.question;
    filters.set(turn.filters || {});
    resizeBox();
    box.focus();
  }

  /* Removes the turn and those after it. */
  function removeFrom(turn) {
    const index = current.turns.indexOf(turn);
    if (index < 0) return;
    for (const removed of current.turns.splice(index)) {
      shown.get(removed.id)?.element.remove();
      shown.delete(removed.id);
    }
  }

  // -- conversations ---------------------------------------------------------------------------------------------------

  function listConversations() {
    const list = $(".kept");
    list.textContent = "";
    for (const conversation of store.list()) {
      const item = document.createElement("li");
      const open = button("open-conversation", conversation.title || "Untitled", () => openConversation(conversation.id));
      if (conversation.id === current.id) open.setAttribute("aria-current", "true");
      const remove = button("drop", "×", () => deleteConversation(conversation.id));
      remove.setAttribute("aria-label", `Delete the conversation: ${conversation.title}`);
      item.append(open, remove);
      list.append(item);
    }
    if (!store.lasting) $(".where").textContent = "This browser stores nothing; the conversation ends with the page.";
  }

  function begin() {
    if (working) stop();
    reader.close();
    current = emptyConversation();
    sessionStorage.removeItem("commentary.current");
    turnList.textContent = "";
    shown.clear();
    talk.classList.add("empty");
    listConversations();
    box.focus();
  }

  function deleteConversation(id) {
    store.drop(id);
    id === current.id ? begin() : listConversations();
  }

  async function openConversation(id) {
    const stored = store.load(id);
    if (!stored) return listConversations();
    if (working) stop();
    reader.close();
    current = stored;
    sessionStorage.setItem("commentary.current", id);
    turnList.textContent = "";
    shown.clear();
    talk.classList.toggle("empty", !current.turns.length);
    for (const turn of current.turns) addElement(turn);
    listConversations();
    const answered = current.turns.filter((turn) => turn.record);
    const restored = [];
    // In batches, because the server limits the size of a request.
    for (let start = 0; start < answered.length; start += 20) {
      const records = answered.slice(start, start + 20).map((turn) => turn.record);
      const reply = await server.restore(records).catch(() => null);
      restored.push(...((reply && reply.turns) || records.map(() => null)));
    }
    if (current.id !== id) return;
    for (const turn of current.turns) {
      const answer = turn.record ? restored[answered.indexOf(turn)] : null;
      if (answer) {
        bodyOf(turn).innerHTML = answer.html;
        shown.get(turn.id).text = answer.text;
      } else {
        bodyOf(turn).innerHTML = '<div class="answer-side"><p class="notice"></p></div>';
        $(".notice", bodyOf(turn)).textContent = turn.record
          ? "This answer cannot be shown just now. Ask again, or load the page again."
          : turn.ended || "There was no answer to this.";
      }
      showButtons(turn);
    }
  }

  async function exportConversation(word) {
    const records = current.turns.filter((turn) => turn.record).map((turn) => turn.record);
    const reply = records.length
      ? await server.export({ records, style: commentary.cite.style(), word }).catch(() => null)
      : { error: "There is nothing to export yet." };
    announce(commentary.download(reply) ? `Exported as ${reply.name}.` : commentary.whyNot(reply));
  }

  // -- the box ---------------------------------------------------------------------------------------------------------

  /* The typed text survives a reload: Gradio reloads the page when its server is back. */
  function resizeBox() {
    $(".too-long").textContent = "";
    // Any text may be pasted, and the browser's storage is small.
    sessionStorage.setItem("commentary.typed", box.value.slice(0, MAX_STORED_CHARACTERS));
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
  }

  box.addEventListener("input", resizeBox);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      composer.requestSubmit();
    }
  });
  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(box.value, filters.chosen());
  });
  $(".cancel-edit").addEventListener("click", () => {
    editing = null;
    $(".editing").hidden = true;
    box.value = "";
    resizeBox();
  });
  $(".stop").addEventListener("click", stop);
  $(".new").addEventListener("click", begin);
  $(".export").addEventListener("click", () => exportConversation(false));
  $(".export-word").addEventListener("click", () => exportConversation(true));
  $(".clear").addEventListener("click", () => (current.turns.length ? deleteConversation(current.id) : begin()));
  commentary.sources(element, server);
  commentary.cite.cards(element, server, (id) => current.turns.find((turn) => turn.id === id)?.record);
  watch("value", () => props.value && receive(props.value));

  // -- opening ---------------------------------------------------------------------------------------------------------

  commentary.read = server.read;
  commentary.refresh = async () => {
    const reply = await server.start(null).catch(() => null);
    if (!reply || reply.error) return;
    maxCharacters = reply.max_question_characters;
    $(".stock").textContent = reply.articles
      ? `${reply.articles.toLocaleString("en")} articles, ${reply.passages.toLocaleString("en")} passages · ${reply.writer}`
      : "No articles yet. Add some under Articles, or with: rag add PATH";
    for (const name of ["authors", "sources", "topics"]) {
      const list = $(`#${name}`);
      list.textContent = "";
      for (const value of reply[name]) list.append(Object.assign(document.createElement("option"), { value }));
    }
    const list = $(".examples ul");
    list.textContent = "";
    for (const example of reply.examples) {
      const item = document.createElement("li");
      item.append(button("example", example, () => ask(example, filters.chosen())));
      list.append(item);
    }
    $(".examples").hidden = !reply.examples.length;
  };

  talk.hidden = false; // from here on keys are handled
  const wide = window.matchMedia("(min-width: 64rem)");
  const toggleHistory = () => ($(".history").open = wide.matches);
  wide.addEventListener("change", toggleHistory);
  toggleHistory();
  box.value = filters.read() || sessionStorage.getItem("commentary.typed") || "";
  resizeBox();
  commentary.refresh();
  const lastId = sessionStorage.getItem("commentary.current");
  if (lastId && store.load(lastId)) openConversation(lastId);
  else listConversations();
  box.focus({ preventScroll: true });
};
