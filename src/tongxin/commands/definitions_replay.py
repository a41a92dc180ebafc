"""`tongxin definitions replay`: who would change colour, get an alarm or a task under rules not yet adopted."""

import sys
from collections import Counter

from tqdm import tqdm

from tongxin.accounts.models import Division
from tongxin.commands.definition_sources import library_in
from tongxin.core.pathway import Pathway
from tongxin.flows import trial
from tongxin.flows.trial import Effect
from tongxin.flows.trial_words import DIRECTIONS, told
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.rulebook import rules
from tongxin.rulebook.adoption import fresh_in


def main(argv: list[str]) -> int:
    """Counts by direction and township, then each child by file number; nothing is adopted, nobody is told."""
    parser = Parser(prog="tongxin definitions replay", description="用还没采用的规则重看现有记录，看谁会变化")
    parser.add_argument("source", nargs="?", default="", help="定义文件夹或规则包；默认是定义文件夹")
    parser.add_argument("--county", default="", help="只看一个区县（六位代码）")
    parser.add_argument("--counts", action="store_true", help="只要人数，不列档案编号")
    options = parser.parse_args(argv)
    at = clock.now()
    versions = list(fresh_in(library_in(options.source)))
    if not versions:
        print("没有还没采用的规则，谁也不会变化。")
        return 0
    with tqdm(total=trial.total(region=options.county), unit="份", file=sys.stderr) as bar:
        found = list(trial.effects(versions=versions, at=at, region=options.county, progress=bar.update))
    pathway = rules.pathway_in(region=options.county, at=at)[1]
    print(f"若采用 {len(versions)} 项新的规则，{bar.n} 份档案中有 {len(found)} 人会变化。没有采用，什么也没有改动。")
    for direction, count in trial.counts_of(found).most_common():
        print(f"  {DIRECTIONS[direction]}：{count} 人")
    _tell_places(found)
    if not options.counts:
        print(*(_line(each, pathway) for each in found), sep="\n")
    return 0


def _tell_places(found: list[Effect]) -> None:
    counts = Counter(each.town_id or each.county_id for each in found)
    names = dict(Division.objects.filter(id__in=[id for id in counts if id]).values_list("id", "name"))
    for place, count in counts.most_common():
        print(f"  {names.get(place or 0, '地区不详')}：{count} 人")


def _line(found: Effect, pathway: Pathway) -> str:
    return f"{found.file_no}　{'；'.join(told(found.before, found.after, pathway))}"
