// From a filled form to an entry that can't be lost: into the outbox, or, where storage is loose, straight to the office.

import { brief, briefOf, readBriefs } from "./briefs.js";
import { now, written } from "./clock.js";
import { StoreFull, write } from "./database.js";
import { basedOn } from "./filling.js";
import { blobRows, keep, NotReady } from "./outbox.js";
import { OPENS } from "./records.js";
import { around, callsOf } from "./rules.js";
import { say } from "./say.js";
import { clear, get, Locked, sealedPut } from "./store.js";
import { dangerOf, noteTicks, standUnkept, ticksOf } from "./dangers.js";
import { limits } from "./session.js";
import { syncSoon } from "./sync.js";
import { thinkAhead } from "./thinking.js";
import { sendAtOnce } from "./at_once.js";

/** @typedef {import("./types").File} File */
/** @typedef {import("./types").Kept} Kept */
/** @typedef {import("../core/grading/types").Alarm} Alarm */
/** @typedef {{ id: string, kind: string, blob: Blob }} Attached */
/** @typedef {import("./records.js").Own} Own */
/** @typedef {import("./phone_draft.js").Half} Half */

const STILL = "内容仍在本页，没有丢。";

/**
 * What the form element calls with a filled form.
 *
 * @param {{ child: string, file: File | null, formId: string, formZh: string, about: string, corrects?: Own | null,
 *   draft: import("./phone_draft.js").PhoneDraft, blobs?: () => Attached[], after: (kept: Kept, alarms: Alarm[]) => Promise<void>,
 *   endangered?: (danger: import("./dangers.js").Standing) => Promise<void> }} ground
 * @returns {(half: Half) => Promise<import("../form/send.js").Outcome>}
 */
export function keeping({ child, file, formId, formZh, about, corrects = null, draft, blobs = () => [], after, endangered }) {
  let last = { said: "", at: "" };
  return async (half) => {
    const said = JSON.stringify(half.answers);
    // Sent again because no answer came, it is the same entry to the second.
    if (said !== last.said) last = { said, at: written(now()) };
    const attached = blobs(), attachments = attached.map((one) => one.id);
    const { owns } = await limits();
    const kept = { entry: { ...entryOf(half, { child, file, formId, about, corrects, owns, at: last.at }), attachments }, form_zh: formZh, name: nameOf(file, half) };
    const { zh, alarms } = await writeDown(kept, file, { draft, blobs: attached });
    if (zh) {
      if (alarms.length) await endangered?.(await standUnkept(kept, alarms));
      return { zh: (await callFirst(alarms)) + zh, mayRetry: true };
    }
    await sendTicks(kept.entry.id, kept.name);
    await readBriefs();
    await after(kept, alarms);
    syncSoon();
    return { isKept: true };
  };
}

/**
 * Keeps an entry with all that follows from it; `zh` says why it was not kept.
 *
 * @param {Kept} kept @param {File | null} file @param {{ draft?: import("./phone_draft.js").PhoneDraft, blobs?: Attached[] }} [with_]
 * @returns {Promise<{ zh: string, alarms: Alarm[] }>}
 */
export async function writeDown(kept, file, { draft, blobs = [] } = {}) {
  draft?.pause();
  /** @type {Alarm[]} */
  let alarms = [];
  try {
    const thought = await following(kept, file), changes = thought.changes;
    alarms = thought.alarms;
    if ((await clear("persisted")) === false) {
      const refused = await sendAtOnce(kept);
      if (refused) {
        draft?.resume();
        return { zh: refused, alarms };
      }
      await draft?.discard();
      await write([...changes, ...(await blobRows(kept.entry.id, blobs))]);
    } else {
      await keep(kept, { ...(draft ? { draft: draft.id } : {}), blobs, more: changes });
      draft?.stop();
    }
    return { zh: "", alarms };
  } catch (error) {
    draft?.resume();
    return { zh: wordsFor(error), alarms };
  }
}

/** What was done about a danger before its record was kept goes out now, each with its moment. @param {string} id @param {string} name */
export async function sendTicks(id, name) {
  for (let [entry, ...rest] = await ticksOf(id); entry; [entry, ...rest] = rest) {
    const { zh } = await writeDown({ entry, form_zh: say("危机处置步骤"), name }, (await get("children", entry.child)) ?? null);
    if (zh) return;
    await noteTicks(id, rest);
  }
}

/** @param {Half} half @param {{ child: string, file: File | null, formId: string, about: string, corrects: Own | null, owns: Record<string, string[]>, at: string }} ground @returns {import("./types").Entry} */
function entryOf(half, { child, file, formId, about, corrects, owns, at }) {
  const answers = JSON.parse(JSON.stringify(half.answers));
  return {
    id: half.entry_id, child, form: formId, form_hash: half.form_hash, answers, occurred_at: at, about,
    supersedes: corrects?.id ?? null, correction_kind: corrects ? "correct" : "", attachments: [],
    based_on: basedOn(file, formId, answers, { owns, before: (corrects?.state === "waiting" && corrects.kept?.entry.answers) || {} }),
  };
}

/** @param {File | null} file @param {Half} half */
const nameOf = (file, half) => file?.name ?? String(half.answers["name"] || half.answers["child_name"] || say("新线索"));

/** What changes with the entry on this phone: the child's file as it stands now, and a danger that it raised. @param {Kept} kept @param {File | null} before @returns {Promise<{ changes: import("./database.js").Change[], alarms: Alarm[] }>} */
async function following(kept, before) {
  const known = before ?? newFile(kept);
  // Whatever the rules make of it here, the entry itself is kept; the office thinks again.
  const { alarms: all, file } = await thinkAhead(known, kept.entry).catch(() => ({ alarms: [], file: known }));
  const told = toldBefore(known, kept.entry), alarms = all.filter(({ gate }) => !told.has(gate));
  const danger = alarms.length ? [await dangerOf(kept, alarms)] : [];
  // A clue about nobody on file is no child in her lists; what the crisis card needs of it stays until it is put away.
  const isListed = kept.entry.form === OPENS || brief(file.id) !== undefined;
  const changes = [
    ...(isListed || before || danger.length ? [await sealedPut("children", file.id, file)] : []),
    ...(isListed ? [await sealedPut("briefs", file.id, briefOf(file))] : []), ...danger,
  ];
  return { changes, alarms };
}

/** The dangers of which what it corrects, or the child's own answers in it, told already. @param {File} file @param {import("./types").Entry} entry */
function toldBefore({ facts = [] }, { id, supersedes, sitting = id }) {
  const of = facts.filter((fact) => fact.id === supersedes || fact.data?.["sitting"] === sitting);
  return new Set(of.flatMap((fact) => (/** @type {Alarm[]} */ (fact.data?.["alarms"] ?? [])).map(({ gate }) => gate)));
}

/** A child who is new here stands in the lists at once, marked as not yet arrived. @param {Kept} kept @returns {File} */
function newFile({ entry, name }) {
  const { sex, birth, residence_address: address } = entry.answers;
  return { id: entry.child, name, sex: text(sex), birth: text(birth), address: text(address), is_new: true };
}

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : "");

/** A danger doesn't wait until its record could be kept. @param {Alarm[]} alarms */
async function callFirst(alarms) {
  if (!alarms.length) return "";
  const named = await around().then((given) => callsOf(given.whom_to_call), () => []);
  return say("有危险信号，请先打电话：{calls}。", { calls: ["110", "120", ...named.map(({ zh, number }) => `${zh} ${number}`)].join("、") });
}

/** @param {unknown} error */
function wordsFor(error) {
  if (error instanceof StoreFull) return say("没有保存：手机的存储满了。请删掉一些照片或视频，再点“再发一次”。") + STILL;
  if (error instanceof NotReady) return say("没有保存：这部手机还没有和单位配对好。请连上网络同步一次，再点“再发一次”。") + STILL;
  if (error instanceof Locked) return say("没有保存：应用已锁上。请输入 PIN 后接着写。");
  return say("没有保存：手机没有写进去。请再点“再发一次”。") + STILL;
}
