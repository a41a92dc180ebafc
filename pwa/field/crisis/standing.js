// The dangers that wait on this phone for the office's word; sealed like everything else.

import { get, put } from "../store.js";

/** @typedef {import("./types").Standing} Standing */
/** @typedef {import("./types").Taken} Taken */

const KEPT = "crises";

/** @returns {Promise<Standing[]>} the newest first */
export const standing = async () => (await get("meta", KEPT)) ?? [];

/** @param {string} id @returns {Promise<Standing | null>} */
export const standingOf = async (id) => (await standing()).find((each) => each.id === id) ?? null;

/** A danger of this entry begins; said twice it stays one. @param {Omit<Standing, "taken" | "receipt">} raised */
export async function raise(raised) {
  const known = (await standing()).filter((each) => each.id !== raised.id);
  await put("meta", KEPT, [{ ...raised, taken: [], receipt: "" }, ...known]);
}

/** @param {string} id @param {(one: Standing) => Standing} how */
async function change(id, how) {
  await put("meta", KEPT, (await standing()).map((each) => (each.id === id ? how(each) : each)));
}

/** @param {string} id @param {Taken} taken */
export const take = (id, taken) => change(id, (one) => ({ ...one, taken: [...one.taken, taken] }));

/** The office has the entries with these receipts. @param {{ id: string, receipt: string }[]} results */
export async function acknowledge(results) {
  const said = new Map(results.map(({ id, receipt }) => [id, receipt || "–"]));
  const before = await standing();
  if (!before.some((each) => said.has(each.id))) return;
  await put("meta", KEPT, before.map((each) => ({ ...each, receipt: said.get(each.id) ?? each.receipt })));
}

/** Put away by hand, and only what the office has. @param {string} id */
export async function putAway(id) {
  await put("meta", KEPT, (await standing()).filter((each) => each.id !== id || !each.receipt));
}
