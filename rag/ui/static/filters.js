/* What a question is narrowed to: chips that can be taken away, and values to add, each with its number of articles. */
"use strict";

/* Filters are an object: a name with one value, or with a list of values. */
commentary.filterValues = (() => {
  const LISTS = ["author", "source", "topic", "article"];

  /* Filters as pairs of a name and one value. */
  const pairs = (filters) =>
    Object.entries(filters || {}).flatMap(([name, value]) => [value].flat().filter(Boolean).map((each) => [name, each]));

  /* `filters` without one value of one name. */
  function without(filters, [name, value]) {
    const left = [filters[name]].flat().filter((each) => each !== value);
    const { [name]: _, ...others } = filters;
    return left.length && LISTS.includes(name) ? { ...others, [name]: left } : others;
  }

  /* The values of `offered` that contain every word of `typed`, without those in `lists`; without words those of most
     articles, by turns of each kind. */
  function matching(offered, lists, typed) {
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const free = offered.filter(({ kind, value }) => !lists[kind]?.includes(value));
    if (words.length) return free.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
    return ["author", "topic", "source"].flatMap((kind) => free.filter((each) => each.kind === kind).slice(0, kind === "author" ? 4 : 2));
  }
  return { LISTS, pairs, without, matching };
})();

commentary.filters = (element) => {
  const { el, address } = commentary;
  const { LISTS, pairs, without } = commentary.filterValues;
  const $ = (selector) => element.querySelector(selector);
  const WORDS = { author: "by", source: "in", topic: "on", article: "in", since: "since", until: "until" };
  const KINDS = { author: "author", source: "publication", topic: "topic", article: "article" };
  const MAX_SUGGESTED = 8;
  const search = $("#filter-search"), panel = $(".filters");
  let lists = {}; // the values of each list that were chosen
  let offered = []; // { kind, value, label, count } that the library has

  const day = (name) => $(`.days [name=${name}]`);
  const label = (kind, value) => (kind === "article" ? `“${commentary.articleTitles.get(value) || value}”` : value);
  const inWords = ([name, value]) => `${WORDS[name] || name} ${label(name, value)}`;

  function chosen() {
    const filters = {};
    for (const name of LISTS) if (lists[name]?.length) filters[name] = lists[name];
    for (const name of ["since", "until"]) if (day(name).value.trim()) filters[name] = day(name).value.trim();
    return filters;
  }

  /* A chip with a button that calls `drop` with its pair. */
  const chip = (pair, drop, again = "") =>
    el("li", {}, el("span", { text: inWords(pair) }),
      el("button.drop-filter", { text: "×", "aria-label": `${again}without: ${inWords(pair)}`, on: () => drop(pair) }));

  function changed() {
    const list = $(".chosen");
    list.textContent = "";
    const drop = (pair) => {
      set(without(chosen(), pair));
      (list.querySelector("button") || panel.querySelector("summary")).focus();
    };
    list.append(...pairs(chosen()).map((pair) => chip(pair, drop, "Narrow ")));
    list.hidden = !list.children.length;
    address.go(Object.fromEntries(Object.keys(WORDS).map((name) => [name, chosen()[name] || null])), { replace: true });
    suggest();
  }

  function set(filters) {
    lists = {};
    for (const name of LISTS) {
      const values = [filters?.[name] ?? []].flat().filter((value) => typeof value === "string" && value);
      if (values.length) lists[name] = [...new Set(values)];
    }
    for (const name of ["since", "until"]) day(name).value = typeof filters?.[name] === "string" ? filters[name] : "";
    changed();
  }

  const add = ({ kind, value }) => set({ ...chosen(), [kind]: [...(lists[kind] || []), value] });

  const matching = () => commentary.filterValues.matching(offered, lists, search.value);

  function suggest() {
    if (!panel.open) return;
    const list = $(".suggested");
    list.textContent = "";
    const matches = matching();
    for (const each of matches.slice(0, MAX_SUGGESTED)) {
      const count = each.count ? ` · ${each.count.toLocaleString("en")}` : "";
      list.append(el("li", {}, el("button.suggestion", { on: () => { search.value = ""; add(each); search.focus(); } },
        el("span", { text: each.label }), el("span.meta", { text: ` ${KINDS[each.kind]}${count}` }))));
    }
    if (!matches.length) list.append(el("li.meta", { text: search.value.trim() ? "Nothing in the collection matches." : "Nothing more to narrow to." }));
  }

  /* What the library has: [value, number of articles] of each kind, and articles as [id, title]. */
  function offer(values) {
    const of = (kind, list) => (list || []).map(([value, count]) => ({ kind, value, label: value, count }));
    for (const [id, title] of values.titles || []) commentary.articleTitles.set(id, title);
    offered = [
      ...of("author", values.authors), ...of("topic", values.topics), ...of("source", values.sources),
      ...(values.titles || []).map(([id, title]) => ({ kind: "article", value: id, label: title })),
    ];
    changed();
  }

  /* Sets the filters to those in the address, and returns the question in it. */
  function read() {
    const now = address.read();
    set(now.filters);
    return now.question;
  }

  function openPanel() {
    panel.open = true;
    suggest();
    search.focus();
  }

  search.addEventListener("input", suggest);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const [best] = search.value.trim() ? matching() : [];
    if (best) {
      search.value = "";
      add(best);
    }
  });
  panel.addEventListener("toggle", suggest);
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    panel.open = false;
    panel.querySelector("summary").focus();
  });
  for (const name of ["since", "until"]) day(name).addEventListener("change", changed);
  return { chosen, set, read, offer, openPanel, inWords, pairs, without, chip };
};
