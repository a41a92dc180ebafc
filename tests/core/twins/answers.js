/** Asks the twins one question each; the same module answers in node and in a browser. */
import { ABOUT, ageOn, monthsOn, outcomeOf } from "../../../pwa/core/outcome.js";
import { find, heardIn } from "../../../pwa/core/danger_words.js";
import { held, identify } from "../../../pwa/core/grading/reasons.js";
import { score } from "../../../pwa/core/instruments/score.js";
import { Calendar, dueAt } from "../../../pwa/core/pathway/calendar.js";
import { momentOf, written } from "../../../pwa/core/pathway/moment.js";
import { plan, stateOf } from "../../../pwa/core/pathway/plan.js";

/** What was sent once under a name: definitions are large, questions many. */
const kept = {};

const ASKED = {
  keep: ({ name, value }) => void (kept[name] = value),
  working: ({ calendar, day }) => new Calendar(kept[calendar]).isWorking(day),
  due: ({ calendar, span, since }) => written(dueAt(span, momentOf(since), new Calendar(kept[calendar]))),
  score: ({ instrument, answers, who }) => score(kept[instrument], answers, who),
  gates: ({ gates, facts }) => held(kept[gates].gates, facts).map((gate) => `${gate.id} ${gate.kind}`),
  identify: ({ rules, gates, facts }) => identify(kept[rules], facts, held(kept[gates].gates, facts)),
  outcome: ({ form, definitions, ...filled }) => outcomeOf({ ...filled, form: kept[form], definitions: kept[definitions] }),
  ages: ({ birth, on }) => [ageOn(birth, on), monthsOn(birth, on)],
  about: () => ABOUT,
  words: ({ lexicon, text }) => find(text, kept[lexicon]).map(({ start, end, kind }) => [start, end, kind]),
  heard: ({ form, lexicon, answers }) => {
    const { kinds, passages } = heardIn(kept[form], answers, kept[lexicon]);
    return { kinds, passages: passages.map(({ zh, text }) => [zh, text]) };
  },
  plan: ({ facts, pathway, calendar, now, masked }) => {
    const state = stateOf(facts, { pathway: kept[pathway], calendar: kept[calendar], now, masked });
    return {
      names: state.names(), urgency: state.urgency, steps: plan(state),
      expires_at: state.expiresAt === null ? null : written(state.expiresAt),
    };
  },
};

/** @param {{ask: string}[]} questions */
export const answersTo = (questions) => questions.map((question) => ASKED[question.ask](question) ?? null);
