// Sends entries in batches and photos in parts; every answer is written down before the next is asked for.

import { clockAhead, learnTime, written } from "./clock.js";
import { app } from "./build.js";
import { blobBytes, blobs, noteRefused, noteSent, settle, waiting } from "./outbox.js";
import { call, callRaw } from "./wire.js";

/** @typedef {import("./types").Result} Result */
/** @typedef {import("./wire.js").Answer | import("./wire.js").NoNetwork} Heard */
/** @typedef {{ id: string, zh: string }} TooLarge */

const BATCH = 50;
const BATCH_BYTES = 400_000;
const PART = 64 * 1024;
const REFUSED = [400, 404, 413, 422];
const NOT_TAKEN = "单位没有收下这个文件。请重新拍摄或录音，附在一条新的记录里。";
const OTHER_PIN = "用以前的 PIN 加密，手机打不开。请导出加密文件，交给督导员。";
const TOO_LARGE = "这条记录太大，服务器没有接收。内容还在手机里，请导出待送记录交给督导员。";

/**
 * Sends what waits, oldest first, in ever smaller batches where the server finds them too large.
 *
 * @param {string} token
 * @param {object} telemetry
 * @returns {Promise<{ sent: number, held: number, stopped?: Heard }>}
 */
export async function sendUp(token, telemetry) {
  const all = await waiting();
  // Each batch tells the clock by which its entries were written, whatever was learned of it meanwhile.
  const aheads = new Map(all.map(({ row }) => [row.id, row.ahead ?? clockAhead()]));
  let rest = inOrder(all.map(({ row, kept }) => kept?.entry ?? { id: row.id, sealed: row.recovery }));
  let size = BATCH;
  const so_far = { sent: 0, held: 0 };
  while (rest.length) {
    const ahead = aheads.get(String(rest[0]?.id)) ?? 0;
    const batch = fitting(rest, size, (each) => aheads.get(each.id) === ahead);
    const body = { app: app(), now: written(new Date(Date.now() + ahead)), batch: batch[0]?.id, entries: batch, telemetry: { ...telemetry, waiting: rest.length - batch.length } };
    const heard = await call("up/", body, { token });
    if (heard.kind === "answer" && heard.status === 413) {
      if (batch.length === 1) await settleTooLarge(String(batch[0]?.id));
      else size = Math.max(1, Math.floor(batch.length / 2));
      if (batch.length === 1) rest = rest.slice(1);
      continue;
    }
    if (heard.kind === "none" || heard.status !== 200) return { ...so_far, stopped: heard };
    const results = resultsIn(heard.body, batch);
    await settle(results);
    learnTime(heard.body.now);
    so_far.sent += results.filter((each) => each.state === "arrived").length;
    so_far.held += results.filter((each) => each.state === "held").length;
    // An entry without an answer stays in the outbox and is asked about again next time.
    rest = rest.slice(batch.length);
  }
  return so_far;
}

/** A correction comes behind what it corrects, whatever the clock said when each was written. @template {{ id: string, supersedes?: string | null }} One @param {One[]} all @returns {One[]} */
function inOrder(all) {
  const places = new Map(all.map((one, place) => [one.id, place]));
  const byId = new Map(all.map((one) => [one.id, one]));
  /** @param {One} one @returns {number} */
  const placeOf = (one, depth = 0) => {
    const before = byId.get(one.supersedes ?? "");
    return Math.max(places.get(one.id) ?? 0, before && depth < all.length ? placeOf(before, depth + 1) + 0.5 : 0);
  };
  return all.map((one) => ({ one, place: placeOf(one) })).sort((a, b) => a.place - b.place).map(({ one }) => one);
}

/** @template {{ id: string }} One @param {One[]} rest @param {number} size @param {(one: One) => boolean} isAlike @returns {One[]} */
function fitting(rest, size, isAlike) {
  let bytes = 0;
  const count = rest.slice(0, size).findIndex((each) => (bytes += JSON.stringify(each).length) > BATCH_BYTES || !isAlike(each));
  return rest.slice(0, count < 0 ? size : Math.max(1, count));
}

/** @param {any} body @param {{ id: string }[]} batch @returns {Result[]} */
function resultsIn(body, batch) {
  const asked = new Set(batch.map((each) => each.id));
  const results = Array.isArray(body?.results) ? body.results : [];
  return results.filter((/** @type {any} */ each) => asked.has(each?.id) && ["arrived", "held", "put_aside"].includes(each.state))
    .map((/** @type {any} */ each) => ({ id: each.id, state: each.state, receipt: String(each.receipt ?? ""), zh: String(each.zh ?? ""), reason: String(each.reason ?? "") }));
}

/** @param {string} id */
const settleTooLarge = (id) => settle([{ id, state: "too_large", receipt: "", zh: TOO_LARGE }]);

/** Photos and recordings, from where each stopped. @param {string} token @returns {Promise<{ stopped?: Heard }>} */
export async function sendBlobs(token) {
  const unsent = new Set((await waiting()).map(({ row }) => row.id));
  for (const blob of await blobs()) {
    if (unsent.has(blob.entry) || blob.refused) continue;
    const bytes = await blobBytes(blob).catch(() => null);
    if (!bytes) {
      await noteRefused(blob, OTHER_PIN);
      continue;
    }
    for (let at = blob.sent; at < bytes.length;) {
      const heard = await callRaw(address(blob, at), bytes.slice(at, at + PART), token);
      if (heard.kind === "answer" && heard.status === 409 && Number(heard.body.received) !== at) {
        at = Number(heard.body.received);
        continue;
      }
      if (heard.kind === "none" || heard.status !== 200) {
        if (heard.kind === "answer" && REFUSED.includes(heard.status)) {
          await noteRefused(blob, heard.body?.zh || NOT_TAKEN);
          break;
        }
        if (heard.kind === "answer" && heard.status === 409) break;
        return { stopped: heard };
      }
      const received = Number(heard.body.received ?? at + PART);
      const isStuck = !heard.body.is_whole && received <= at;
      at = heard.body.is_whole ? bytes.length : received;
      if (heard.body.is_whole && heard.body.zh) await noteRefused({ ...blob, sent: at }, heard.body.zh);
      else await noteSent(blob, at, heard.body.is_whole === true);
      if (isStuck) break;
    }
  }
  return {};
}

/** @param {import("./types").BlobRow} blob @param {number} at */
const address = ({ id, entry, kind, size }, at) => `blob/${id}/?offset=${at}&total=${size}&entry=${entry}&kind=${kind}`;
