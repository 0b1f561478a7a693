/* The debate below an answer. It is fetched when the answer and its offers are there and nothing is being asked; in a
   conversation that is opened again, when the reader opens it. HTML comes from the server only, which has escaped it. */
"use strict";

commentary.debates = (page) => {
  const { el, reader } = commentary;
  const WAIT_MS = 500; // between two looks whether a question is being asked
  const expected = new Set(); // ids of the turns whose debate will be fetched
  const boxes = new Map(); // turn id → what is on the page of its debate
  const isThere = (turn) => page.current.turns.includes(turn) && page.shown.has(turn.id);

  /* The place of a turn's debate: a line for what goes on, and a folded part. */
  function place(turn) {
    const hasAnswer = turn.record && !turn.record.abstained && turn.record.citations?.length;
    if (!hasAnswer || turn.debate === 0) return "";
    const body = el("div.debate-body"), status = el("p.meta.debate-status", { role: "status" });
    const about = el("span.meta"), details = el("details.debate", { hidden: expected.has(turn.id) },
      el("summary", {}, el("h3", { text: "Debate" }), about), body);
    const box = { details, body, status, about, isFetched: false };
    boxes.set(turn.id, box);
    details.addEventListener("toggle", () => details.open && !box.isFetched && load(turn));
    commentary.timeline(body, (period) => filter(body, period));
    body.addEventListener("click", (event) => {
      const button = event.target.closest(".open-position");
      if (!button) return;
      const { article, start, end, quote } = button.dataset;
      reader.open({ article, spans: [[Number(start), Number(end), quote]] }, button);
    });
    return el("div.debate-place", {}, status, details);
  }

  async function load(turn) {
    const box = boxes.get(turn.id);
    if (!box || box.isFetched) return;
    const isAsked = box.details.open; // by the reader, who then waits for it
    box.isFetched = true;
    box.status.textContent = isAsked ? "Reading the debate …" : "Looking who else has written on this …";
    while (!isAsked && page.isWorking()) await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    if (!isThere(turn)) return;
    const sent = {
      question: turn.record.standalone_question || turn.question,
      ignore: (turn.ignore || []).filter((part) => part !== "conversation"), // the question has it in words
      filters: turn.filters || {},
    };
    const reply = await page.server.debate(sent).catch(() => null);
    expected.delete(turn.id);
    if (!isThere(turn) || boxes.get(turn.id) !== box) return;
    if (!reply || reply.error) return fail(turn, box, reply);
    page.steadily(turn, () => show(box, reply, isAsked));
    if (turn.debate === reply.authors) return;
    turn.debate = reply.authors;
    turn.changed = Date.now();
    page.save();
  }

  function show(box, reply, isAsked) {
    box.body.innerHTML = reply.html; // escaped by the server
    box.about.textContent = reply.html ? reply.say : "";
    // Nothing is said of a debate that nobody asked for and that is not there.
    box.status.textContent = !reply.html && isAsked ? reply.say : "";
    box.details.hidden = !reply.html;
    box.details.open = Boolean(reply.html);
  }

  function fail(turn, box, reply) {
    box.isFetched = false;
    box.details.open = false;
    box.details.hidden = true;
    box.status.textContent = "";
    box.status.append(
      el("span", { text: reply?.error ? `No debate: ${reply.error}. ` : "The debate could not be read. " }),
      el("button.quiet", { text: "Try again", on: () => load(turn) }),
    );
  }

  /* Shows what was written in the period, in the folded parts too. */
  function filter(body, period) {
    const isIn = (part) => !period || part.dataset.days.split(" ").some((day) => day.startsWith(period));
    for (const part of body.querySelectorAll("[data-days]")) part.hidden = !isIn(part);
    for (const folded of body.querySelectorAll(".debate-row details")) {
      const inside = [...folded.querySelectorAll("[data-days]")].some((part) => !part.hidden);
      folded.hidden = !inside;
      folded.open = Boolean(period) && inside;
    }
    const rows = [...body.querySelectorAll(".debate-row")].filter((row) => !row.hidden).length;
    body.querySelector(".filtered").textContent = period ? `${rows} ${rows === 1 ? "author" : "authors"} in this time.` : "";
  }

  // On paper everything is open.
  const folded = () => [...page.turnList.querySelectorAll("details.debate[open] details:not([open])")];
  let opened = [];
  window.addEventListener("beforeprint", () => (opened = folded()).forEach((details) => (details.open = true)));
  window.addEventListener("afterprint", () => opened.forEach((details) => (details.open = false)));

  return { place, load, expect: (turn) => expected.add(turn.id) };
};
