import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { open } from "./page_scripts.mjs";

const at = (address = "http://127.0.0.1:7860/") => open(["dom.js", "address.js", "share.js"], { address }).commentary.share;
const ANSWER = { question: "Why?", text: "Weil Çelik “so” schreibt 🙂\u0000 <b>", citations: [{ number: 1 }] };

test("an answer comes out of its link as it went in", async () => {
  const link = await at().link({ record: ANSWER, asked: 1_700_000_000_000 });
  assert.match(link, /^http:\/\/127\.0\.0\.1:7860\/#answer=[\w-]+$/);
  assert.deepEqual(await at(link).received(), { record: ANSWER, asked: 1_700_000_000_000 });
});

test("a link that a mail program would cut is not made", async () => {
  const record = { ...ANSWER, text: randomBytes(60_000).toString("base64") };
  assert.equal(await at().link({ record, asked: 1 }), null);
  // What repeats itself fits.
  assert.ok(await at().link({ record: { ...ANSWER, text: "again ".repeat(20_000) }, asked: 1 }));
});

test("a link that was cut or changed is damaged, and an address without one has no answer", async () => {
  const link = await at().link({ record: ANSWER, asked: 1 });
  for (const cut of [link.slice(0, -9), `${link.slice(0, 40)}`, "http://127.0.0.1:7860/#answer=%%%", "http://127.0.0.1:7860/#answer="])
    assert.deepEqual(await at(cut).received(), { damaged: true });
  assert.equal(await at("http://127.0.0.1:7860/#quote").received(), null);
  assert.equal(await at().received(), null);
});
