/* Settings of this browser (theme, size of the text, length of answers, shortcuts), the keyboard's shortcuts, and the
   buttons in the head of the page. */
"use strict";

/* A dialog with a heading and a button that closes it. */
commentary.panel = (title, ...content) => {
  const { el } = commentary;
  const id = `panel-${title.toLowerCase().replace(/\W+/g, "-")}`;
  const dialog = el("dialog.panel", { "aria-labelledby": id },
    el("div.panel-top", {}, el("h2", { id, text: title }), el("button.quiet.close-panel", { text: "Close", on: () => dialog.close() })),
    ...content,
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => commentary.toast.place());
  document.body.append(dialog);
  return dialog;
};

commentary.preferences = (() => {
  const { el, memory } = commentary;
  const CHOICES = {
    theme: ["Colours", [["system", "as the system"], ["light", "light"], ["dark", "dark"]]],
    size: ["Size of the text", [["100", "normal"], ["112", "larger"], ["130", "largest"]]],
    length: ["Answers", [["short", "short"], ["normal", "normal"], ["long", "long"]]],
    keys: ["Keyboard shortcuts", [["on", "on"], ["off", "off"]]],
  };
  const DEFAULTS = { theme: "system", size: "100", length: "normal", keys: "on" };
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let dialog;

  const chosen = (name) => {
    const value = memory.read("preferences", {})[name];
    return CHOICES[name][1].some(([known]) => known === value) ? value : DEFAULTS[name];
  };

  function apply() {
    const theme = chosen("theme");
    const isDark = theme === "dark" || (theme === "system" && dark.matches);
    if (document.body.classList.contains("dark") !== isDark) document.body.classList.toggle("dark", isDark);
    document.documentElement.style.colorScheme = isDark ? "dark" : "light";
    document.documentElement.style.fontSize = chosen("size") === "100" ? "" : `${chosen("size")}%`;
  }

  function field(name) {
    const [legend, options] = CHOICES[name];
    return el("fieldset", {}, el("legend", { text: legend }), ...options.map(([value, label]) => {
      const input = el("input", { type: "radio", name: `preference-${name}`, value });
      input.checked = chosen(name) === value;
      input.addEventListener("change", () => {
        memory.write("preferences", { ...memory.read("preferences", {}), [name]: value });
        apply();
      });
      return el("label", {}, input, document.createTextNode(` ${label}`));
    }));
  }

  function open() {
    dialog ||= commentary.panel("Settings", ...Object.keys(CHOICES).map(field),
      el("p.meta", { text: "Kept in this browser." }));
    dialog.showModal();
  }

  // Gradio sets the system's colours when it starts, and when the system changes them.
  new MutationObserver(apply).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  dark.addEventListener("change", apply);
  apply();
  return { open, answerLength: () => chosen("length"), hasKeys: () => chosen("keys") === "on" };
})();

commentary.keys = (() => {
  const { el } = commentary;
  let dialog;
  const WORDS = {
    "/": "to the question", "j": "next question", "k": "question before", "]": "next quote", "[": "quote before",
    "n": "new conversation", "p": "pinboard", "u": "undo, while the line stands", "?": "this list",
  };

  function help() {
    dialog ||= commentary.panel("Keyboard shortcuts",
      el("dl.keys", {}, ...Object.entries(WORDS).flatMap(([key, words]) => [el("dt", {}, el("kbd", { text: key })), el("dd", { text: words })])),
      el("p.meta", { text: "They can be switched off in the settings." }));
    dialog.showModal();
  }

  function turn(step) {
    const turns = [...document.querySelectorAll(".turn")];
    const current = turns.findIndex((each) => each.getBoundingClientRect().bottom > 80);
    const target = turns[Math.max(0, Math.min(turns.length - 1, (current < 0 ? turns.length - 1 : current) + step))];
    const heading = target?.querySelector(".question");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: "start" });
  }

  /* In the reading pane from quote to quote of the article, else from source to source of the last answer. */
  function quote(step) {
    if (commentary.reader.isOpen()) return commentary.reader.showQuote(step);
    const chips = [...document.querySelectorAll(".turn:last-child .view:not([hidden]) .chip")];
    const current = chips.indexOf(document.activeElement);
    chips[(current + step + chips.length) % chips.length]?.focus();
  }

  const ACTIONS = {
    "/": () => { commentary.tabs.show("ask"); document.querySelector("#question")?.focus(); },
    "j": () => turn(1), "k": () => turn(-1), "]": () => quote(1), "[": () => quote(-1),
    "n": () => commentary.page?.begin(), "p": () => commentary.pins.open(), "u": () => commentary.toast.undo(), "?": help,
  };
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
    const isModal = document.querySelector("dialog.panel[open], dialog.confirm[open]");
    if (isTyping || isModal || event.ctrlKey || event.metaKey || event.altKey || !commentary.preferences.hasKeys()) return;
    const action = ACTIONS[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  return { help };
})();

/* The buttons in the head of the page. */
document.addEventListener("click", (event) => {
  if (event.target.closest?.(".open-pins")) commentary.pins.open();
  if (event.target.closest?.(".open-settings")) commentary.preferences.open();
  if (event.target.closest?.(".open-help")) commentary.keys.help();
});
