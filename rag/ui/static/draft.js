/* The tab that checks a draft: sends the text, shows it with marks and the findings beside it. The text is inserted by
   the server only, which has escaped it, and is kept in this browser only. */
"use strict";

commentary.draft = (element, props, trigger, watch) => {
  const KEPT = "draft";
  const SILENCE_MS = 9000; // after this long without a message, the page checks that the server is running
  const $ = (selector) => element.querySelector(selector);
  const box = $("#draft-text"), form = $(".draft-form"), shown = $(".draft-shown");
  let working = null, last = null, lastMessageAt = 0;

  const keep = (text) => commentary.memory.write(KEPT, text);

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
    last = message;
    $(".draft-marked").innerHTML = message.marked;
    setWorking(null);
    form.hidden = true;
    shown.hidden = false;
    $(".draft-edit").focus();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (working) return;
    $(".draft-error").textContent = "";
    $(".draft-findings").textContent = "";
    if (!box.value.trim()) return fail("There is no text to check. Paste one.");
    keep(box.value);
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
    $(".draft-error").textContent = $(".draft-summary").textContent = $(".draft-findings").textContent = "";
    box.focus();
  });
  $(".draft-edit").addEventListener("click", () => {
    showText();
    box.focus();
  });
  box.addEventListener("input", () => keep(box.value));

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
};
