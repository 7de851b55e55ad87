// The page where a sample is judged, item by item.

import {
  api, banner, complain, config, el, has, isCommand, query, say, singleKeys, svg, t, toggleHelp, word, zh,
} from "./common.js";
import { Panel } from "./panel.js";

const SIGNS = { accept: "✓", reject: "✗", correct: "✎", skip: "–" };
const find = (id) => document.getElementById(id);

const state = { sample: "", role: "coding", filter: "", at: 0, data: null, list: null, picture: true, request: 0, asked: 0 };
const ahead = new Map();
let panel = null;

// --- moving

function itemAddress(at) {
  return `item?${query({ sample: state.sample, role: state.role, at })}`;
}

/** An item, from what was fetched ahead where it is there: the next one is shown without waiting. */
function fetched(at) {
  const known = ahead.get(at);
  ahead.delete(at);
  return known ?? api(itemAddress(at));
}

function fetchAhead(at) {
  if (at === null || at === undefined || ahead.has(at) || at < 0 || at >= state.data.total) return;
  const coming = api(itemAddress(at));
  coming.catch(() => ahead.delete(at));
  ahead.set(at, coming);
}

/** Show an item. The list beside it follows without being waited for, so that the next key can be pressed at once. */
async function open(at, { focus = true, reload = false } = {}) {
  const request = ++state.request;
  let data;
  try {
    data = await fetched(at);
  } catch (error) {
    complain(error);
    return;
  }
  if (request !== state.request) return; // a later key was faster
  state.at = at;
  state.data = data;
  ahead.clear();
  history.replaceState(null, "", `?${query({ sample: state.sample, role: state.role === "coding" ? "" : state.role, at })}`);
  draw();
  panel.show(data, state.role);
  if (focus) find("headline").focus({ preventScroll: true });
  say(`${t("position", { at: at + 1, total: data.total })}: ${data.quote}`);
  showInList(reload).catch(complain);
  fetchAhead(data.todo);
  fetchAhead(at + 1);
}

async function showInList(reload) {
  const { list } = state;
  if (!list.items.some((line) => line.at === state.at) && state.filter === "") {
    await loadList(Math.floor(state.at / list.size) * list.size);
  } else if (reload) await loadList(list.offset);
  else drawList();
}

function neighbour(step) {
  const places = state.filter === "" ? null : state.list.items.map((line) => line.at);
  if (!places) return state.at + step;
  const beyond = places.filter((at) => (step > 0 ? at > state.at : at < state.at));
  return step > 0 ? beyond[0] : beyond[beyond.length - 1];
}

function move(step) {
  const at = neighbour(step);
  if (at !== undefined && state.data && at >= 0 && at < state.data.total) open(at);
}

// --- the list

async function loadList(offset, fresh = false) {
  const wanted = { sample: state.sample, role: state.role, state: state.filter, offset, fresh: fresh ? 1 : "" };
  const asked = ++state.asked;
  const list = await api(`list?${query(wanted)}`);
  if (asked !== state.asked) return; // a later question was faster
  state.list = list;
  drawList();
}

function drawList() {
  const { list } = state;
  const bar = find("bar");
  bar.max = Math.max(list.total, 1);
  bar.value = list.done;
  find("count").textContent = t("done", { done: list.done, total: list.total });
  find("list").replaceChildren(...list.items.map((line) => {
    const judged = line.state === "judged" || line.state === "skipped";
    const sign = judged ? SIGNS[line.verdict] : line.state === "stale" ? "↻" : line.state === "disagreed" ? "≠" : "·";
    const told = judged ? t(`verdict.${line.verdict}`) : t(`state.${line.state}`);
    const group = { figure: line.label[config.lang] ?? line.group, ledger: word(line.group) }[line.kind] ?? t("kind.sentence");
    return el("li", {}, el("button", {
      type: "button", "data-at": line.at, "aria-current": line.at === state.at ? "true" : undefined, onclick: () => open(line.at),
    },
    el("span", { class: `s ${judged ? line.verdict : line.state}`, role: "img", "aria-label": told, title: told }, sign),
    zh("span", { class: "q" }, line.quote), el("span", { class: "g", title: group }, group)));
  }));
  const from = list.offset + 1, to = list.offset + list.items.length;
  find("more").replaceChildren(...(list.listed > list.size ? [
    el("button", { type: "button", disabled: list.offset === 0, "aria-label": t("previous"), onclick: () => turn(-1) }, "‹"),
    el("span", {}, t("more", { from, to, total: list.listed })),
    el("button", { type: "button", disabled: to >= list.listed, "aria-label": t("next"), onclick: () => turn(1) }, "›"),
  ] : []));
  find("list").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

async function turn(step) {
  try {
    await loadList(state.list.offset + step * state.list.size);
  } catch (error) {
    complain(error);
  }
}

// --- the item

function draw() {
  const { data } = state;
  const d = data.document;
  const address = `${config.base}/${config.lang}/document/${encodeURIComponent(data.doc)}?at=${data.start}`;
  const verdict = data.decision && !data.stale ? data.decision.verdict : null;
  find("item").setAttribute("data-at", state.at);
  find("item").setAttribute("data-key", data.key);
  find("item").replaceChildren(
    el("header", {},
      el("h2", { id: "headline", tabindex: "-1" }, zh("span", {}, data.kind === "sentence" ? t("kind.sentence") : data.quote)),
      el("span", { class: "where" }, t("position", { at: state.at + 1, total: data.total })),
      el("span", { class: "badge" }, t(`kind.${data.kind}`)),
      verdict ? el("span", { class: `badge ${verdict}` }, t(`verdict.${verdict}`)) : null,
      data.stale ? el("span", { class: "badge stale" }, t("state.stale")) : null,
      data.stratum ? zh("span", { class: "badge" }, stratum(data.stratum)) : null),
    zh("p", { class: "about" }, el("b", {}, d.title || d.source || data.doc), d.place ? el("span", {}, d.place) : null,
      d.period ? el("span", {}, d.period) : null, d.publisher && d.publisher !== d.place ? el("span", {}, d.publisher) : null,
      el("a", { href: address, id: "open-document", lang: config.lang === "zh" ? "zh-CN" : "en" }, t("open_document"), " ",
        el("kbd", { "aria-hidden": "true" }, "d"))),
    source(data),
    ...(data.boxes ? [picture(data)] : []),
  );
  find("item").querySelector(".here")?.scrollIntoView({ block: "nearest" });
}

function stratum(name) {
  return has(`stratum.${name}`) ? t(`stratum.${name}`) : has(`w.${name}`) ? word(name) : name;
}

function source({ context }) {
  if (!context) return el("p", { class: "card empty" }, t("no_text"));
  return zh("div", { class: "card source" }, context.map(({ text, mark }) =>
    mark === "here" ? el("mark", { class: "mark here", id: "here" }, text) : mark ? el("span", { class: `mark ${mark}` }, text) : text));
}

/** The page of the source with the boxes on it; the picture comes from the file that was read, or not at all. */
function picture(data) {
  const { page, width, height, boxes, recognised } = data.boxes;
  const title = t("page_picture", { page }) + (recognised ? ` · ${t("recognised")}` : "");
  const frame = el("figure", { class: "card sheet", id: "sheet", tabindex: "0", "aria-label": title, hidden: !state.picture });
  const image = el("img", { src: `${config.base}/page/${encodeURIComponent(data.doc)}/${page}.png`, alt: title });
  image.addEventListener("load", () => {
    const scale = image.clientHeight / height;
    frame.scrollTop = Math.max(0, boxes[0][1] * scale - frame.clientHeight / 3);
  });
  image.addEventListener("error", () => {
    frame.replaceChildren(el("p", { class: "empty" }, t("page_missing", { reason: t("page_changed") })));
  });
  frame.append(el("div", { class: "paper" }, image, svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...boxes.map(([x0, top, x1, bottom]) => svg("rect", { x: x0 - 2, y: top - 2, width: x1 - x0 + 4, height: bottom - top + 4, rx: 2 })))));
  return frame;
}

// --- results

function bar({ low, high, rate }) {
  return svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "base", x: 0, y: 4.5, width: 100, height: 1 }),
    svg("rect", { class: "span", x: low, y: 2.5, width: Math.max(high - low, 0.4), height: 5 }),
    svg("rect", { class: "point", x: Math.max(rate - 0.3, 0), y: 0, width: 0.8, height: 10 }));
}

async function loadRates() {
  let rates;
  try {
    rates = await api(`rates?${query({ sample: state.sample })}`);
  } catch {
    return; // the next decision says it
  }
  const { figures, groups } = rates;
  const place = find("rates");
  const opened = place.querySelector("details")?.open ?? false;
  if (figures.rate === null) {
    place.replaceChildren(el("p", { class: "line" }, t("rate_none")));
    return;
  }
  const range = ({ low, high }) => `${low}–${high} %`;
  place.replaceChildren(
    el("p", { class: "line" }, el("b", {}, t("rate", figures)), el("span", {}, t("interval", figures))),
    bar(figures),
    el("details", { open: opened }, el("summary", {}, t("by_indicator")), el("table", {}, el("tbody", {}, groups.map((group) =>
      el("tr", {}, zh("td", {}, group.group ? group.label[config.lang] ?? group.group : t("figure_none")),
        el("td", { class: "n" }, `${group.errors} / ${group.judged}`), el("td", { class: "n" }, range(group))))))));
}

// --- decisions

async function decided(_, todo) {
  ahead.delete(state.at);
  if (todo === null) {
    ahead.clear();
    await open(state.at, { reload: true });
    banner(t("all_done"));
    say(t("all_done"));
  } else await open(todo, { reload: true });
  loadRates();
}

async function undo() {
  await panel.settled; // a decision that is on its way is the one to take back
  if (panel.busy) return;
  panel.busy = true;
  try {
    // Adjudications are taken back where they stand; codings in the order in which they were made.
    const taken = await api("undo", { role: state.role, key: state.role === "coding" ? "" : state.data?.key ?? "" });
    banner("");
    ahead.clear();
    const at = taken.places[`${state.sample}\n${state.role}`];
    await open(at ?? state.at, { reload: true });
    say(t("undone", { quote: taken.quote }));
    loadRates();
  } catch (error) {
    complain(error);
  } finally {
    panel.busy = false;
  }
}

async function refresh() {
  ahead.clear();
  const message = find("banner").firstChild; // what is told must outlive the reload of the item
  await loadList(state.list.offset, true);
  await open(state.at);
  if (message) find("banner").replaceChildren(message);
}

// --- start

async function start(at = null) {
  ahead.clear();
  try {
    await loadList(0, true);
    if (!state.list.total) {
      state.data = null;
      panel.clear();
      find("item").replaceChildren(el("p", { class: "card empty" }, t("nothing_here")));
      find("rates").replaceChildren();
      return;
    }
    const first = state.filter && state.list.items.length ? state.list.items[0].at : state.list.todo ?? 0;
    await open(Math.min(at ?? first, state.list.total - 1), { focus: false });
    loadRates();
  } catch (error) {
    complain(error);
  }
}

function onKey(event) {
  if (event.key === "Escape" && panel?.form) {
    panel.key("Escape");
    event.preventDefault();
    return;
  }
  if (event.key === "Escape" && event.target instanceof HTMLElement && event.target.id === "note") {
    find("headline")?.focus();
    return;
  }
  if (!isCommand(event)) return;
  if (event.key === "?") {
    toggleHelp();
    event.preventDefault();
    return;
  }
  if (find("help").open || !panel || !singleKeys() || panel.form) return;
  const keys = {
    j: () => move(1), ArrowRight: () => move(1), k: () => move(-1), ArrowLeft: () => move(-1), u: undo,
    t: () => state.data && state.data.todo !== null && open(state.data.todo),
    d: () => find("open-document")?.click(),
    p: () => {
      state.picture = !state.picture;
      const sheet = find("sheet");
      if (sheet) sheet.hidden = !state.picture;
    },
  };
  if (keys[event.key]) keys[event.key]();
  else if (!panel.key(event.key)) return;
  event.preventDefault();
}

function setUp() {
  find("draw").addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = new FormData(event.target);
    const method = String(given.get("method"));
    banner(t("drawing"));
    try {
      const { name } = await api("sample", {
        n: Number(given.get("n")), method, by: method === "stratified" ? ["indicator"] : [], seed: String(given.get("seed")),
      });
      location.assign(`?${query({ sample: name })}`);
    } catch (error) {
      complain(error);
    }
  });
  document.addEventListener("keydown", onKey);
  if (!config.samples.length) return;
  panel = new Panel(find("verdict"), find("acts"), {
    decided, undo, refresh, previous: () => move(-1), next: () => move(1), place: () => ({ sample: state.sample, at: state.at }),
  });
  const given = new URLSearchParams(location.search);
  state.sample = config.samples.includes(given.get("sample")) ? given.get("sample") : config.samples[0];
  state.role = given.get("role") === "adjudication" ? "adjudication" : "coding";
  find("sample").value = state.sample;
  find("role").value = state.role;
  const change = (id, name) => find(id).addEventListener("change", (event) => {
    state[name] = event.target.value;
    event.target.blur();
    start();
  });
  change("sample", "sample");
  change("state", "filter");
  change("role", "role");
  const at = given.get("at");
  start(at !== null && /^\d{1,9}$/.test(at) ? Number(at) : null);
}

setUp();
