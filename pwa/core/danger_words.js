/**
 * What of the list stands in a text: twin of `tongxin.core.danger_words`. It only asks; it judges nothing.
 *
 * @module
 */

/** @typedef {{start: number, end: number, kind: string}} Found places in signs, as the server counts them */
/**
 * @typedef {object} Lexicon
 * @property {string[]} forms
 * @property {Record<string, string>} kinds
 * @property {string} breaks
 * @property {[string[], string][]} terms
 * @property {{gap: number, answer: number, topic: number}} reach
 * @property {string[]} denials
 * @property {string[]} bans
 * @property {string[]} between
 * @property {string[]} questions
 * @property {string[]} answers_no
 * @property {string[]} no_answers
 * @property {string[]} after
 * @property {string[]} taught
 * @property {string[]} topics
 * @property {string[]} never
 */

const LINES = "\n\r\u2028\u2029";
const SPACE = /^[\s\u001c-\u001f\u0085]$/u;
/** @param {string} text */
const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
/** Signs as they stand between brackets. @param {string} text */
const inside = (text) => escaped(text).replaceAll("-", "\\-");

/**
 * Everything of the list that nothing around it takes back, in the order of the text.
 *
 * @param {string} text @param {Lexicon} lexicon @returns {Found[]}
 */
export function find(text, lexicon) {
  const { signs, places } = plainOf(text), plain = signs.join("");
  const breaks = `[${inside(lexicon.breaks)}]`, gap = `[^${inside(lexicon.breaks)}]{0,${lexicon.reach.gap}}`;
  const at = offsets(signs);
  const ends = new RegExp(breaks, "gu");
  /** @type {[number, number, string][]} */
  const spans = lexicon.terms.flatMap(([parts, kind]) =>
    [...plain.matchAll(new RegExp(parts.map(escaped).join(gap), "gu"))].map((match) =>
      /** @type {[number, number, string]} */ ([at(match.index), at(match.index + match[0].length), kind])));
  const idle = lexicon.never.flatMap((word) =>
    [...plain.matchAll(new RegExp(escaped(word), "gu"))].map((match) => [at(match.index), at(match.index + match[0].length)]));
  const isIdle = (/** @type {number} */ start, /** @type {number} */ end) =>
    idle.some(([low = 0, high = 0]) => low <= start && end <= high);
  return apart(spans).filter(([start, end]) => !isIdle(start, end) && !isTakenBack(signs, start, end, lexicon, ends))
    .map(([start, end, kind]) => ({ start: places[start] ?? 0, end: (places[end - 1] ?? 0) + 1, kind }));
}

/** In half-width, lower case, without spaces but with its lines, and where each sign stood. @param {string} text */
function plainOf(text) {
  /** @type {string[]} */
  const signs = [];
  /** @type {number[]} */
  const places = [];
  [...text].forEach((wide, at) => {
    const sign = narrow(wide);
    if (SPACE.test(sign) && !LINES.includes(sign)) return;
    const low = sign.toLowerCase();
    for (const each of [...low].length === 1 ? [low] : [...sign]) {
      signs.push(each);
      places.push(at);
    }
  });
  return { signs, places };
}

/** @param {string} sign */
function narrow(sign) {
  const code = sign.codePointAt(0) ?? 0;
  if (code === 0x3000) return " ";
  return code > 0xff00 && code < 0xff5f ? String.fromCodePoint(code - 0xfee0) : sign;
}

/** From places in a string to places in its signs. @param {string[]} signs */
function offsets(signs) {
  const found = new Map([[0, 0]]);
  let length = 0;
  signs.forEach((sign, at) => found.set((length += sign.length), at + 1));
  return (/** @type {number} */ place) => found.get(place) ?? 0;
}

/** @param {string[]} signs @param {number} start @param {number} end @param {Lexicon} lexicon @param {RegExp} ends */
function isTakenBack(signs, start, end, lexicon, ends) {
  const clauses = signs.slice(0, start).join("").split(ends), before = clauses[clauses.length - 1] ?? "", after = signs.slice(end).join("");
  if (endsWithAny(before, lexicon.bans) || denials(before, lexicon) % 2) return true;
  if (lexicon.after.some((word) => after.startsWith(word))) return true;
  const clause = after.split(ends)[0] ?? "";
  if (lexicon.taught.includes(signs.slice(start, end).join("")) && isLesson(clause, lexicon)) return true;
  return lexicon.questions.some((word) => before.includes(word)) && isAnsweredNo(after.split(ends), lexicon);
}

/** @param {string} text @param {string[]} words */
const endsWithAny = (text, words) => words.some((word) => text.endsWith(word));

/** @param {string} after @param {Lexicon} lexicon */
const isLesson = (after, { topics, reach }) =>
  topics.some((word) => [...after].slice(0, reach.topic + [...word].length).join("").includes(word));

/** Whether a clause soon after a question is a whole no. @param {string[]} clauses @param {Lexicon} lexicon */
function isAnsweredNo(clauses, { reach, answers_no: no, no_answers: none }) {
  let told = 0;
  for (const clause of clauses) {
    if (told > reach.answer) return false;
    if (endsWithAny(clause, no) && !endsWithAny(clause, none)) return true;
    told += [...clause].length + 1;
  }
  return false;
}

/** How many denials stand before a word; two make a yes. @param {string} before @param {Lexicon} lexicon */
function denials(before, { denials: words, between, questions }) {
  let count = 0, rest = before;
  while (!endsWithAny(rest, questions)) {
    const denial = words.find((word) => rest.endsWith(word)) ?? "";
    const passed = denial || (between.find((word) => rest.endsWith(word)) ?? "");
    if (!passed) break;
    count += denial ? 1 : 0;
    rest = rest.slice(0, rest.length - passed.length);
  }
  return count;
}

/** Without those that stand within another of their kind, in the order of the text. @param {[number, number, string][]} spans */
function apart(spans) {
  /** @type {[number, number, string][]} */
  const kept = [];
  const order = (/** @type {[number, number, string]} */ one, /** @type {[number, number, string]} */ two) =>
    one[0] - two[0] || two[1] - one[1] || (one[2] < two[2] ? -1 : 1);
  for (const [start, end, kind] of [...spans].sort(order)) {
    if (!kept.some(([low, high, other]) => low <= start && end <= high && kind === other)) kept.push([start, end, kind]);
  }
  return kept;
}

/** @typedef {{id: string, type: string, zh: string, fields?: Asked[]}} Asked */

const WORDS = ["text", "long_text"], ROWS = "list";

/**
 * Whatever somebody wrote in words, also in the rows of a list, each with the name of its place.
 *
 * @param {readonly Asked[]} fields @param {Readonly<Record<string, unknown>>} answers @param {string} [before]
 * @returns {{zh: string, text: string}[]}
 */
export function writtenIn(fields, answers, before = "") {
  return fields.flatMap((field) => {
    const value = answers[field.id], zh = `${before}${field.zh}`;
    if (WORDS.includes(field.type) && typeof value === "string") return [{ zh, text: value }];
    if (field.type !== ROWS || !Array.isArray(value)) return [];
    return value.flatMap((row) => writtenIn(field.fields ?? [], row && typeof row === "object" ? row : {}, `${zh}：`));
  });
}

/**
 * The kinds of danger of which a filled form may speak, in the list's order, with the passages that ask.
 *
 * @param {{id: string, sections: {fields: Asked[]}[]}} form
 * @param {Readonly<Record<string, unknown>>} answers @param {Lexicon} lexicon
 */
export function heardIn(form, answers, lexicon) {
  if (!lexicon.forms.includes(form.id)) return { kinds: [], passages: [] };
  const texts = writtenIn(form.sections.flatMap((section) => section.fields), answers);
  const found = texts.map(({ zh, text }) => ({ zh, text, found: find(text, lexicon) })).filter(({ found }) => found.length);
  const said = new Set(found.flatMap(({ found }) => found.map(({ kind }) => kind)));
  return { kinds: Object.keys(lexicon.kinds).filter((kind) => said.has(kind)), passages: found };
}
