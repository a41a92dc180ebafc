"""What holds of any records at all."""

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.linkage.children import ID, TWIN_ID
from tongxin import linkage
from tongxin.linkage import Record, Result
from tongxin.linkage.features import features_of

CELLS = {
    "name": [
        "李子涵", "黎子涵", "李子晗", "李子萱", "涵涵", "李？涵", "李han", "王志强", "买买提·艾力", "麦麦提艾利",
        "", "··", "𠮷野", "欧阳一",
    ],
    "sex": ["男", "女", "male", "x", None],
    "birth": ["2014-06-05", "2014-05-06", "2014-05-08", "2014-01-01", "2015-06-05", "9999-99-99", None],
    "id_no": [ID, TWIN_ID, ID[:-1] + "8", ID[:8] + ID[9] + ID[8] + ID[10:], ID[:-1], "111111111111111111", None],
    "phone": ["13465623510", "13900002222", "无", None],
    "guardian": ["李强", "黎强", "王芳", None],
    "division": ["370116006227", "370116006", "510107001001", "?", None],
    "address": ["羊里镇西留村", "", None],
}
CHILDREN = st.builds(Record, key=st.just("k"), **{name: st.sampled_from(values) for name, values in CELLS.items()})
WRITTEN = st.builds(
    Record, key=st.just("k"), name=st.text(max_size=8), birth=st.text(max_size=12), id_no=st.text(max_size=20),
    phone=st.text(max_size=14), guardian=st.text(max_size=6), division=st.text(max_size=13),
    address=st.text(max_size=20),
)  # fmt: skip


def numbered(records: list[Record], mark: str) -> list[Record]:
    return [each._replace(key=f"{mark}{at}") for at, each in enumerate(records)]


def rows(result: Result) -> list[tuple[object, ...]]:
    return sorted(
        (str(each.left), str(each.right), each.verdict, each.pattern or (), each.note) for each in result.settled
    )


@given(CHILDREN, CHILDREN)
def test_a_pair_comes_to_the_same_from_either_side(one: Record, other: Record) -> None:
    there, back = linkage.compare_two(one, other), linkage.compare_two(other, one)
    assert (there.verdict, there.probability, there.weight) == (back.verdict, back.probability, back.weight)
    assert {reason.code for reason in there.reasons} == {reason.code for reason in back.reasons}


@given(WRITTEN, WRITTEN)
def test_anything_can_be_written(one: Record, other: Record) -> None:
    assert linkage.compare_two(one, other).verdict in ("same", "probable", "new", "contradictory")
    assert linkage.search_keys(one) is not None


@given(CHILDREN, CHILDREN)
def test_a_blank_neither_agrees_nor_disagrees(one: Record, other: Record) -> None:
    rules, bare = linkage.rules_in_force(), Record(key="k")
    blank = rules.pattern(features_of(bare), features_of(other))
    assert blank == (0,) * len(rules.comparisons)
    without = linkage.compare_two(one._replace(phone=None), other)
    agreeing = linkage.compare_two(one._replace(phone="13465623510"), other._replace(phone="13465623510"))
    differing = linkage.compare_two(one._replace(phone="13465623510"), other._replace(phone="13900002222"))
    assert differing.weight < without.weight < agreeing.weight


@given(CHILDREN, st.sampled_from(["李子涵", "李子晗", "李子萱", "黎子涵", "涵涵"]), st.sampled_from([TWIN_ID, None]))
def test_a_twin_is_never_merged(one: Record, name: str, number: str | None) -> None:
    child = one._replace(name="李子涵", id_no=ID)
    twin = child._replace(name=name, id_no=number)
    if name != child.name or number is not None:
        assert linkage.compare_two(child, twin).verdict != "same"


@given(CHILDREN, CHILDREN)
def test_two_sound_numbers_are_never_merged(one: Record, other: Record) -> None:
    assert linkage.compare_two(one._replace(id_no=ID), other._replace(id_no=TWIN_ID)).verdict != "same"


@given(st.lists(CHILDREN, max_size=6), st.lists(CHILDREN, max_size=6))
def test_everybody_has_an_answer(left: list[Record], right: list[Record]) -> None:
    result = linkage.compare(numbered(left, "l"), numbered(right, "r"))
    pairs = list(result)
    assert {pair.left_key for pair in pairs} - {None} == {f"l{at}" for at in range(len(left))}
    assert {pair.right_key for pair in pairs} - {None} == {f"r{at}" for at in range(len(right))}
    assert sum(result.counts.values()) - result.counts["missing"] == len(left)


# A run takes a second: what fails is told as it is, not made smaller.
@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(CHILDREN, min_size=1, max_size=12), st.lists(CHILDREN, min_size=1, max_size=12))
def test_splink_finds_what_plain_python_finds(left: list[Record], right: list[Record]) -> None:
    here, there = numbered(left, "l"), numbered(right, "r")
    small = linkage.compare(here, there, engine="python")
    large = linkage.compare(here, there, engine="splink")
    assert rows(small) == rows(large)
    assert (small.looked_at, small.skipped) == (large.looked_at, large.skipped)
