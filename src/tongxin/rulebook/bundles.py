"""Definitions carried from a test server to the real one: every file, its digest, and a signature over all of it."""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tongxin.core.language.errors import DefinitionError
from tongxin.lib import definition_checks, places, secrets, whole_files
from tongxin.lib.definitions import Library, Version
from tongxin.lib.faults import Fault
from tongxin.lib.overlays import refuse_lower_floors
from tongxin.rulebook import adoption
from tongxin.rulebook.kept import kept_overlays
from tongxin.rulebook.models import DefinitionVersion

FORMAT = "tongxin definitions 1"
MANIFEST, SIGNATURE = "manifest.json", "signature.hex"
SPOILED = "规则包不完整或被改动过，没有采用任何一项。请重新制作并传送。"
# Far above what definitions ever need; an archive that unpacks to more is no bundle.
LARGEST, MOST = 20_000_000, 5_000
LEFT_OUT = frozenset({"divisions", "roster", "sample"})
EPOCH = (2025, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was signed by somebody trusted and holds what was signed."""

    library: Library
    made_at: str
    key: str
    known: Mapping[str, list[str]]


def public_key() -> str:
    """This installation's key, by which others know its bundles."""
    return _private().public_key().public_bytes_raw().hex()


def make(to: Path, *, at: datetime) -> int:
    """Write the definitions folder with what regions changed on a page into a signed bundle; how many files it has."""
    report = definition_checks.check(places.definitions_folder(), more=kept_overlays())
    if report.faults:
        raise Fault(f"定义有 {len(report.faults)} 处错误，没有制作规则包。第一处：{report.faults[0]}")
    files = dict(_files())
    manifest = json.dumps({
        "format": FORMAT, "made_at": at.isoformat(), "key": public_key(), "known": _known(),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }, ensure_ascii=False, sort_keys=True, indent=1).encode()
    with whole_files.being_written(to) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        signature = _private().sign(_signed(manifest)).hex().encode()
        for name, content in {MANIFEST: manifest, SIGNATURE: signature, **files}.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return len(files)


def open_bundle(path: Path) -> Bundle:
    """The bundle, refused when its signer is unknown here, a byte was changed, or its definitions are at fault."""
    try:
        with zipfile.ZipFile(path) as archive:
            content = _content(archive)
        manifest: dict[str, Any] = json.loads(content[MANIFEST])
        signature, key = bytes.fromhex(content[SIGNATURE].decode("ascii")), str(manifest["key"])
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, RuntimeError, NotImplementedError):
        raise Fault(SPOILED) from None
    if key not in trusted():
        file = places.definition_keys_file().name
        raise Fault(f"规则包的签名者不在信任名单里，没有采用。核实来源以后，把对方的公钥写进 {file}。")
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, _signed(content.pop(MANIFEST)))
    except (InvalidSignature, ValueError):
        raise Fault(SPOILED) from None
    content.pop(SIGNATURE)
    found = {name: hashlib.sha256(each).hexdigest() for name, each in content.items()}
    if manifest.get("format") != FORMAT or found != manifest["files"]:
        raise Fault(SPOILED)
    return Bundle(_read(content), str(manifest["made_at"]), key, manifest["known"])


def refuse_unfit(bundle: Bundle) -> None:
    """Nothing, when the bundle knows what is in force here and lowers no floor of it."""
    wanted = {(each.kind, each.id, each.region): each for each in adoption.fresh_in(bundle.library)}
    newest: dict[tuple[str, str, str], DefinitionVersion] = {}
    for row in DefinitionVersion.objects.order_by("adopted_at", "id"):
        newest[row.kind, row.definition_id, row.region] = row
    for key, version in wanted.items():
        stands = newest.get(key)
        if stands is None:
            continue
        if stands.hash not in {*bundle.known.get("/".join(key), ()), version.hash}:
            raise Fault(
                f"规则包做得早：这里现行的 {key[0]}/{key[1]} 是它不知道的版本，采用会盖掉。"
                "请在测试服务器上先采用这里的规则，再制作规则包。"
            )
        try:
            refuse_lower_floors(stands.content, version.content)
        except DefinitionError as error:
            raise Fault(f"规则包放宽了底线，没有采用任何一项。{key[0]}/{key[1]}：{error.zh}{error.cure}") from None


def trusted() -> frozenset[str]:
    """The public keys that are trusted here: the file's, and this installation's own."""
    file = places.definition_keys_file()
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return frozenset({public_key(), *(line.split("#")[0].strip().lower() for line in lines)} - {""})


def _content(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MOST or sum(each.file_size for each in entries) > LARGEST:
        raise Fault(SPOILED)
    names = [each.filename for each in entries]
    if len(set(names)) != len(names) or any(not _is_plain(name) for name in names):
        raise Fault(SPOILED)
    return {each.filename: archive.read(each) for each in entries}


def _is_plain(name: str) -> bool:
    """Whether a name stays inside the folder it is unpacked to."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name


def _read(content: Mapping[str, bytes]) -> Library:
    with tempfile.TemporaryDirectory(prefix="tongxin-rules-") as name:
        folder = Path(name)
        for each, text in content.items():
            place = folder / each
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text)
        report = definition_checks.check(folder, more=kept_overlays())
        if report.faults:
            raise Fault(f"规则包里有 {len(report.faults)} 处错误，没有采用任何一项。第一处：{report.faults[0]}")
        return report.library


def _files() -> Iterator[tuple[str, bytes]]:
    folder = places.definitions_folder()
    for path in sorted(folder.rglob("*.yaml")):
        name = path.relative_to(folder)
        if name.parts[0] not in LEFT_OUT:
            yield name.as_posix(), path.read_bytes()
    for version in kept_overlays():
        yield _overlay_name(version), json.dumps(version.content, ensure_ascii=False, indent=1).encode()


def _overlay_name(version: Version) -> str:
    """Where an overlay from a page stands in the folder; it takes the place of one of the same day."""
    return f"overlays/{version.region}/{version.kind}/{version.id}@{version.valid_from.isoformat()}.yaml"


def _known() -> dict[str, list[str]]:
    """Every version ever adopted here, by definition and region."""
    known: dict[str, list[str]] = {}
    rows = DefinitionVersion.objects.order_by("id").values_list("kind", "definition_id", "region", "hash")
    for kind, id, region, hash in rows:
        known.setdefault(f"{kind}/{id}/{region}", []).append(hash)
    return known


def _signed(manifest: bytes) -> bytes:
    return b"tongxin definitions|" + manifest


def _private() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secrets.read("ledger"))
