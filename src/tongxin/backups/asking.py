"""The process that questions a staged backup: a request comes in as JSON, answers go out as JSON."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from tongxin.lib.faults import Fault
from tongxin.lib.start import start


def answers(request: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Each question's answers; one that can't be asked is a failure of its own."""
    # Models can be imported once Django has started.
    from tongxin.backups import questions
    from tongxin.backups.proof import Proven

    at = datetime.fromisoformat(request["main"]["created_at"])
    asked = [
        lambda: questions.rows(request["main"], request["keys"]),
        questions.destroyed,
        questions.upgraded,
        questions.erased,
        questions.stored,
        lambda: questions.kept(at),
        lambda: questions.ledger_is_sound(request["main"]["head"], Path(request["heads"])),
        lambda: questions.follows_from_the_record(at, sample=request["sample"]),
        questions.opens,
        lambda: questions.condition(at),
        *([questions.granted] if request["is_final"] else []),
    ]
    for ask in asked:
        try:
            yield from map(asdict, ask())
        except Exception as error:
            said = error.zh if isinstance(error, Fault) else f"检查不了（{type(error).__name__}）"
            yield asdict(Proven("failure", said))


if __name__ == "__main__":
    start(makes_keys=False)
    json.dump(list(answers(json.load(sys.stdin))), sys.stdout)
