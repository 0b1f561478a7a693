/* The tab for the server's owner: who writes, what is followed, the library. HTML comes from the server, which has
   escaped it. */
"use strict";

commentary.owner = (element, props, trigger, server, watch) => {
  const { el, toast } = commentary;
  const SILENCE_MS = 9000; // after this long without a message, the page checks that the server is running
  const $ = (selector) => element.querySelector(selector);
  let working = null; // { id, act, value } of what is being done
  let lastMessageAt = 0;

  const outcomeOf = (act) => [...element.querySelectorAll(".owner-outcome")].find((each) => each.dataset.acts.split(" ").includes(act));
  const fieldOf = (act) => element.querySelector(`form[data-act="${act}"] input`);

  /* Shows writers and sources as they are now; the button that had the focus has it again. */
  async function show() {
    const { act, value } = document.activeElement?.dataset || {};
    const isInside = element.contains(document.activeElement);
    const reply = await server.show(null).catch(() => null);
    commentary.put($(".owner-writers"), reply && !reply.error ? { html: reply.writers } : reply);
    if (!reply || reply.error) return;
    $(".owner-sources").innerHTML = reply.sources;
    if (working) disable(true);
    if (!isInside || !act || document.activeElement !== document.body) return;
    const same = [...element.querySelectorAll(".owner-act")].find((each) => each.dataset.act === act && each.dataset.value === value);
    (same || $(".chosen-writer .owner-act") || $(".owner-act")).focus({ preventScroll: true });
  }

  function disable(isWorking) {
    // Not with "disabled": that would take the focus away from the button that was pressed.
    for (const button of element.querySelectorAll(".owner-act, .owner-form button")) button.toggleAttribute("aria-disabled", isWorking);
    for (const button of element.querySelectorAll("[aria-disabled]")) button.setAttribute("aria-disabled", "true");
  }

  function begin(act, value = "") {
    if (working) return;
    working = { id: commentary.store.id(), act, value };
    lastMessageAt = Date.now();
    disable(true);
    fieldOf(act)?.removeAttribute("aria-invalid");
    const bar = el("progress", { "aria-label": "Progress", max: "1" });
    outcomeOf(act).replaceChildren(el("p.meta", { text: "…" }), bar);
    trigger("submit", working);
  }

  function receive(message) {
    if (!working || message.id !== working.id) return;
    lastMessageAt = Date.now();
    const outcome = outcomeOf(message.act);
    if (message.state === "working") {
      const bar = outcome.querySelector("progress");
      outcome.querySelector("p").textContent = message.say;
      if (message.share === null) bar.removeAttribute("value");
      else bar.value = message.share;
      if (!$(".owner-say").textContent) $(".owner-say").textContent = message.say;
      return;
    }
    end(message, outcome);
  }

  function end(message, outcome) {
    const { act, value } = working;
    working = null;
    disable(false);
    outcome.innerHTML = message.html;
    $(".owner-say").textContent = message.say;
    const isDone = message.state === "done" && !outcome.querySelector(".bad");
    const field = fieldOf(act);
    if (field && !isDone) {
      field.setAttribute("aria-invalid", "true");
      field.focus();
    } else if (act === "follow") field.value = "";
    show();
    if (["use", "look", "follow"].includes(act)) {
      commentary.refresh?.();
      commentary.recount?.();
    }
    if (act === "unfollow" && isDone) toast.show("No longer followed; its articles stay.", () => begin("follow", value));
  }

  commentary.ownerLost = () => {
    if (!working) return;
    const line = "The server did not answer; it may be busy or gone. Try again in a moment.";
    const outcome = outcomeOf(working.act);
    end({ state: "failed", say: line, html: "" }, outcome);
    outcome.replaceChildren(el("p.bad", { text: line }));
  };

  element.addEventListener("click", (event) => {
    const button = event.target.closest(".owner-act");
    if (button && button.getAttribute("aria-disabled") !== "true") begin(button.dataset.act, button.dataset.value);
    const copy = event.target.closest(".copy-lines");
    if (copy) commentary.copy(copy, $(".keep-choice pre").textContent);
  });
  for (const form of element.querySelectorAll("form"))
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      begin(form.dataset.act, form.querySelector("input").value.trim());
    });
  setInterval(() => {
    if (working && Date.now() - lastMessageAt > SILENCE_MS)
      fetch("health", { signal: AbortSignal.timeout(SILENCE_MS) }).then(
        () => (lastMessageAt = Date.now()),
        commentary.ownerLost,
      );
  }, SILENCE_MS / 3);
  watch("value", () => props.value && props.value.id && receive(props.value));
  show();
};
