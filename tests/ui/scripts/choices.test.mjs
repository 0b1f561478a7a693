/* Filters, months, the table, pins and preferences: what is chosen after what. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, Storage } from "./page_scripts.mjs";

const SCRIPTS = ["dom.js", "store.js", "address.js", "filters.js", "timeline.js", "pins.js", "settings.js", "articles.js"];
const { filterValues, toggledPeriod, tableRequest } = open(SCRIPTS).commentary;
const PIN = (id) => ({ id, quote: `Quote ${id}`, record: {} });

test("one value of several is taken out, and a name without values goes", () => {
  const filters = { author: ["Ada", "Ben"], since: "2024" };
  assert.deepEqual(filterValues.without(filters, ["author", "Ada"]), { author: ["Ben"], since: "2024" });
  assert.deepEqual(filterValues.without({ author: ["Ben"], since: "2024" }, ["author", "Ben"]), { since: "2024" });
  assert.deepEqual(filterValues.without(filters, ["since", "2024"]), { author: ["Ada", "Ben"] });
  // A conversation of an earlier version has one value in place of a list.
  assert.deepEqual(filterValues.without({ author: "Ada" }, ["author", "Ada"]), {});
  assert.deepEqual(filterValues.pairs({ author: ["Ada", ""], topic: "Trade", until: "" }), [["author", "Ada"], ["topic", "Trade"]]);
  assert.deepEqual(filterValues.pairs(null), []);
});

test("what is typed finds values by all its words in any order, without those that are chosen", () => {
  const offered = ["House Rules", "Kitchen Table", "The Asia Desk", "House Money"].map((value) => ({ kind: "author", value, label: value }));
  const found = (lists, typed) => filterValues.matching(offered, lists, typed).map((each) => each.value);
  assert.deepEqual(found({}, "  rules HOUSE "), ["House Rules"]);
  assert.deepEqual(found({ author: ["House Rules"] }, "house"), ["House Money"]);
  assert.deepEqual(found({}, "nothing like it"), []);
  assert.equal(found({}, "").length, 4);
});

test("a month that is clicked twice is taken back, and another one takes its place", () => {
  assert.equal(toggledPeriod("", "2024-06"), "2024-06");
  assert.equal(toggledPeriod("2024-06", "2024-06"), "");
  assert.equal(toggledPeriod("2024-06", "2024-07"), "2024-07");
});

test("another author, topic or word is listed at any time, from the first page", () => {
  const inJune = { ...tableRequest.inPeriod(tableRequest.first, "2024-06"), page: 2 };
  for (const changes of [{ author: "Ada" }, { topic: "Trade" }, { search: "tariff" }]) {
    const request = tableRequest.narrowed(inJune, changes);
    assert.deepEqual(request, { ...tableRequest.first, ...changes });
  }
  assert.equal(inJune.period, "2024-06");
  const narrowed = tableRequest.narrowed(tableRequest.first, { author: "Ada" });
  assert.deepEqual(tableRequest.inPeriod({ ...narrowed, page: 3 }, "2024-06"), { ...narrowed, period: "2024-06", page: 0 });
});

test("a column is sorted the other way round by a second click; dates begin with the newest", () => {
  const byTitle = tableRequest.sorted({ ...tableRequest.first, page: 4 }, "title");
  assert.deepEqual([byTitle.sort, byTitle.descending, byTitle.page], ["title", false, 0]);
  assert.equal(tableRequest.sorted(byTitle, "title").descending, true);
  assert.equal(tableRequest.sorted(byTitle, "published").descending, true);
});

test("a pin moves by one place, and not beyond the ends", () => {
  const { pins } = open(SCRIPTS).commentary;
  const three = ["a", "b", "c"].map(PIN);
  const order = (moved) => moved && moved.map((pin) => pin.id).join("");
  assert.equal(order(pins.moved(three, "b", -1)), "bac");
  assert.equal(order(pins.moved(three, "b", 1)), "acb");
  assert.equal(pins.moved(three, "a", -1), null);
  assert.equal(pins.moved(three, "c", 1), null);
  assert.equal(pins.moved(three, "another", 1), null);
  assert.equal(order(three), "abc");
});

test("what is stored as pins and is none is left out", () => {
  const storage = new Storage();
  for (const text of ["3", "{}", '"x"', "null"]) {
    storage.setItem("commentary.pins", text);
    assert.deepEqual(open(SCRIPTS, { storage }).commentary.pins.list(), []);
  }
  storage.setItem("commentary.pins", JSON.stringify([null, { id: 3 }, PIN("a"), { id: "b", quote: "x" }]));
  assert.deepEqual(open(SCRIPTS, { storage }).commentary.pins.list().map((pin) => pin.id), ["a"]);
});

test("preferences that are none become the defaults", () => {
  const storage = new Storage();
  storage.setItem("commentary.preferences", JSON.stringify({ length: "endless", keys: "<b>", theme: "dark", size: "130" }));
  const { commentary, classes, document } = open(SCRIPTS, { storage });
  assert.equal(commentary.preferences.answerLength(), "normal");
  assert.equal(commentary.preferences.hasKeys(), true);
  assert.ok(classes.has("dark"));
  assert.equal(document.documentElement.style.fontSize, "130%");
  storage.setItem("commentary.preferences", JSON.stringify({ length: "short", keys: "off", theme: "light" }));
  const light = open(SCRIPTS, { storage, isDark: true });
  assert.equal(light.commentary.preferences.answerLength(), "short");
  assert.equal(light.commentary.preferences.hasKeys(), false);
  assert.ok(!light.classes.has("dark"));
});
