/* The page's own scripts outside a browser, in what a browser gives them: an address with its history, a storage of
   limited room, events. Two tabs are two pages with one storage. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const STATIC = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "rag", "ui", "static");

/* As the browser's: entries are its own keys, and it throws when there is no room left. */
export class Storage {
  constructor(room = Infinity) {
    Object.defineProperty(this, "room", { value: room, enumerable: false });
  }
  getItem(key) {
    return Object.hasOwn(this, key) ? this[key] : null;
  }
  setItem(key, value) {
    const others = Object.entries(this).reduce((sum, [name, text]) => sum + (name === key ? 0 : name.length + text.length), 0);
    if (others + key.length + String(value).length > this.room) throw new Error("QuotaExceededError");
    this[key] = String(value);
  }
  removeItem(key) {
    delete this[key];
  }
}

/* The page's namespace after `scripts` have run, and its window. */
export function open(scripts, { address = "http://127.0.0.1:7860/", storage = new Storage(), isDark = false } = {}) {
  const commentary = {};
  const entries = [address];
  const listeners = {};
  const history = {
    state: null,
    pushState(state, _, target) {
      entries.push(target);
      history.state = state;
    },
    replaceState(state, _, target) {
      entries[entries.length - 1] = target;
      history.state = state;
    },
    back() {
      entries.pop();
      for (const listener of listeners.popstate || []) listener({});
    },
  };
  const window = {
    commentary, history, entries, localStorage: storage, CompressionStream,
    get location() {
      return new URL(entries.at(-1));
    },
    addEventListener: (name, listener) => (listeners[name] ||= []).push(listener),
    matchMedia: () => ({ matches: isDark, addEventListener() {} }),
  };
  const classes = new Set();
  const document = {
    addEventListener() {}, querySelectorAll: () => [], documentElement: { style: {} },
    body: { classList: { contains: (name) => classes.has(name), toggle: (name, on) => (on ? classes.add(name) : classes.delete(name)) } },
  };
  class MutationObserver {
    observe() {}
  }
  const code = scripts.map((name) => readFileSync(join(STATIC, name), "utf-8")).join("\n");
  new Function("window", "document", "commentary", "MutationObserver", code)(window, document, commentary, MutationObserver);
  return { commentary, window, document, classes };
}
