"""The offline bundle: whole, checked before anything is installed, and installed without a network."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deploy.house import REPOSITORY

HERE = f"{sys.version_info[0]}.{sys.version_info[1]} {sys.platform} {platform.machine()}"


def run(*words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A script as a machine without any index or proxy runs it."""
    prefixes = ("PIP_", "UV_", "TONGXIN_", "DJANGO_", "PYTHON")
    kept = {
        name: value for name, value in os.environ.items()
        if not name.startswith(prefixes) and not name.lower().endswith("_proxy")
    }
    return subprocess.run(
        ["sh", *map(str, words)], env={**kept, "PYTHON": sys.executable, **more}, capture_output=True, text=True,
        check=False,
    )


def bundle(folder: Path, **more: str) -> Path:
    done = run(REPOSITORY / "scripts" / "bundle.sh", TONGXIN_BUNDLES=str(folder), **more)
    assert done.returncode == 0, done.stderr
    (found,) = (path for path in folder.iterdir() if path.is_dir())
    return found


@pytest.fixture(scope="module")
def hollow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle whose one wheel is none: enough for everything that comes before installing."""
    wheels = tmp_path_factory.mktemp("wheels")
    (wheels / "pip-0-py3-none-any.whl").write_bytes(b"none")
    return bundle(tmp_path_factory.mktemp("bundle"), TONGXIN_WHEELS=str(wheels))


@pytest.fixture
def carried(hollow: Path, tmp_path: Path) -> Path:
    """The bundle as it arrives on the other machine."""
    return shutil.copytree(hollow, tmp_path / "carried")


def test_holds_everything_and_a_digest_of_each_file(hollow: Path) -> None:
    for name in ("src/tongxin/__main__.py", "definitions/glossary.yaml", "pwa/vendor/htmx.min.js", "deploy/system.sh",
                 "docs/install.md", "requirements.lock", "install.sh"):
        assert (hollow / name).is_file(), name
    listed = {line.split("  ./", 1)[1] for line in (hollow / "SHA256SUMS").read_text("utf-8").splitlines()}
    there = {str(path.relative_to(hollow)) for path in hollow.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert listed == there
    assert not any("__pycache__" in name or name.startswith(("tests/", "var/")) for name in there)
    archive = hollow.with_name(f"{hollow.name}.tar.gz")
    digest = archive.with_name(f"{archive.name}.sha256")
    assert subprocess.run(["sha256sum", "-c", digest.name], cwd=archive.parent, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda at: (at / "definitions" / "glossary.yaml").write_text("changed"), "不完整或被改动"),
        (lambda at: (at / "src" / "tongxin" / "__main__.py").unlink(), "不完整或被改动"),
        (lambda at: (at / "src" / "tongxin" / "more.py").write_text("more"), "清单以外的文件"),
    ],
)
def test_a_harmed_bundle_installs_nothing(
    carried: Path, tmp_path: Path, harm: Callable[[Path], object], said: str
) -> None:
    harm(carried)
    done = run(carried / "install.sh", tmp_path / "program")
    assert done.returncode == 1
    assert said in done.stderr
    assert "没有安装" in done.stderr
    assert not (tmp_path / "program").exists()


def test_a_full_folder_is_left_alone(carried: Path, tmp_path: Path) -> None:
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "mine").write_text("mine", encoding="utf-8")
    done = run(carried / "install.sh", tmp_path / "program")
    assert done.returncode == 1
    assert [path.name for path in (tmp_path / "program").iterdir()] == ["mine"]


def test_another_platforms_bundle_is_refused(carried: Path, tmp_path: Path) -> None:
    (carried / "PLATFORM").write_text("3.11 linux loongarch64\n", encoding="utf-8")
    sums = carried / "SHA256SUMS"
    digest = hashlib.sha256((carried / "PLATFORM").read_bytes()).hexdigest()
    lines = [line for line in sums.read_text("utf-8").splitlines() if not line.endswith("  ./PLATFORM")]
    sums.write_text("\n".join([*lines, f"{digest}  ./PLATFORM", ""]), encoding="utf-8")
    done = run(carried / "install.sh", tmp_path / "program")
    assert done.returncode == 1
    assert "loongarch64" in done.stderr


def test_what_breaks_off_is_cleared_away(carried: Path, tmp_path: Path) -> None:
    done = run(carried / "install.sh", tmp_path / "program")
    assert done.returncode != 0
    assert "没有装成，已清理" in done.stderr
    assert not (tmp_path / "program").exists()


@pytest.mark.soak
def test_installs_and_prepares_without_an_index(tmp_path: Path) -> None:
    index = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    made = bundle(tmp_path / "bundles", **index)
    done = run(made / "install.sh", tmp_path / "program", "--home", tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert "已就绪" in done.stdout
    command = tmp_path / "program" / ".venv" / "bin" / "tongxin"
    checked = run("-c", f"{command} doctor", TONGXIN_HOME=str(tmp_path / "home"))
    assert "规则：采用的规则与 definitions 一致" in checked.stdout
