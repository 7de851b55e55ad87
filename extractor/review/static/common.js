// What both working pages share. Text from documents enters the page as text nodes only: nothing here takes markup.

export const config = JSON.parse(document.getElementById("content").dataset.config);

/** A text of the page's language, with {names} filled in. */
export function t(name, values = {}) {
  const text = config.words[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

export function has(name) {
  return name in config.words;
}

/** A word of a choice (status, role, disposition ...) in the page's language, or itself. */
export function word(code) {
  return has(`w.${code}`) ? t(`w.${code}`) : String(code);
}

/** An element with attributes, listeners (`onclick`) and children; strings become text nodes. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function svg(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** Text of a document: Chinese whatever the page's language, for fonts and voices. */
export function zh(tag, attributes, ...children) {
  return el(tag, { lang: "zh-CN", ...attributes }, ...children);
}

export class Refusal extends Error {
  constructor(status, data) {
    super(data.reason || String(status));
    this.status = status;
    this.data = data;
  }
}

/** Ask the server. Throws a Refusal; status 0 means that nothing of this server answered. */
export async function api(path, body) {
  const init = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  let response, data;
  try {
    response = await fetch(`${config.base}/api/${path}`, init);
    data = await response.json();
  } catch {
    throw new Refusal(response && response.status === 413 ? 413 : 0, { code: "offline", reason: "" });
  }
  if (!response.ok) throw new Refusal(response.status, data);
  return data;
}

export function query(values) {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "" && value != null)).toString();
}

/** Say it to a screen reader. */
export function say(text) {
  document.getElementById("live").textContent = text;
}

/** Show a message above the page until the next one; an empty text takes it away. */
export function banner(text, kind = "") {
  const place = document.getElementById("banner");
  place.replaceChildren(...(text ? [el("p", { class: `banner ${kind}` }, text)] : []));
}

/** Tell what went wrong in the words of the page. */
export function complain(error) {
  if (!(error instanceof Refusal)) throw error;
  const { code, where, reason } = error.data;
  if (error.status === 0) banner(t("offline"), "error");
  else if (error.status === 409) {
    const { current } = error.data;
    const told = current ? `${t(`verdict.${current.verdict}`)} (${clock(current.time)})` : t("conflict_none");
    banner(t("conflict", { current: told }), "error");
  } else if (code === "gone") banner(t("gone"), "error");
  else if (where === "undo") banner(t("nothing_to_undo"));
  else banner(t("failed", { reason: invalid(where, reason) }), "error");
}

/** What is wrong with a field. The server's own words are English. */
export function invalid(where, reason) {
  const known = has(`invalid.${where}`) ? t(`invalid.${where}`) : null;
  if (config.lang === "zh") return known ?? t("invalid.any");
  return known ?? `${where} ${reason}`;
}

export function clock(time) {
  const at = new Date(time);
  const two = (n) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Whether a key press is meant as a command: not while one types, not with Ctrl, Alt or Meta, not held down. */
export function isCommand(event) {
  const target = event.target;
  const typing = target instanceof HTMLElement
    && (target.matches("input:not([type=checkbox]), textarea, select") || target.isContentEditable);
  return !(typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing);
}

const SETTING = "extractor.single-keys";

export function singleKeys() {
  return sessionStorage.getItem(SETTING) !== "off";
}

export function setSingleKeys(on) {
  sessionStorage.setItem(SETTING, on ? "on" : "off");
}

const KEYS = [
  ["a", "key.a"], ["r", "key.r"], ["c", "key.c"], ["s", "key.s"], ["u", "key.u"], ["j →", "key.j"], ["k ←", "key.k"],
  ["t", "key.t"], ["1–9", "key.19"], ["n", "key.n"], ["d", "key.d"], ["p", "key.p"], ["Enter", "key.enter"],
  ["?", "key.help"],
];

/** Show or hide the list of keys. */
export function toggleHelp() {
  const dialog = document.getElementById("help");
  if (dialog.open) {
    dialog.close();
    return;
  }
  dialog.replaceChildren(
    el("h2", { id: "help-title" }, t("help_title")),
    el("dl", { class: "keys" }, KEYS.map(([key, name]) => [
      el("dt", {}, key.split(" ").map((one) => [el("kbd", {}, one), " "])), el("dd", {}, t(name)),
    ])),
    el("button", { type: "button", autofocus: true, onclick: () => dialog.close() }, t("close")),
  );
  dialog.showModal();
}
