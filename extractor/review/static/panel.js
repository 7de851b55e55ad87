// The right-hand side: what was extracted, doubts, readings to choose from, and the judgement.

import { api, banner, clock, complain, config, el, invalid, say, setSingleKeys, singleKeys, t, word, zh } from "./common.js";

const FIELDS = ["subject", "indicator", "period", "region", "status", "role", "modifier", "direction", "heading"];
const FORM = [
  "value", "value_max", "unit", "subject", "indicator", "period", "region", "region_code", "status", "role", "modifier",
  "direction",
];
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

/** Judges one item at a time. `decided(result, verdict)` is called when a decision is stored. */
export class Panel {
  constructor(root, { decided, undo, previous, next, refresh }) {
    this.root = root;
    this.handlers = { decided, undo, previous, next, refresh };
    this.data = null;
    this.role = "coding";
    this.drafts = new Map();
    this.busy = false;
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
  }

  draw() {
    const data = this.data;
    this.root.replaceChildren(...[
      data.stale && data.decision
        ? el("p", { class: "banner" }, t("stale", { verdict: t(`verdict.${data.decision.verdict}`) })) : null,
      this.form ?? this.extracted(),
      ...(this.form ? [] : [this.codings(), ...data.flags.map((flag) => this.flag(flag)), this.candidates()]),
      this.form ? null : this.judgement(),
    ].filter(Boolean));
  }

  // --- what was extracted

  extracted() {
    const { data } = this;
    const rows = [];
    const row = (label, value, attributes = {}) => rows.push(el("dt", {}, label), zh("dd", attributes, value));
    if (data.kind === "figure") {
      const f = data.fields;
      row(t("f.value"), reading({ value: f.value, value_max: f.value_max, unit: f.unit }), { class: "big" });
      for (const name of FIELDS) this.field(row, name, f[name]);
      if (f.confirmed) row(t("confirmed"), el("span", { class: "code" }, f.confirmed));
    } else if (data.kind === "ledger") {
      row(t("f.disposition"), word(data.ledger.disposition), { class: "big" });
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
      flag.evidence ? zh("pre", { "aria-label": t("evidence") }, flag.evidence) : null,
      flag.rivals.length ? [el("h3", {}, t("rivals")), zh("ul", {}, flag.rivals.map((rival) => el("li", {}, String(rival))))] : null);
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
    return el("div", { class: "card" },
      el("h3", { id: "question" }, t(`question.${data.kind}`)),
      el("div", { class: "acts", role: "group", "aria-labelledby": "question" },
        act("accept", "a", t(`accept.${data.kind}`)), act("reject", "r", t(`reject.${data.kind}`)),
        act("correct", "c", t(`correct.${data.kind}`)), act("skip", "s", t("skip"))),
      this.decision(),
      el("label", { class: "noting" }, el("span", {}, t("note"), " ", el("kbd", { "aria-hidden": "true" }, "n")), this.note),
      el("div", { class: "steps" },
        step("u", t("undo"), () => this.handlers.undo()), step("k", `‹ ${t("previous")}`, () => this.handlers.previous()),
        step("j", `${t("next")} ›`, () => this.handlers.next())),
      this.setting());
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
    return el("label", { class: "quiet" }, box, this.root.dataset.keys ?? t("key.help"));
  }

  /** Store a decision about the item that is shown. */
  async decide(verdict, fields = null) {
    if (this.busy || !this.data) return;
    const { data } = this;
    const note = (this.drafts.get(data.key) ?? data.decision?.note ?? "").trim();
    if (note.length > NOTE) {
      banner(t("note_long", { limit: NOTE }), "error");
      return;
    }
    this.busy = true;
    try {
      const result = await api("decide", {
        key: data.key, kind: data.kind, doc: data.doc, start: data.start, end: data.end, fingerprint: data.fingerprint,
        verdict, fields, note, role: this.role, revision: data.revision,
      });
      banner("");
      this.drafts.delete(data.key);
      say(t("saved", { verdict: t(`verdict.${verdict}`), quote: data.quote }));
      await this.handlers.decided(result, verdict);
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
    let known;
    try {
      known = await words();
    } catch (error) {
      complain(error);
      return;
    }
    const { data } = this;
    const old = { ...data.fields, ...(data.decision && !data.stale ? data.decision.fields : {}) };
    this.inputs = new Map();
    const names = data.kind === "sentence" ? ["quote", ...FORM] : FORM;
    const rows = names.map((name) => {
      const id = `field-${name}`;
      const input = this.input(name, id, known);
      input.value = name in data.fields || name in old ? old[name] ?? "" : "";
      input.dataset.before = data.fields[name] ?? "";
      input.classList.toggle("changed", input.value !== input.dataset.before);
      this.inputs.set(name, input);
      return el("div", { class: "row" }, el("label", { for: id }, name === "quote" ? t("missed_quote") : t(`f.${name}`)), input,
        el("span", { class: "wrong", id: `${id}-wrong`, role: "alert" }));
    });
    this.form = el("form", { class: "card form", novalidate: true, "aria-label": t(`correct.${data.kind}`), onsubmit: (event) => {
      event.preventDefault();
      this.submit();
    } }, el("h3", {}, t(`correct.${data.kind}`)), rows,
    el("datalist", { id: "indicators" }, known.indicators.map((each) => el("option", { value: each.id }, `${each[config.lang]} (${each.unit})`))),
    el("datalist", { id: "units" }, known.units.map((name) => el("option", { value: name }))),
    el("div", { class: "end" }, el("button", { type: "submit" }, t("save"), " ", el("kbd", { "aria-hidden": "true" }, "Enter")),
      el("button", { type: "button", onclick: () => this.cancel() }, t("cancel"), " ", el("kbd", { "aria-hidden": "true" }, "Esc"))));
    this.form.addEventListener("input", (event) => {
      event.target.classList.toggle("changed", event.target.value !== event.target.dataset.before);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.check(), 200);
    });
    this.draw();
    const first = this.inputs.get(names[0]);
    first.focus();
    if (first.select) first.select();
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
    for (const [name, input] of this.inputs) {
      if (input.value !== input.dataset.before && (input.value !== "" || input.dataset.before !== "")) found[name] = input.value;
    }
    return found;
  }

  /** Ask the server whether this could be stored; show what is wrong beside its field. */
  async check() {
    const { form } = this;
    try {
      const answer = await api("check", { fields: this.changes() });
      if (form === this.form) this.wrong(answer);
    } catch (error) {
      complain(error);
    }
  }

  wrong({ where, reason }) {
    for (const [name, input] of this.inputs) {
      const bad = name === where;
      input.setAttribute("aria-invalid", String(bad));
      document.getElementById(`field-${name}-wrong`).textContent = bad ? invalid(where, reason) : "";
    }
    if (where && !this.inputs.has(where)) banner(t("failed", { reason: invalid(where, reason) }), "error");
  }

  submit() {
    const fields = this.changes();
    if (Object.keys(fields).length) this.decide("correct", fields);
    else banner(t("changed_nothing"));
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
