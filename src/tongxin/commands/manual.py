"""`tongxin manual -o FILE`: the manual as a PDF, whole or one role's page."""

from pathlib import Path

from tongxin.documents import manual, manual_paper
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault

BRAND = "同心"


def main(argv: list[str]) -> int:
    """Write the book, or the pages that were named."""
    parser = Parser(prog="tongxin manual", description="把使用手册做成 PDF")
    parser.add_argument("pages", metavar="角色", nargs="*", help="只要这些角色的，如 儿童主任；不写就是全部")
    parser.add_argument("-o", "--output", metavar="文件", required=True, help="写到哪个文件，如 手册.pdf")
    asked = parser.parse_args(argv)
    chosen = _chosen(asked.pages)
    output = Path(asked.output)
    try:
        output.write_bytes(manual_paper.pdf(chosen, brand=BRAND))
    except OSError:
        raise Fault(f"写不了“{output.name}”，没有做成。请换一个可以写的文件夹。") from None
    print(f"已写好：{output.name}（{len(chosen)} 章，{output.stat().st_size // 1024} KB）")
    return 0


def _chosen(names: list[str]) -> list[manual.Page]:
    found = manual.pages()
    if not found:
        raise Fault("没有找到手册（docs/manual），没有做成。请检查安装是否完整。")
    by_name = {key: page for page in found.values() for key in (page.id, page.zh)}
    if strange := [each for each in names if each not in by_name]:
        raise Fault(f"手册里没有“{strange[0]}”。可以写：{'、'.join(page.zh for page in found.values())}。")
    return [by_name[each] for each in names] or list(found.values())
