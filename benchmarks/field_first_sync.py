"""A director's first sync of all her children on a slow line, and the sync after a day's work.

`python -m benchmarks.field_first_sync [--children 300] [--visits 8]`: each child with the records of two years.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import timedelta

from benchmarks.field_phone import phone_at, slow_down, timed
from benchmarks.server import load
from benchmarks.targets import at_most, verdict
from tests.browser.house import House
from tests.field.phone import PIN

FIRST_S, LATER_S = 60.0, 3.0
WORK = 4
# The rules that are shipped hold from 2025 on, so two years' records lie in one.
SPAN = 360
FURNISH = (
    "import django; django.setup(); from benchmarks.field_first_sync import furnish; furnish({children}, {visits})"
)


def main(argv: list[str]) -> int:
    """0 when both syncs are quick enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=300)
    parser.add_argument("--visits", type=int, default=8)
    asked = parser.parse_args(argv)
    first: list[float] = []
    later: list[float] = []
    furnish = FURNISH.format(children=asked.children, visits=asked.visits)
    with House(furnish=furnish) as house, phone_at(house) as (phone, line):
        phone.open()
        phone.page.get_by_label("登录名").fill(house.logins["周主任"])
        phone.page.get_by_label("密码").fill("spring-at-the-window")
        phone.click("登录并配对这部手机")
        phone.page.get_by_label("PIN（六位以上数字）").fill(PIN)
        phone.page.get_by_label("再输一次").fill(PIN)
        slow_down(phone)
        received: list[float] = []
        network = phone.context.new_cdp_session(phone.page)
        network.send("Network.enable")
        network.on("Network.loadingFinished", lambda told: received.append(told["encodedDataLength"]))
        with timed(first):
            phone.click("设好了，开始用")
            phone.page.locator("#nav").wait_for(state="visible")
        kilobytes = sum(received) / 1000
        assert phone.rows("children") == asked.children
        line.cut()
        for number in range(WORK):
            phone.visit(f"甲{number:03}")
            phone.save()
        phone.tab("outbox")
        phone.reads(f"{WORK} 条待送")
        line.mend()
        with timed(later):
            phone.click("现在同步")
            phone.reads("都已送到")
    print(f"load {load()}; {asked.children} children with {asked.visits} visits each: first sync {first[0]:.1f} s, "
          f"{kilobytes:,.0f} kB; sync after {WORK} visits {later[0]:.1f} s")
    return verdict([*at_most("first sync", first[0], FIRST_S, "s"), *at_most("later sync", later[0], LATER_S, "s")])


def furnish(children: int, visits: int) -> None:
    """One village's children with as many visits as two years bring."""
    from tests import world
    from tests.browser.furnish import CARER, PASSWORD
    from tests.flows.forms import fill
    from tongxin.lib import clock
    from tongxin.rulebook import rules

    now = clock.now()
    begun = now - timedelta(days=SPAN)
    cast = world.build(begun)
    director = cast.people["周主任"]
    director.set_password(PASSWORD)
    director.conduct_hash = rules.resolve("conduct", "conduct", at=now).hash
    director.save(update_fields=["password", "conduct_hash"])
    for number in range(children):
        at = begun + timedelta(hours=number % 200)
        child = cast.child(f"甲{number:03}", at=at, birth=f"20{10 + number % 8}-03-05", carers=[CARER])
        cast.record(child, "identification_form", fill(child, "identification_form", at), by="周主任", at=at)
        for visit in range(visits):
            day = at + timedelta(days=(visit + 1) * (SPAN - 10) / (visits + 1))
            answers = fill(child, "visit_record", day, child_words="在学校都好，想爸爸妈妈早点回来。", hygiene="fair")
            cast.record(child, "visit_record", answers, by="周主任", at=day)
    json.dump({"logins": {"周主任": director.login}, "children": {}}, sys.stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
