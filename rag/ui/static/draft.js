/* The tab that checks a draft: sends the text, shows it with marks and the findings beside it. The text and the record of
   its findings are kept in this browser only. The record is data: after a reload the server makes HTML of it again. */
"use strict";

commentary.draft = (element, props, trigger, server, watch) => {
  const KEPT = "draft", KEPT_RECORD = "draft.record";
  const MAX_RECORD_CHARACTERS = 400_000; // of a longer record only the text is kept: conversations need the room too
  const SILENCE_MS = 9000; // after this long without a message, the page checks that the server is running
  const $ = (selector) => element.querySelector(selector);
  const box = $("#draft-text"), form = $(".draft-form"), shown = $(".draft-shown");
  let working = null, last = null, lastMessageAt = 0;

  const keep = (text) => commentary.memory.write(KEPT, text);
  const keepRecord = (record) => {
    const fits = record && JSON.stringify(record).length <= MAX_RECORD_CHARACTERS;
    if (!fits || !commentary.memory.write(KEPT_RECORD, record)) commentary.memory.write(KEPT_RECORD, null);
  };

  function setWorking(id) {
    working = id;
    lastMessageAt = Date.now();
    $(".draft-check").disabled = Boolean(id);
    $(".draft-stop").hidden = !id;
    $(".draft-progress").hidden = !id;
    $(".draft-findings").setAttribute("aria-busy", String(Boolean(id)));
  }

  function showText() {
    form.hidden = false;
    shown.hidden = true;
  }

  function fail(line) {
    setWorking(null);
    showText();
    $(".draft-error").textContent = line;
    $(".draft-summary").textContent = "";
    box.focus();
  }

  function receive(message) {
    if (message.id !== working) return; // of a check that was stopped
    lastMessageAt = Date.now();
    if (message.state === "failed") return fail(message.say);
    $(".draft-progress").value = message.share;
    $(".draft-findings").innerHTML = message.findings;
    $(".draft-summary").textContent = message.state === "done" ? message.say : "Checking …";
    if (message.state !== "done") return;
    keepRecord(message.record);
    setWorking(null);
    show(message);
    $(".draft-edit").focus();
  }

  function show(message) {
    last = message;
    $(".draft-marked").innerHTML = message.marked;
    form.hidden = true;
    shown.hidden = false;
  }

  /* Shows the findings that were kept, unless the text has changed since or something is being checked. */
  async function restore() {
    const record = commentary.memory.read(KEPT_RECORD, null), id = commentary.store.id();
    if (!record || record.text !== box.value) return keepRecord(null);
    const message = await server.restore({ id, record }).catch(() => null);
    if (!message || working || record.text !== box.value) return;
    if (message.state !== "done") return keepRecord(null);
    $(".draft-findings").innerHTML = message.findings;
    $(".draft-summary").textContent = message.say;
    show(message);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (working) return;
    $(".draft-error").textContent = "";
    $(".draft-findings").textContent = "";
    if (!box.value.trim()) return fail("There is no text to check. Paste one.");
    keep(box.value);
    keepRecord(null);
    setWorking(commentary.store.id());
    $(".draft-progress").value = 0;
    $(".draft-summary").textContent = "Checking …";
    trigger("submit", { id: working, text: box.value });
  });
  $(".draft-stop").addEventListener("click", () => {
    trigger("stop", {});
    fail("Stopped.");
  });
  $(".draft-clear").addEventListener("click", () => {
    box.value = "";
    keep("");
    keepRecord(null);
    $(".draft-error").textContent = $(".draft-summary").textContent = $(".draft-findings").textContent = "";
    box.focus();
  });
  $(".draft-edit").addEventListener("click", () => {
    showText();
    box.focus();
  });
  box.addEventListener("input", () => {
    keep(box.value);
    if (last) keepRecord(null); // the findings are about another text
    last = null;
  });

  const save = (name, content, type) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  $(".draft-markdown").addEventListener("click", () => save("draft-report.md", last.markdown, "text/markdown"));
  $(".draft-word").addEventListener("click", () => {
    const bytes = Uint8Array.from(atob(last.word), (letter) => letter.charCodeAt(0));
    save("draft-report.docx", bytes, "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
  });

  /* Opens the article at the quote; a finding without a source is shown in the list. */
  function open(number, from) {
    const item = $(`.draft-finding[data-finding="${Number(number)}"]`);
    if (!item) return;
    for (const other of element.querySelectorAll(".draft-finding.current")) other.classList.remove("current");
    item.classList.add("current");
    if (!item.dataset.article) {
      item.focus({ preventScroll: true });
      return item.scrollIntoView({ block: "nearest" });
    }
    const { article, start, end, quote } = item.dataset;
    commentary.reader.open({ article, spans: [[Number(start), Number(end), quote]] }, from);
  }
  element.addEventListener("click", (event) => {
    const source = event.target.closest(".open-source"), mark = event.target.closest(".draft-mark");
    if (source) open(source.closest(".draft-finding").dataset.finding, source);
    else if (mark && !mark.classList.contains("quiet")) open(mark.dataset.finding, mark);
  });
  element.addEventListener("keydown", (event) => {
    if (!event.target.matches(".draft-mark") || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    open(event.target.dataset.finding, event.target);
  });

  commentary.draftLost = () => {
    if (working) fail("The server did not answer; it may be busy or gone. Try again in a moment.");
  };
  setInterval(() => {
    if (working && Date.now() - lastMessageAt > SILENCE_MS)
      fetch("health", { signal: AbortSignal.timeout(SILENCE_MS) }).then(
        () => (lastMessageAt = Date.now()),
        commentary.draftLost,
      );
  }, SILENCE_MS / 3);
  watch("value", () => props.value && props.value.id && receive(props.value));
  box.value = commentary.memory.read(KEPT, "");
  restore();
};
