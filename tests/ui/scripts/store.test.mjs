import assert from "node:assert/strict";
import { test } from "node:test";
import { open, Storage } from "./page_scripts.mjs";

const tab = (storage) => open(["dom.js", "store.js"], { storage }).commentary.store;
const turn = (id, asked, changed = asked) => ({ id, question: `Question ${id}?`, asked, changed });
const ids = (conversation) => conversation.turns.map((each) => each.id);

/* One conversation that is open in two tabs. */
function inTwoTabs(turns) {
  const storage = new Storage();
  const [first, second] = [tab(storage), tab(storage)];
  const conversation = { ...first.begin(), turns };
  first.save(conversation);
  return { storage, first, second, here: first.load(conversation.id), there: second.load(conversation.id) };
}

test("what two tabs add is kept by both saves, in the order in which it was asked", () => {
  const { first, second, here, there } = inTwoTabs([turn("a", 1)]);
  here.turns.push(turn("c", 3));
  there.turns.push(turn("b", 2));
  first.save(here);
  second.save(there);
  assert.deepEqual(ids(first.load(here.id)), ["a", "b", "c"]);
  first.save(here);
  assert.deepEqual(ids(here), ["a", "b", "c"]);
});

test("a turn that one tab removed does not come back with the other tab's save", () => {
  const { first, second, here, there } = inTwoTabs([turn("a", 1), turn("b", 2)]);
  first.remove(here, here.turns.filter((each) => each.id === "b"));
  first.save(here);
  second.save(there);
  assert.deepEqual(ids(second.load(here.id)), ["a"]);
});

test("a removal that is taken back is later than the removal", async () => {
  const { first, second, here, there } = inTwoTabs([turn("a", 1), turn("b", 2)]);
  const removed = here.turns.filter((each) => each.id === "a");
  first.remove(here, removed);
  first.save(here);
  await new Promise((done) => setTimeout(done, 5));
  first.restore(here, removed);
  first.save(here);
  second.save(there);
  assert.deepEqual(ids(second.load(here.id)), ["a", "b"]);
});

test("of a turn that both tabs have changed the later change stays", () => {
  const { first, second, here, there } = inTwoTabs([turn("a", 1)]);
  here.turns[0] = { ...turn("a", 1, 9), record: { text: "later" } };
  there.turns[0] = { ...turn("a", 1, 5), record: { text: "earlier" } };
  first.save(here);
  second.save(there);
  assert.equal(first.load(here.id).turns[0].record.text, "later");
});

test("the name that was given last stays", () => {
  const { first, second, here, there } = inTwoTabs([turn("a", 1)]);
  first.save(Object.assign(here, { title: "Named here", named: 20 }));
  second.save(Object.assign(there, { title: "Named there", named: 10 }));
  assert.equal(first.load(here.id).title, "Named here");
});

test("where there is no room the oldest conversations go, and the new one is kept", () => {
  const store = tab(new Storage(4_000));
  const saved = [];
  for (let number = 0; number < 9; number += 1) {
    const conversation = { ...store.begin(), turns: [{ ...turn(`t${number}`, number), question: "x".repeat(600) }] };
    assert.equal(store.save(conversation), true);
    saved.push(conversation.id);
  }
  const left = store.list().map((each) => each.id);
  assert.ok(left.includes(saved.at(-1)));
  assert.ok(!left.includes(saved[0]));
});

test("a conversation that is larger than the whole storage is told, and nothing breaks", () => {
  const store = tab(new Storage(1_000));
  assert.equal(store.save({ ...store.begin(), turns: [{ ...turn("a", 1), question: "x".repeat(2_000) }] }), false);
});

test("at most a hundred conversations are kept", () => {
  const store = tab(new Storage());
  for (let number = 0; number < 105; number += 1) store.save({ ...store.begin(), turns: [turn("a", number)] });
  assert.equal(store.list().length, 100);
});

test("what is damaged or forged is no conversation", () => {
  const storage = new Storage();
  const forged = ["{", "null", "[]", '{"turns": 3}', '{"id": "x", "turns": [null, 3, {"id": 4}, {"id": "a", "question": "Why?"}]}'];
  forged.forEach((text, number) => storage.setItem(`commentary.conversation.${number}`, text));
  assert.deepEqual(tab(storage).list().map(ids), [["a"]]);
});

test("a browser without storage keeps conversations as long as the page", () => {
  const { commentary } = open(["dom.js", "store.js"], { storage: null });
  const conversation = { ...commentary.store.begin(), turns: [turn("a", 1)] };
  assert.equal(commentary.store.lasting, false);
  assert.equal(commentary.store.save(conversation), true);
  assert.deepEqual(ids(commentary.store.load(conversation.id)), ["a"]);
});

test("ids are 128 random bits, as the server expects them", () => {
  const store = tab(new Storage());
  const made = Array.from({ length: 200 }, store.id);
  assert.ok(made.every((id) => /^[0-9a-f]{32}$/.test(id)));
  assert.equal(new Set(made).size, 200);
});
