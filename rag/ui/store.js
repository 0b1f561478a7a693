/* Conversations in this browser: one entry each, so that two tabs never write over one another's. Nothing is kept
   anywhere else, and the server may be started anew meanwhile. */
"use strict";
window.commentary = window.commentary || {};

commentary.store = (() => {
  const PREFIX = "commentary.conversation.";
  const MOST = 100;
  let box;
  try {
    box = window.localStorage;
    box.setItem("commentary.try", "1");
    box.removeItem("commentary.try");
  } catch {
    box = null; // a browser that keeps nothing: the conversation lasts as long as the page
  }
  const memory = new Map();

  const keys = () =>
    box ? Object.keys(box).filter((key) => key.startsWith(PREFIX)) : [...memory.keys()];
  const read = (key) => {
    try {
      const found = JSON.parse(box ? box.getItem(key) : memory.get(key));
      return found && Array.isArray(found.turns) ? found : null;
    } catch {
      return null;
    }
  };

  function list() {
    const found = keys().map(read).filter(Boolean);
    return found.sort((one, other) => other.updated - one.updated);
  }

  function save(conversation) {
    const key = PREFIX + conversation.id;
    conversation.updated = Date.now();
    const text = JSON.stringify(conversation);
    const old = list().filter((one) => one.id !== conversation.id);
    while (old.length >= MOST) drop(old.pop().id);
    for (;;) {
      try {
        box ? box.setItem(key, text) : memory.set(key, text);
        return true;
      } catch {
        if (!old.length) return false; // larger than all the room there is
        drop(old.pop().id); // the oldest makes room
      }
    }
  }

  function drop(id) {
    box ? box.removeItem(PREFIX + id) : memory.delete(PREFIX + id);
  }

  const id = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  return { list, save, drop, id, load: (one) => read(PREFIX + one), lasting: Boolean(box) };
})();
