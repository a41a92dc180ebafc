"""What a trial found, in words without anybody's name."""

from tongxin.core.pathway import Pathway
from tongxin.flows.trial import Standing

DIRECTIONS = {
    "up": "等级会升高", "down": "等级会降低", "gate": "报警会不同", "identified": "识别结果会不同",
    "task": "只有任务会不同",
}
RESULTS = {"none": "没有识别", "healthy": "健康", "refer": "需要转介评估", "incomplete": "未完成"}


def told(before: Standing, after: Standing, pathway: Pathway, *, with_levels: bool = True) -> list[str]:
    """What would be otherwise for one child; colours only for those who may see them."""
    levels, steps = pathway.content["levels"], {each["id"]: str(each["zh"]) for each in pathway.content["steps"]}
    said = []
    if before.level != after.level and with_levels:
        said.append(f"等级 {levels.get(before.level, before.level)} → {levels.get(after.level, after.level)}")
    if before.identified != after.identified:
        said.append(f"识别 {RESULTS.get(before.identified, '')} → {RESULTS.get(after.identified, '')}")
    for zh, more, less in (("新报警", after.gates, before.gates), ("不再报警", before.gates, after.gates)):
        said += [f"{zh} {len(more - less)} 条"] if more - less else []
    for zh, more, less in (("多出任务", after.tasks, before.tasks), ("少了任务", before.tasks, after.tasks)):
        said += [f"{zh}：{'、'.join(steps.get(each, each) for each in sorted(more - less))}"] if more - less else []
    return said
