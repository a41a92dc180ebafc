// The editor of a form's words: rows move, the preview follows, saving tells what is wrong at its place.

const PAUSE = 300;

/** @typedef {Record<string, any>} Thing */

/** @param {string} id @returns {any} */
function block(id) {
  const text = document.getElementById(id)?.textContent;
  return text ? JSON.parse(text) : null;
}

/** The words and the order below a place, as the page shows them now. @param {Element} place @returns {Thing} */
function written(place) {
  /** @type {Thing} */
  const said = {};
  for (const input of own(place, "[data-key]")) {
    const field = /** @type {HTMLInputElement} */ (input);
    said[field.dataset["key"] ?? ""] = field.type === "checkbox" ? field.checked : field.value;
  }
  for (const list of own(place, "[data-rows]")) {
    said[/** @type {HTMLElement} */ (list).dataset["rows"] ?? ""] = rowsOf(list).map((row) => {
      const { id, code } = row.dataset;
      return { ...(id === undefined ? {} : { id }), ...(code === undefined ? {} : { code }), ...written(row) };
    });
  }
  return said;
}

/** What belongs to a place itself and not to a row inside it. @param {Element} place @param {string} what */
const own = (place, what) =>
  [...place.querySelectorAll(what)].filter((each) => (each.parentElement?.closest("[data-row], [data-reword]") ?? null) === place);

/** @param {Element} list @returns {HTMLElement[]} */
const rowsOf = (list) => /** @type {HTMLElement[]} */ ([...list.children].filter((each) => each.matches("[data-row]")));

/** A definition in the words and the order that were written. @param {any} definition @param {Thing} said */
function reworded(definition, said) {
  if (said["options"]) {
    const [section] = definition.sections;
    const options = said["options"].map((/** @type {Thing} */ each, /** @type {number} */ at) => ({ ...each, code: each["code"] || `new${at}` }));
    return { ...definition, sections: [{ ...section, fields: [{ ...section.fields[0], options }] }] };
  }
  return { ...definition, zh: said["zh"], intro: said["intro"], sections: arranged(definition.sections, said["sections"]) };
}

/** @param {any[]} things @param {Thing[]} rows @returns {any[]} */
function arranged(things, rows) {
  const known = new Map(things.map((each) => [each.id, each]));
  return rows.filter((row) => known.has(row["id"])).map((row) => {
    const thing = known.get(row["id"]);
    const inner = row["fields"] && thing.fields ? { fields: arranged(thing.fields, row["fields"]) } : {};
    return { ...thing, zh: row["zh"], help: row["help"] ?? "", ...inner };
  });
}

class Editor {
  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    const data = block("reword-data");
    this.revision = data.revision;
    this.definition = block("definition");
    this.isDirty = false;
    this.isSending = false;
    this.timer = 0;
    for (const kind of ["input", "change"]) box.addEventListener(kind, (event) => this.heard(/** @type {Element} */ (event.target)));
    box.addEventListener("click", (event) => this.click(/** @type {HTMLElement} */ (event.target)));
    addEventListener("beforeunload", (event) => { if (this.isDirty) event.preventDefault(); });
    this.redraw();
    this.judge(block("reword-problems") ?? []);
  }

  /** What is tried in the preview changes nothing. @param {Element} target */
  heard(target) {
    if (!target.closest("[data-preview]")) this.touch();
  }

  touch() {
    this.isDirty = true;
    this.say("有改动，还没有保存");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.redraw(), PAUSE);
  }

  /** @param {HTMLElement} target */
  click(target) {
    const button = target.closest("button");
    const row = /** @type {HTMLElement | null} */ (button?.closest("[data-row]") ?? null);
    if (button?.dataset["move"] && row) this.move(row, Number(button.dataset["move"]), button);
    if (button?.hasAttribute("data-add")) this.add();
    if (button?.hasAttribute("data-away") && row) {
      row.remove();
      this.touch();
    }
    if (button?.hasAttribute("data-save")) void this.save();
  }

  /** @param {HTMLElement} row @param {number} by @param {HTMLElement} button */
  move(row, by, button) {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (by < 0) other.before(row);
    else other.after(row);
    button.focus();
    row.scrollIntoView({ block: "nearest" });
    this.touch();
  }

  add() {
    const fresh = /** @type {HTMLTemplateElement | null} */ (this.box.querySelector("[data-fresh]"));
    const list = this.box.querySelector("[data-rows]");
    if (!fresh || !list) return;
    list.append(fresh.content.cloneNode(true));
    /** @type {HTMLElement | null} */ (list.lastElementChild?.querySelector("input") ?? null)?.focus();
    this.touch();
  }

  /** The form as it would be asked, drawn by what draws every form. */
  redraw() {
    const place = this.box.querySelector("[data-preview]");
    const source = document.getElementById("definition");
    if (!place || !source || !this.definition) return;
    source.textContent = JSON.stringify(reworded(this.definition, written(this.box)));
    const form = document.createElement("tx-form");
    form.setAttribute("definition", "definition");
    place.replaceChildren(form);
    this.follow(place);
  }

  /** Brings the question that is being written into the sight of a preview that scrolls by itself. @param {Element} place */
  follow(place) {
    const row = /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-row]") ?? null);
    const shown = row?.dataset["id"] ? place.querySelector(`[data-path="${CSS.escape(row.dataset["id"])}"]`) : null;
    const frame = place.closest(".tx-reword-preview");
    if (!shown || !frame || frame.scrollHeight <= frame.clientHeight) return;
    frame.scrollTop += shown.getBoundingClientRect().top - frame.getBoundingClientRect().top - frame.clientHeight / 3;
  }

  async save() {
    if (this.isSending) return;
    this.isSending = true;
    this.say("正在保存……");
    const token = /** @type {HTMLInputElement} */ (this.box.querySelector("[name=csrfmiddlewaretoken]")).value;
    try {
      const answer = await fetch(location.pathname, {
        method: "POST", body: JSON.stringify({ revision: this.revision, wanted: written(this.box) }),
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      });
      const told = await answer.json();
      if (!answer.ok) this.refuse(told.zh ?? "没有保存。请刷新页面再试。");
      else this.saved(told);
    } catch {
      this.refuse("没有保存：网络不通或登录已过期。改动仍在本页，请稍后再试。");
    }
    this.isSending = false;
  }

  /** @param {{ revision: number, problems: { place: string, zh: string }[] }} told */
  saved(told) {
    this.revision = told.revision;
    this.isDirty = false;
    const isNew = this.box.querySelector('[data-code=""]') !== null;
    if (isNew && told.problems.length === 0) return location.reload();
    this.judge(told.problems);
    this.say(told.problems.length ? `已保存，有 ${told.problems.length} 处要改` : "已保存，检查没有问题");
  }

  /** @param {string} zh */
  refuse(zh) {
    this.say("没有保存");
    this.summary([zh]);
  }

  /** @param {{ place: string, zh: string }[]} problems */
  judge(problems) {
    for (const each of this.box.querySelectorAll("[data-wrong]")) /** @type {HTMLElement} */ (each).hidden = true;
    for (const { place, zh } of problems) {
      const row = place ? this.box.querySelector(`[data-id="${CSS.escape(place)}"]`) : null;
      const wrong = row ? /** @type {HTMLElement} */ (own(row, "[data-wrong]")[0]) : null;
      if (!wrong) continue;
      wrong.textContent = zh;
      wrong.hidden = false;
      const section = row?.closest("details");
      if (section) section.open = true;
    }
    this.summary(problems.map((each) => each.zh));
  }

  /** @param {string[]} lines */
  summary(lines) {
    const box = /** @type {HTMLElement} */ (this.box.querySelector("[data-summary]"));
    box.replaceChildren(...lines.map((zh) => Object.assign(document.createElement("p"), { textContent: zh })));
    box.hidden = lines.length === 0;
    if (lines.length) box.focus();
  }

  /** @param {string} zh */
  say(zh) {
    const status = this.box.querySelector("[data-status]");
    if (status) status.textContent = zh;
  }
}

const box = document.querySelector("[data-reword]");
if (box instanceof HTMLElement) new Editor(box);
