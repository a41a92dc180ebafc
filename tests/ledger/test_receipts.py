"""A chain of daily receipts that an outsider checks with one script, and no way to change it unseen."""

import json
import runpy
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from tests.ledger.record import AT, draft, keep, new_child, seal_all
from tests.unlock import tamper
from tongxin.commands import ledger_countersign
from tongxin.ledger import heads, receipts, sealer
from tongxin.lib import receipts as paper
from tongxin.lib import signing, sm2
from tongxin.lib.faults import Fault

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(django_settings.BASE_DIR) / "scripts" / "verify_receipt.py"
# Recommended curve, message and signature of GB/T 32918.5-2017, annex A.
VECTOR = {
    "private": "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8",
    "public": "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13",
    "signature": "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA",
}
DAY = timedelta(days=1)


@pytest.fixture(params=signing.PROFILES)
def chain(request: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> list[Path]:
    """Three days: five rows in two batches, a day on which nothing happened, three rows."""
    monkeypatch.setenv("TONGXIN_HEADS", str(tmp_path / "heads"))
    monkeypatch.setattr(sealer, "BATCH", 3)
    settings.TONGXIN_SIGNATURE_PROFILE = request.param
    child, made = new_child(), []
    for number, count in enumerate((5, 0, 3)):
        keep(*(draft(child) for _ in range(count)))
        seal_all()
        made.append(receipts.export_daily(now=AT + number * DAY))
    return made  # type: ignore[return-value]


def check(*words: object) -> tuple[int, str]:
    done = subprocess.run([sys.executable, str(SCRIPT), *map(str, words)], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_an_outsider_checks_a_chain_and_a_row_under_it(chain: list[Path], tmp_path: Path) -> None:
    office = tmp_path / "office.key"
    ledger_countersign.main(["--key", str(office), "--make-key"])
    counter = signing.public_key(seed=bytes.fromhex(office.read_text().split()[1]), profile="ed25519").hex()
    key, previous = receipts.public_key(), []
    for file in chain:
        ledger_countersign.main([str(file), "--key", str(office), "--issuer", key, *previous])
        previous = ["--previous", str(file)]
    signed = sorted(receipts.folder().glob("*.countersigned.json"))
    proof = tmp_path / "proof.json"
    for row, number in ((sealer.Leaf.objects.get(position=place).row_id, day) for place, day in ((4, 1), (8, 3))):
        found = receipts.prove(str(row))
        assert found.receipt == number
        proof.write_text(json.dumps(found._asdict()))
        code, said = check("--key", key, "--counter", counter, "--proof", proof, *signed)
        assert code == 0 and "位置 1 至 5" in said and "位置 6 至 5" in said and f"第 {number} 份回执之下" in said
    wrong = {**found._asdict(), "digest": found.digest[:-1] + ("0" if found.digest[-1] != "0" else "1")}
    proof.write_text(json.dumps(wrong))
    assert "不在所给的回执之下" in check("--key", key, "--proof", proof, *signed)[1]
    assert "会签不符" in check("--key", key, "--counter", "0" * 64, *signed)[1]
    assert "签名不符" in check("--key", "0" * 64, *signed)[1]
    assert "不接在上一份之后" in check("--key", key, chain[0], chain[2])[1]


def test_a_change_of_any_field_is_refused(chain: list[Path]) -> None:
    """The issuer's check and the outsider's are one; the script is asked once for each kind of field."""
    key = receipts.public_key()
    whole = paper.countersign(paper.read(chain[2]), seed=bytes(32), profile="ed25519")
    assert paper.is_signed(whole, key=key)
    for name in paper.BODY:
        value = whole[name]
        other = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else value[:-1] + "x"
        assert not paper.is_signed({**whole, name: other}, key=key), name
        chain[2].write_text(paper.text({**whole, name: other}))
        if name in ("number", "root", "anew", "previous"):
            assert check("--key", key, chain[2])[0] == 1, name
    second = whole["countersignature"]
    chain[2].write_text(paper.text({**whole, "countersignature": {**second, "signature": "00" * 64}}))
    assert "会签不符" in check("--key", key, "--counter", second["key"], chain[2])[1]


def test_a_day_has_one_receipt_and_a_row_not_yet_covered_has_no_proof(chain: list[Path]) -> None:
    assert receipts.export_daily(now=AT + 2 * DAY) is None
    (kept,) = keep(draft(new_child()))
    seal_all()
    with pytest.raises(Fault, match="还没有被任何一天的回执覆盖"):
        receipts.prove(str(kept.entry.id))


def test_after_a_restore_the_chain_goes_on_and_says_that_it_begins_anew(chain: list[Path]) -> None:
    """The ledger ends before the newest receipt: an older backup stands in its place."""
    tamper("DELETE FROM ledger_leaf WHERE position > 5")
    tamper("DELETE FROM ledger_seal WHERE last > 5")
    made = receipts.export_daily(now=AT + 3 * DAY)
    assert made is not None
    content = paper.read(made)
    assert (content["number"], content["anew"], content["first"], content["last"]) == (4, True, 1, 5)
    code, said = check("--key", receipts.public_key(), *chain, made)
    assert code == 0 and "自称从头重算" in said


def test_seals_of_both_algorithms_stand_in_one_chain(chain: list[Path], settings: Any) -> None:
    settings.TONGXIN_SIGNATURE_PROFILE = "sm2" if heads.profile() == "ed25519" else "ed25519"
    keep(draft(new_child()))
    seal_all()
    signed = [len(bytes.fromhex(seal.signature)) for seal in heads.seals("ORDER BY batch")]
    assert set(signed) == {64, 65}
    assert all(map(heads.is_signed, heads.seals("ORDER BY batch")))


def test_a_countersigner_refuses_what_does_not_follow(chain: list[Path], tmp_path: Path) -> None:
    office, key = tmp_path / "office.key", receipts.public_key()
    ledger_countersign.main(["--key", str(office), "--make-key", "--sm2"])
    with pytest.raises(Fault, match="不是接在上一份之后"):
        ledger_countersign.main([str(chain[2]), "--key", str(office), "--issuer", key, "--previous", str(chain[0])])
    with pytest.raises(Fault, match="与出具单位的公钥不符"):
        ledger_countersign.main([str(chain[2]), "--key", str(office), "--issuer", "0" * len(key)])
    assert not list(receipts.folder().glob("*.countersigned.json"))


def test_sm2_agrees_with_the_standard_in_every_implementation() -> None:
    private, public, signature = (bytes.fromhex(value) for value in VECTOR.values())
    assert sm2.public(private) == public
    script = runpy.run_path(str(SCRIPT.with_name("verify_sm2.py")))["is_signed"]
    fresh = sm2.sign(b"message digest", key=private)
    for made in (signature, fresh):
        broken = bytes([made[0] ^ 1]) + made[1:]
        for check in (sm2.is_signed, sm2.checks):
            assert check(b"message digest", made, key=public) and not check(b"message digest", broken, key=public)
            assert not check(b"message digesT", made, key=public)
        assert script(b"message digest", made, public) and not script(b"message digest", broken, public)


def test_the_outsiders_script_is_short_and_needs_nothing_of_ours() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60
    assert not any("tongxin." in line or "django" in line for line in lines if "import" in line)
