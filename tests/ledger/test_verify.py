"""Every way to tamper with the ledger is found, and named."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.ledger.record import ACTOR, AT, draft, happened, keep, new_child, seal_all
from tests.unlock import tamper
from tongxin import ledger, vault
from tongxin.commands import ledger_head, ledger_verify
from tongxin.ledger import heads, sealer, stored, summaries
from tongxin.ledger.models import Access, Entry, Event, Leaf, Seal, Subject, Summary
from tongxin.lib.faults import Fault

Output = pytest.CaptureFixture[str]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Entry]:
    """Three batches of at most four rows each, summed up where that is done; heads go to a folder of this test."""
    monkeypatch.setenv("TONGXIN_HEADS", str(tmp_path / "heads"))
    monkeypatch.setattr(sealer, "BATCH", 4)
    monkeypatch.setattr(summaries, "ROWS", 6)
    child = new_child()
    entries = [kept.entry for kept in keep(*(draft(child) for _ in range(7)))]
    happened(child)
    happened(child)
    vault.open([entries[0].sealed], viewer=ACTOR, purpose="care", at=AT)
    assert seal_all() == 10
    assert ledger.summarise_new(now=AT) == (2 if connection.vendor == "postgresql" else 0)
    return entries


def found() -> list[tuple[str, str, str, int | None, int | None]]:
    return [
        (finding.kind, finding.table, finding.row, finding.position, finding.batch)
        for finding in ledger.verify().findings
    ]


def key(row: object) -> object:
    return row if connection.vendor == "postgresql" else row.hex  # type: ignore[attr-defined]


def test_an_untouched_ledger_is_sound(rows: list[Entry]) -> None:
    report = ledger.verify()
    assert report.is_sound
    assert (report.batches, report.rows, report.tail.rows) == (3, 10, 0)
    assert list(Leaf.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 11))


ENTRY_CHANGES = [
    "subject_seq = 99", "kind = 'visiu'", "form_hash = 'e'", "device = 'x'", "correction_kind = 'retract'",
    "person_id = NULL", "post_id = NULL", "supersedes_id = id", "clear = '{\"mood\":\"lov\"}'", "key_id = id",
]
MOMENTS = ["occurred_at", "recorded_at"]
FLIP = {
    "postgresql": "{0} = set_byte({0}, length({0}) - 1, get_byte({0}, length({0}) - 1) # 1)",
    "sqlite": "{0} = CAST(substr({0}, 1, length({0}) - 1) || "
    "CASE substr({0}, -1) WHEN x'00' THEN x'01' ELSE x'00' END AS BLOB)",
}


@pytest.mark.parametrize("change", [*ENTRY_CHANGES, *MOMENTS, "sealed", "digest"])
def test_a_change_in_any_column_of_an_entry_is_named(rows: list[Entry], change: str) -> None:
    if change in MOMENTS:
        later = {"postgresql": f"{change} + interval '1 microsecond'", "sqlite": f"{change} || '.000001'"}
        change = f"{change} = {later[connection.vendor]}"
    elif "=" not in change:
        change = FLIP[connection.vendor].format(change)
    victim = rows[5]
    assert tamper(f"UPDATE ledger_entry SET {change} WHERE id = %s", key(victim.id)) == 1
    assert ("altered", "ledger_entry", victim.id.hex, 6, 2) in found()


def test_a_single_flipped_bit_in_the_file_of_rows_is_named(rows: list[Entry]) -> None:
    victim = Event.objects.order_by("id")[1]
    flipped = {True: "CAST(%s AS text)", False: "%s"}[connection.vendor == "postgresql"]
    tamper(f"UPDATE ledger_event SET clear = {flipped} WHERE id = %s", '{"level":"mow"}', key(victim.id))
    assert [finding[:3] for finding in found()] == [("altered", "ledger_event", victim.id.hex)]


def test_damaged_letters_and_moments_are_found_not_tripped_over(rows: list[Entry]) -> None:
    if connection.vendor == "sqlite":
        damage = "kind = CAST(x'ff' AS TEXT), recorded_at = 'when'"
    else:
        damage = "kind = '', recorded_at = 'infinity'"
    tamper(f"UPDATE ledger_entry SET {damage} WHERE id = %s", key(rows[2].id))
    assert ("altered", "ledger_entry", rows[2].id.hex, 3, 1) in found()


def test_a_removed_row_is_named(rows: list[Entry]) -> None:
    tamper("DELETE FROM ledger_entry WHERE id = %s", key(rows[3].id))
    assert ("removed", "ledger_entry", rows[3].id.hex, 4, 1) in found()
    assert ("gap", "ledger_entry") in [finding[:2] for finding in found()]


def test_a_row_removed_with_its_leaf_is_named_by_position(rows: list[Entry]) -> None:
    tamper("DELETE FROM ledger_leaf WHERE position = 4")
    tamper("DELETE FROM ledger_entry WHERE id = %s", key(rows[3].id))
    assert ("leaf_removed", "ledger_leaf", "", 4, 1) in found()


def test_a_look_whose_subject_was_removed_is_named(rows: list[Entry]) -> None:
    look = Access.objects.get()
    tamper("DELETE FROM ledger_accesssubject")
    assert found() == [("altered", "ledger_access", look.id.hex, 10, 3)]


def test_a_look_given_another_subject_is_named(rows: list[Entry]) -> None:
    look = Access.objects.get()
    tamper("UPDATE ledger_accesssubject SET owner_kind = 'adult'")
    assert found() == [("altered", "ledger_access", look.id.hex, 10, 3)]


def swap_leaf_rows(first: Entry, second: Entry) -> None:
    spare = key(first.subject_id)
    for row, position in ((spare, 1), (key(first.id), 3), (key(second.id), 1)):
        tamper("UPDATE ledger_leaf SET row_id = %s WHERE position = %s", row, position)


def swap_leaf_positions(first: Entry, second: Entry) -> None:
    for before, after in ((1, 100), (3, 1), (100, 3)):
        tamper("UPDATE ledger_leaf SET position = %s WHERE position = %s", after, before)


@pytest.mark.parametrize("swap", [swap_leaf_rows, swap_leaf_positions])
def test_two_rows_in_each_others_place_are_named(
    rows: list[Entry], swap: Callable[[Entry, Entry], None]
) -> None:
    swap(rows[0], rows[2])
    assert found() == [
        ("reordered", "ledger_entry", rows[2].id.hex, 1, 1),
        ("reordered", "ledger_entry", rows[0].id.hex, 3, 1),
    ]
    notes = [finding.note for finding in ledger.verify().findings]
    assert notes == ["应在位置 3", "应在位置 1"]


def test_entries_that_changed_numbers_are_named(rows: list[Entry]) -> None:
    for entry, number in ((rows[0], 100), (rows[1], 1), (rows[0], 2)):
        tamper("UPDATE ledger_entry SET subject_seq = %s WHERE id = %s", number, key(entry.id))
    assert [finding[:3] for finding in found()] == [
        ("altered", "ledger_entry", rows[0].id.hex), ("altered", "ledger_entry", rows[1].id.hex)
    ]


def test_a_rewritten_leaf_is_named_by_its_batch(rows: list[Entry]) -> None:
    tamper("UPDATE ledger_entry SET kind = 'other' WHERE id = %s", key(rows[0].id))
    content = stored.contents("entry", [rows[0].id.hex])[rows[0].id.hex]
    forged = stored.digest(position=1, source="entry", key=rows[0].id.hex, content=content)
    tamper("UPDATE ledger_leaf SET digest = %s WHERE position = 1", forged)
    assert found() == [("leaf_altered", "ledger_leaf", "", None, 1)]


def test_a_forged_seal_has_no_signature(rows: list[Entry]) -> None:
    tamper("UPDATE ledger_seal SET root = previous WHERE batch = 2")
    kinds = {(finding[0], finding[4]) for finding in found()}
    assert {("signature", 2), ("chain", 3), ("leaf_altered", 2)} <= kinds


def test_a_removed_batch_breaks_the_chain(rows: list[Entry]) -> None:
    tamper("DELETE FROM ledger_leaf WHERE batch_id = 2")
    tamper("DELETE FROM ledger_seal WHERE batch = 2")
    assert found() == [("chain", "ledger_seal", "", None, 3)]
    assert "缺少第 2 批" in ledger.verify().findings[0].zh()


def cut_tail() -> None:
    tamper("DELETE FROM ledger_leaf WHERE batch_id = 3")
    tamper("DELETE FROM ledger_seal WHERE batch = 3")
    tamper("DELETE FROM ledger_accesssubject")
    tamper("DELETE FROM ledger_access")


def test_a_cut_tail_is_named_against_a_saved_head(rows: list[Entry], tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "kept-elsewhere.json"
    assert ledger_head.main(["--save", str(file)]) == 0
    cut_tail()
    saved = ledger.read_head(file)
    cut = [f for f in ledger.verify(saved=saved).findings if f.kind == "cut"]
    assert [(finding.batch, finding.position) for finding in cut] == [(3, 9)]
    capsys.readouterr()
    assert ledger_verify.main(["--head", str(file)]) == 1
    assert "末尾被截去：第 3 批 位置 9" in capsys.readouterr().out


def test_the_exported_head_is_compared_without_asking(rows: list[Entry], capsys: Output) -> None:
    ledger.export_head()
    cut_tail()
    assert ledger_verify.main(["--json"]) == 1
    assert "cut" in {finding["kind"] for finding in json.loads(capsys.readouterr().out)["findings"]}


def test_a_chain_written_anew_differs_from_a_saved_head(rows: list[Entry], tmp_path: Path) -> None:
    file = ledger.export_head()
    saved = ledger.read_head(file)
    tamper("DELETE FROM ledger_leaf")
    tamper("DELETE FROM ledger_seal")
    tamper("UPDATE ledger_entry SET kind = 'other' WHERE id = %s", key(rows[0].id))
    assert seal_all() == 10
    assert ledger.verify().is_sound
    assert [finding.kind for finding in ledger.verify(saved=saved).findings] == ["rewritten"]


@pytest.mark.parametrize("text", ["", "[]", '{"batch": 1}', "\x00"])
def test_a_file_that_is_no_head_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "head.json"
    file.write_text(text)
    with pytest.raises(Fault, match="读不出保存的账本签名"):
        ledger.read_head(file)


def test_a_head_signed_by_somebody_else_is_refused(rows: list[Entry]) -> None:
    file = ledger.export_head()
    file.write_text(file.read_text().replace('"last": 10', '"last": 9'))
    with pytest.raises(Fault, match="不是本系统签发"):
        ledger.read_head(file)


def test_the_tail_not_yet_sealed_is_told(rows: list[Entry], capsys: Output) -> None:
    happened(new_child())
    assert ledger_verify.main([]) == 0
    assert "尚未封存的末尾：1 行，最早一行记于 2025-12-30 01:00:00" in capsys.readouterr().out


def test_a_last_entry_removed_before_sealing_leaves_a_gap(rows: list[Entry]) -> None:
    child = new_child()
    kept = keep(draft(child))[0].entry
    tamper("DELETE FROM ledger_entry WHERE id = %s", key(kept.id))
    (finding,) = ledger.verify().findings
    assert finding.kind == "gap"
    assert child.id.hex in finding.row


def test_an_empty_ledger_is_sound(
    capsys: Output, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TONGXIN_HEADS", str(tmp_path))
    assert ledger.seal_new(now=AT) == 0
    assert (ledger_head.main([]), ledger_verify.main([])) == (0, 0)
    assert "0 批" in capsys.readouterr().out
    assert not Seal.objects.exists()


def test_sealing_inside_a_failed_transaction_leaves_nothing() -> None:
    happened(new_child())
    with pytest.raises(RuntimeError), transaction.atomic():
        ledger.seal_new(now=AT)
        raise RuntimeError
    assert not Leaf.objects.exists()
    assert seal_all() == 1
    assert Subject.objects.count() == 1


def summed_up() -> bool:
    """Whether the first two batches are believed by their summary alone."""
    return summaries.holds(heads.seals("WHERE batch <= 2 ORDER BY batch"))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_entry SET device = 'x' WHERE subject_seq = 2",
        "UPDATE ledger_leaf SET digest = '' WHERE position = 3",
        "UPDATE ledger_leaf SET position = 100 WHERE position = 8", "UPDATE ledger_seal SET first = 2 WHERE batch = 1",
        "UPDATE ledger_summary SET digest = signature", "UPDATE ledger_summary SET signature = digest",
        "UPDATE ledger_summary SET proved_at = now()", "UPDATE ledger_summary SET profile = 'rows'",
    ],
)
def test_a_summary_is_believed_only_while_everything_is_as_it_was(rows: list[Entry], change: str) -> None:
    if connection.vendor != "postgresql":
        return
    assert summed_up()
    assert tamper(change) == 1
    assert not summed_up()


def test_a_leaf_slipped_in_beside_the_sealed_ones_is_named(rows: list[Entry]) -> None:
    if connection.vendor != "postgresql":
        return
    slipped_in = "INSERT INTO ledger_leaf (position, source, row_id, digest, batch_id) "
    tamper(slipped_in + "SELECT 100, source, gen_random_uuid(), digest, 2 FROM ledger_leaf WHERE position = 1")
    assert not summed_up()
    assert ("leaf_altered", 2) in {(finding[0], finding[4]) for finding in found()}


def test_nothing_is_summed_up_that_was_not_proved(rows: list[Entry]) -> None:
    if connection.vendor != "postgresql":
        return
    tamper("DELETE FROM ledger_summary")
    tamper("UPDATE ledger_entry SET device = 'x' WHERE id = %s", rows[1].id)
    assert ledger.summarise_new(now=AT) == 0
    assert not Summary.objects.exists()
