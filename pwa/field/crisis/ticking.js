// A tick on the card as the answers of the form that records a step.

import { review } from "../../form/review.js";

/** @typedef {Record<string, unknown>} Answers */

/** @param {string} step @param {{ at: string, by: string, concern: Answers }} around @returns {Answers} */
export const answersFor = (step, { at, by, concern }) =>
  ({ step, result: "done", done_at: at.slice(0, 16), done_by: by, ...concern });

/** Whether the form asks for more than a tick says. @param {import("../../form/types").Definition} form @param {Answers} answers */
export const lacks = (form, answers) => review(form, answers).problems.length > 0;
