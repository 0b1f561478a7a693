/* Elements from text, a line with "Undo", and storage that may be missing. Text is set as text, never as markup. */
"use strict";
window.commentary = window.commentary || {};

/* An element: `name` is "tag.class.class", `properties` are attributes, or "text" and "on" for a click. */
commentary.el = (name, properties = {}, ...children) => {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  if (tag === "button") element.type = "button";
  for (const [key, value] of Object.entries(properties)) {
    if (key === "text") element.textContent = value;
    else if (key === "on") element.addEventListener("click", value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter(Boolean));
  return element;
};

/* What the browser remembers under `name`; as long as the page where it stores nothing. */
commentary.memory = (() => {
  const kept = new Map();
  let storage = null;
  try {
    storage = window.localStorage;
    storage.setItem("commentary.try", "1");
    storage.removeItem("commentary.try");
  } catch {
    storage = null;
  }
  const read = (name, otherwise) => {
    try {
      const value = JSON.parse(storage ? storage.getItem(`commentary.${name}`) : kept.get(name));
      return value ?? otherwise;
    } catch {
      return otherwise;
    }
  };
  const write = (name, value) => {
    try {
      storage ? storage.setItem(`commentary.${name}`, JSON.stringify(value)) : kept.set(name, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  };
  return { storage, read, write };
})();

/* A line at the foot of the window for ten seconds, with a button that takes back what it reports. */
commentary.toast = (() => {
  const SECONDS = 10;
  let line, timer, onUndo;

  function hide() {
    clearTimeout(timer);
    if (line) line.hidden = true;
    onUndo = null;
  }

  function wait() {
    clearTimeout(timer);
    timer = setTimeout(hide, SECONDS * 1000);
  }

  /* Over the page, or in the dialog that is open: what stands outside a modal dialog cannot be pressed. */
  const place = () => line && (document.querySelector("dialog.panel[open]") || document.body).append(line);

  function takeBack() {
    const undo = onUndo;
    hide();
    undo?.();
    return Boolean(undo);
  }

  function show(text, undo) {
    const { el } = commentary;
    if (!line) {
      line = el("div.toast", { role: "status" });
      // Whoever reads it or is about to press its button has the time for it.
      for (const stops of ["mouseenter", "focusin"]) line.addEventListener(stops, () => clearTimeout(timer));
      for (const goes of ["mouseleave", "focusout"]) line.addEventListener(goes, wait);
    }
    place();
    onUndo = undo || null;
    line.textContent = "";
    line.append(
      el("span", { text }),
      undo && el("button.undo", { text: "Undo", on: takeBack }),
      el("button.dismiss", { text: "×", "aria-label": "Dismiss this message", on: hide }),
    );
    if (!undo) line.querySelector(".undo")?.remove();
    line.hidden = false;
    wait();
  }
  return { show, place, undo: takeBack };
})();
