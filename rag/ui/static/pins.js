/* The pinboard: quotes with notes, in an order of one's own, kept in this browser and exported through the server. */
"use strict";

commentary.pins = (() => {
  const { el, memory, toast } = commentary;
  const MAX_PINS = 300;
  const isPin = (pin) => pin && typeof pin.id === "string" && typeof pin.quote === "string" && pin.record;
  const list = () => memory.read("pins", []).filter?.(isPin) ?? [];
  let dialog, board, server;

  function store(pins) {
    if (!memory.write("pins", pins.slice(0, MAX_PINS))) toast.show("This browser has no room left for the pin.");
    count();
    if (dialog?.open) show();
  }

  function count() {
    const number = list().length;
    for (const button of document.querySelectorAll(".open-pins")) button.textContent = number ? `Pinboard (${number})` : "Pinboard";
  }

  /* Pins one quote of an answer; the record keeps nothing but this citation. */
  function add(record, number) {
    const citation = record.citations.find((each) => each.number === number);
    if (!citation) return;
    const { article } = citation;
    const pin = {
      id: commentary.store.id(), number, quote: citation.quote, title: article.title, note: "", added: Date.now(),
      byline: [article.author, article.source, article.published].filter(Boolean).join(" · "),
      record: { ...record, citations: [citation], statements: [], sections: [], nearest: [], revisions: [] },
    };
    store([...list(), pin]);
    toast.show("Pinned.", () => store(list().filter((each) => each.id !== pin.id)));
  }

  function remove(pin) {
    const before = list();
    store(before.filter((each) => each.id !== pin.id));
    toast.show("Taken off the pinboard.", () => store(before));
  }

  /* `pins` with the one of this id `step` places further; null where there is no such place, or no such pin. */
  function moved(pins, id, step) {
    const place = pins.findIndex((each) => each.id === id), target = place + step;
    if (place < 0 || target < 0 || target >= pins.length) return null;
    const after = [...pins];
    [after[place], after[target]] = [after[target], after[place]];
    return after;
  }

  function move(pin, step) {
    const pins = moved(list(), pin.id, step);
    if (!pins) return;
    store(pins);
    board.querySelectorAll("li")[pins.findIndex((each) => each.id === pin.id)]?.querySelector(step < 0 ? ".up" : ".down")?.focus();
  }

  function entry(pin, place, total) {
    const note = el("textarea", { rows: "1", maxlength: "2000", "aria-label": `Note on: ${pin.title}`, placeholder: "A note" });
    note.value = pin.note || "";
    note.addEventListener("change", () => memory.write("pins", list().map((each) => (each.id === pin.id ? { ...each, note: note.value } : each))));
    const act = (name, text, label, on, disabled) => el(`button.quiet.${name}`, { text, "aria-label": `${label}: ${pin.title}`, on, disabled });
    return el("li", {},
      el("blockquote", { text: `“${pin.quote}”` }),
      el("p.meta", { text: `${pin.title}${pin.byline ? ` · ${pin.byline}` : ""}` }),
      note,
      el("p.pin-acts", {},
        act("up", "↑", "Move up", () => move(pin, -1), place === 0),
        act("down", "↓", "Move down", () => move(pin, 1), place === total - 1),
        act("unpin", "Remove", "Remove", () => remove(pin)),
      ),
    );
  }

  function show() {
    const pins = list();
    board.replaceChildren(...pins.map((pin, place) => entry(pin, place, pins.length)));
    dialog.querySelector(".no-pins").hidden = Boolean(pins.length);
    dialog.querySelector(".pin-exports").hidden = !pins.length;
  }

  function build() {
    const status = el("span.meta", { role: "status" });
    const style = el("select", { "aria-label": "Citation style" }, ...["chicago", "apa", "mla", "harvard"].map((name) => new Option({ chicago: "Chicago", apa: "APA", mla: "MLA", harvard: "Harvard" }[name], name)));
    const ask = async (request, finish) => {
      const pins = list().map(({ record, number, note }) => ({ record, number, note: note || "" }));
      const reply = await server.pinboard({ pins, style: style.value, ...request }).catch(() => null);
      status.textContent = reply && reply.file ? "" : commentary.whyNot(reply);
      if (!status.textContent) finish(reply);
    };
    const save = (reply) => (status.textContent = commentary.download(reply) ? `Saved as ${reply.name}.` : "Not saved.");
    const button = (text, request) => el("button.quiet", { text, on: () => ask(request, save) });
    board = el("ol.pins", {});
    dialog = commentary.panel("Pinboard",
      el("p.meta.no-pins", { text: "Nothing is pinned yet. “Pin” on a source keeps its quote here, in this browser." }),
      board,
      el("p.pin-exports", {},
        el("label", {}, document.createTextNode("Style "), style),
        el("button.quiet.copy-notes", { text: "Copy footnotes", on: (event) => ask({ what: "notes" }, (reply) => commentary.copy(event.target, reply.text, reply.html)) }),
        button("Markdown", { what: "markdown" }), button("Word", { what: "word" }), button("BibTeX", { what: "bibtex" }),
        button("RIS", { what: "ris" }), button("Debate cards", { what: "cards" }), status),
    );
  }

  function open() {
    if (!dialog) build();
    show();
    if (!dialog.open) dialog.showModal();
  }

  function connect(element, functions, recordOf) {
    server = functions;
    element.addEventListener("click", (event) => {
      const button = event.target.closest(".pin-quote");
      if (!button) return;
      const record = recordOf(button.closest(".turn").dataset.turn);
      const quoted = button.closest(".card").querySelector(".quoted:not([hidden])");
      if (record && quoted) add(record, Number(quoted.dataset.cite));
    });
    count();
  }
  window.addEventListener("storage", (event) => event.key === "commentary.pins" && count());
  return { open, connect, count, add, list, moved };
})();
