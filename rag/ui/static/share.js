/* Sharing an answer: a link that asks the question anew, or a link that carries the answer itself in its fragment, which
   no server sees. Whoever opens the second sees which of its quotes stand in the articles of the library. */
"use strict";

commentary.share = (() => {
  const { el, address } = commentary;
  const MARK = "#answer=";
  const MAX_CHARACTERS = 60_000; // of an address; browsers take more, mail programs do not

  const through = async (bytes, stream) =>
    new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
  const toText = (bytes) =>
    btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));

  async function link(turn) {
    const payload = { record: turn.record, asked: turn.asked || Date.now() };
    const packed = await through(new TextEncoder().encode(JSON.stringify(payload)), new CompressionStream("deflate-raw"));
    const text = `${window.location.origin}${window.location.pathname}${MARK}${toText(packed)}`;
    return text.length > MAX_CHARACTERS ? null : text;
  }

  /* The answer in the address; null where there is none, or none that can be read. */
  async function received() {
    if (!window.location.hash.startsWith(MARK)) return null;
    try {
      const packed = toBytes(window.location.hash.slice(MARK.length));
      return JSON.parse(new TextDecoder().decode(await through(packed, new DecompressionStream("deflate-raw"))));
    } catch {
      return { damaged: true };
    }
  }

  /* The two buttons below an answer, shown by one. */
  function box(turn) {
    const details = el("details.share-box", {}, el("summary", { text: "Share" }));
    const status = el("span.meta", { role: "status" });
    const anew = el("button.quiet", {
      text: "Link that asks anew",
      on: (event) => commentary.copy(event.target, address.question(turn.question, turn.filters || {})),
    });
    const whole = el("button.quiet", {
      text: "Link with this answer",
      on: async (event) => {
        const button = event.target, text = await link(turn);
        if (text) commentary.copy(button, text);
        else status.textContent = "The answer is too long for a link; export it instead.";
      },
    });
    details.append(el("p", {}, anew, turn.record && "CompressionStream" in window ? whole : null, status));
    return details;
  }

  /* Shows the answer that the address carries, read-only. */
  async function show(place, server, { keep, anew }) {
    const shared = await received();
    if (!shared) return false;
    place.hidden = false;
    place.textContent = "";
    const reply = shared.damaged ? null : await server.shared({ record: shared.record }).catch(() => null);
    if (!reply || reply.error || !reply.html) {
      place.append(el("p.notice", { role: "alert", text: "The answer in this link cannot be read. The link may have been cut." }));
      return true;
    }
    const asked = Number.isFinite(shared.asked) ? new Date(shared.asked).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" }) : "";
    const turn = el("article.turn", { "data-turn": "shared" }, el("h2.question", { text: reply.question }), el("div.turn-body"));
    turn.querySelector(".turn-body").innerHTML = reply.html; // escaped by the server
    place.append(
      el("div.shared-head", { role: "note" },
        el("p", { text: `An answer that was shared with you${asked ? `, of ${asked}` : ""}. ${reply.checked}` }),
        el("button.quiet.ask-anew", { text: "Ask it here anew", on: () => anew(reply.question) }),
        el("button.quiet.keep-shared", { text: "Keep it in a conversation", on: () => keep(shared.record, reply.question) }),
      ),
      turn,
    );
    return true;
  }
  return { box, show, link, received };
})();
