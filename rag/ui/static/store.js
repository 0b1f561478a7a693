/* Conversations in the browser's storage: one entry each, so that two tabs never overwrite each other's. They are stored
   nowhere else, and outlast a restart of the server. */
"use strict";
window.commentary = window.commentary || {};

commentary.store = (() => {
  const PREFIX = "commentary.conversation.";
  const MAX_CONVERSATIONS = 100;
  let storage;
  try {
    storage = window.localStorage;
    storage.setItem("commentary.try", "1");
    storage.removeItem("commentary.try");
  } catch {
    storage = null; // a browser that stores nothing: the conversation lasts as long as the page
  }
  const memory = new Map();

  const keys = () =>
    storage ? Object.keys(storage).filter((key) => key.startsWith(PREFIX)) : [...memory.keys()];
  const read = (key) => {
    try {
      const conversation = JSON.parse(storage ? storage.getItem(key) : memory.get(key));
      return conversation && Array.isArray(conversation.turns) ? conversation : null;
    } catch {
      return null;
    }
  };

  function list() {
    const conversations = keys().map(read).filter(Boolean);
    return conversations.sort((first, second) => second.updated - first.updated);
  }

  function save(conversation) {
    const key = PREFIX + conversation.id;
    conversation.updated = Date.now();
    const text = JSON.stringify(conversation);
    const others = list().filter((other) => other.id !== conversation.id);
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

  function drop(id) {
    storage ? storage.removeItem(PREFIX + id) : memory.delete(PREFIX + id);
  }

  const id = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  return { list, save, drop, id, load: (id) => read(PREFIX + id), lasting: Boolean(storage) };
})();
