// Tibetan: a frame with the few words that are certain, each still to be read by a native speaker.

import { translating } from "./translating.js";

/** @type {import("./translating.js").Words} */
export const words = {
  今天: ["དེ་རིང་", "review"],
  孩子: ["བྱིས་པ་", "review"],
  语言: ["སྐད་ཡིག", "review"],
};

export const translated = translating(words);
