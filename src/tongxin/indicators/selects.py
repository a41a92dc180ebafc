"""Each fact set as one select over an office's own tables."""

from collections.abc import Callable, Mapping

from tongxin.indicators import children, questionnaires, rolls, study, supply
from tongxin.indicators.dialect import Words

SELECTS: Mapping[str, Callable[[Words], str]] = {
    each.__name__: each for each in (
        children.cases, children.spans, children.identifications, children.assessments, questionnaires.sheets,
        children.grades, children.standings, rolls.rolls,
        children.visits, children.contacts, children.feedback, children.consents, children.courses,
        children.course_ends, children.sessions, children.plans, children.reviews, children.closings,
        children.reports, children.mediations, children.crises, children.crisis_times, children.tasks,
        children.referrals, children.grants, study.problems, study.needs,
        supply.participants, supply.clues, supply.money, supply.posts, supply.credits, supply.trainings,
        supply.sites, supply.rooms, supply.occasions, supply.publicity, supply.meetings,
    )
}
