/* The conversation in the browser: its state, its turns, the question box, and what opens with the page. */
"use strict";

commentary.conversation = (element, props, trigger, server, watch) => {
  const { store, address, el, toast } = commentary;
  const $ = (selector, within = element) => within.querySelector(selector);
  const MAX_STORED_CHARACTERS = 100_000; // of what has been typed and not asked
  const box = $("#question"), composer = $(".composer");
  let editing = null; // the turn that the question in the box will replace
  const page = {
    element, server, trigger, $, box,
    talk: $(".talk"), turnList: $(".turns"), filters: commentary.filters(element),
    current: store.begin(), maxCharacters: Infinity,
    shown: new Map(), // turn id → its element, and the text for Copy
    announce: (text) => ($(".say").textContent = text),
  };
  const { filters, shown } = page;

  // -- turns -----------------------------------------------------------------------------------------------------------

  page.addElement = (turn) => {
    const turnElement = commentary.turn(turn, filters, page.narrow);
    shown.set(turn.id, { element: turnElement, text: "" });
    page.turnList.append(turnElement);
  };
  page.removeElement = (id) => {
    shown.get(id)?.element.remove();
    shown.delete(id);
  };
  page.bodyOf = (turn) => $(".turn-body", shown.get(turn.id).element);

  page.showButtons = (turn) => {
    const foot = $(".turn-foot", shown.get(turn.id).element);
    const act = (name, text, on) => el(`button.quiet.${name}`, { text, on });
    const acts = el("div.acts", {},
      turn.record && act("copy", "Copy", (event) => commentary.copy(event.target, shown.get(turn.id).text)),
      act("retry", "Try again", () => page.again(turn)),
      act("edit", "Edit", () => page.edit(turn)),
    );
    foot.replaceChildren(el("div.offers", { hidden: true }), acts);
    if (turn.record) commentary.rating(acts, foot, turn, server, page.save);
    const folded = el("div.folded", {}, commentary.share.box(turn));
    if (turn.record && turn.record.citations?.length) folded.append(commentary.cite.box(() => ({ records: [turn.record] }), server, true));
    foot.append(folded, page.debates.place(turn));
    page.showOffers(turn);
  };

  page.showOffers = (turn) => {
    const place = $(".offers", shown.get(turn.id)?.element || document.createElement("div"));
    if (!place || !turn.offers) return;
    commentary.offers(place, turn.offers, {
      ask: (question) => page.ask(question, turn.filters || {}),
      lift: (name) => page.again(turn, { filters: { ...(turn.filters || {}), [name]: undefined } }),
    });
  };

  /* Changes something of an earlier turn; the newest one, if it is in sight, stays where it is. */
  page.steadily = (turn, change) => {
    const newest = page.current.turns.at(-1), root = document.documentElement;
    const element = newest !== turn && shown.get(newest?.id)?.element;
    const before = element ? element.getBoundingClientRect().top : Infinity;
    if (before > window.innerHeight) return change();
    root.style.overflowAnchor = "none"; // the browser would move it too
    change();
    window.scrollBy({ top: element.getBoundingClientRect().top - before, behavior: "instant" });
    requestAnimationFrame(() => (root.style.overflowAnchor = ""));
  };

  page.save = () => {
    const { current } = page;
    if (!current.turns.length && !store.load(current.id)) return;
    if (!current.named) current.title = (current.turns[0]?.question || "").slice(0, 120);
    if (!store.save(current)) page.announce("This browser has no room left for the conversation.");
    page.retitle();
    page.list();
  };
  page.retitle = () => {
    const title = page.current.title || page.current.turns[0]?.question;
    document.title = title ? `${title.slice(0, 80)} – Commentary` : "Commentary";
  };

  /* Removes the turn and those after it, and returns them. */
  page.removeFrom = (turn) => {
    const index = page.current.turns.indexOf(turn);
    if (index < 0) return [];
    const removed = page.current.turns.slice(index);
    store.remove(page.current, removed);
    for (const each of removed) page.removeElement(each.id);
    return removed;
  };
  page.offerUndo = (turn, removed) =>
    toast.show(removed.length > 1 ? `${removed.length} questions were replaced.` : "The question was replaced.", () => {
      if (page.isWorking()) page.stop();
      store.remove(page.current, [turn]);
      store.restore(page.current, removed);
      store.save(page.current);
      page.open(page.current.id, { follow: true });
    });

  /* The question's turn becomes part of the page's address. */
  page.enter = () => {
    editing = null;
    $(".editing").hidden = true;
    box.value = "";
    resizeBox();
    page.save();
    sessionStorage.setItem("commentary.current", page.current.id);
    address.go({ conversation: page.current.id, q: null }, { replace: Boolean(address.read().conversation) || page.current.turns.length > 1 });
  };

  // -- the box ---------------------------------------------------------------------------------------------------------

  page.edit = (turn, question = turn.question) => {
    editing = turn;
    const later = page.current.turns.length - page.current.turns.indexOf(turn) - 1;
    $(".editing span").textContent = later
      ? `Your new question replaces this one and the ${later} after it.`
      : "Your new question replaces this one.";
    $(".editing").hidden = false;
    box.value = question;
    filters.set(turn.filters || {});
    resizeBox();
    box.focus();
  };

  /* The text stays in the box, to be shortened there. */
  page.showTooLong = (length) => {
    const inWords = (number) => number.toLocaleString("en");
    $(".too-long").textContent =
      `Your question is ${inWords(length)} characters long; ask it in at most ${inWords(page.maxCharacters)}.`;
    box.focus();
  };

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
    page.ask(box.value, filters.chosen(), { replaces: editing, tellReplaced: true });
  });
  $(".cancel-edit").addEventListener("click", () => {
    editing = null;
    $(".editing").hidden = true;
    box.value = "";
    resizeBox();
  });

  async function exportConversation(word) {
    const records = page.current.turns.filter((turn) => turn.record).map((turn) => turn.record);
    const reply = records.length
      ? await server.export({ records, style: commentary.cite.style(), word }).catch(() => null)
      : { error: "There is nothing to export yet." };
    page.announce(commentary.download(reply) ? `Exported as ${reply.name}.` : commentary.whyNot(reply));
  }
  $(".export").addEventListener("click", () => exportConversation(false));
  $(".export-word").addEventListener("click", () => exportConversation(true));

  // -- the parts -------------------------------------------------------------------------------------------------------

  page.debates = commentary.debates(page);
  commentary.asking(page);
  commentary.conversations(page);
  const recordOf = (id) => page.current.turns.find((turn) => turn.id === id)?.record;
  commentary.sources(element, server);
  commentary.cite.cards(element, server, recordOf);
  commentary.pins?.connect(element, server, recordOf);
  commentary.read = server.read;
  commentary.around = server.around;
  commentary.askAbout = (question, chosen) => {
    commentary.tabs.show("ask");
    page.ask(question, chosen);
  };
  commentary.narrowTo = (chosen) => {
    commentary.tabs.show("ask");
    filters.set(chosen);
    box.focus();
  };
  watch("value", () => props.value && page.receive(props.value));

  // -- the place in the conversation -----------------------------------------------------------------------------------

  const placeKey = () => `commentary.place.${page.current.id}`;
  let placing;
  window.addEventListener("scroll", () => {
    clearTimeout(placing);
    placing = setTimeout(() => page.current.turns.length && sessionStorage.setItem(placeKey(), String(window.scrollY)), 200);
  }, { passive: true });
  page.toPlace = () => {
    const place = Number(sessionStorage.getItem(placeKey()));
    if (place > 0) window.scrollTo({ top: place, behavior: "instant" });
  };

  address.onChange((now) => {
    const isOpen = now.conversation === page.current.id || (!now.conversation && !page.current.turns.length);
    if (!isOpen) now.conversation ? page.open(now.conversation, { follow: true }) : page.begin({ follow: true });
  });

  // -- opening ---------------------------------------------------------------------------------------------------------

  commentary.refresh = async () => {
    const reply = await server.start(null).catch(() => null);
    if (!reply || reply.error) return;
    page.maxCharacters = reply.max_question_characters;
    $(".stock").textContent = reply.articles
      ? `${reply.articles.toLocaleString("en")} articles, ${reply.passages.toLocaleString("en")} passages · ${reply.writer}`
      : "No articles yet. Add some under Articles, or with: rag add PATH";
    filters.offer(reply);
    commentary.values = reply;
    commentary.offerValues?.(reply);
    const items = reply.examples.map((example) =>
      el("li", {}, el("button.example", { text: example, on: () => page.ask(example, filters.chosen()) })));
    $(".examples ul").replaceChildren(...items);
    $(".examples").hidden = !items.length;
  };

  async function openAsAddressed() {
    const now = address.read();
    const question = filters.read();
    box.value = sessionStorage.getItem("commentary.typed") || "";
    resizeBox();
    // Without a conversation in the address, the one that this tab had last.
    const last = window.location.search || window.location.hash ? now.conversation : sessionStorage.getItem("commentary.current");
    if (last && store.load(last)) await page.open(last, { follow: true });
    else page.list();
    const isShared = await commentary.share.show($(".shared-answer"), server, {
      anew: (asked) => page.begin() || page.ask(asked, {}),
      keep: (record, asked) => {
        page.begin();
        page.current.turns.push({ id: store.id(), question: asked, filters: {}, record, asked: Date.now(), changed: Date.now() });
        page.save();
        page.open(page.current.id);
      },
    });
    page.talk.classList.toggle("sharing", isShared);
    if (question) page.ask(question, now.filters, { anew: true });
    commentary.tabs.show(now.tab);
    commentary.reader.follow(now);
  }

  page.talk.hidden = false; // from here on keys are handled
  const wide = window.matchMedia("(min-width: 80rem)");
  const toggleHistory = () => ($(".history").open = wide.matches);
  wide.addEventListener("change", toggleHistory);
  toggleHistory();
  commentary.page = page;
  commentary.refresh();
  openAsAddressed();
  box.focus({ preventScroll: true });
};
