// The phone in a child's hands: nothing of the worker's app can be reached; her PIN opens it again.

import { make } from "../../form/dom.js";
import { handBack } from "../guard.js";
import { go } from "../page.js";
import { empty, title } from "../parts.js";
import { around, definition } from "../rules.js";
import { say } from "../say.js";
import { askedOf } from "./asked.js";
import { answered, keepAnswer } from "./keeping.js";
import { TxChildSheet } from "./sheet.js";

const STYLES = ["/field/app/css/ask.css", "/field/app/field/child_mode/child_mode.css"];

/** @param {Record<string, string>} params @returns {Promise<import("../types").Screen>} */
export async function screen({ child = "", form = "", about = "", field = "" }) {
  const given = await around(), offer = given.forms[form], content = await definition(offer?.definition);
  const asked = content?.sections.flatMap((/** @type {any} */ section) => section.fields).find((/** @type {any} */ each) => each.id === field);
  const instrument = await definition(given.instruments?.[asked?.instrument?.id ?? ""]);
  if (!offer || !instrument || !given.asking) return { zh: say("交给孩子"), body: [title(say("交给孩子")), empty(say("问卷还没有下载到手机。连上网络同步一次就有了。"))] };
  const words = given.asking, sheet = asked.instrument, common = JSON.stringify(sheet.items[0]?.options);
  const place = { child, form, about, field, instrument: sheet.id, hash: offer.hash, formZh: content.zh };
  const element = new TxChildSheet();
  element.given = {
    words, asks: askedOf(instrument), answers: await answered(place), keep: (item, code) => keepAnswer(place, item, code),
    sheet: {
      stem: sheet.stem, notice: sheet.notice ?? "",
      items: sheet.items.map((/** @type {any} */ item) => ({ ...item, is_own: JSON.stringify(item.options) !== common })),
    },
  };
  const back = { child, form, about };
  element.addEventListener("tx-child-over", () => {
    handBack("form", back);
    void go("pin");
  });
  element.addEventListener("tx-child-away", () => {
    handBack("form", back);
    elsewhere(words.elsewhere);
  });
  return { zh: say("交给孩子"), body: [...styles(), element], isHeld: true };
}

/** In force only while the phone is in the child's hands. */
const styles = () => STYLES.map((href) => make("link", { rel: "stylesheet", href }));

/** Something that has nothing to do with it, at once; a touch leads to the lock. @param {import("./types").Words["elsewhere"]} poem */
function elsewhere({ zh, lines, by }) {
  const page = make("button", { type: "button", class: "fa-poem" }, make("b", {}, zh), ...lines.map((line) => make("span", {}, line)), make("small", {}, by));
  page.addEventListener("click", () => void go("pin"));
  document.getElementById("main")?.replaceChildren(...styles(), page);
}
