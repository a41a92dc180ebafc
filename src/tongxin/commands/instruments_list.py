"""`tongxin instruments list`: every questionnaire, whether it can be shown, and until when its licence holds."""

from datetime import date

from tongxin.core.instruments import Instrument
from tongxin.core.pathway import CHINA
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.rulebook.licences import licensed_at

TIERS = {"A": "可直接使用", "B": "有条件使用", "C": "须许可"}


def main(argv: list[str]) -> int:
    """One line each."""
    Parser(prog="tongxin instruments list", description="列出量表与许可").parse_args(argv)
    at = clock.now()
    today = at.astimezone(CHINA).date()
    found = licensed_at(at=at)
    for id, instrument in found.items():
        print(f"{id:<12} {instrument.zh}　{TIERS[instrument.licence_tier]}　{_state(instrument, today)}")
    print(f"共 {len(found)} 份量表。" if found else "还没有采用量表定义。请运行 tongxin definitions adopt。")
    return 0


def _state(instrument: Instrument, on: date) -> str:
    if not instrument.has_words:
        return "没有文字：只给导入的答案计分，不显示表单"
    if instrument.licensed is None:
        return "可显示表单" if instrument.validated else "可显示表单（译文未经效度验证）"
    if not instrument.may_be_shown(on):
        return f"许可已于 {instrument.licensed.valid_until} 到期：不显示表单"
    return f"可显示表单，许可至 {instrument.licensed.valid_until}"
