# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command: what it installs, removes and refuses, and its message if Terraform did not start it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from terraform_provider_datascan import command, installation
from terraform_provider_datascan.installation import Installation, InstallationError
from terraform_provider_datascan.protocol.server import COOKIE, COOKIE_NAME
from terraform_provider_datascan.version import VERSION

pytestmark = pytest.mark.one_core

SOURCE = Path(installation.__file__).resolve().parent
PACKAGE = f"registry.terraform.io/datascan/datascan/{VERSION}/linux_amd64"
LAUNCHER = f"{PACKAGE}/terraform-provider-datascan_v{VERSION}"


def files(folder: Path) -> set[str]:
    """Every file and every empty folder below a folder."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() or path.is_symlink() or not any(path.iterdir())
    }


def run(*arguments: str) -> int:
    return command.main([arguments[0], "--platform", "linux_amd64", *arguments[1:]])


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The plugins folder of a home of its own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / ".terraform.d" / "plugins"


def test_it_installs_two_files_and_a_second_run_writes_nothing(
    plugins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("install") == 0
    assert capsys.readouterr().out == f"Installed: {plugins / LAUNCHER}\n"
    assert files(plugins) == {LAUNCHER, f"{PACKAGE}.python"}
    assert stat.S_IMODE((plugins / LAUNCHER).stat().st_mode) == 0o755
    before = (plugins / LAUNCHER).stat().st_mtime_ns, (plugins / LAUNCHER).parent.stat().st_mtime_ns
    assert run("install") == 0
    assert capsys.readouterr().out == f"Already installed: {plugins / LAUNCHER}\n"
    assert before == ((plugins / LAUNCHER).stat().st_mtime_ns, (plugins / LAUNCHER).parent.stat().st_mtime_ns)


def test_what_the_checksum_covers_is_the_same_for_every_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for number in (1, 2):
        monkeypatch.setattr(sys, "executable", f"/venv{number}/bin/python")
        installed = Installation(str(tmp_path / str(number)), "linux_amd64", VERSION)
        installed.install()
        found.append({path.name: path.read_bytes() for path in installed.launcher.parent.iterdir()})
    assert found[0] == found[1]
    assert str(SOURCE).encode() not in found[0][Path(LAUNCHER).name]


def test_an_installation_from_another_python_replaces_the_one_before(
    plugins: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("install")
    monkeypatch.setattr(sys, "executable", "/other/python")
    assert run("install") == 0
    assert (plugins / f"{PACKAGE}.python").read_text().splitlines()[0] == "/other/python"


def test_it_removes_exactly_what_it_wrote(plugins: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = plugins / "registry.terraform.io" / "datascan" / "datascan" / "9.9.9" / "linux_amd64" / "provider"
    other.parent.mkdir(parents=True)
    other.touch()
    run("install")
    assert run("uninstall") == 0
    assert files(plugins) == {other.relative_to(plugins).as_posix()}
    other.unlink()
    other.parent.rmdir()
    run("install")
    run("uninstall")
    capsys.readouterr()
    assert run("uninstall") == 0
    assert capsys.readouterr().out.startswith("Not installed")


def test_it_leaves_no_empty_folder(plugins: Path) -> None:
    run("install")
    run("uninstall")
    assert list(plugins.iterdir()) == []


def test_another_folder_can_be_given(plugins: Path, tmp_path: Path) -> None:
    assert run("install", "--plugins-dir", str(tmp_path / "mirror")) == 0
    assert files(tmp_path / "mirror") == {LAUNCHER, f"{PACKAGE}.python"}
    assert not plugins.exists()


@pytest.mark.parametrize(
    "obstacle", ["plugins", f"plugins/{Path(LAUNCHER).parent}", f"plugins/{PACKAGE}.python/folder"]
)
def test_a_folder_that_cannot_be_written_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], obstacle: str
) -> None:
    """A file is in the place of a folder, or a folder in the place of a file: root may write everywhere else."""
    blocked = tmp_path / obstacle
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.touch()
    before = files(tmp_path)
    assert run("install", "--plugins-dir", str(tmp_path / "plugins")) == 1
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.startswith("terraform-provider-datascan: cannot write ")
    assert out.err.count("\n") == 1
    assert {name for name in files(tmp_path) - before if ".datascan-" in name} == set()


@pytest.mark.parametrize(
    ("system", "machine", "expected"),
    [
        ("Linux", "x86_64", "linux_amd64"),
        ("Linux", "aarch64", "linux_arm64"),
        ("Darwin", "arm64", "darwin_arm64"),
        ("Darwin", "x86_64", "darwin_amd64"),
    ],
)
def test_the_platform_is_named_as_terraform_names_it(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, expected: str
) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert installation.host_platform() == expected


@pytest.mark.parametrize(("system", "machine", "hint"), [("Windows", "AMD64", "WSL"), ("Linux", "s390x", "--platform")])
def test_another_platform_is_refused_with_a_way_out(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, hint: str
) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    with pytest.raises(InstallationError, match=hint):
        installation.host_platform()


def test_a_platform_cannot_leave_the_folder(tmp_path: Path) -> None:
    with pytest.raises(InstallationError, match="linux_amd64"):
        Installation(str(tmp_path), "../../linux_amd64", VERSION)


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_it_describes_itself(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        command.main([option])
    assert raised.value.code == 0
    assert (VERSION if option == "--version" else "uninstall") in capsys.readouterr().out


# Started by hand, or by Terraform


def start(*arguments: str, program: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    command_line = [program] if program else [sys.executable, "-B", str(SOURCE / "__main__.py")]
    kept: dict[str, str] = {name: value for name, value in os.environ.items() if name != COOKIE_NAME}
    return subprocess.run(
        [*command_line, *arguments], env={**kept, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("arguments", [(), ("serve", VERSION), ("serve", "9.9.9")])
def test_started_by_hand_it_prints_what_to_do(arguments: tuple[str, ...]) -> None:
    done = start(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Terraform starts this program. Run `terraform-provider-datascan install` once, and then `terraform init`.\n"
    )


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard output, which Terraform shows."""
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert "|" not in line
    return line


def test_another_version_than_terraform_wants_is_refused() -> None:
    line = refused(start("serve", "0.0.9", **{COOKIE_NAME: COOKIE}))
    assert "0.0.9" in line
    assert "terraform init -upgrade" in line


def test_a_launcher_whose_python_is_gone_prints_what_to_do(plugins: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/gone/bin/python")
    run("install")
    no_command: dict[str, t.Any] = {"PATH": "/usr/bin:/bin"}
    line = refused(start(program=str(plugins / LAUNCHER), **no_command))
    assert f"pip install terraform-provider-datascan=={VERSION}" in line
    (plugins / f"{PACKAGE}.python").unlink()
    assert refused(start(program=str(plugins / LAUNCHER), **no_command)) == line


def test_modules_in_the_working_folder_and_in_the_package_hide_no_library(tmp_path: Path, plugins: Path) -> None:
    """Terraform runs the provider in the folder of the configuration."""
    (tmp_path / "grpc.py").write_text("raise SystemExit('the wrong one')")
    run("install")
    done = subprocess.run([plugins / LAUNCHER], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr.startswith("Terraform starts this program.")
