import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./page_scripts.mjs";

const at = (path) => {
  const { commentary, window } = open(["dom.js", "address.js"], { address: `http://127.0.0.1:7860/${path}` });
  return { ...commentary, window };
};

test("what the address says is read, and nothing else", () => {
  const { address } = at("?tab=articles&conversation=c1&read=an-id&quote=3-19&author=Ada&author=Ben&since=2024&color=red");
  const now = address.read();
  assert.deepEqual(now, {
    tab: "articles", conversation: "c1", article: "an-id", quote: [3, 19], question: null,
    filters: { author: ["Ada", "Ben"], since: "2024" },
  });
  assert.deepEqual(at("").address.read(), {
    tab: "ask", conversation: null, article: null, quote: [0], question: null, filters: {},
  });
});

test("what is gone to is read again, with any letters", () => {
  const { address } = at("");
  const filters = { author: ["Ada & Co", "Çelik"], topic: ["a=b"], until: "June 2024" };
  address.go({ conversation: "c1", read: "an-id", ...filters });
  const { conversation, article, filters: read } = address.read();
  assert.deepEqual({ conversation, article, filters: read }, { conversation: "c1", article: "an-id", filters });
});

test("a part that is null or empty is taken out, and the others stay", () => {
  const { address, window } = at("?tab=articles&author=Ada&q=Why%3F");
  address.go({ q: null, author: [] });
  assert.equal(window.location.search, "?tab=articles");
});

test("Back leads to the address before, and those that listen are told of it", () => {
  const { address, window } = at("");
  const seen = [];
  address.onChange((now) => seen.push(now.tab));
  address.go({ tab: "articles" });
  assert.equal(window.history.state.steps, 1);
  window.history.back();
  assert.deepEqual(seen, ["ask"]);
});

test("a replaced address, and the same one again, are no steps", () => {
  const { address, window } = at("");
  address.go({ author: ["Ada"] }, { replace: true });
  address.go({ author: ["Ada"] });
  assert.equal(window.entries.length, 1);
  assert.equal(window.history.state.steps, 0);
});

test("an answer in the fragment stays while the page follows what is on it, and goes with a step", () => {
  const { address, window } = at("#answer=abc");
  address.go({ since: "2024" }, { replace: true });
  assert.equal(window.location.hash, "#answer=abc");
  address.go({ tab: "articles" });
  assert.equal(window.location.hash, "");
});

test("a question to share has its filters, and nothing of where it was asked", () => {
  const { address } = at("?tab=articles&conversation=c1#answer=abc");
  const shared = new URL(address.question("Why & how?", { author: ["Ada", "Ben"] }));
  assert.equal(shared.hash, "");
  assert.deepEqual([...shared.searchParams], [["author", "Ada"], ["author", "Ben"], ["q", "Why & how?"]]);
});
