// A document with every number coloured by what became of it: step through the numbers, judge any of them.

import { api, banner, complain, config, el, isCommand, query, say, singleKeys, t, toggleHelp, zh } from "./common.js";
import { Panel } from "./panel.js";

const find = (id) => document.getElementById(id);
const main = find("content");
const marks = [...document.querySelectorAll("#text .mark")];
const panel = new Panel(find("verdict"), find("acts"), {
  decided: (verdict) => choose(current, { told: t(`verdict.${verdict}`) }),
  undo, previous: () => move(-1), next: () => move(1), refresh: () => choose(current),
});
let current = -1;
let request = 0;

const shown = (mark) => !main.classList.contains(`off-${mark.classList[1]}`);

async function choose(at, { told = "" } = {}) {
  if (at < 0 || at >= marks.length) return;
  const mark = marks[at];
  if (current >= 0) {
    marks[current].removeAttribute("aria-current");
    marks[current].tabIndex = -1;
  }
  current = at;
  mark.setAttribute("aria-current", "true");
  mark.tabIndex = 0;
  mark.focus({ preventScroll: true });
  mark.scrollIntoView({ block: "center" });
  const mine = ++request;
  const { kind, start, end } = mark.dataset;
  try {
    const data = await api(`item?${query({ doc: config.doc, kind, start, end })}`);
    if (mine !== request) return;
    panel.show(data);
    find("verdict").prepend(el("header", {}, el("h2", { id: "headline", tabindex: "-1" }, zh("span", {}, data.quote))));
    history.replaceState(null, "", `?at=${start}`);
    say(`${told} ${data.quote}: ${mark.title}`);
  } catch (error) {
    complain(error);
  }
}

function move(step) {
  let at = current + step;
  while (at >= 0 && at < marks.length && !shown(marks[at])) at += step;
  choose(at);
}

async function undo() {
  await panel.settled;
  try {
    const taken = await api("undo", { role: "coding", key: panel.data?.key ?? "" });
    banner("");
    await choose(current, { told: t("undone", { quote: taken.quote }) });
  } catch (error) {
    complain(error);
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.form) {
    panel.cancel();
    event.preventDefault();
    return;
  }
  if (event.key === "Escape" && event.target instanceof HTMLElement && event.target.id === "note") {
    marks[current]?.focus();
    return;
  }
  const mark = event.target instanceof HTMLElement ? event.target.closest("#text .mark") : null;
  if (mark && (event.key === "Enter" || event.key === " ")) {
    choose(marks.indexOf(mark));
    event.preventDefault();
    return;
  }
  if (!isCommand(event)) return;
  if (event.key === "?") {
    toggleHelp();
    event.preventDefault();
    return;
  }
  if (find("help").open || !singleKeys() || panel.form) return;
  const keys = { j: () => move(1), ArrowRight: () => move(1), k: () => move(-1), ArrowLeft: () => move(-1), u: undo };
  if (keys[event.key]) keys[event.key]();
  else if (!panel.key(event.key)) return;
  event.preventDefault();
});

find("text").addEventListener("click", (event) => {
  const mark = event.target.closest(".mark");
  if (mark) choose(marks.indexOf(mark));
});

for (const box of document.querySelectorAll(".legend input")) {
  box.addEventListener("change", () => main.classList.toggle(`off-${box.value}`, !box.checked));
}

const wanted = new URLSearchParams(location.search).get("at");
if (wanted !== null && /^\d{1,9}$/.test(wanted)) {
  const at = marks.findIndex((mark) => Number(mark.dataset.end) > Number(wanted));
  if (at >= 0) choose(at);
}
