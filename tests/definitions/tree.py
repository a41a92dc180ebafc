"""A small copy of the definitions that a test may spoil."""

import shutil
from pathlib import Path

from tongxin.lib import places

DEFINITIONS = places.definitions_folder()
LARGE = {"divisions", "sample", "roster"}
# What is left out makes a check quick; these are the ones that other definitions name.
KEPT = {
    "forms": {"course_start", "identification_form", "identification_form_0_3", "task_reason"},
    "instruments": {
        "ces_d_10", "ces_dc", "cries_8", "gad_7", "k6", "phq_8", "phq_9", "phq_a", "scared", "scared_5", "who_5",
    },
}


def copied(to: Path) -> Path:
    """The definitions with three forms and ten questionnaires only."""
    for each in DEFINITIONS.iterdir():
        if each.name in LARGE:
            continue
        if each.is_dir():
            shutil.copytree(each, to / each.name, ignore=shutil.ignore_patterns("*.md"))
        else:
            shutil.copy(each, to / each.name)
    for kind, kept in KEPT.items():
        for each in (to / kind).iterdir():
            if each.name not in kept:
                shutil.rmtree(each)
    return to
