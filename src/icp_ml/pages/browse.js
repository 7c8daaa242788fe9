"use strict";
(() => {
  const content = JSON.parse(document.getElementById("content").textContent);
  const { rows, strings, segments, values } = content;
  const n = rows.id.length;
  const ROW_HEIGHT = 58;
  const TONES = { "Best fit": "best", "Good fit": "good", "Bad fit": "bad" };
  const WORKABLE = { customer: ["no"], excluded: ["no"] }; // what is chosen at first
  const byId = (id) => document.getElementById(id);
  const text = (place) => (place < 0 ? "" : strings[place]);
  const segmentOf = new Map(segments.map((one) => [one.name, one]));
  const segment = (at) => segmentOf.get(text(rows.segment[at]));
  const cell = (column, at) => (column < 0 ? "" : text(values[column].cells[at]));
  const hasPoints = segments.every((one) => one.is_points);
  const count = (number) => number.toLocaleString("en");

  /* Elements: text is only ever set as text. */
  const make = (tag, className = "", words = "", ...children) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (words !== "") made.textContent = words;
    made.append(...children);
    return made;
  };
  const named = (tag, className, words) => {
    const made = make(tag, className, words);
    made.dir = "auto";
    return made;
  };
  const tierMark = (tier) => make("span", `tier tone-${TONES[tier] ?? "none"}`, tier);
  const percent = (share, n = 1) => `${(100 * share).toFixed(n)} %`; // a decimal: 39.6 % reaches a cut-off of 39.5 %
  const points = (number) => `${Number(number.toFixed(2))}`;
  const said = (at, number) => (segment(at).is_points ? points(number) : percent(number));

  /* Filters: each row has its places among the values of each. */
  const folded = (name) => name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const searched = rows.name.map((name, at) => folded(`${name} ${rows.id[at]}`));
  const yesNo = (flags) => flags.map((one) => [one < 0 ? "not known" : one ? "yes" : "no"]);
  const texts = (places) => places.map((one) => text(one) || "not known");
  const ORDERS = {
    tier: ["Best fit", "Good fit", "Bad fit", "Insufficient data"],
    list_tier: ["A", "B", "C"],
  };
  const items = (column) => {
    const { cells, is_list: isList } = values[column];
    return oneSpelling(texts(cells)).map((one) => (isList ? one.split(", ") : [one]));
  };
  const oneSpelling = (each) => {
    const usual = new Map(); // of texts that differ in case alone, the one that most rows have
    const counts = new Map();
    for (const one of each) counts.set(one, (counts.get(one) ?? 0) + 1);
    for (const [one, number] of counts) {
      const other = usual.get(one.toLowerCase());
      if (other === undefined || number > counts.get(other)) usual.set(one.toLowerCase(), one);
    }
    return each.map((one) => usual.get(one.toLowerCase()));
  };
  const makeFacet = (key, words, each) => {
    const counts = new Map();
    for (const one of each.flat()) counts.set(one, (counts.get(one) ?? 0) + 1);
    const fixed = ORDERS[key] ?? ["yes", "no"];
    const place = (one) => (one === "not known" ? 1e6 : fixed.includes(one) ? fixed.indexOf(one) : 1e3);
    const order = (a, b) => place(a) - place(b) || counts.get(b) - counts.get(a) || (a < b ? -1 : 1);
    const names = [...counts.keys()].sort(order);
    const places = new Map(names.map((one, at) => [one, at]));
    return { key, words, names, codes: each.map((one) => [...new Set(one)].map((name) => places.get(name))), chosen: new Set() };
  };
  const facets = [
    makeFacet("segment", "Segment", texts(rows.segment).map((one) => [one])),
    makeFacet("tier", "Tier", texts(rows.tier).map((one) => [one])),
    makeFacet("list_tier", "List tier", texts(rows.list_tier).map((one) => [one])),
    content.industry >= 0 && makeFacet("industry", "Industry", items(content.industry)),
    content.country >= 0 && makeFacet("country", "Country", items(content.country)),
    makeFacet("familiar", "Familiar", yesNo(rows.is_familiar)),
    makeFacet("customer", "Customer", yesNo(rows.is_customer)),
    makeFacet("excluded", "Excluded", yesNo(rows.is_excluded)),
  ].filter((one) => one && (one.key !== "segment" || one.names.length > 1));

  /* The state of the view is the fragment of the address. */
  const state = { search: "", sort: "rank", account: -1, active: -1, visible: [] };
  const placeOf = new Map(rows.id.map((id, at) => [`${text(rows.segment[at])}\n${id}`, at]));
  const standard = (facet) => (WORKABLE[facet.key] ?? []).filter((one) => facet.names.includes(one));
  const isStandard = (facet) => {
    const usual = standard(facet);
    return usual.length === facet.chosen.size && usual.every((one) => facet.chosen.has(facet.names.indexOf(one)));
  };
  const fragment = () => {
    const found = new URLSearchParams();
    if (state.search) found.set("search", state.search);
    for (const one of facets) {
      if (!isStandard(one)) {
        const chosen = [...one.chosen].sort((a, b) => a - b).map((at) => one.names[at]);
        for (const name of chosen.length ? chosen : [""]) found.append(one.key, name);
      }
    }
    if (state.sort !== "rank") found.set("sort", state.sort);
    if (state.account >= 0) {
      found.set("account", rows.id[state.account]);
      if (segments.length > 1) found.set("of", text(rows.segment[state.account]));
    }
    return `#${found}`;
  };
  const remember = (isNew) => {
    const now = fragment();
    if (now === (location.hash || "#")) return;
    history[isNew ? "pushState" : "replaceState"](null, "", now);
  };
  const recall = () => {
    const found = new URLSearchParams(location.hash.slice(1));
    state.search = found.get("search") ?? "";
    state.sort = ["rank", "score", "name"].includes(found.get("sort")) ? found.get("sort") : "rank";
    for (const one of facets) {
      const given = found.has(one.key) ? found.getAll(one.key) : standard(one);
      one.chosen = new Set(given.map((name) => one.names.indexOf(name)).filter((at) => at >= 0));
    }
    const of = found.get("of") ?? segments[0].name;
    state.account = placeOf.get(`${of}\n${found.get("account")}`) ?? -1;
    byId("search").value = state.search;
    byId("sort").value = state.sort;
    narrow();
    showAccount();
  };

  /* Which rows are shown, in which order; each filter counts what the others leave. */
  const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });
  const orders = { rank: Int32Array.from({ length: n }, (_, at) => at) };
  const order = () => {
    if (!orders[state.sort]) {
      const compare = {
        name: (a, b) => collator.compare(rows.name[a], rows.name[b]) || a - b,
        score: (a, b) => rows.score[b] - rows.score[a] || a - b,
      }[state.sort];
      orders[state.sort] = orders.rank.slice().sort(compare);
    }
    return orders[state.sort];
  };
  const narrow = () => {
    const asked = folded(state.search).split(/\s+/).filter(Boolean);
    const set = facets.filter((one) => one.chosen.size);
    for (const one of facets) one.counts = new Int32Array(one.names.length);
    state.visible = [];
    for (const at of order()) {
      if (!asked.every((one) => searched[at].includes(one))) continue;
      const failed = set.filter((one) => !one.codes[at].some((place) => one.chosen.has(place)));
      if (failed.length === 0) state.visible.push(at);
      if (failed.length > 1) continue;
      for (const one of failed.length ? failed : facets) for (const place of one.codes[at]) one.counts[place]++;
    }
    state.active = state.visible.indexOf(state.account);
    for (const one of facets) showFacet(one);
    byId("count").textContent = `${count(state.visible.length)} of ${count(n)} accounts`;
    byId("clear").hidden = !state.search && facets.every(isStandard);
    byId("list").scrollTop = 0;
    showList();
    reveal();
  };

  /* The list: only the rows in sight are in the page. */
  const list = byId("list");
  const showList = () => {
    const first = Math.max(Math.floor(list.scrollTop / ROW_HEIGHT) - 6, 0);
    const last = Math.min(Math.ceil((list.scrollTop + list.clientHeight) / ROW_HEIGHT) + 6, state.visible.length);
    const holder = byId("rows");
    holder.style.height = `${state.visible.length * ROW_HEIGHT}px`;
    const shown = [];
    for (let place = first; place < last; place++) shown.push(rowAt(place));
    if (!state.visible.length) shown.push(make("p", "empty", "No account meets all of this."));
    holder.replaceChildren(...shown);
    if (state.active >= first && state.active < last) list.setAttribute("aria-activedescendant", `row-${state.active}`);
    else list.removeAttribute("aria-activedescendant");
  };
  const rowAt = (place) => {
    const at = state.visible[place];
    const made = make("div", `row${place === state.active ? " is-active" : ""}`);
    made.id = `row-${place}`;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", String(at === state.account));
    made.setAttribute("aria-setsize", state.visible.length);
    made.setAttribute("aria-posinset", place + 1);
    made.style.top = `${place * ROW_HEIGHT}px`;
    made.dataset.place = place;
    const where = [cell(content.industry, at), cell(content.country, at)].filter(Boolean).join(" · ");
    const flags = [rows.is_customer[at] > 0 && "customer", rows.is_excluded[at] > 0 && "excluded"].filter(Boolean);
    const who = make("div", "who", "", named("div", "name", rows.name[at] || rows.id[at]));
    who.append(named("div", "sub", [where, ...flags].filter(Boolean).join(" · ")));
    const fit = make("div", "fit", "", make("div", "score", said(at, rows.score[at])), tierMark(text(rows.tier[at])));
    made.append(make("div", "rank", rows.rank[at] > 0 ? count(rows.rank[at]) : "–"), who, fit);
    return made;
  };
  const reveal = () => {
    const top = state.active * ROW_HEIGHT;
    if (state.active < 0) return;
    if (top < list.scrollTop) list.scrollTop = top;
    const least = top + ROW_HEIGHT - list.clientHeight;
    if (list.clientHeight && least > list.scrollTop) list.scrollTop = least;
    showList();
  };

  /* Filters as they are drawn: made once, their counts set anew. */
  const showFacet = (facet) => {
    if (!facet.drawn) drawFacet(facet);
    const chosen = [...facet.chosen].map((at) => facet.names[at]);
    const short = chosen.length === 1 ? chosen[0] : chosen.length;
    facet.title.textContent = chosen.length ? `${facet.words}: ${short}` : facet.words;
    facet.drawn.classList.toggle("is-set", chosen.length > 0);
    facet.lines.forEach((line, at) => {
      line.box.checked = facet.chosen.has(at);
      line.n.textContent = count(facet.counts[at]);
      line.label.classList.toggle("is-none", facet.counts[at] === 0 && !line.box.checked);
    });
  };
  const drawFacet = (facet) => {
    facet.title = make("summary");
    const choices = make("div", "choices");
    choices.setAttribute("role", "group");
    choices.setAttribute("aria-label", facet.words);
    facet.lines = facet.names.map((name, at) => {
      const box = make("input");
      box.type = "checkbox";
      box.addEventListener("change", () => choose(facet, at, box.checked));
      const line = { box, n: make("span", "n"), label: make("label") };
      line.label.append(box, named("span", "", name), line.n);
      choices.append(line.label);
      return line;
    });
    facet.drawn = make("details", "facet", "", facet.title, choices);
    facet.drawn.dataset.facet = facet.key;
    facet.drawn.addEventListener("toggle", () => {
      for (const one of facets) if (facet.drawn.open && one !== facet && one.drawn) one.drawn.open = false;
    });
    byId("facets").append(facet.drawn);
  };
  const choose = (facet, at, isChosen) => {
    if (isChosen) facet.chosen.add(at);
    else facet.chosen.delete(at);
    narrow();
    remember(true);
  };

  /* One account. */
  const section = (heading, ...children) => [make("h3", "", heading), ...children];
  const listed = (className, lines) => make("ul", className, "", ...lines);
  const showAccount = () => {
    const at = state.account;
    const panel = byId("account");
    document.body.classList.toggle("has-account", at >= 0);
    document.title = at < 0 ? `Prospects: ${content.data}` : rows.name[at] || rows.id[at];
    if (at < 0) {
      panel.replaceChildren(hint);
      return;
    }
    const close = make("button", "", "Close");
    close.id = "close";
    close.type = "button";
    close.addEventListener("click", closeAccount);
    const head = make("div", "head", "", named("h2", "", rows.name[at] || rows.id[at]), close);
    const place = rows.rank[at] > 0 ? `rank ${count(rows.rank[at])}` : "not ranked";
    const where = segments.length > 1 ? ` · ${text(rows.segment[at])}` : "";
    const sub = make("div", "note", "", named("span", "", rows.id[at]), `${where} · ${place}`);
    if (rows.list_tier[at] >= 0) sub.append(` · ${text(rows.list_tier[at])} of this list`);
    panel.replaceChildren(
      head, sub, ...fitOf(at), flagsOf(at), reasonsOf(at), ...changesOf(at), ...neighboursOf(at), ...openOf(at),
      ...recordOf(at), footOf(at),
    );
    panel.scrollTop = 0;
  };
  const fitOf = (at) => {
    const line = make("div", "fitline", "", make("span", "big", said(at, rows.score[at])), tierMark(text(rows.tier[at])));
    const chance = `chance of being among the best, if it ${segment(at).condition}`;
    line.append(make("span", "note", segment(at).is_points ? "points of the declared rubric" : chance));
    return [line, scaleOf(at)];
  };
  const most = Math.max(...rows.score, ...segments.map((one) => one.best_fit ?? 0)) * 1.08;
  const scaleOf = (at) => {
    const { best_fit: best, good_fit: good, base_rate: base, is_points: isPoints } = segment(at);
    const end = isPoints ? most : Math.min(most, 1);
    const place = (number) => `${Math.min(Math.max(number / end, 0), 1) * 100}%`;
    const made = make("div", "scale");
    const stops = [[0, "bad"], [good, "good"], [best, "best"]].filter((one) => one[0] !== null);
    stops.forEach(([from, tone], one) => {
      const to = one + 1 < stops.length ? stops[one + 1][0] : end;
      const band = make("div", `band tone-${tone}${one + 1 === stops.length ? " is-last" : ""}`);
      band.style.left = place(from);
      band.style.width = `calc(${place(to)} - ${place(from)})`;
      made.append(band);
    });
    const legend = make("p", "legend note", "");
    const key = (className, label) => legend.append(make("span", className, label));
    if (good !== null) key("tier tone-good", `Good fit from ${said(at, good)}`);
    if (best !== null) key("tier tone-best", `Best fit from ${said(at, best)}`);
    if (base !== null) {
      const line = make("div", "line");
      line.style.left = place(base);
      made.append(line);
      key("base", `base rate ${said(at, base)}`);
    }
    const here = make("div", "here");
    here.style.left = place(rows.score[at]);
    made.append(here);
    made.setAttribute("role", "img");
    made.setAttribute("aria-label", `${said(at, rows.score[at])} on a scale from 0 to ${said(at, end)}`);
    return make("div", "", "", made, legend);
  };
  const flagsOf = (at) => {
    const lines = [];
    if (rows.is_customer[at] > 0) lines.push("A customer already.");
    if (rows.is_excluded[at] > 0) lines.push(`Excluded: ${text(rows.exclusion_reason[at]) || "by a rule"}.`);
    if (rows.rule[at] >= 0) lines.push(`Rule that applies: ${text(rows.rule[at])}.`);
    const byModel = text(rows.model_tier[at]);
    if (byModel && byModel !== text(rows.tier[at])) lines.push(`By the model alone: ${byModel}.`);
    if (rows.unfamiliar[at] >= 0) lines.push(`The model has not seen the like of: ${text(rows.unfamiliar[at])}.`);
    return listed("flags", lines.map((one) => named("li", "", one)));
  };
  const reasonsOf = (at) => {
    const sides = [["Speaks for it", "for", rows.reasons_for[at]], ["Speaks against it", "against", rows.reasons_against[at]]];
    const strongest = Math.max(...sides.flatMap((one) => one[2].filter((_, place) => place % 2)).map(Math.abs), 1e-9);
    return make("div", "reasons", "", ...sides.map(([heading, tone, found]) => {
      const lines = [];
      for (let place = 0; place < found.length; place += 2) {
        const bar = make("div", "bar");
        bar.style.width = `${(Math.abs(found[place + 1]) / strongest) * 100}%`;
        lines.push(make("li", "", "", named("span", "", text(found[place])), bar));
      }
      if (!lines.length) lines.push(make("li", "note", "Nothing."));
      return make("div", tone, "", make("h3", "", heading), make("ol", "", "", ...lines));
    }));
  };
  const changesOf = (at) => {
    const found = rows.changes[at];
    const lines = [];
    for (let place = 0; place < found.length; place += 4) {
      const [tier, words, column, isFixed] = found.slice(place, place + 4);
      const condition = isFixed ? `if the record were wrong and ${text(words)}` : `if ${text(words)}`;
      const line = make("li", "", "", "Would be ", tierMark(text(tier)), " ", named("span", "", condition));
      if (!values[column].is_list) line.append(named("span", "note", `(record says ${cell(column, at)})`));
      lines.push(line);
    }
    if (!lines.length) {
      return section("What would change its tier", make("p", "note", "None of the single values that were tried."));
    }
    const why = "Values to check in the record: each alone would move it by one tier.";
    return section("What would change its tier", make("p", "note", why), listed("changes", lines));
  };
  const neighboursOf = (at) => {
    const side = (heading, places) => make("div", "", "", ...section(heading, listed("plain", places.map((one) => named("li", "", text(one))))));
    const found = [];
    if (rows.similar_best[at].length) found.push(side("Similar best customers", rows.similar_best[at]));
    if (rows.similar_poor[at].length) found.push(side("Nearest poor customer", rows.similar_poor[at]));
    return found.length ? [make("div", "two", "", ...found)] : [];
  };
  const openOf = (at) => {
    const meter = make("meter");
    meter.value = rows.completeness[at];
    meter.setAttribute("aria-label", "Share of the model's attributes that are known");
    const line = make("p", "", "", meter, ` ${percent(rows.completeness[at], 0)} of what the model looks at is known.`);
    const worth = text(rows.worth_finding[at]);
    return section("What is known", line, ...(worth ? [named("p", "", `Worth finding out: ${worth}.`)] : []));
  };
  const recordOf = (at) => {
    const made = make("dl");
    values.forEach((one, column) => {
      const value = cell(column, at);
      made.append(make("dt", "", one.words), named("dd", value ? "" : "is-none", value || "not known"));
    });
    return section("Its record", made);
  };
  const footOf = (at) => {
    const { model, best, kind } = segment(at);
    const words = `Best: ${best}. Model ${model} (${kind.replaceAll("_", " ")}), scored ${content.scored_on}.`;
    return make("p", "note foot", words);
  };

  const open = (at, isNew = true) => {
    state.account = at;
    state.active = state.visible.indexOf(at);
    showList();
    showAccount();
    remember(isNew);
  };
  const closeAccount = () => {
    open(-1);
    list.focus({ preventScroll: true });
  };
  const isPhone = () => matchMedia("(max-width: 760px)").matches;

  /* Keys and pointers. */
  const move = (place) => {
    if (!state.visible.length) return;
    state.active = Math.min(Math.max(place, 0), state.visible.length - 1);
    if (state.account >= 0) open(state.visible[state.active], false);
    reveal();
  };
  const page = () => Math.max(Math.floor(list.clientHeight / ROW_HEIGHT) - 1, 1);
  const KEYS = {
    ArrowDown: () => move(state.active + 1),
    ArrowUp: () => move(state.active - 1),
    PageDown: () => move(state.active + page()),
    PageUp: () => move(state.active - page()),
    Home: () => move(0),
    End: () => move(state.visible.length - 1),
    Enter: () => state.active >= 0 && open(state.visible[state.active]),
    "/": () => byId("search").focus(),
  };
  const escape = () => {
    const shown = facets.find((one) => one.drawn.open);
    if (shown) {
      shown.drawn.open = false;
      shown.title.focus();
    } else if (document.activeElement === byId("search")) list.focus();
    else if (state.account >= 0) closeAccount();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inField = event.target.closest("input, select, button, summary");
    const fromSearch = event.target === byId("search") && ["ArrowDown", "Enter"].includes(event.key);
    if (event.key === "Escape") escape();
    else if (event.key in KEYS && (!inField || fromSearch)) {
      if (fromSearch) list.focus();
      KEYS[event.key]();
      event.preventDefault();
    }
  });
  list.addEventListener("scroll", () => requestAnimationFrame(showList), { passive: true });
  list.addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    if (!row) return;
    open(state.visible[Number(row.dataset.place)]);
    if (isPhone()) byId("account").focus();
  });
  document.addEventListener("click", (event) => {
    for (const one of facets) if (one.drawn.open && !one.drawn.contains(event.target)) one.drawn.open = false;
  });
  byId("search").addEventListener("input", (event) => {
    state.search = event.target.value.trim();
    narrow();
    remember(false);
  });
  byId("sort").addEventListener("change", (event) => {
    state.sort = event.target.value;
    narrow();
    remember(true);
  });
  byId("clear").addEventListener("click", () => {
    state.search = byId("search").value = "";
    for (const one of facets) one.chosen = new Set(standard(one).map((name) => one.names.indexOf(name)));
    narrow();
    remember(true);
  });

  /* The list as a file that a spreadsheet may open: no cell runs as a formula. */
  const safeCell = (value) => {
    const isFormula = /^[=+\-@\t\r\n＝＋－＠]/.test(value) && !/^[-+][\p{L}\p{N}_.]*$/u.test(value);
    return isFormula ? `'${value}` : value;
  };
  const quoted = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const reasonLine = (found) => found.filter((_, place) => place % 2 === 0).map(text).join("; ");
  const yes = (flag) => (flag < 0 ? "" : flag ? "yes" : "no");
  const COLUMNS = {
    account_id: (at) => rows.id[at],
    name: (at) => rows.name[at],
    segment: (at) => text(rows.segment[at]),
    fit_rank: (at) => (rows.rank[at] > 0 ? String(rows.rank[at]) : ""),
    [hasPoints ? "rubric_points" : "fit_probability"]: (at) => String(rows.score[at]),
    tier: (at) => text(rows.tier[at]),
    list_tier: (at) => text(rows.list_tier[at]),
    industry: (at) => cell(content.industry, at),
    country: (at) => cell(content.country, at),
    reasons_for: (at) => reasonLine(rows.reasons_for[at]),
    reasons_against: (at) => reasonLine(rows.reasons_against[at]),
    worth_finding: (at) => text(rows.worth_finding[at]),
    is_customer: (at) => yes(rows.is_customer[at]),
    is_excluded: (at) => yes(rows.is_excluded[at]),
  };
  byId("download").addEventListener("click", () => {
    const write = (cells) => cells.map((one) => quoted(safeCell(one))).join(",");
    const lines = state.visible.map((at) => write(Object.values(COLUMNS).map((one) => one(at))));
    const file = new Blob(["\ufeff", [write(Object.keys(COLUMNS)), ...lines, ""].join("\r\n")], { type: "text/csv" });
    const link = make("a");
    link.href = URL.createObjectURL(file);
    link.download = `prospects_${content.data}_${content.scored_on}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  });

  /* Paper: the account that is open, else the whole filtered list. */
  const printed = byId("printed");
  window.addEventListener("beforeprint", () => {
    printed.hidden = state.account >= 0;
    if (state.account >= 0) return;
    const heads = ["Rank", "Name", "Industry", "Country", "Tier", hasPoints ? "Points" : "Probability", "Speaks for it most"];
    const head = make("thead", "", "", make("tr", "", "", ...heads.map((one) => make("th", "", one))));
    const lines = state.visible.map((at) => make(
      "tr", "", "",
      make("td", "number", rows.rank[at] > 0 ? count(rows.rank[at]) : "–"), named("td", "", rows.name[at] || rows.id[at]),
      named("td", "", cell(content.industry, at)), named("td", "", cell(content.country, at)),
      make("td", "", "", tierMark(text(rows.tier[at]))), make("td", "number", said(at, rows.score[at])),
      named("td", "", text(rows.reasons_for[at][0] ?? -1)),
    ));
    printed.replaceChildren(head, make("tbody", "", "", ...lines));
  });
  window.addEventListener("afterprint", () => {
    printed.hidden = true;
    printed.replaceChildren();
  });

  const hint = byId("account").firstElementChild;
  if (hasPoints) byId("sort").options[1].textContent = "by points";
  window.addEventListener("popstate", recall);
  window.addEventListener("resize", showList);
  recall();
  document.body.dataset.ready = "yes";
})();
