/** What the languages hold: every sentence of the app, its traditional form, and the words of each frame. */
import { sentences } from "../../scripts/untranslated.mjs";
import { words as bo } from "../../pwa/field/languages/bo.js";
import { words as ug } from "../../pwa/field/languages/ug.js";
import { translated } from "../../pwa/field/languages/zh_hant.js";

const all = sentences();
const traditional = Object.fromEntries([...all, ...process.argv.slice(2)].map((zh) => [zh, translated(zh)]));
process.stdout.write(JSON.stringify({ sentences: all, traditional, bo, ug }));
