// The right-hand side: what was extracted, doubts, readings to choose from, and the judgement.

import { api, banner, clock, complain, config, el, invalid, say, setSingleKeys, singleKeys, t, toggleHelp, word, zh } from "./common.js";

const FIELDS = ["subject", "indicator", "period", "region", "status", "role", "modifier", "direction", "heading"];
const FORM = [
  "value", "value_max", "unit", "subject", "indicator", "period", "region", "region_code", "status", "role", "modifier",
  "direction",
];
// What each of several quantities has of its own; the rest they share.
const READING = ["value", "unit", "subject", "indicator"];
const SINGLE = [...READING, "value_max"];
const NOTE = 10000;

let vocabulary = null;

async function words() {
  vocabulary ??= await api("vocabulary");
  return vocabulary;
}

/** Digits in groups of three, for eyes; the field keeps the plain number. */
function grouped(number) {
  const [whole, ...rest] = String(number).split(".");
  return [whole.replace(/\B(?=(\d{3})+(?!\d))/g, ","), ...rest].join(".");
}

function reading(fields) {
  if (fields.readings) return fields.readings.map(reading).join("；");
  const most = fields.value_max ? `–${grouped(fields.value_max)}` : "";
  return [`${grouped(fields.value ?? "")}${most} ${fields.unit ?? ""}`.trim(), fields.subject, fields.indicator]
    .filter(Boolean).join(" · ");
}

/**
 * Judges one item at a time. Handlers: `decided(verdict, todo)` once a decision is stored, `refresh()` where it was not,
 * `undo()`, `previous()`, `next()`; `place()` says where in a sample one is, so that the answer names the next item to do.
 */
export class Panel {
  /** `root` takes what is known of the item, `acts` the buttons and the form. */
  constructor(root, acts, handlers) {
    this.root = root;
    this.acts = acts;
    this.handlers = handlers;
    this.data = null;
    this.role = "coding";
    this.drafts = new Map();
    this.busy = false;
    this.settled = null;
    this.form = null;
  }

  show(data, role = "coding") {
    this.data = data;
    this.role = role;
    this.form = null;
    this.draw();
  }

  clear() {
    this.data = null;
    this.form = null;
    this.root.replaceChildren();
    this.acts.replaceChildren();
  }

  draw() {
    const data = this.data;
    this.root.replaceChildren(...[
      data.stale && data.decision
        ? el("p", { class: "banner" }, t("stale", { verdict: t(`verdict.${data.decision.verdict}`) })) : null,
      this.form ?? this.extracted(),
      ...(this.form ? [] : [this.codings(), this.candidates(), ...data.flags.map((flag) => this.flag(flag))]),
    ].filter(Boolean));
    this.root.scrollTop = 0;
    this.acts.replaceChildren(...(this.form ? [] : this.judgement()));
  }

  // --- what was extracted

  extracted() {
    const { data } = this;
    const rows = [];
    const row = (label, value, attributes = {}) => rows.push(el("dt", {}, label), zh("dd", attributes, value));
    if (data.kind === "figure") {
      const f = data.fields;
      const printed = reading({ value: f.value, value_max: f.value_max, unit: f.unit });
      if (data.repair.length) {
        row(t("f.printed"), printed);
        for (const each of data.repair) {
          row(t("f.repair"), [el("span", { class: "big" }, `${grouped(each.value)} ${each.unit ?? ""} `), each.subject]);
        }
      } else row(t("f.value"), el("span", { class: "big" }, printed));
      for (const name of FIELDS) this.field(row, name, f[name]);
      if (f.confirmed) row(t("confirmed"), el("span", { class: "code" }, f.confirmed));
    } else if (data.kind === "ledger") {
      row(t("f.disposition"), el("span", { class: "big" }, word(data.ledger.disposition)));
      if (data.ledger.rule) row(t("f.rule"), el("span", { class: "code" }, data.ledger.rule));
      if (data.ledger.repair) row(t("f.repair"), data.ledger.repair);
    } else {
      row(t("kind.sentence"), data.quote);
    }
    for (const cell of data.observations) {
      row(t("in_table"), [
        `${cell.place} · ${cell.row} · ${cell.label} = ${grouped(cell.value)} ${cell.unit ?? ""} `,
        el("span", { class: "badge" }, word(cell.use)),
      ]);
    }
    for (const aside of data.set_aside) row(t("set_aside"), [word(aside.reason), aside.detail ? `：${aside.detail}` : ""]);
    return el("div", { class: "card" }, el("h3", {}, `${t(`kind.${data.kind}`)}`), el("dl", { class: "fields" }, rows));
  }

  field(row, name, value) {
    if (value === null || value === undefined || value === "") {
      if (["indicator", "period", "region"].includes(name)) {
        row(t(`f.${name}`), el("span", { class: "none" }, name === "indicator" ? t("figure_none") : t("empty")));
      }
      return;
    }
    if (name === "modifier" && value === "none") return;
    if (name === "indicator") {
      const label = this.data.indicator_label ?? {};
      row(t("f.indicator"), [
        el("span", { title: label.definition }, label[config.lang] ?? ""), " ", el("span", { class: "id" }, value),
      ]);
    } else if (name === "region" && this.data.fields.region_code) {
      row(t("f.region"), [value, " ", el("span", { class: "id" }, this.data.fields.region_code)]);
    } else if (["status", "role", "modifier", "direction"].includes(name)) row(t(`f.${name}`), word(value));
    else row(t(`f.${name}`), value);
  }

  codings() {
    if (!this.data.codings) return null;
    return el("div", { class: "card" }, el("h3", {}, t("codings")), el("dl", { class: "fields" },
      this.data.codings.map((coding) => [el("dt", {}, coding.reviewer), zh("dd", {},
        el("span", { class: `badge ${coding.verdict}` }, t(`verdict.${coding.verdict}`)), " ",
        Object.entries(coding.fields).map(([name, value]) => `${t(`f.${name}`)} ${this.told(value)} `).join(""),
        coding.note ? `「${coding.note}」` : "")])));
  }

  told(value) {
    return Array.isArray(value) ? value.map(reading).join("；") : value ?? t("empty");
  }

  flag(flag) {
    const message = config.lang === "zh" ? flag.message : flag.message_en;
    return el("div", { class: `card flag ${flag.severity}` },
      el("h3", {}, `${t("flags")} `, el("span", { class: "code" }, flag.code)),
      el("p", { lang: config.lang === "zh" ? "zh-CN" : "en" }, message),
      flag.evidence && !message.includes(flag.evidence) ? zh("pre", { "aria-label": t("evidence") }, flag.evidence) : null,
      flag.rivals.length ? el("details", { open: flag.rivals.length < 3 }, el("summary", {}, `${t("rivals")} (${flag.rivals.length})`),
        zh("ul", {}, flag.rivals.map((rival) => el("li", {}, String(rival))))) : null);
  }

  candidates() {
    const { candidates } = this.data;
    if (!candidates.length) return null;
    return el("div", { class: "card" }, el("h3", {}, t("candidates")), candidates.map((candidate, at) =>
      el("button", { type: "button", class: "choice", onclick: () => this.choose(at) },
        el("kbd", {}, at + 1), zh("span", {}, reading(candidate.fields),
          el("span", { class: "fine", lang: config.lang === "zh" ? "zh-CN" : "en" }, t(`candidate.${candidate.label}`),
            candidate.rule ? ` · ${t("rule", { rule: candidate.rule })}` : "")))));
  }

  // --- the judgement

  judgement() {
    const { data } = this;
    const act = (verdict, key, label) => el("button", {
      type: "button", class: verdict, "data-act": verdict, "aria-keyshortcuts": key,
      "aria-pressed": data.decision && !data.stale ? String(data.decision.verdict === verdict) : undefined,
      onclick: () => (verdict === "correct" ? this.correct() : this.decide(verdict)),
    }, el("span", {}, label), el("kbd", { "aria-hidden": "true" }, key));
    const step = (key, label, run) => el("button", { type: "button", "aria-keyshortcuts": key, onclick: run }, label, " ",
      el("kbd", { "aria-hidden": "true" }, key));
    this.note = el("textarea", { id: "note", rows: 1, lang: "zh-CN", oninput: () => this.drafts.set(data.key, this.note.value) });
    this.note.value = this.drafts.get(data.key) ?? data.decision?.note ?? "";
    return [
      el("h3", { id: "question" }, t(`question.${data.kind}`)),
      el("div", { class: "acts", role: "group", "aria-labelledby": "question" },
        act("accept", "a", t(`accept.${data.kind}`)), act("reject", "r", t(`reject.${data.kind}`)),
        act("correct", "c", t(`correct.${data.kind}`)), act("skip", "s", t("skip"))),
      this.decision(),
      el("div", { class: "steps" },
        el("label", { class: "noting" }, el("span", {}, t("note"), " ", el("kbd", { "aria-hidden": "true" }, "n")), this.note),
        step("u", t("undo"), () => this.handlers.undo()), step("k", `‹ ${t("previous")}`, () => this.handlers.previous()),
        step("j", `${t("next")} ›`, () => this.handlers.next())),
      this.setting(),
    ].filter(Boolean);
  }

  decision() {
    const { decision } = this.data;
    if (!decision) return null;
    const fields = Object.entries(decision.fields).map(([name, value]) => `${t(`f.${name}`)} → ${this.told(value)}`);
    return zh("p", { class: "fine", id: "decision" }, el("span", { class: `badge ${decision.verdict}` }, t(`verdict.${decision.verdict}`)),
      ` ${fields.join("；")} `, t("by", { reviewer: decision.reviewer, time: clock(decision.time) }));
  }

  setting() {
    const box = el("input", { type: "checkbox", onchange: () => setSingleKeys(box.checked) });
    box.checked = singleKeys();
    return el("p", { class: "quiet" }, el("label", {}, box, " ", t("single_keys")),
      el("button", { type: "button", class: "plain", onclick: toggleHelp }, t("help_title"), " ", el("kbd", { "aria-hidden": "true" }, "?")));
  }

  /** Store a decision about the item that is shown. */
  decide(verdict, fields = null) {
    if (!this.busy && this.data) this.settled = this.store(verdict, fields);
    return this.settled;
  }

  async store(verdict, fields) {
    const { data } = this;
    const note = (this.drafts.get(data.key) ?? data.decision?.note ?? "").trim();
    if (note.length > NOTE) {
      banner(t("note_long", { limit: NOTE }), "error");
      return;
    }
    this.busy = true;
    try {
      const { todo } = await api("decide", {
        key: data.key, kind: data.kind, doc: data.doc, start: data.start, end: data.end, fingerprint: data.fingerprint,
        verdict, fields, note, role: this.role, revision: data.revision, ...this.handlers.place?.(),
      });
      banner("");
      this.drafts.delete(data.key);
      say(t("saved", { verdict: t(`verdict.${verdict}`), quote: data.quote }));
      await this.handlers.decided(verdict, todo);
    } catch (error) {
      if (error.status === 422 && this.form && error.data.where !== "note") this.wrong(error.data);
      else {
        complain(error);
        if (error.status === 409 || error.status === 404) await this.handlers.refresh();
      }
    } finally {
      this.busy = false;
    }
  }

  /** Choose a reading: the repaired one is what the tables hold, so choosing it accepts the figure. */
  choose(at) {
    const candidate = this.data.candidates[at];
    if (!candidate || this.form) return;
    const printed = candidate.label === "printed" && !this.data.fields.blocked;
    if (candidate.label === "repair" || printed) this.decide("accept");
    else this.decide("correct", candidate.fields);
  }

  // --- the form

  async correct() {
    if (this.busy || !this.data || this.form) return;
    try {
      this.known = await words();
    } catch (error) {
      complain(error);
      return;
    }
    const { data } = this;
    const decided = data.decision && !data.stale ? data.decision.fields : {};
    this.old = { ...data.fields, ...decided };
    const readings = decided.readings ?? (data.repair.length > 1 && !decided.value ? data.repair : []);
    this.openForm(readings.length > 1 ? readings : []);
  }

  /** The form: one quantity, or several that one number of the text was run together from. */
  openForm(readings) {
    const { data, known } = this;
    this.inputs = new Map();
    const several = readings.length > 1;
    const row = (name, id, value, before) => {
      const input = this.input(name, `field-${id}`, known);
      input.value = value ?? "";
      input.dataset.before = before ?? "";
      input.classList.toggle("changed", input.value !== input.dataset.before);
      this.inputs.set(id, input);
      return el("div", { class: "row" }, el("label", { for: `field-${id}` }, name === "quote" ? t("missed_quote") : t(`f.${name}`)),
        input, el("span", { class: "wrong", id: `field-${id}-wrong`, role: "alert" }));
    };
    const groups = readings.map((each, at) => el("fieldset", {}, el("legend", {}, t("quantity", { at: at + 1 })),
      READING.map((name) => row(name, `${name}-${at}`, each[name], null))));
    const names = [...(data.kind === "sentence" ? ["quote"] : []), ...FORM.filter((name) => !several || !SINGLE.includes(name))];
    const rows = names.map((name) => row(name, name, this.old[name], data.fields[name]));
    this.readings = readings.length;
    this.form = el("form", { class: "card form", novalidate: true, "aria-label": t(`correct.${data.kind}`), onsubmit: (event) => {
      event.preventDefault();
      this.submit();
    } },
    el("h3", {}, t(`correct.${data.kind}`)), groups, rows,
    el("datalist", { id: "indicators" }, known.indicators.map((each) => el("option", { value: each.id }, `${each[config.lang]} (${each.unit})`))),
    el("datalist", { id: "units" }, known.units.map((name) => el("option", { value: name }))),
    el("div", { class: "end" }, el("button", { type: "submit" }, t("save"), " ", el("kbd", { "aria-hidden": "true" }, "Enter")),
      el("button", { type: "button", onclick: () => this.cancel() }, t("cancel"), " ", el("kbd", { "aria-hidden": "true" }, "Esc")),
      data.kind === "figure" ? el("button", { type: "button", class: "plain", onclick: () => this.switchForm() },
        t(several ? "one_quantity" : "two_quantities")) : null));
    this.form.addEventListener("input", (event) => {
      event.target.classList.toggle("changed", event.target.value !== event.target.dataset.before);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.check(), 200);
    });
    this.draw();
    const first = this.inputs.values().next().value;
    first.focus();
    if (first.select) first.select();
  }

  switchForm() {
    const { fields, repair } = this.data;
    const two = repair.length > 1 ? repair : [fields, { subject: fields.subject }];
    this.openForm(this.readings > 1 ? [] : two);
  }

  input(name, id, known) {
    const shared = { id, name, lang: "zh-CN", "aria-describedby": `${id}-wrong`, autocomplete: "off", spellcheck: "false" };
    if (name in known.choices) {
      return el("select", shared, known.choices[name].map((code) => el("option", { value: code }, code ? word(code) : "—")));
    }
    const list = { indicator: "indicators", unit: "units" }[name];
    const numeric = name === "value" || name === "value_max" ? { inputmode: "decimal" } : {};
    return el("input", { ...shared, ...numeric, list });
  }

  changes() {
    const found = {};
    if (this.readings > 1) {
      found.readings = Array.from({ length: this.readings }, (_, at) =>
        Object.fromEntries(READING.map((name) => [name, this.inputs.get(`${name}-${at}`).value])));
    }
    for (const [name, input] of this.inputs) {
      if (name.includes("-")) continue;
      if (input.value !== input.dataset.before && (input.value !== "" || input.dataset.before !== "")) found[name] = input.value;
    }
    return found;
  }

  /** Ask the server whether this could be stored, show what is wrong beside its field; true if nothing is. */
  async check() {
    const { form } = this;
    if (!form) return false;
    try {
      const answer = await api("check", { fields: this.changes() });
      if (form !== this.form) return false;
      this.wrong(answer);
      return answer.where === null;
    } catch (error) {
      complain(error);
      return false;
    }
  }

  wrong({ where, reason }) {
    // A reading's field is told without saying which reading: mark the first whose check failed, by trying its name.
    const place = this.inputs.has(where) ? where : this.readings > 1 && this.inputs.has(`${where}-0`) ? this.suspect(where) : null;
    for (const [name, input] of this.inputs) {
      const bad = name === place;
      input.setAttribute("aria-invalid", String(bad));
      document.getElementById(`field-${name}-wrong`).textContent = bad ? invalid(where, reason) : "";
    }
    if (where && !place) banner(t("failed", { reason: invalid(where, reason) }), "error");
  }

  /** Which reading a message about `where` means: an empty value comes first, else the one that is being edited. */
  suspect(where) {
    const names = Array.from({ length: this.readings }, (_, at) => `${where}-${at}`);
    const active = names.find((name) => this.inputs.get(name) === document.activeElement);
    return names.find((name) => this.inputs.get(name).value === "") ?? active ?? names[0];
  }

  async submit() {
    clearTimeout(this.timer);
    const fields = this.changes();
    if (!Object.keys(fields).length) banner(t("changed_nothing"));
    else if (await this.check()) await this.decide("correct", fields);
  }

  cancel() {
    this.form = null;
    this.draw();
    document.getElementById("headline")?.focus();
  }

  /** Take a key; true if it was one of ours. */
  key(key) {
    if (!this.data) return false;
    if (this.form) return key === "Escape" ? (this.cancel(), true) : false;
    if (key === "a") this.decide("accept");
    else if (key === "r") this.decide("reject");
    else if (key === "c") this.correct();
    else if (key === "s") this.decide("skip");
    else if (key === "n") this.note.focus();
    else if (/^[1-9]$/.test(key) && this.data.candidates.length >= Number(key)) this.choose(Number(key) - 1);
    else return false;
    return true;
  }
}
