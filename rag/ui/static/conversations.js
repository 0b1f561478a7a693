/* The stored conversations: listed, searched, named, opened, deleted; the same one in two tabs. */
"use strict";

commentary.conversations = (page) => {
  const { store, reader, address, toast, el } = commentary;
  const { $, element, server } = page;
  const FEW = 5; // so many conversations need no search
  const search = $("#find-conversation"), order = $(".find-conversations select");
  let naming = null; // the id of the conversation that gets a name
  order.value = commentary.memory.read("order", "updated");
  if (!order.value) order.value = "updated";

  const titleOf = (conversation) => conversation.title || conversation.turns[0]?.question.slice(0, 120) || "Untitled";

  function listed() {
    const all = store.list();
    $(".find-conversations").hidden = all.length <= FEW && !search.value;
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (conversation) => [titleOf(conversation), ...conversation.turns.map((turn) => turn.question)].join(" ").toLowerCase();
    const matching = words.length ? all.filter((each) => words.every((word) => text(each).includes(word))) : all;
    if (order.value === "title") matching.sort((first, second) => titleOf(first).localeCompare(titleOf(second)));
    if (order.value === "oldest") matching.reverse();
    return matching;
  }

  function list() {
    const kept = $(".kept");
    kept.textContent = "";
    for (const conversation of listed()) kept.append(naming === conversation.id ? nameForm(conversation) : entry(conversation));
    if (!kept.children.length && search.value) kept.append(el("li.meta", { text: "No conversation has these words." }));
    if (!store.lasting) $(".where").textContent = "This browser stores nothing; the conversation ends with the page.";
  }

  function entry(conversation) {
    const title = titleOf(conversation);
    const isOpen = conversation.id === page.current.id;
    return el("li", {},
      el("button.open-conversation.quiet", { text: title, title, "aria-current": isOpen ? "true" : null, on: () => open(conversation.id) }),
      el("button.rename.quiet", { text: "✎", title: "Rename", "aria-label": `Rename the conversation: ${title}`, on: () => name(conversation.id) }),
      el("button.drop.quiet", { text: "×", title: "Delete", "aria-label": `Delete the conversation: ${title}`, on: () => remove(conversation.id) }),
    );
  }

  function name(id) {
    naming = id;
    list();
    const input = $(".name-conversation input");
    input?.focus();
    input?.select();
  }

  function nameForm(conversation) {
    const input = el("input", { "aria-label": "Name of the conversation", maxlength: "120" });
    input.value = titleOf(conversation);
    const done = (isKept) => {
      if (naming !== conversation.id) return;
      naming = null;
      const latest = store.load(conversation.id) || conversation;
      const target = page.current.id === conversation.id ? page.current : latest;
      if (isKept && input.value.trim()) {
        Object.assign(target, { title: input.value.trim(), named: Date.now() });
        store.save(target);
      }
      list();
      $(".open-conversation[aria-current]")?.focus();
    };
    const form = el("form.name-conversation", {}, input);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      done(true);
    });
    input.addEventListener("keydown", (event) => event.key === "Escape" && done(false));
    input.addEventListener("blur", () => done(true));
    return el("li", {}, form);
  }

  function leave() {
    if (page.isWorking()) page.stop();
    reader.close();
    page.turnList.textContent = "";
    page.shown.clear();
    $(".shared-answer").hidden = true;
    $(".shared-answer").textContent = "";
  }

  function begin({ follow = false } = {}) {
    leave();
    page.current = store.begin();
    sessionStorage.removeItem("commentary.current");
    page.talk.classList.add("empty");
    if (!follow) address.go({ conversation: null, q: null });
    page.retitle();
    list();
    page.box.focus({ preventScroll: true });
  }

  function remove(id) {
    const removed = store.load(id);
    store.drop(id);
    const wasOpen = id === page.current.id;
    wasOpen ? begin() : list();
    if (removed)
      toast.show(`Deleted: ${titleOf(removed)}`, () => {
        store.save(removed);
        wasOpen ? open(id) : list();
      });
  }

  /* A conversation from the storage: its turns at once, its answers when the server has made them HTML again. */
  async function open(id, { follow = false } = {}) {
    const stored = store.load(id);
    if (!stored) return begin({ follow });
    leave();
    page.current = stored;
    sessionStorage.setItem("commentary.current", id);
    if (!follow) address.go({ conversation: id, q: null, tab: null });
    page.retitle();
    page.talk.classList.toggle("empty", !stored.turns.length);
    for (const turn of stored.turns) page.addElement(turn);
    list();
    await restore(stored.turns);
    if (page.current.id === id) page.toPlace();
  }

  async function restore(turns) {
    const id = page.current.id;
    const answered = turns.filter((turn) => turn.record);
    const restored = [];
    // In batches, because the server limits the size of a request.
    for (let start = 0; start < answered.length; start += 20) {
      const records = answered.slice(start, start + 20).map((turn) => turn.record);
      const reply = await server.restore(records).catch(() => null);
      restored.push(...((reply && reply.turns) || records.map(() => null)));
    }
    if (page.current.id !== id) return;
    for (const turn of turns) {
      if (!page.shown.has(turn.id)) continue;
      const answer = turn.record ? restored[answered.indexOf(turn)] : null;
      if (answer) {
        page.bodyOf(turn).innerHTML = answer.html;
        page.shown.get(turn.id).text = answer.text;
      } else {
        const why = turn.record ? "This answer cannot be shown just now. Ask again, or load the page again." : turn.ended;
        const text = typeof why === "string" ? why : "There was no answer to this.";
        page.bodyOf(turn).replaceChildren(el("div.answer-side", {}, el("p.notice", { text })));
      }
      page.showButtons(turn);
    }
  }

  /* Shows what another tab has done to the conversation that is open here. */
  store.onChange((id) => {
    const stored = store.load(id);
    if (id === page.current.id && stored && !page.isWorking()) {
      const before = new Set(page.current.turns.map((turn) => turn.id));
      store.merge(page.current, stored);
      const now = new Set(page.current.turns.map((turn) => turn.id));
      for (const turnId of before) if (!now.has(turnId)) page.removeElement(turnId);
      const added = page.current.turns.filter((turn) => !before.has(turn.id));
      for (const turn of page.current.turns) added.includes(turn) ? page.addElement(turn) : page.turnList.append(page.shown.get(turn.id).element);
      page.talk.classList.toggle("empty", !page.current.turns.length);
      restore(added);
    }
    list();
  });

  search.addEventListener("input", list);
  order.addEventListener("change", () => {
    commentary.memory.write("order", order.value);
    list();
  });
  $(".new").addEventListener("click", () => begin());
  $(".clear").addEventListener("click", () => (page.current.turns.length ? remove(page.current.id) : begin()));
  Object.assign(page, { list, begin, open, restore });
};
