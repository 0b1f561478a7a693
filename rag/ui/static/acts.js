/* What is done with an answer: its text copied, a rating with a note. */
"use strict";

/* `html` is the text with its italics, for programs that paste them. */
commentary.copy = async (from, text, html = "") => {
  let isDone = false;
  try {
    if (html && window.ClipboardItem) {
      const blob = (content, type) => new Blob([content], { type });
      const forms = { "text/plain": blob(text, "text/plain"), "text/html": blob(html, "text/html") };
      await navigator.clipboard.write([new ClipboardItem(forms)]);
    } else await navigator.clipboard.writeText(text);
    isDone = true;
  } catch {
    // Over plain HTTP a browser offers no clipboard; the deprecated command still works there.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    isDone = document.execCommand("copy");
    area.remove();
    from.focus();
  }
  const label = from.dataset.label || from.textContent;
  from.dataset.label = label;
  from.textContent = isDone ? "Copied" : "Not copied";
  setTimeout(() => (from.textContent = label), 1500);
};

commentary.rating = (acts, foot, turn, server, keep) => {
  const buttons = {};
  const form = document.createElement("form");
  form.className = "note";
  form.hidden = true;
  const id = `note-${turn.id}`;
  form.innerHTML = `<label for="${id}">What was good, what was wrong?</label><textarea id="${id}" rows="2" maxlength="5000"></textarea><button type="submit">Send the note</button>`;
  const area = form.querySelector("textarea");
  const status = document.createElement("p");
  status.className = "meta thanks";
  status.setAttribute("role", "status");
  area.value = turn.note || "";

  async function send() {
    const payload = { id: turn.id, rating: turn.rating || null, note: turn.note || "", record: turn.record };
    const reply = await server.rate(payload).catch(() => null);
    status.textContent = reply ? reply.say || reply.error : "The server did not answer; the rating was not stored.";
    keep();
  }
  const showRating = () => {
    for (const [name, button] of Object.entries(buttons))
      button.setAttribute("aria-pressed", String(turn.rating === name));
  };
  for (const [name, label] of [["up", "Helpful"], ["down", "Not helpful"]]) {
    const button = (buttons[name] = document.createElement("button"));
    button.type = "button";
    button.className = `quiet rate rate-${name}`;
    button.textContent = label;
    button.addEventListener("click", () => {
      turn.rating = name;
      form.hidden = false;
      showRating();
      send();
    });
    acts.append(button);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    turn.note = area.value.trim();
    send();
  });
  showRating();
  foot.append(form, status);
};
