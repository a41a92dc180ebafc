// Which questions of a questionnaire a child is asked, given what it has answered.

import { met } from "../../core/instruments/trust.js";

/** @typedef {import("../../core/instruments/types").Instrument} Instrument */
/** @typedef {import("../../core/instruments/types").Item} Item */

/** @param {Instrument} instrument @returns {(answers: Record<string, string>) => string[]} */
export const askedOf = (instrument) => (answers) => {
  const points = new Map(instrument.items.flatMap((item) => {
    const option = (instrument.option_sets[item.options] ?? []).find((each) => String(each.code) === answers[item.id]);
    return option ? [/** @type {[string, number]} */ ([item.id, option.score])] : [];
  }));
  return instrument.items.filter((item) => isAsked(item, points)).map((item) => item.id);
};

/** A question that hangs on others comes only once one of them asks for it. @param {Item} item @param {Map<string, number>} points */
function isAsked({ asked_if: rule }, points) {
  if (!rule) return true;
  return rule.items.some((id) => {
    const given = points.get(id);
    return given !== undefined && met(rule.op, given, rule.value);
  });
}
