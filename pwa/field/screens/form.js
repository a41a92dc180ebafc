// Any form about a child, by the one form element; kept in the outbox before anything else is said.

import { make } from "../../form/dom.js";
import { handable } from "../child_mode/handable.js";
import { day } from "../clock.js";
import { isCrisis, putAway } from "../dangers.js";
import { PhoneDraft } from "../phone_draft.js";
import { filled } from "../filling.js";
import { keeping } from "../keeping.js";
import { go, present, replace } from "../page.js";
import { button, empty, notice, title } from "../parts.js";
import { recordsOf } from "../records.js";
import { around, definition } from "../rules.js";
import { say } from "../say.js";
import { limits, session } from "../session.js";
import { clear, get } from "../store.js";
import { done } from "../written.js";

/** @typedef {import("../types").File} File */
/** @typedef {import("../../form/element.js").TxForm} TxForm */

/** Where a form asks for the name of a child whom nobody has on file. */
const NAMES = ["name", "child_name"];

/** @param {Record<string, string>} params @returns {Promise<import("../types").Screen>} */
export async function screen({ child = "", form: formId = "", about = "", name = "", corrects = "" }) {
  await import("../../form/element.js");
  styled();
  const given = await around();
  const offer = given.forms[formId];
  const hash = offer?.hash;
  const content = await definition(offer?.definition);
  const file = /** @type {File | null} */ ((await get("children", child)) ?? null);
  if (!content || !hash) return { zh: say("表单"), body: [title(say("表单")), empty(say("这张表还没有下载到手机。连上网络同步一次就有了。"))] };
  const record = corrects && file ? (await recordsOf(file)).find((each) => each.id === corrects && each.kept) : undefined;
  const draftId = `${child}:${formId}:${corrects || about}`;
  const half = await PhoneDraft.earlier(draftId);
  const element = /** @type {TxForm} */ (document.createElement("tx-form"));
  element.given = filled(content, { hash, file, around: given, ...(half ?? record ? { answers: half?.answers ?? record?.kept?.entry.answers } : {}) });
  if (!half && name && !file) element.given = withName(element.given, name);
  if (half) element.setAttribute("entry", half.entry_id);
  element.setAttribute("submit", say("保存"));
  const status = make("p", { class: "fa-soft", role: "status" }, half ? say("接着上次没写完的草稿。") : "");
  const draft = new PhoneDraft(draftId, () => element.entry(), (zh) => (status.textContent = zh));
  element.addEventListener("tx-touched", () => draft.touch());
  // Where entries go straight to the office nothing can wait here to be sent after them.
  const attached = (await clear("persisted")) === false ? null : (await import("../media/attaching.js")).attaching(await limits());
  let isDone = false;
  const danger = make("div", {});
  const deliver = keeping({ child, file, formId, formZh: String(content.zh), about, corrects: record ?? null, draft, blobs: () => attached?.blobs() ?? [], after: async (kept, alarms) => {
    isDone = true;
    if (alarms.some((alarm) => alarm.kind === "crisis")) await replace("crisis", { id: kept.entry.id });
    else await present("written", await done(kept, file));
  }, endangered: (found) => stand(danger, found) });
  element.deliver = async (half) => {
    const outcome = await deliver(half);
    // Behind the form's own word of what went wrong.
    if (outcome.zh && danger.hasChildNodes()) setTimeout(() => showFirst(danger));
    return outcome;
  };
  return {
    zh: content.zh, isBusy: () => !isDone && element.isDirty,
    leave: async () => {
      if (element.isDirty && !isDone) await draft.save();
      draft.stop();
    },
    body: [danger, title(content.zh), file ? make("p", { class: "fa-lead" }, file.name) : null, status,
      record ? notice("warning", say("这是更正：原来的记录会保留并注明已更正。危险信号和等级不会因更正而自动解除或降低。")) : null,
      file?.gates?.length ? notice("danger", say("这个孩子现在有：{zh}。", { zh: file.gates.map((gate) => gate.zh).join("、") })) : null,
      ...(await handing(element.given, { child, form: formId, about }, draft)), attached?.element ?? null, make("form", { class: "fa-paper" }, element)],
  };
}

/** @param {HTMLElement} danger */
function showFirst(danger) {
  scrollTo(0, 0);
  danger.querySelector("h1")?.focus({ preventScroll: true });
}

/** The whole card stands above the form that could not be kept; nothing leads away from what is written there. @param {HTMLElement} place @param {import("../dangers.js").Standing} found */
async function stand(place, found) {
  if (!isCrisis(found)) return;
  const { cardOf } = await import("../crisis/screen.js");
  const card = await cardOf(found, {
    askMore: (shown) => shown.refuse(say("这一步还要多写几项。先打电话；下面这张表存上以后，再来写这一步。")),
    putAway: async () => {
      await putAway(found.id);
      place.replaceChildren();
    },
  });
  place.replaceChildren(card);
}

/** @param {import("../../form/types").Definition} definition_ @param {string} name */
function withName(definition_, name) {
  const sections = definition_.sections.map((section) => ({
    ...section, fields: section.fields.map((field) => (NAMES.includes(field.id) ? { ...field, prefill: name } : field)),
  }));
  return { ...definition_, sections };
}

/** The questionnaires that the child may answer alone, each with a button. @param {import("../../form/types").Definition} form @param {Record<string, string>} params @param {PhoneDraft} draft */
async function handing(form, params, draft) {
  const found = await handable(form, { role: session()?.role ?? "", today: day() });
  const open = (/** @type {string} */ field) => async () => {
    await draft.save();
    await go("child_mode", { ...params, field });
  };
  return found.length ? [make("details", { class: "fa-attaching" }, make("summary", {}, say("交给孩子自己答")),
    ...found.map((field) => button(field.zh, open(field.id), { kind: "fa-wide" })))] : [];
}

/** The form's own style comes with the first form. */
function styled() {
  if (document.getElementById("form-style")) return;
  document.head.append(make("link", { id: "form-style", rel: "stylesheet", href: "/field/app/css/form.css" }));
}
