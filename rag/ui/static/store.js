/* Conversations in the browser's storage: one entry each. They are stored nowhere else, and outlast a restart of the
   server. Two tabs may change the same conversation: a save keeps the turns that the other tab has added, and leaves out
   those that either has removed. */
"use strict";

commentary.store = (() => {
  const PREFIX = "commentary.conversation.";
  const MAX_CONVERSATIONS = 100;
  const MAX_REMOVED = 300; // turns of which a conversation remembers that they were removed
  const { storage } = commentary.memory;
  const memory = new Map();

  const keys = () =>
    storage ? Object.keys(storage).filter((key) => key.startsWith(PREFIX)) : [...memory.keys()];
  const isTurn = (turn) => turn && typeof turn.id === "string" && typeof turn.question === "string";
  const parse = (text) => {
    try {
      const conversation = JSON.parse(text);
      if (!conversation || !Array.isArray(conversation.turns)) return null;
      conversation.turns = conversation.turns.filter(isTurn);
      return conversation;
    } catch {
      return null;
    }
  };
  const load = (id) => parse(storage ? storage.getItem(PREFIX + id) : memory.get(PREFIX + id));
  const number = (value) => (Number.isFinite(value) ? value : 0);

  function list() {
    const conversations = keys().map((key) => load(key.slice(PREFIX.length))).filter(Boolean);
    return conversations.sort((first, second) => number(second.updated) - number(first.updated));
  }

  /* `mine` with the turns of `other`: by id, the later change of each, in the order in which they were asked. */
  function merge(mine, other) {
    if (!other) return mine;
    const removed = { ...other.removed, ...mine.removed };
    for (const [id, when] of Object.entries(other.removed || {})) removed[id] = Math.max(when, removed[id] || 0);
    const turns = new Map();
    for (const turn of [...other.turns, ...mine.turns]) {
      const known = turns.get(turn.id);
      if (!known || number(turn.changed) >= number(known.changed)) turns.set(turn.id, turn);
    }
    mine.turns = [...turns.values()]
      .filter((turn) => !(number(removed[turn.id]) > number(turn.changed)))
      .sort((first, second) => number(first.asked) - number(second.asked));
    mine.removed = Object.fromEntries(Object.entries(removed).slice(-MAX_REMOVED));
    if (number(other.named) > number(mine.named)) Object.assign(mine, { title: other.title, named: other.named });
    return mine;
  }

  /* Stores the conversation, merged with what another tab has stored of it; false where the browser has no room. */
  function save(conversation) {
    const key = PREFIX + conversation.id;
    merge(conversation, load(conversation.id));
    const others = list().filter((other) => other.id !== conversation.id);
    // Later than every other one, also where two are saved in one millisecond.
    conversation.updated = Math.max(Date.now(), number(others[0]?.updated) + 1);
    const text = JSON.stringify(conversation);
    while (others.length >= MAX_CONVERSATIONS) drop(others.pop().id);
    for (;;) {
      try {
        storage ? storage.setItem(key, text) : memory.set(key, text);
        return true;
      } catch {
        if (!others.length) return false; // larger than the whole storage
        drop(others.pop().id); // the oldest conversation makes room
      }
    }
  }

  function remove(conversation, turns) {
    conversation.removed = conversation.removed || {};
    for (const turn of turns) conversation.removed[turn.id] = Date.now();
    conversation.turns = conversation.turns.filter((turn) => !turns.includes(turn));
  }

  /* Puts removed turns back; the change is later than their removal. */
  function restore(conversation, turns) {
    for (const turn of turns) {
      turn.changed = Date.now();
      delete (conversation.removed || {})[turn.id];
    }
    conversation.turns = [...conversation.turns, ...turns].sort((first, second) => number(first.asked) - number(second.asked));
  }

  function drop(id) {
    storage ? storage.removeItem(PREFIX + id) : memory.delete(PREFIX + id);
  }

  const id = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const begin = () => ({ id: id(), title: "", updated: 0, turns: [], removed: {} });
  /* Calls back with the id of a conversation that another tab has changed. */
  const onChange = (callback) =>
    window.addEventListener("storage", (event) => {
      if (event.key?.startsWith(PREFIX)) callback(event.key.slice(PREFIX.length));
    });

  return { list, save, remove, restore, drop, id, begin, load, merge, onChange, lasting: Boolean(storage) };
})();
