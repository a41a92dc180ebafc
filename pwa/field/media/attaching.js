// What goes with a record: a photo, a spoken note, a signature; each optional, each removable until it is saved.

import { make } from "../../form/dom.js";
import { newId } from "../outbox.js";
import { say } from "../say.js";
import "./photo.js";
import "./signature.js";
import "./voice.js";

/** @typedef {import("./found.js").Found} Found */

const STYLE = "/field/app/field/media/media.css";
const OFFERED = /** @type {const} */ ([["tx-photo", "照片"], ["tx-voice", "录音"], ["tx-signature", "签名"]]);

/** The place to attach things, and what was attached so far. @param {Awaited<ReturnType<typeof import("../session.js").limits>>} most */
export function attaching(most) {
  /** @type {Map<string, { id: string, kind: string, blob: Blob }>} */
  const held = new Map();
  const sizes = { "max-bytes": most.photo_kilobytes * 1000, "max-side": most.photo_side, "max-seconds": most.voice_seconds };
  const count = make("span", { class: "fa-soft" });
  const element = make("details", { class: "fa-attaching" }, make("summary", {}, say("附上照片、录音或签名"), count),
    ...OFFERED.map(([tag, zh]) => make("section", {}, make("h3", {}, say(zh)), make(/** @type {"div"} */ (tag), sizes))));
  element.addEventListener("tx-media", (event) => {
    const { kind, blob } = /** @type {CustomEvent<Found>} */ (event).detail;
    if (blob) held.set(kind, { id: newId(), kind, blob });
    else held.delete(kind);
    count.textContent = held.size ? say("（已附 {n} 项）", { n: held.size }) : "";
  });
  if (!document.getElementById("media-style")) document.head.append(make("link", { id: "media-style", rel: "stylesheet", href: STYLE }));
  return { element, blobs: () => [...held.values()] };
}
