// 给译者的清单：node scripts/untranslated.mjs bo
// 每行一句：还没有译文的，或译文待母语者审读的（review）。
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const FIELD = fileURLToPath(new URL("../pwa/field", import.meta.url));
const SKIPPED = /[\\/]languages[\\/]/;

/** Every Chinese sentence that the app's own sources hold. */
export function sentences(folder = FIELD) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".js") && !SKIPPED.test(`/${name}`));
  const found = new Set(["语言"]);
  for (const file of files) {
    const source = readFileSync(join(folder, file), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    for (const [, text] of source.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)) if (/[\u4e00-\u9fff]/.test(text)) found.add(JSON.parse(`"${text}"`));
  }
  return [...found].sort();
}

/** What is still to be done in a language. */
export async function lacking(language) {
  const { words } = await import(`../pwa/field/languages/${language}.js`);
  return sentences().flatMap((zh) => {
    const made = Object.hasOwn(words, zh) ? words[zh] : undefined;
    if (made === undefined) return [{ zh, state: "missing" }];
    return Array.isArray(made) ? [{ zh, text: made[0], state: made[1] }] : [];
  });
}

const language = process.argv[1] === fileURLToPath(import.meta.url) ? process.argv[2] : "";
if (language) for (const each of await lacking(language)) console.log(JSON.stringify(each));
