// Receives what is new for her: children page by page, the rules, and what became of held entries.

import { app } from "./build.js";
import { briefOf } from "./briefs.js";
import { learnTime } from "./clock.js";
import { rows, write } from "./database.js";
import { settle } from "./outbox.js";
import { clear, get, sealedPut, setClear, wasDamaged } from "./store.js";
import { call } from "./wire.js";

/** @typedef {import("./database.js").Change} Change */
/** @typedef {import("./types").Around} Around */
/** @typedef {import("./wire.js").Answer | import("./wire.js").NoNetwork} Heard */

const PAGE = 40;
const MOST_PAGES = 500;
const AROUND = ["forms", "whom_to_call", "guide", "targets", "places", "pathway", "calendar", "gates", "identification", "instruments", "asking", "highest", "danger_words", "lessons", "learned"];

/** @param {string} token @returns {Promise<{ stopped?: Heard, build?: string }>} */
export async function receive(token) {
  if (wasDamaged()) await setClear("cursor", "");
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const body = { cursor: (await clear("cursor")) ?? "", app: app(), have: await hashes(), limit: PAGE };
    const heard = await call("down/", body, { token });
    if (heard.kind === "none" || heard.status !== 200) return { stopped: heard };
    learnTime(heard.body.now);
    await take(heard.body);
    if (!heard.body.more) return { build: String(heard.body.build ?? "") };
  }
  return {};
}

const hashes = async () => (await rows("definitions")).map((each) => each.hash);

/** One page, written whole or not at all together with its cursor. @param {any} body */
async function take(body) {
  const children = Array.isArray(body.children) ? body.children : [];
  /** @type {Change[]} */
  const changes = [];
  for (const child of children) {
    changes.push(await sealedPut("children", child.id, child), await sealedPut("briefs", child.id, briefOf(child)));
  }
  for (const gone of body.gone ?? []) changes.push(...(await takenAway(gone)));
  for (const [hash, content] of Object.entries(body.definitions ?? {})) changes.push({ store: "definitions", put: { hash, content } });
  const around = Object.fromEntries(AROUND.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]));
  if (Object.keys(around).length) {
    const whole = { ...((await get("meta", "around")) ?? {}), ...around };
    changes.push(await sealedPut("meta", "around", whole), ...(await outOfUse(whole, body.definitions ?? {})));
  }
  if (body.cursor !== undefined) changes.push({ store: "meta", put: { id: "cursor", value: body.cursor } });
  // Before the cursor: what is heard twice does no harm, what is passed over never comes again.
  if (Array.isArray(body.settled) && body.settled.length) await settle(body.settled);
  if (body.limits) await setClear("limits", body.limits);
  await write(changes);
}

/** Rules that nothing names any more, and what a newer part took the place of. @param {object} around @param {Record<string, { part?: string }>} fresh @returns {Promise<Change[]>} */
async function outOfUse(around, fresh) {
  const named = JSON.stringify(around), parts = new Set(Object.values(fresh).map(({ part }) => part));
  const old = (await rows("definitions")).filter(({ hash, content: { part } }) => !(hash in fresh) && (part ? parts.has(part) : !named.includes(hash)));
  return old.map(({ hash }) => ({ store: "definitions", remove: hash }));
}

/** A child who went to others leaves the phone; a line says where to. @param {{ id: string, zh?: string }} gone @returns {Promise<Change[]>} */
async function takenAway({ id, zh }) {
  const brief = await get("briefs", id);
  const told = brief && zh ? [await sealedPut("meta", `gone:${id}`, { name: brief.name, zh })] : [];
  return [{ store: "children", remove: id }, { store: "briefs", remove: id }, ...told];
}
