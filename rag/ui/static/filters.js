/* The filters: in their fields, in words, and in the page's address, so that a view can be shared. */
"use strict";

commentary.filters = (element) => {
  const WORDS = { author: "by", source: "in", topic: "on", since: "since", until: "until" };
  const field = (name) => element.querySelector(`.fields [name=${name}]`);
  const inWords = ([name, value]) => `${WORDS[name] || name} ${value}`;

  const chosen = () =>
    Object.fromEntries(
      Object.keys(WORDS)
        .map((name) => [name, field(name).value.trim()])
        .filter(([, value]) => value),
    );

  function address(values, question) {
    const url = new URL(window.location.href);
    for (const name of [...Object.keys(WORDS), "q"]) url.searchParams.delete(name);
    for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
    if (question) url.searchParams.set("q", question);
    return url.toString();
  }

  function changed() {
    const words = Object.entries(chosen()).map(inWords).join(", ");
    element.querySelector(".chosen").textContent = words && `: ${words}`;
    window.history.replaceState(null, "", address(chosen()));
  }

  function set(values) {
    for (const name of Object.keys(WORDS)) field(name).value = values[name] || "";
    changed();
  }

  /* Sets the filters to those in the address, and returns the question in it. */
  function read() {
    const parameters = new URLSearchParams(window.location.search);
    set(Object.fromEntries(parameters));
    if (Object.keys(chosen()).length) element.querySelector(".filters").open = true;
    return parameters.get("q");
  }

  for (const name of Object.keys(WORDS)) field(name).addEventListener("change", changed);
  element.querySelector(".no-filters").addEventListener("click", () => set({}));
  return { chosen, set, read, address, inWords };
};
