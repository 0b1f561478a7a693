/* The page's address: tab, conversation, article and its quote, filters. Back and Forward go through them. */
"use strict";

commentary.address = (() => {
  const listeners = [];
  const LISTS = ["author", "source", "topic", "article"];

  function read() {
    const parameters = new URLSearchParams(window.location.search);
    return {
      tab: parameters.get("tab") || "ask",
      conversation: parameters.get("conversation"),
      article: parameters.get("read"),
      quote: (parameters.get("quote") || "").split("-").map(Number),
      question: parameters.get("q"),
      filters: {
        ...Object.fromEntries(LISTS.map((name) => [name, parameters.getAll(name)]).filter(([, values]) => values.length)),
        ...Object.fromEntries(["since", "until"].map((name) => [name, parameters.get(name)]).filter(([, value]) => value)),
      },
    };
  }

  /* The address with `changes`: null removes a part, a list is a part with several values. */
  function address(changes, base = window.location.href) {
    const url = new URL(base);
    url.hash = "";
    for (const [name, value] of Object.entries(changes)) {
      url.searchParams.delete(name);
      for (const each of [value].flat()) if (each) url.searchParams.append(name, each);
    }
    return url.toString();
  }

  /* Goes to the address with `changes`; with `replace` Back does not lead to the address before. */
  function go(changes, { replace = false } = {}) {
    // An answer that the address carries stays while the page only follows what is on it.
    const target = address(changes) + (replace ? window.location.hash : "");
    if (target === window.location.href) return;
    const state = { steps: (window.history.state?.steps || 0) + (replace ? 0 : 1) };
    replace ? window.history.replaceState(state, "", target) : window.history.pushState(state, "", target);
  }

  /* The address of a question that is asked anew wherever it is opened. */
  const question = (text, filters) =>
    address({ ...filters, q: text }, `${window.location.origin}${window.location.pathname}`);

  window.addEventListener("popstate", () => listeners.forEach((listener) => listener(read())));
  return { read, go, address, question, onChange: (listener) => listeners.push(listener) };
})();

/* The tabs are Gradio's; each has its address by its name. Those that do not fit stand in a menu. */
commentary.tabs = (() => {
  const { address } = commentary;
  const slug = (button) => button.textContent.trim().toLowerCase().replace(/\W+/g, "-");
  const BUTTONS = '#tabs button[role="tab"], #tabs .overflow-dropdown button';
  const all = () => [...document.querySelectorAll(BUTTONS)].filter((button) => !button.closest("#add-articles, [aria-hidden]"));
  const selected = () => all().find((button) => button.getAttribute("aria-selected") === "true");
  let isFollowing = false; // while the page follows its address

  function show(name) {
    const button = all().find((each) => slug(each) === name);
    if (!button || button.getAttribute("aria-selected") === "true") return;
    isFollowing = true;
    button.click();
    isFollowing = false;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(BUTTONS);
    if (!button || isFollowing || button.closest("#add-articles")) return;
    address.go({ tab: slug(button) === "ask" ? null : slug(button) });
  });
  address.onChange((now) => show(now.tab));
  return { show, current: () => (selected() ? slug(selected()) : "ask") };
})();
