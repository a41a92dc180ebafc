// From a filled form to an entry that can't be lost: into the outbox, or, where storage is loose, straight to the office.

import { briefOf, readBriefs } from "./briefs.js";
import { now, written } from "./clock.js";
import { StoreFull } from "./database.js";
import { basedOn } from "./filling.js";
import { keep, NotReady } from "./outbox.js";
import { say } from "./say.js";
import { clear, Locked, sealedPut } from "./store.js";
import { syncSoon } from "./sync.js";
import { sendAtOnce } from "./at_once.js";

/** @typedef {import("./types").File} File */
/** @typedef {import("./types").Kept} Kept */
/** @typedef {import("./phone_draft.js").Half} Half */

const STILL = "内容仍在本页，没有丢。";

/**
 * What the form element calls with a filled form.
 *
 * @param {{ child: string, file: File | null, formId: string, formZh: string, about: string,
 *   draft: import("./phone_draft.js").PhoneDraft, after: (kept: Kept) => Promise<void> }} ground
 * @returns {(half: Half) => Promise<import("../form/send.js").Outcome>}
 */
export function keeping({ child, file, formId, formZh, about, draft, after }) {
  return async (half) => {
    const kept = { entry: entryOf(half, { child, file, formId, about }), form_zh: formZh, name: nameOf(file, half) };
    try {
      if ((await clear("persisted")) === false) {
        const refused = await sendAtOnce(kept);
        if (refused) return { zh: refused, mayRetry: true };
        await draft.discard();
      } else {
        await keep(kept, { draft: draft.id, more: file ? [] : await newChild(kept) });
        draft.stop();
      }
    } catch (error) {
      return { zh: wordsFor(error), mayRetry: true };
    }
    if (!file) await readBriefs();
    await after(kept);
    syncSoon();
    return { isKept: true };
  };
}

/** @param {Half} half @param {{ child: string, file: File | null, formId: string, about: string }} ground @returns {import("./types").Entry} */
function entryOf(half, { child, file, formId, about }) {
  const answers = JSON.parse(JSON.stringify(half.answers));
  return {
    id: half.entry_id, child, form: formId, form_hash: half.form_hash, answers, occurred_at: written(now()), about,
    supersedes: null, correction_kind: "", based_on: basedOn(file, formId, answers), attachments: [],
  };
}

/** @param {File | null} file @param {Half} half */
const nameOf = (file, half) => file?.name ?? String(half.answers["name"] ?? "");

/** A child who is new here stands in the lists at once, marked as not yet arrived. @param {Kept} kept */
async function newChild({ entry, name }) {
  const { sex, birth, residence_address: address } = entry.answers;
  /** @type {File} */
  const file = { id: entry.child, name, sex: text(sex), birth: text(birth), address: text(address), is_new: true };
  return [await sealedPut("children", file.id, file), await sealedPut("briefs", file.id, briefOf(file))];
}

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : "");

/** @param {unknown} error */
function wordsFor(error) {
  if (error instanceof StoreFull) return say("没有保存：手机的存储满了。请删掉一些照片或视频，再点“再发一次”。") + STILL;
  if (error instanceof NotReady) return say("没有保存：这部手机还没有和单位配对好。请连上网络同步一次，再点“再发一次”。") + STILL;
  if (error instanceof Locked) return say("没有保存：应用已锁上。请输入 PIN 后接着写。");
  return say("没有保存：手机没有写进去。请再点“再发一次”。") + STILL;
}
