// Away at once: the screen is cleared before anything else, and the address that was left can't be come back to.

import { make } from "../form/dom.js";
import { post, remember, seat } from "./wire.js";
import { hush } from "./voice.js";

/** @typedef {import("./sending.js").Sending} Sending */

const LONGEST = 10_000;
const BETWEEN = 1_500;

/** Puts the poem in place of everything. */
function clear() {
  hush();
  const kept = document.getElementById("elsewhere");
  const lines = kept instanceof HTMLTemplateElement ? kept.content.cloneNode(true) : "";
  remember();
  document.title = kept?.dataset["title"] ?? "";
  document.body.className = "ask-elsewhere";
  document.body.replaceChildren(make("main", {}, /** @type {Node} */ (lines)));
}

/**
 * Clears the screen, tells the server, and goes. What the server doesn't have yet is sent from behind the poem,
 * however long that takes: a child who leaves in a hurry loses no answer.
 *
 * @param {Sending} sending @param {string} to
 */
export async function leave(sending, to) {
  const { open } = sending;
  sending.open = null;
  clear();
  history.replaceState(null, "", to);
  if (open) await untilSaid(open.path, open.body);
  const gone = post("/a/leave/", {}, { isLeaving: true });
  seat.drop();
  await Promise.race([gone, pause(LONGEST)]);
  location.replace(to);
}

/** After the last page: nothing is left to send. @param {string} to */
export async function go(to) {
  clear();
  history.replaceState(null, "", to);
  await Promise.race([post("/a/out/", {}, { isLeaving: true }), pause(LONGEST)]);
  seat.drop();
  location.replace(to);
}

/** @param {string} path @param {unknown} body */
async function untilSaid(path, body) {
  for (;;) {
    const said = await post(path, body, { isLeaving: true });
    if (said && said.status < 500) return;
    await pause(BETWEEN);
  }
}

/** @param {number} span */
const pause = (span) => new Promise((then) => setTimeout(then, span));
