/* The filters: in their fields, in the page's address, so that a view can be shared, and in words. */
"use strict";

commentary.filters = (element) => {
  const ALL = { author: "by", source: "in", topic: "on", since: "since", until: "until" };
  const field = (name) => element.querySelector(`.fields [name=${name}]`);
  const inWords = ([name, value]) => `${ALL[name] || name} ${value}`;

  const chosen = () =>
    Object.fromEntries(
      Object.keys(ALL)
        .map((name) => [name, field(name).value.trim()])
        .filter(([, value]) => value),
    );

  function address(some, question) {
    const url = new URL(window.location.href);
    for (const name of [...Object.keys(ALL), "q"]) url.searchParams.delete(name);
    for (const [name, value] of Object.entries(some)) url.searchParams.set(name, value);
    if (question) url.searchParams.set("q", question);
    return url.toString();
  }

  function changed() {
    const words = Object.entries(chosen()).map(inWords).join(", ");
    element.querySelector(".chosen").textContent = words && `: ${words}`;
    window.history.replaceState(null, "", address(chosen()));
  }

  function set(some) {
    for (const name of Object.keys(ALL)) field(name).value = some[name] || "";
    changed();
  }

  /* Takes the filters over from the address, and gives the question that stands there. */
  function read() {
    const asked = new URLSearchParams(window.location.search);
    set(Object.fromEntries(asked));
    if (Object.keys(chosen()).length) element.querySelector(".filters").open = true;
    return asked.get("q");
  }

  for (const name of Object.keys(ALL)) field(name).addEventListener("change", changed);
  element.querySelector(".no-filters").addEventListener("click", () => set({}));
  return { chosen, set, read, address, inWords };
};
