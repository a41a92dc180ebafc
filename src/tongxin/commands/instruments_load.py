"""`tongxin instruments load`: a customer's licensed words for a questionnaire, with the proof of the licence."""

from pathlib import Path

from tongxin.accounts.viewers import WORKER
from tongxin.core.language.errors import DefinitionError
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault
from tongxin.lib.strict_yaml import DefinitionFault
from tongxin.lib.strict_yaml import load as load_yaml
from tongxin.rulebook.licences import Supplied, load


def main(argv: list[str]) -> int:
    """Keep the words, their hash and the proof; nothing is kept where anything is amiss."""
    parser = Parser(prog="tongxin instruments load", description="载入有许可的量表文字和许可证明")
    parser.add_argument("file", metavar="文字文件", type=Path, help="写有题目、选项和许可的 YAML 文件")
    parser.add_argument("--proof", metavar="许可证明", type=Path, required=True, help="许可文件的扫描件或授权邮件")
    asked = parser.parse_args(argv)
    file, proof = _supplied(asked.file, "文字文件"), _supplied(asked.proof, "许可证明")
    try:
        document = load_yaml(asked.file, name=asked.file.name)
    except DefinitionFault as fault:
        raise Fault(f"没有载入。{fault}") from None
    try:
        instrument = load(wording=document.content, file=file, proof=proof, actor=WORKER, at=clock.now())
    except DefinitionError as error:
        raise Fault(f"没有载入。{document.fault(error.path, error.zh, error.cure)}") from None
    until = instrument.licensed.valid_until if instrument.licensed else ""
    print(f"已载入：{instrument.zh}，{len(instrument.items)} 题，许可至 {until}。从现在起可以显示表单。")
    print(f"文字文件 SHA-256：{file.sha256}")
    print(f"许可证明 SHA-256：{proof.sha256}")
    return 0


def _supplied(path: Path, what: str) -> Supplied:
    try:
        return Supplied(path.name, path.read_bytes())
    except OSError:
        raise Fault(f"没有载入：{what}读不了（{path.name}）。请核对路径。") from None
