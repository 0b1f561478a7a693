/* The table of articles, the results of adding, and the newest eval report. */
"use strict";

// Shows the server's reply: its HTML, which the server has escaped, or a line that says why there is none.
commentary.put = (container, reply) => {
  if (reply && reply.html) container.innerHTML = reply.html;
  else {
    container.innerHTML = '<p class="notice" role="alert"></p>';
    container.firstChild.textContent = (reply && reply.error) || "The server did not answer. Try again in a moment.";
  }
};

commentary.report = async (element, server) =>
  commentary.put(element.querySelector(".newest-report"), await server.report().catch(() => null));

/* Requests for a page of the table. Whatever lists other articles begins at the first page; other authors, topics and
   words also at any time, because a month of the articles before may have none of these. */
commentary.tableRequest = {
  first: { search: "", author: "", topic: "", period: "", sort: "published", descending: true, page: 0 },
  narrowed: (request, changes) => ({ ...request, ...changes, period: "", page: 0 }),
  inPeriod: (request, period) => ({ ...request, period, page: 0 }),
  sorted(request, column) {
    const descending = request.sort === column ? !request.descending : column === "published";
    return { ...request, sort: column, descending, page: 0 };
  },
};

commentary.catalogue = (element, server) => {
  const { tableRequest } = commentary;
  const rows = element.querySelector(".catalogue-rows");
  const search = element.querySelector("input[type=search]");
  const confirm = element.querySelector("dialog.confirm");
  const none = element.querySelector(".no-matches");
  none.querySelector("button").addEventListener("click", () => {
    for (const field of [search, ...pickers]) field.value = "";
    narrow({ search: "", author: "", topic: "" });
    search.focus();
  });
  let request = tableRequest.first;
  const listed = () => ({ search: search.value, author: request.author, topic: request.topic, period: request.period });
  const pickers = [...element.querySelectorAll(".catalogue-top select")];
  const written = element.querySelector(".written"), writtenBody = written.querySelector(".written-body");
  let lastRequest = 0, lastWritten = 0, articleToRemove = null;

  async function show(focus) {
    const thisRequest = ++lastRequest;
    const reply = await server.catalogue(request).catch(() => null);
    if (thisRequest !== lastRequest) return; // a newer request has been sent meanwhile
    commentary.put(rows, reply);
    const isEmpty = Boolean(rows.querySelector(".nothing"));
    none.hidden = !isEmpty;
    element.querySelector(".matches").textContent = isEmpty ? "No article matches." : rows.querySelector("caption")?.textContent || "";
    if (focus) rows.querySelector(focus)?.focus({ preventScroll: focus === ".pages" });
  }

  let timer;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => narrow({ search: search.value }), 200);
  });

  function narrow(changes = {}) {
    request = tableRequest.narrowed(request, changes);
    show();
    if (written.open) showWritten();
  }

  for (const select of pickers)
    select.addEventListener("change", () => narrow({ [select.name]: select.value }));
  commentary.offerValues = (reply) => {
    for (const select of pickers) {
      const values = [...reply[`${select.name}s`]].sort(([first], [second]) => first.localeCompare(second));
      select.replaceChildren(new Option("all", ""), ...values.map(([value, count]) => new Option(`${value} (${count})`, value)));
      select.value = request[select.name];
      select.parentElement.hidden = !values.length;
    }
  };
  if (commentary.values) commentary.offerValues(commentary.values);

  // -- how much was written, by month ------------------------------------------------------------------------------------

  const timeline = commentary.timeline(writtenBody, (period) => {
    request = tableRequest.inPeriod(request, period);
    show();
  });
  async function showWritten() {
    const thisRequest = ++lastWritten;
    const reply = await server.written({ ...listed(), period: "" }).catch(() => null);
    if (thisRequest !== lastWritten) return;
    timeline.forget();
    commentary.put(writtenBody, reply);
  }
  written.addEventListener("toggle", () => {
    if (written.open) return showWritten();
    if (request.period) narrow();
  });

  rows.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.sort) {
      request = tableRequest.sorted(request, button.dataset.sort);
      show(`[data-sort="${request.sort}"]`);
    } else if (button.dataset.page) {
      request = { ...request, page: Number(button.dataset.page) };
      // The next page begins at its top.
      show(".open-article").then(() => element.scrollIntoView({ block: "start" }));
    } else if (button.classList.contains("open-article")) {
      commentary.reader.open({ article: button.dataset.article, spans: [] }, button);
    } else if (button.classList.contains("remove")) {
      articleToRemove = button.dataset.article;
      confirm.querySelector(".what").textContent = button.dataset.title;
      confirm.showModal();
      confirm.querySelector(".cancel").focus();
    }
  });
  confirm.querySelector(".cancel").addEventListener("click", () => confirm.close());
  confirm.querySelector(".really").addEventListener("click", async () => {
    confirm.close();
    const reply = await server.remove(articleToRemove).catch(() => ({ error: "The server did not answer." }));
    await show();
    if (reply.error) {
      const line = document.createElement("p");
      line.className = "notice";
      line.setAttribute("role", "alert");
      line.textContent = reply.error;
      rows.prepend(line);
    }
    commentary.refresh?.();
    search.focus();
  });
  element.querySelector(".cite-list").append(commentary.cite.box(() => ({ listed: listed() }), server, false));
  commentary.recount = () => {
    show();
    if (written.open) showWritten();
  };
  show();
};

commentary.results = (element, watch) => {
  element.setAttribute("role", "status");
  watch("value", () => {
    const finished = element.querySelector("[data-finished]");
    for (const field of document.querySelectorAll("#add-articles [aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
    if (!finished) return;
    const wrong = finished.dataset.failed && document.querySelector(`#add-${CSS.escape(finished.dataset.failed)} :is(textarea, input)`);
    if (wrong) {
      wrong.setAttribute("aria-invalid", "true");
      wrong.setAttribute("aria-describedby", "added");
      wrong.focus();
    }
    commentary.recount?.();
    commentary.refresh?.();
  });
};
