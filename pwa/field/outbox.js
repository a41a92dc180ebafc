// The outbox: what was recorded and has no receipt yet. Rows are only added; one goes when its receipt is written.

import { newIdentifier } from "../form/identifier.js";
import { row, rows, StoreFull, write } from "./database.js";
import { clockAhead, now, written } from "./clock.js";
import { sealTo } from "./recovery.js";
import { around } from "./rules.js";
import { clear, openRaw, reveal, sealedPut, sealRaw } from "./store.js";

/** @typedef {import("./types").BlobRow} BlobRow */
/** @typedef {import("./types").Entry} Entry */
/** @typedef {import("./types").Kept} Kept */
/** @typedef {import("./types").Listed} Listed */
/** @typedef {import("./types").Outcome} Outcome */
/** @typedef {import("./types").OutboxRow} OutboxRow */
/** @typedef {import("./types").Result} Result */
/** @typedef {import("./database.js").Change} Change */

const encoder = new TextEncoder();

/** There is no key of the server's yet, so an entry could not be rescued from a locked phone. */
export class NotReady extends Error {}

/**
 * Keeps an entry: resolved only when it lies whole on the disk, with what belongs to it, and its draft is gone.
 *
 * @param {Kept} kept
 * @param {{ blobs?: { id: string, kind: string, blob: Blob }[], draft?: string, more?: Change[] }} [with_]
 */
export async function keep(kept, { blobs = [], draft, more = [] } = {}) {
  const { entry } = kept;
  if ((await row("outbox", entry.id)) || (await row("receipts", entry.id))) return;
  const changes = [
    await outboxRow(kept), ...(await blobRows(entry.id, blobs)), ...more,
    ...(draft ? [{ store: "drafts", remove: draft }] : []),
  ];
  try {
    await write(changes);
  } catch (error) {
    if (!(error instanceof StoreFull)) throw error;
    await makeRoom();
    await write(changes);
  }
}

/** @param {Kept} kept @returns {Promise<Change>} */
async function outboxRow(kept) {
  const { entry } = kept;
  const to = await clear("recovery");
  if (!to) throw new NotReady("no key of the server");
  const recovery = await sealTo(to, entry.id, encoder.encode(JSON.stringify(entry)));
  const { put } = await sealedPut("outbox", entry.id, kept, { at: written(now()), ahead: clockAhead(), recovery });
  return { store: "outbox", add: /** @type {object} */ (put) };
}

/** Photos and recordings that belong to an entry. @param {string} entry @param {{ id: string, kind: string, blob: Blob }[]} blobs @returns {Promise<Change[]>} */
export const blobRows = (entry, blobs) => Promise.all(blobs.map((one) => blobRow(entry, one)));

/** @param {string} entry @param {{ id: string, kind: string, blob: Blob }} one @returns {Promise<Change>} */
async function blobRow(entry, { id, kind, blob }) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const to = await clear("recovery");
  if (!to) throw new NotReady("no key of the server");
  const recovery = await sealTo(to, id, bytes);
  const sealed = await sealRaw("blobs", id, bytes);
  return { store: "blobs", add: { id, entry, kind, type: blob.type, size: bytes.length, sent: 0, sealed, recovery } };
}

/** Old receipts give way to a new record. */
async function makeRoom() {
  await write((await rows("receipts")).filter((each) => each.state === "arrived").map((each) => ({ store: "receipts", remove: each.id })));
}

export const newId = () => newIdentifier(now().getTime());

/** What still has to be sent, oldest first; `kept` is missing where another key sealed it. @returns {Promise<{ row: OutboxRow, kept: Kept | undefined }[]>} */
export async function waiting() {
  const judged = await answered();
  const open = (await rows("outbox")).filter((each) => !judged.has(each.id));
  return Promise.all(open.map(async (each) => ({ row: each, kept: await reveal("outbox", each) })));
}

/** Entries of which the office has said something; one it found too large is tried again each time. */
const answered = async () => new Set((await rows("receipts")).filter((each) => each.state !== "too_large").map((each) => each.id));

/** How many entries have no answer yet. */
export async function countWaiting() {
  const judged = await answered();
  return (await rows("outbox")).filter((each) => !judged.has(each.id)).length;
}

/** Writes down what became of entries; what arrived leaves the outbox in the same transaction. @param {Result[]} results @param {Kept} [straight] one that never lay in the outbox */
export async function settle(results, straight) {
  const { forms } = await around();
  /** @type {Change[]} */
  const changes = [];
  for (const result of results) {
    const sent = await row("outbox", result.id);
    const before = await row("receipts", result.id);
    const known = (sent && (await reveal("outbox", sent))) ?? (straight?.entry.id === result.id ? straight : undefined);
    const told = (before && (await reveal("receipts", before))) ?? {};
    const outcome = {
      form_zh: "", name: "", child: "", kind: "", occurred_at: sent?.at ?? before?.at ?? "", ...told, ...brief(known), ...result,
    };
    // What her role may read again stays for a while, so that she can put it right without a signal.
    if (known && result.state === "arrived" && forms[known.entry.form]?.reads) outcome.kept = known;
    changes.push(await sealedPut("receipts", result.id, outcome, { at: written(now()), state: result.state }));
    if (sent && ["arrived", "put_aside"].includes(result.state)) changes.push({ store: "outbox", remove: result.id });
  }
  await write(changes);
}

/** @param {Kept | undefined} kept */
const brief = (kept) => (kept ? {
  form_zh: kept.form_zh, name: kept.name, child: kept.entry.child, occurred_at: kept.entry.occurred_at, kind: kept.entry.correction_kind,
} : {});

/** Everything she wrote, newest first: waiting, arrived, held. @returns {Promise<Listed[]>} */
export async function listed() {
  const receipts = await rows("receipts");
  const judged = new Map(receipts.map((each) => [each.id, each]));
  const open = (await waiting()).filter(({ row: { id } }) => !judged.has(id)).map(({ row: { id, at }, kept }) => /** @type {Listed} */ ({
    id, at, state: "waiting", form_zh: kept?.form_zh ?? "", name: kept?.name ?? "", child: kept?.entry.child ?? "", receipt: "", zh: "",
    kind: kept?.entry.correction_kind ?? "",
  }));
  const closed = await Promise.all([...judged.values()].map(async (each) => {
    const told = await reveal("receipts", each);
    return told ? { ...told, id: each.id, at: told.occurred_at || each.at, state: each.state } : undefined;
  }));
  return [...open, ...closed.filter((each) => each !== undefined)].sort((a, b) => b.at.localeCompare(a.at));
}

/** Receipts older than so many days leave the phone, and what was written already sooner. @param {number} days @param {number} answersDays */
export async function purge(days, answersDays) {
  const settled = (await rows("receipts")).filter((each) => ["arrived", "put_aside"].includes(each.state));
  await write(settled.filter((each) => each.at < ago(days)).map((each) => ({ store: "receipts", remove: each.id })));
  const bare = settled.filter((each) => each.at >= ago(days) && each.at < ago(answersDays));
  await write((await Promise.all(bare.map(withoutAnswers))).flat());
}

/** @param {number} days */
const ago = (days) => written(new Date(now().getTime() - days * 86_400_000));

/** @param {{ id: string, at: string, state: string, sealed: import("./types").Bytes }} receipt @returns {Promise<Change[]>} */
async function withoutAnswers(receipt) {
  const { kept, ...told } = (await reveal("receipts", receipt)) ?? {};
  return kept ? [await sealedPut("receipts", receipt.id, told, { at: receipt.at, state: receipt.state })] : [];
}

/** Photos and recordings on their way. @returns {Promise<BlobRow[]>} */
export const blobs = () => rows("blobs");

/** @param {BlobRow} blob */
export const blobBytes = (blob) => openRaw("blobs", blob.id, blob.sealed);

/** The office did not take it, and why; it stays until she has decided. @param {BlobRow} blob @param {string} refused */
export const noteRefused = (blob, refused) => write([{ store: "blobs", put: { ...blob, refused } }]);

/** A file that the office doesn't take leaves the phone. @param {BlobRow} blob */
export const discardBlob = (blob) => write([{ store: "blobs", remove: blob.id }]);

/** How far a photo or recording has come; whole, it leaves the phone. @param {BlobRow} blob @param {number} sent @param {boolean} isWhole */
export const noteSent = (blob, sent, isWhole) => write([isWhole ? { store: "blobs", remove: blob.id } : { store: "blobs", put: { ...blob, sent } }]);
