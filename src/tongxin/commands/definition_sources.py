"""What a command compares or tries: a folder of definitions, a signed bundle, or the rules in force."""

from pathlib import Path

from tongxin.lib import clock, definition_checks, places
from tongxin.lib.definition_sides import FAR, Side, side_of
from tongxin.lib.definitions import Library
from tongxin.lib.faults import Fault
from tongxin.rulebook import bundles, rules
from tongxin.rulebook.kept import kept_overlays
from tongxin.rulebook.shelf import keys_in_force

IN_FORCE = "now"


def library_in(source: str) -> Library:
    """The definitions of a folder or a bundle; example cases need not come out yet, everything else must be right."""
    path = Path(source) if source else places.definitions_folder()
    if path.is_file():
        return bundles.open_bundle(path).library
    if not path.is_dir():
        raise Fault(f"找不到 {path.name}。请写定义文件夹、规则包文件，或 {IN_FORCE}（现行规则）。")
    report = definition_checks.check(path, more=kept_overlays())
    untrue = {id(fault) for each in report.tried for fault in each.faults}
    if faults := [fault for fault in report.faults if id(fault) not in untrue]:
        raise Fault(f"定义有 {len(faults)} 处错误，先运行 tongxin definitions check。第一处：{faults[0]}")
    return report.library


def side_in(source: str) -> Side:
    """One side of a comparison."""
    if source == IN_FORCE:
        at = clock.now()
        return Side("现行规则", {
            (kind, id, region): rules.resolve(kind, id, region=region, at=at, on=FAR).content
            for kind, id, region in keys_in_force(at=at)
        })
    return side_of(source or "定义文件夹", library_in(source))
