"""What the four commands of a blind comparison share: the list, the letters, and the secret file between two."""

import csv
import getpass
import os
from datetime import date
from io import StringIO
from pathlib import Path

from tongxin import blind
from tongxin.blind.letters import fingerprint
from tongxin.blind.secret import SHORTEST
from tongxin.core.pathway import CHINA
from tongxin.intake.reading import RosterError, open_roster
from tongxin.lib import clock, definitions, places, signing
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault

SEED = 32
ASKED = f"私密文件的密码（至少 {SHORTEST} 个字，下一步还要用）："
UNREAD = "{path} 读不出（{why}）。没有处理。"
EXISTS = "{path} 已经存在，没有改动它。请换一个文件名，或先移走。"


def today() -> date:
    """The day in Beijing."""
    return clock.now().astimezone(CHINA).date()


def rules() -> blind.Rules:
    """The limits that are packaged with this program."""
    library = definitions.load_all(places.definitions_folder())
    return blind.Rules.read(definitions.resolve(library, "blind", "blind", on=today()).content)


def marks_of(path: Path, *, kind: str) -> blind.Marks:
    """A list's rows by what is compared, read as rosters are read; `工作表 行号` is how a row is found again."""
    try:
        rows = list(open_roster(str(path)).rows(today=today()))
    except RosterError as refused:
        raise Fault(f"名单没有读取：{refused}") from None
    return blind.mark_lists([
        blind.Listed(
            f"{row.sheet} {row.row}", id_no=row.id_no or "", name=row.name or "",
            birth=row.birth.isoformat() if row.birth else "",
        )
        for row in rows
    ], kind=kind)


def tell_refused(marks: blind.Marks) -> None:
    """How many rows take no part, and where they are."""
    if not marks.refused:
        return
    print(f"有 {len(marks.refused)} 行没有参加比对（补正以后可以重新发起）：")
    for each in marks.refused[:20]:
        print(f"  {each.key}：{each.zh}")
    if len(marks.refused) > 20:
        print(f"  ……另有 {len(marks.refused) - 20} 行")


def new_seed() -> bytes:
    """A key for this session's letters."""
    return os.urandom(SEED)


def tell_own_fingerprint(seed: bytes) -> None:
    """What the other side compares over the telephone."""
    key = signing.public_key(seed=seed, profile=signing.ED25519).hex()
    print(f"本方指纹：{fingerprint(key)}\n请在电话里或当面念给对方核对。")


def read_letter(path: Path) -> blind.Opened:
    """A letter that came, with its writer's fingerprint shown."""
    opened = blind.read(_bytes(path))
    print(f"对方指纹：{opened.fingerprint}\n请在电话里或当面与对方核对，一致才可以继续相信这封文件。")
    return opened


def open_secret(path: Path, password_file: Path | None) -> blind.Secret:
    """What was kept for this step."""
    return blind.unlock(_bytes(path), password=password(password_file))


def password(from_file: Path | None) -> str:
    """From a file (its first line) or asked for on the screen."""
    if from_file is None:
        return getpass.getpass(ASKED)
    return (_bytes(from_file).decode("utf-8", "replace").splitlines() or [""])[0].strip()


def refuse_standing(*paths: Path) -> None:
    """Fault before anything is done, where one of the files to be written is there already."""
    for path in paths:
        if path.exists():
            raise Fault(EXISTS.format(path=path))


def save(path: Path, content: bytes) -> None:
    """Write a new file, readable by this account only; Fault where there is one or it can't be written."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(content)
    except FileExistsError:
        raise Fault(EXISTS.format(path=path)) from None
    except OSError as error:
        raise Fault(f"写不进 {path}（{error.strerror}），没有保存。请换一个位置。") from None


def save_found(path: Path, keys: tuple[str, ...]) -> None:
    """The rows of one's own list that both sides have, as a table."""
    table = StringIO(newline="")
    csv.writer(table).writerows([["双方都有的行（工作表 行号）"], *([key] for key in keys)])
    save(path, table.getvalue().encode("utf-8-sig"))
    print(f"双方都有的：本方名单里 {len(keys)} 行，已写到 {path}。")


def parser(name: str, description: str) -> Parser:
    """A command's parser with what all four take."""
    made = Parser(prog=f"tongxin blind {name}", description=description)
    made.add_argument("--password-file", type=Path, metavar="文件", help="从文件第一行读密码；不写则在屏幕上输入")
    return made


def take_approvers(taking: Parser) -> None:
    """Who agreed, beside the one who runs the command."""
    taking.add_argument(
        "--approved-by", action="append", required=True, metavar="批准人", help="经办人以外的人，可写几次"
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Fault(UNREAD.format(path=path, why=error.strerror)) from None
