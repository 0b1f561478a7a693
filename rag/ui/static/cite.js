/* Citations: of one source, of an answer's sources, of the articles that the table lists. The server makes them; the
   browser copies or downloads them, and remembers the form that was chosen last. */
"use strict";

commentary.whyNot = (reply) => (reply && reply.error) || "The server did not answer. Try again in a moment.";

/* Downloads the file in the server's reply; false when there is none. */
commentary.download = (reply) => {
  if (!reply || !reply.file) return false;
  const bytes = Uint8Array.from(atob(reply.file), (character) => character.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = reply.name;
  link.click();
  URL.revokeObjectURL(link.href);
  return true;
};

commentary.cite = (() => {
  const KEY = "commentary.citation-form";
  const STYLES = { chicago: "Chicago", apa: "APA", mla: "MLA", harvard: "Harvard" };
  const FORMS = { ...STYLES, bibtex: "BibTeX", ris: "RIS", "csl-json": "CSL-JSON" };
  let chosen = null; // where the browser stores nothing
  const stored = () => {
    try {
      return localStorage.getItem(KEY) || chosen;
    } catch {
      return chosen;
    }
  };
  const known = () => (Object.hasOwn(FORMS, stored()) ? stored() : null);
  const form = () => known() || "chicago";
  /* The style that was chosen, if it was one: exports name their sources in it. */
  const style = () => (Object.hasOwn(STYLES, known()) ? known() : null);

  function choose(name) {
    chosen = name;
    try {
      localStorage.setItem(KEY, name);
    } catch {
      // it is remembered as long as the page
    }
    for (const select of document.querySelectorAll(".cite-box select")) select.value = name;
  }

  const element = (tag, className, text) =>
    Object.assign(document.createElement(tag), { className, textContent: text || "" });

  /* A folded line: the form, and what to do with the citations. `what` gives what is cited, with `cards` also cards. */
  function box(what, server, cards) {
    const details = element("details", "cite-box");
    const line = element("p", ""), label = element("label", "", "Style "), select = element("select", "");
    for (const [value, name] of Object.entries(FORMS)) select.append(new Option(name, value));
    select.value = form();
    select.addEventListener("change", () => choose(select.value));
    label.append(select);
    const status = element("span", "meta");
    status.setAttribute("role", "status");
    const act = (name, request, finish) => {
      const button = element("button", "quiet", name);
      button.type = "button";
      button.addEventListener("click", async () => {
        const reply = await server.cite({ ...what(), form: form(), ...request }).catch(() => null);
        status.textContent = reply && reply.file !== undefined && !reply.error ? "" : commentary.whyNot(reply);
        if (!status.textContent) finish(button, reply);
      });
      line.append(button);
    };
    line.append(label);
    const download = (_, reply) => (status.textContent = commentary.download(reply) ? `Saved as ${reply.name}.` : "Nothing to cite.");
    act("Copy list", {}, (button, reply) => commentary.copy(button, reply.text, reply.html));
    act("Download list", {}, download);
    if (cards) act("Debate cards (Word)", { cards: true, word: true }, download);
    line.append(status);
    details.append(element("summary", "", "Cite"), line);
    return details;
  }

  /* The buttons on the cards of the sources; `recordOf` gives the answer of a turn. */
  function cards(page, server, recordOf) {
    page.addEventListener("click", async (event) => {
      const button = event.target.closest(".cite-source");
      if (!button) return;
      const record = recordOf(button.closest(".turn").dataset.turn);
      const number = Number(button.closest(".card").querySelector(".quoted:not([hidden])").dataset.cite);
      const request = { records: [record], number, form: form(), cards: button.dataset.citeAs === "card" };
      const reply = record ? await server.cite(request).catch(() => null) : null;
      if (reply && reply.text) commentary.copy(button, reply.text, reply.html);
      else button.textContent = "Not copied";
    });
  }

  return { box, cards, style };
})();
