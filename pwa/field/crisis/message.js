// The text to send by hand where there is no signal: nobody's name, nothing about anybody's state of mind.

import { momentZh } from "../clock.js";
import { say } from "../say.js";

const SHORTEST_OF_A_PERSON = 7;

/** Whether a number is a line of its own, which nobody can write to. @param {import("./types").Call} call */
export const isLine = ({ number }) => number.replace(/\D/g, "").length < SHORTEST_OF_A_PERSON;

/** @param {{ post: string, at: string, message: string }} from */
export const messageOf = ({ post, at, message }) => say(message, { post, when: momentZh(at) });

/** Whom to write to: the first of those who can be written to. @param {import("./types").Call[]} calls */
export const addressee = (calls) => calls.find((call) => !isLine(call)) ?? null;

/** @param {string} number @param {string} text */
export const smsLink = (number, text) => `sms:${number.replace(/[^+\d]/g, "")}?body=${encodeURIComponent(text)}`;
