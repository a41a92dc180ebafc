"""The files of deploy/ name commands, folders and settings that there really are."""

import re
import shlex
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

from tests.deploy.house import REPOSITORY
from tongxin.__main__ import COMMANDS
from tongxin.ledger import roles

DEPLOY = REPOSITORY / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service" and "alarm" not in unit.name]
SCRIPTS = [*sorted(DEPLOY.glob("*.sh")), DEPLOY / "postgresql" / "setup.sh", DEPLOY / "tongxin",
           REPOSITORY / "scripts" / "bundle.sh"]
PROGRAM = "/opt/tongxin/current/.venv/bin/tongxin"


class Settings(RawConfigParser):
    def optionxform(self, optionstr: str) -> str:
        return optionstr


def read(unit: Path) -> RawConfigParser:
    parser = Settings(strict=False)
    parser.read(unit, encoding="utf-8")
    return parser



@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)
def test_what_a_service_starts_is_a_command_that_takes_these_words(
    service: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program, *words = shlex.split(read(service)["Service"]["ExecStart"])
    assert program == PROGRAM
    name = next(name for name in (" ".join(words[:2]), words[0]) if name in COMMANDS)
    more = words[len(name.split()) :]
    done = subprocess.run(
        [REPOSITORY / ".venv" / "bin" / "python", "-m", "tongxin", *name.split(), *more, "--help"],
        capture_output=True, text=True, check=False, env={"PYTHONPATH": str(REPOSITORY / "src")},
    )
    for option in (word for word in more if word.startswith("--")):
        assert option in done.stdout


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)
def test_every_service_runs_as_its_own_user_and_may_write_little(service: Path) -> None:
    found = read(service)["Service"]
    assert (found["User"], found["UMask"], found["ProtectSystem"]) == ("tongxin", "0077", "strict")
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "LockPersonality"):
        assert found[name] == "yes"
    assert found["CapabilityBoundingSet"] == ""
    assert set(found["ReadWritePaths"].split()) <= {"/var/lib/tongxin", "/var/backups/tongxin"}


def test_each_process_connects_as_its_own_role() -> None:
    wanted = {"web": "web", "worker": "worker", "jobs": "worker"}
    for service in SERVICES:
        role = wanted.get(service.stem.removeprefix("tongxin-"), "owner")
        assert f"EnvironmentFile=/etc/tongxin/{role}.env" in service.read_text(encoding="utf-8")
        assert f"tongxin_{role}" in (DEPLOY / "etc" / f"{role}.env").read_text(encoding="utf-8")
    assert {roles.OWNER, roles.WEB, roles.WORKER} == {"tongxin_owner", "tongxin_web", "tongxin_worker"}


def test_every_timer_has_its_service_and_every_watched_service_its_timer() -> None:
    there = {unit.name for unit in UNITS}
    timed = {unit.stem for unit in UNITS if unit.suffix == ".timer"}
    watched = {service.stem for service in SERVICES if read(service)["Service"]["Type"] == "oneshot"}
    assert timed == watched
    assert all(f"{name}.service" in there for name in timed)
    for service in SERVICES:
        if service.stem in watched:
            assert read(service)["Unit"]["OnFailure"] == "tongxin-alarm@%n.service"


def test_the_target_starts_all_that_serve_starts() -> None:
    wanted = set(read(DEPLOY / "systemd" / "tongxin.target")["Unit"]["Wants"].split())
    started = set(re.findall(r'"tongxin", "(\w+)"', (REPOSITORY / "src/tongxin/commands/serve.py").read_text("utf-8")))
    assert wanted == {f"tongxin-{name}.service" for name in (*started, "web")}


def test_every_setting_named_is_one_the_program_reads() -> None:
    code = "".join(path.read_text("utf-8") for path in (REPOSITORY / "src" / "tongxin").rglob("*.py"))
    for file in (DEPLOY / "etc").iterdir():
        for name in re.findall(r"^(TONGXIN_\w+)=", file.read_text(encoding="utf-8"), re.MULTILINE):
            assert f'"{name}"' in code, name


def test_nginx_keeps_no_page_and_no_upload_on_disk_and_doubles_no_header() -> None:
    text = (DEPLOY / "nginx" / "tongxin.conf").read_text(encoding="utf-8")
    assert "proxy_request_buffering off;" in text
    assert "proxy_max_temp_file_size 0;" in text
    assert "add_header" not in text
    assert "$request_uri'" not in text
    assert "$args" not in text
    size = re.search(r"client_max_body_size (\d+)m", text)
    from tongxin.config import settings

    assert size and int(size[1]) * 2**20 > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_script_is_sound_shell(script: Path) -> None:
    done = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "set -eu" in script.read_text(encoding="utf-8")


def test_the_installation_guide_names_only_what_there_is() -> None:
    text = (REPOSITORY / "docs" / "install.md").read_text(encoding="utf-8")
    for words in re.findall(r"tongxin ((?:[a-z]+)(?: [a-z]+)?)", text):
        first, *rest = words.split()
        assert first in {name.split()[0] for name in COMMANDS}, words
        if rest and any(name.startswith(f"{first} ") for name in COMMANDS) and first not in COMMANDS:
            assert words in COMMANDS, words
    for path in re.findall(r"deploy/[\w./@-]+\w", text):
        assert (REPOSITORY / path).exists(), path
    for unit in re.findall(r"tongxin(?:-[\w-]+)?\.(?:target|timer|service)", text):
        assert (DEPLOY / "systemd" / unit).exists(), unit
