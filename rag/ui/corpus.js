/* The articles' table, what an add came to, and the newest eval report. */
"use strict";

// What the server said, as HTML of its making, or a line that says why there is none.
commentary.put = (place, said) => {
  if (said && said.html) place.innerHTML = said.html;
  else {
    place.innerHTML = '<p class="notice" role="alert"></p>';
    place.firstChild.textContent = (said && said.error) || "The server did not answer. Try again in a moment.";
  }
};

commentary.report = async (element, server) =>
  commentary.put(element.querySelector(".newest-report"), await server.report().catch(() => null));

commentary.catalogue = (element, server) => {
  const rows = element.querySelector(".catalogue-rows");
  const search = element.querySelector("input[type=search]");
  const confirm = element.querySelector("dialog.confirm");
  const listed = { search: "", sort: "published", descending: true, page: 0 };
  let asked = 0, leaving = null;

  async function show(focus) {
    const mine = ++asked;
    const said = await server.catalogue(listed).catch(() => null);
    if (mine !== asked) return; // a later search has been made meanwhile
    commentary.put(rows, said);
    element.querySelector(".found").textContent = rows.querySelector("caption")?.textContent || "";
    if (focus) rows.querySelector(focus)?.focus();
  }

  let later;
  search.addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(() => {
      listed.search = search.value;
      listed.page = 0;
      show();
    }, 200);
  });
  rows.addEventListener("click", (event) => {
    const at = event.target.closest("button");
    if (!at) return;
    if (at.dataset.sort) {
      const isSame = listed.sort === at.dataset.sort;
      listed.descending = isSame ? !listed.descending : at.dataset.sort === "published";
      listed.sort = at.dataset.sort;
      listed.page = 0;
      show(`[data-sort="${listed.sort}"]`);
    } else if (at.dataset.page) {
      listed.page = Number(at.dataset.page);
      show(".pager button:not([disabled])");
    } else if (at.classList.contains("open-article")) {
      commentary.reader.open(commentary.read, { article: at.dataset.article, spans: [] }, at);
    } else if (at.classList.contains("remove")) {
      leaving = at.dataset.article;
      confirm.querySelector(".what").textContent = at.dataset.title;
      confirm.showModal();
      confirm.querySelector(".cancel").focus();
    }
  });
  confirm.querySelector(".cancel").addEventListener("click", () => confirm.close());
  confirm.querySelector(".really").addEventListener("click", async () => {
    confirm.close();
    const said = await server.remove(leaving).catch(() => ({ error: "The server did not answer." }));
    await show();
    if (said.error) {
      const line = document.createElement("p");
      line.className = "notice";
      line.setAttribute("role", "alert");
      line.textContent = said.error;
      rows.prepend(line);
    }
    commentary.refresh?.();
    search.focus();
  });
  commentary.recount = () => show();
  show();
};

commentary.results = (element, watch) => {
  element.setAttribute("role", "status");
  watch("value", () => {
    if (!element.querySelector("[data-finished]")) return;
    commentary.recount?.();
    commentary.refresh?.();
  });
};
