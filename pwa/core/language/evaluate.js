/**
 * Answers a rule for one case in the browser, exactly as `tongxin.core.language` does.
 *
 * Missing is SQL's NULL: a comparison with a gap is neither true nor false. Numbers are whole (BigInt),
 * decimals are read as a count of their smallest unit, so nothing is ever rounded.
 *
 * @module
 */

/** @typedef {{node: string, [key: string]: any}} Tree a part of a rule, as `to_json` writes it */
/** @typedef {{text: string, type: string, scale: number, tree: Tree}} Rule */
/** @typedef {Readonly<Record<string, any>>} Facts answers as in JSON: days and decimals as text */

/**
 * The rule's answer: true, false, a number, text, or null where the gaps leave it open.
 *
 * @param {Rule} rule
 * @param {Facts} facts
 * @returns {boolean | number | string | null}
 */
export function evaluate(rule, facts) {
  const answer = answerOf(rule.tree, facts, {});
  return typeof answer === "bigint" ? readable(answer, rule.scale) : answer;
}

/**
 * The answer of one part of a rule.
 *
 * @param {Tree} tree
 * @param {Facts} facts
 * @param {Facts} row
 * @returns {any}
 */
export function answerOf(tree, facts, row) {
  const answer = ANSWERS[tree.node];
  if (answer === undefined) throw new Error(`规则中有不认识的部分：${tree.node}`);
  return answer(tree, facts, row);
}

/** @type {Record<string, (tree: Tree, facts: Facts, row: Facts) => any>} */
const ANSWERS = {
  name: (tree, facts, row) => known(tree, (tree.row ? row : facts)[tree.name]),
  literal: (tree) => (tree.type === "int" ? BigInt(tree.value) : tree.value),
  and: (tree, facts, row) => settledBy(false, tree.parts, facts, row),
  or: (tree, facts, row) => settledBy(true, tree.parts, facts, row),
  not: (tree, facts, row) => {
    const answer = answerOf(tree.part, facts, row);
    return answer === null ? null : !answer;
  },
  compare: (tree, facts, row) => both(tree.left, tree.right, facts, row, COMPARE[tree.op]),
  between: (tree, facts, row) => {
    const low = { node: "compare", op: ">=", left: tree.item, right: tree.low };
    const high = { node: "compare", op: "<=", left: tree.item, right: tree.high };
    return settledBy(false, [low, high], facts, row);
  },
  in: (tree, facts, row) => {
    const asked = answerOf(tree.item, facts, row);
    return asked === null ? null : values(tree.choices).includes(asked);
  },
  member: (tree, facts, row) =>
    both(tree.item, tree.source, facts, row, (code, held) => held.includes(code)),
  overlaps: (tree, facts, row) => {
    const held = answerOf(tree.source, facts, row);
    return held === null ? null : values(tree.choices).some((code) => held.includes(code));
  },
  missing: (tree, facts, row) => answerOf(tree.item, facts, row) === null,
  arithmetic: (tree, facts, row) => both(tree.left, tree.right, facts, row, COMBINE[tree.op]),
  age: (tree, facts, row) => both(tree.birth, tree.on, facts, row, completedYears),
  days_since: (tree, facts, row) =>
    both(tree.since, tree.on, facts, row, (since, on) => BigInt(dayNumber(on) - dayNumber(since))),
  tally,
  extreme,
};

/** @type {Record<string, (one: any, two: any) => boolean>} */
const COMPARE = {
  "==": (one, two) => one === two,
  "!=": (one, two) => one !== two,
  ">=": (one, two) => one >= two,
  "<=": (one, two) => one <= two,
  ">": (one, two) => one > two,
  "<": (one, two) => one < two,
};

/** @type {Record<string, (one: bigint, two: bigint) => bigint>} */
const COMBINE = {
  "+": (one, two) => one + two,
  "-": (one, two) => one - two,
  "*": (one, two) => one * two,
};

/**
 * @param {boolean} verdict the answer that settles the matter at once
 * @param {Tree[]} parts
 * @param {Facts} facts
 * @param {Facts} row
 * @returns {boolean | null}
 */
function settledBy(verdict, parts, facts, row) {
  let gap = false;
  for (const part of parts) {
    const answer = answerOf(part, facts, row);
    if (answer === verdict) return verdict;
    if (answer === null) gap = true;
  }
  return gap ? null : !verdict;
}

/**
 * @param {Tree} left
 * @param {Tree} right
 * @param {Facts} facts
 * @param {Facts} row
 * @param {((one: any, two: any) => any) | undefined} combine
 */
function both(left, right, facts, row, combine) {
  const one = answerOf(left, facts, row);
  if (one === null) return null;
  const two = answerOf(right, facts, row);
  if (combine === undefined) throw new Error("规则中有不认识的算法");
  return two === null ? null : combine(one, two);
}

/** @param {Tree[]} choices */
function values(choices) {
  return choices.map((choice) => answerOf(choice, {}, {}));
}

/** @type {(tree: Tree, facts: Facts, row: Facts) => any} */
function tally(tree, facts, row) {
  const rows = answerOf(tree.source, facts, row);
  if (rows === null) return null;
  /** @type {(boolean | null)[]} */
  const answers = rows.map((/** @type {Facts} */ each) => answerOf(tree.where, facts, each));
  if (tree.kind === "count") return BigInt(answers.filter((answer) => answer === true).length);
  const settled = tree.kind === "any";
  if (answers.includes(settled)) return settled;
  return answers.includes(null) ? null : !settled;
}

/** @type {(tree: Tree, facts: Facts, row: Facts) => any} */
function extreme(tree, facts, row) {
  const rows = answerOf(tree.source, facts, row);
  if (rows === null) return null;
  const better = tree.kind === "min" ? COMPARE["<"] : COMPARE[">"];
  let best = null;
  for (const each of rows) {
    if (answerOf(tree.where, facts, each) !== true) continue;
    const value = answerOf(tree.of, facts, each);
    if (value !== null && (best === null || better?.(value, best))) best = value;
  }
  return best;
}

/**
 * @param {Tree} tree
 * @param {any} value
 */
function known(tree, value) {
  if (value === undefined || value === null) return null;
  if (tree.type === "int") return BigInt(value);
  return tree.type === "decimal" ? smallestUnits(String(value), tree.scale) : value;
}

/**
 * A decimal text as a count of its smallest unit: "1.5" with two places is 150.
 *
 * @param {string} text
 * @param {number} scale
 */
function smallestUnits(text, scale) {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  const places = (match?.[3] ?? "").replace(/0+$/, "");
  if (match === null || places.length > scale) throw new Error("数字写法不对，或小数位数过多");
  const units = BigInt(`${match[2]}${places.padEnd(scale, "0")}`);
  return match[1] === "-" ? -units : units;
}

/**
 * @param {bigint} units
 * @param {number} scale
 */
function readable(units, scale) {
  if (scale === 0) {
    const plain = Number(units);
    return Number.isSafeInteger(plain) ? plain : units.toString();
  }
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/**
 * Whole years between two days; born on 29 February, one turns on 1 March in common years.
 *
 * @param {string} birth
 * @param {string} on
 */
function completedYears(birth, on) {
  const years = Number(on.slice(0, 4)) - Number(birth.slice(0, 4));
  return BigInt(on.slice(5) < birth.slice(5) ? years - 1 : years);
}

/** @param {string} day */
function dayNumber(day) {
  return Date.parse(`${day}T00:00:00Z`) / 86_400_000;
}
