// One of her own records is put right or taken back: by a further record; the first one stays and says so.

import { make } from "../../form/dom.js";
import { momentZh, now, written } from "../clock.js";
import { writeOnce } from "../once.js";
import { newId } from "../outbox.js";
import { go, present } from "../page.js";
import { acting, empty, notice, title } from "../parts.js";
import { OPENS, recordsOf } from "../records.js";
import { around } from "../rules.js";
import { say } from "../say.js";
import { get } from "../store.js";
import { syncSoon } from "../sync.js";
import { done } from "../written.js";

/** @typedef {import("../records.js").Own} Own */
/** @typedef {import("../types").File} File */

const CORRECT = "correct";
/** Why a record is taken back, as the office names it. */
const REASONS = /** @type {const} */ ([["twice", "重复填写"], ["mistaken", "内容有误，重新核实后另填"], ["not_happened", "事情没有发生"], ["no_basis", "没有取得同意或依据"]]);

/** @param {Record<string, string>} params @returns {Promise<import("../types").Screen>} */
export async function screen({ child = "", id = "" }) {
  const zh = say("更正或撤回");
  const file = /** @type {File | undefined} */ (await get("children", child));
  const record = file && (await recordsOf(file)).find((each) => each.id === id && each.mayChange);
  if (!file || !record) return { zh, body: [title(zh), empty(say("这条记录不能在手机上改。请在电脑上打开，或请督导员帮忙。"))] };
  const said = make("div", {});
  const asked = make("fieldset", { class: "fa-choices" }, make("legend", {}, say("为什么要改？")),
    record.kept ? choice(CORRECT, say("写错或漏写了，改内容")) : null,
    ...(record.form === OPENS ? [] : REASONS.map(([code, reason]) => choice(code, say("撤回：{reason}", { reason: say(reason) })))));
  const submit = make("button", { type: "submit", class: "btn btn-primary fa-wide" }, say("继续"));
  const act = async () => {
    const chosen = asked.querySelector("input:checked");
    if (!(chosen instanceof HTMLInputElement)) return said.replaceChildren(notice("warning", say("请选一项。")));
    if (chosen.value === CORRECT) return go("form", { child, form: record.form, about: record.kept?.entry.about ?? "", corrects: id });
    submit.disabled = true;
    const refused = await withdraw(record, file, chosen.value);
    submit.disabled = false;
    if (refused) said.replaceChildren(notice("danger", refused));
  };
  return { zh, body: [
    title(zh), make("p", { class: "fa-lead" }, [file.name, record.form_zh, momentZh(record.at)].join(" · ")),
    notice("info", say("原来的记录会保留并注明。危险信号和等级不会因此自动解除或降低。")),
    record.kept ? null : make("p", { class: "fa-soft" }, say("写的内容已不在手机上。要改内容，请在电脑上打开，或请督导员帮忙。")),
    said, acting(act, asked, submit),
  ] };
}

/** @param {string} value @param {string} zh */
const choice = (value, zh) =>
  make("label", { class: "tx-option" }, make("input", { type: "radio", name: "why", value, class: "form-check-input" }), make("span", {}, zh));

/** Takes a record back; says why it was not kept. @param {Own} record @param {File} file @param {string} reason */
async function withdraw(record, file, reason) {
  const { forms } = await around();
  const make = () => ({
    id: newId(), child: file.id, form: record.form, form_hash: forms[record.form]?.hash ?? "", answers: {}, occurred_at: written(now()), about: reason,
    supersedes: record.id, correction_kind: "retract", based_on: {}, attachments: [],
  });
  const { form_zh } = record, { name } = file;
  const { zh, entry } = await writeOnce(`retract:${record.id}:${reason}`, make, { form_zh, name, file });
  if (zh) return zh;
  syncSoon();
  await present("written", await done({ entry, form_zh, name }, file));
  return "";
}
