/* The conversation in the browser: asks, shows what comes, keeps it. A question is put in as text; HTML comes from the
   server alone, escaped there. The box is never locked: whatever goes wrong on the way, one can ask again. */
"use strict";

/* Gradio tells nobody when a question could not be handed over. In place before Gradio takes fetch for its own use. */
commentary.lost = () => {};
const fetched = window.fetch;
window.fetch = (...what) =>
  fetched(...what).catch((error) => {
    if (String(what[0]?.url || what[0]).includes("/queue/")) commentary.lost();
    throw error;
  });

commentary.conversation = (element, props, trigger, server, watch) => {
  const { store, reader } = commentary;
  const $ = (selector, within = element) => within.querySelector(selector);
  const talk = $(".talk"), turns = $(".turns"), box = $("#question"), composer = $(".composer");
  const filters = commentary.filters(element);
  const PATIENCE = 9000; // milliseconds of silence before the server is asked whether it is there
  let current = fresh();
  let working = null; // the id of the turn that is being answered
  let heard = 0; // when the server was last heard of
  let editing = null; // the turn that the question in the box will take the place of
  const shown = new Map(); // turn id → its element, and the text that Copy takes

  function fresh() {
    return { id: store.id(), title: "", updated: 0, turns: [] };
  }
  const say = (words) => ($(".say").textContent = words);
  const button = (name, words, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `quiet ${name}`;
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  };

  // -- turns -----------------------------------------------------------------------------------------------------------

  function elementOf(turn) {
    const made = commentary.turn(turn, filters.inWords);
    shown.set(turn.id, { made, text: "" });
    return made;
  }

  const bodyOf = (turn) => $(".turn-body", shown.get(turn.id).made);

  function settle(turn) {
    const foot = $(".turn-foot", shown.get(turn.id).made);
    foot.textContent = "";
    const acts = document.createElement("div");
    acts.className = "acts";
    if (turn.record) acts.append(button("copy", "Copy", (event) => commentary.copy(event.target, shown.get(turn.id).text)));
    acts.append(
      button("retry", "Try again", () => again(turn)),
      button("edit", "Edit", () => edit(turn)),
      button("link", "Copy link", (event) => commentary.copy(event.target, filters.address(turn.filters || {}, turn.question))),
    );
    if (turn.record) commentary.rating(acts, foot, turn, server, keep);
    foot.prepend(acts);
  }

  function keep() {
    if (!current.turns.length) return;
    current.title = current.turns[0].question.slice(0, 120);
    if (!store.save(current)) say("This browser has no room left for the conversation.");
    listed();
  }

  // -- asking ----------------------------------------------------------------------------------------------------------

  function ask(question, chosen) {
    if (working || !question.trim()) return;
    if (editing) cut(editing);
    editing = null;
    $(".editing").hidden = true;
    const before = current.turns.filter((turn) => turn.record);
    const turn = { id: store.id(), question: question.trim(), filters: chosen, record: null };
    current.turns.push(turn);
    turns.append(elementOf(turn));
    talk.classList.remove("empty");
    bodyOf(turn).innerHTML =
      '<div class="answer-side"><p class="steps"><span class="pulse" aria-hidden="true"></span>asking …</p></div>';
    busy(turn.id);
    box.value = "";
    grown();
    sessionStorage.setItem("commentary.current", current.id);
    shown.get(turn.id).made.scrollIntoView({ block: "start" });
    trigger("submit", {
      id: turn.id,
      question: turn.question,
      filters: chosen,
      before: before.slice(-6).map((one) => [one.record.standalone_question, one.record.text]),
    });
  }

  function busy(id) {
    working = id;
    heard = Date.now();
    $(".send").hidden = Boolean(id);
    $(".stop").hidden = !id;
    turns.setAttribute("aria-busy", String(Boolean(id)));
  }

  function told(message) {
    const turn = current.turns.find((one) => one.id === message.id);
    // What a stopped turn still had under way is nobody's any more.
    if (!turn || message.id !== working) return;
    heard = Date.now();
    bodyOf(turn).innerHTML = message.html;
    if (message.say) say(message.say);
    if (message.state === "working") return;
    turn.record = message.record || null;
    shown.get(turn.id).text = message.text || "";
    busy(null);
    settle(turn);
    keep();
  }

  function ended(words) {
    const turn = current.turns.find((one) => one.id === working);
    busy(null);
    if (!turn) return;
    const line = document.createElement("p");
    line.className = "notice";
    line.textContent = words;
    $(".steps", bodyOf(turn))?.remove();
    ($(".answer-side", bodyOf(turn)) || bodyOf(turn)).append(line);
    say(words);
    turn.ended = words;
    settle(turn);
    keep();
  }

  commentary.lost = () => {
    if (working) ended("The server did not answer; it may be busy or gone. Try again in a moment.");
  };

  setInterval(() => {
    if (working && Date.now() - heard > PATIENCE)
      fetch("health", { signal: AbortSignal.timeout(PATIENCE) }).then(() => (heard = Date.now()), commentary.lost);
  }, PATIENCE / 3);

  function stop() {
    ended("Stopped.");
    trigger("stop", {});
    box.focus();
  }

  function again(turn) {
    if (working) return;
    if (current.turns.at(-1) === turn) cut(turn);
    ask(turn.question, turn.filters || {});
  }

  function edit(turn) {
    editing = turn;
    const later = current.turns.length - current.turns.indexOf(turn) - 1;
    $(".editing span").textContent = later
      ? `Asking anew: takes the place of this question and of the ${later} after it.`
      : "Asking anew: takes the place of this question.";
    $(".editing").hidden = false;
    box.value = turn.question;
    filters.set(turn.filters || {});
    grown();
    box.focus();
  }

  function cut(turn) {
    const at = current.turns.indexOf(turn);
    if (at < 0) return;
    for (const gone of current.turns.splice(at)) {
      shown.get(gone.id)?.made.remove();
      shown.delete(gone.id);
    }
  }

  // -- conversations ---------------------------------------------------------------------------------------------------

  function listed() {
    const list = $(".kept");
    list.textContent = "";
    for (const one of store.list()) {
      const item = document.createElement("li");
      const open = button("open-conversation", one.title || "Untitled", () => opened(one.id));
      if (one.id === current.id) open.setAttribute("aria-current", "true");
      const drop = button("drop", "×", () => dropped(one.id));
      drop.setAttribute("aria-label", `Forget the conversation: ${one.title}`);
      item.append(open, drop);
      list.append(item);
    }
    if (!store.lasting) $(".where").textContent = "This browser keeps nothing; the conversation ends with the page.";
  }

  function begin() {
    if (working) stop();
    reader.close();
    current = fresh();
    sessionStorage.removeItem("commentary.current");
    turns.textContent = "";
    shown.clear();
    talk.classList.add("empty");
    listed();
    box.focus();
  }

  function dropped(id) {
    store.drop(id);
    id === current.id ? begin() : listed();
  }

  async function opened(id) {
    const found = store.load(id);
    if (!found) return listed();
    if (working) stop();
    reader.close();
    current = found;
    sessionStorage.setItem("commentary.current", id);
    turns.textContent = "";
    shown.clear();
    talk.classList.toggle("empty", !current.turns.length);
    for (const turn of current.turns) turns.append(elementOf(turn));
    listed();
    const answered = current.turns.filter((turn) => turn.record);
    const restored = [];
    // A few at a time: a request has a largest size.
    for (let at = 0; at < answered.length; at += 20) {
      const some = answered.slice(at, at + 20).map((turn) => turn.record);
      const said = await server.restore(some).catch(() => null);
      restored.push(...((said && said.turns) || some.map(() => null)));
    }
    if (current.id !== id) return;
    for (const turn of current.turns) {
      const one = turn.record ? restored[answered.indexOf(turn)] : null;
      if (one) {
        bodyOf(turn).innerHTML = one.html;
        shown.get(turn.id).text = one.text;
      } else {
        bodyOf(turn).innerHTML = '<div class="answer-side"><p class="notice"></p></div>';
        $(".notice", bodyOf(turn)).textContent = turn.record
          ? "This answer cannot be shown just now. Ask again, or load the page again."
          : turn.ended || "There was no answer to this.";
      }
      settle(turn);
    }
  }

  async function exported() {
    const records = current.turns.filter((turn) => turn.record).map((turn) => turn.record);
    const said = records.length ? await server.export(records).catch(() => null) : { error: "There is nothing to export yet." };
    if (!said || !said.markdown) return say((said && said.error) || "The server did not answer.");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([said.markdown], { type: "text/markdown" }));
    link.download = "conversation.md";
    link.click();
    URL.revokeObjectURL(link.href);
    say("Exported as conversation.md.");
  }

  // -- the box ---------------------------------------------------------------------------------------------------------

  /* What is being typed outlasts a reload: Gradio loads the page again when it finds its server back. */
  function grown() {
    sessionStorage.setItem("commentary.typed", box.value);
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
  }

  box.addEventListener("input", grown);
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
    grown();
  });
  $(".stop").addEventListener("click", stop);
  $(".new").addEventListener("click", begin);
  $(".export").addEventListener("click", exported);
  $(".clear").addEventListener("click", () => (current.turns.length ? dropped(current.id) : begin()));
  commentary.sources(element, server);
  watch("value", () => props.value && told(props.value));

  // -- opening ---------------------------------------------------------------------------------------------------------

  commentary.read = server.read;
  commentary.refresh = async () => {
    const said = await server.start(null).catch(() => null);
    if (!said || said.error) return;
    $(".stock").textContent = said.articles
      ? `${said.articles.toLocaleString("en")} articles, ${said.passages.toLocaleString("en")} passages · ${said.writer}`
      : "No articles yet. Add some under Articles, or with: rag add PATH";
    for (const name of ["authors", "sources", "topics"]) {
      const list = $(`#${name}`);
      list.textContent = "";
      for (const value of said[name]) list.append(Object.assign(document.createElement("option"), { value }));
    }
    const list = $(".examples ul");
    list.textContent = "";
    for (const example of said.examples) {
      const item = document.createElement("li");
      item.append(button("example", example, () => ask(example, filters.chosen())));
      list.append(item);
    }
    $(".examples").hidden = !said.examples.length;
  };

  talk.hidden = false; // from here on a key that is pressed is heard
  const wide = window.matchMedia("(min-width: 64rem)");
  const unfold = () => ($(".history").open = wide.matches);
  wide.addEventListener("change", unfold);
  unfold();
  box.value = filters.read() || sessionStorage.getItem("commentary.typed") || "";
  grown();
  commentary.refresh();
  const last = sessionStorage.getItem("commentary.current");
  if (last && store.load(last)) opened(last);
  else listed();
  box.focus({ preventScroll: true });
};
