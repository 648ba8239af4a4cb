# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as a process: it says where it is, breaks connections for real, and leaves nothing behind."""

from __future__ import annotations

import http.client
import json
import math
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from datascan_sandbox import launcher

pytestmark = pytest.mark.one_core

PACKAGES = Path(launcher.__file__).resolve().parents[1]


def run(*arguments: str, python: str = sys.executable, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = [python, "-B", "-m", "datascan_sandbox.launcher", *arguments]
    return subprocess.run(command, cwd=PACKAGES, capture_output=True, text=True, timeout=60, check=check)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[dict[str, Any]]:
    folder = tmp_path / "sandbox"
    yield json.loads(run("start", f"--dir={folder}").stdout)
    run("stop", f"--dir={folder}")


def alive(pid: int, folder: str) -> bool:
    return launcher.is_ours(pid, Path(folder))


def call(state: dict[str, Any], method: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Authorization": "Bearer sandbox-token"}
    request = urllib.request.Request(  # noqa: S310
        state["url"] + path, data, headers, method=method
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as response:
        return json.load(response)


def test_start_is_idempotent_and_stop_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    first = json.loads(run("start", f"--dir={folder}").stdout)
    again = json.loads(run("start", f"--dir={folder}").stdout)
    assert first["changed"] is True and again == {**first, "changed": False}
    assert json.loads((folder / "ready.json").read_text()) == {
        key: first[key] for key in ("url", "port", "pid", "api_urls")
    }
    assert call(first, "GET", "/_control/health") == {"ok": True}
    assert first["url"] == f"http://127.0.0.1:{first['port']}"
    assert json.loads(run("stop", f"--dir={folder}").stdout)["changed"] is True
    assert not alive(first["pid"], first["dir"]) and list(tmp_path.iterdir()) == []
    assert json.loads(run("stop", f"--dir={folder}").stdout)["changed"] is False


def test_without_a_folder_it_makes_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    state = json.loads(run("start").stdout)
    assert Path(state["dir"]).parent == tmp_path
    run("stop", f"--dir={state['dir']}")
    assert list(tmp_path.iterdir()) == []


def test_check_mode_only_reads(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    assert json.loads(run("start", f"--dir={folder}", "--check").stdout)["changed"] is True
    assert not folder.exists()
    state = json.loads(run("start", f"--dir={folder}").stdout)
    try:
        same = json.loads(run("start", f"--dir={folder}", "--check").stdout)
        assert (same["changed"], same["running"], same["url"]) == (False, True, state["url"])
        other = '--settings={"glasswall": {"listing_seconds": 5}}'
        assert json.loads(run("start", f"--dir={folder}", "--check", other).stdout)["changed"] is True
        assert json.loads(run("stop", f"--dir={folder}", "--check").stdout)["changed"] is True
        assert alive(state["pid"], state["dir"])
    finally:
        run("stop", f"--dir={folder}")


def test_settings_are_changed_once(started: dict[str, Any]) -> None:
    settings = '--settings={"glasswall": {"listing_seconds": 5}}'
    assert json.loads(run("start", f"--dir={started['dir']}", settings).stdout)["changed"] is True
    assert json.loads(run("start", f"--dir={started['dir']}", settings).stdout)["changed"] is False
    assert call(started, "GET", "/_control/settings")["glasswall"]["listing_seconds"] == 5


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (['--settings={"glasswall": {"nonsense": 1}}'], "The sandbox refused the settings: glasswall: nonsense: "),
        (["--dir=relative"], "sandbox_dir must be an absolute path, not relative."),
        (["--timeout=0"], "The sandbox did not answer within 0 seconds."),
    ],
)
def test_a_failed_start_reports_the_reason_and_leaves_nothing_behind(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    folder = tmp_path / "sandbox"
    done = run("start", f"--dir={folder}", *arguments, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.strip().startswith(sentence) and len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("check", [[], ["--check"]])
@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        *[
            (f"--settings={text}", "sandbox_settings must be a dictionary of settings for each vendor.")
            for text in ("[]", "[1]", '"x"', "5", '{"bigid": 5}', '{"bigid": null}', '{"bigid": [1]}', "{bad")
        ],
        *[(f"--port={text}", "sandbox_port must be a whole number from 0") for text in ("abc", "-1", "99999", "1.5")],
        *[(f"--timeout={text}", "sandbox_timeout must be a number of seconds") for text in ("x", "nan", "inf", "-1")],
        ("--max-lifetime=nan", "sandbox_max_lifetime must be a number of seconds"),
    ],
)
def test_a_variable_of_another_kind_is_refused_in_one_sentence(
    argument: str,
    sentence: str,
    check: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(sys, "argv", ["launcher", "start", f"--dir={tmp_path / 'sandbox'}", argument, *check])
    assert launcher.main() == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), err.startswith(sentence)) == ("", 1, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("nothing", ["--port=", "--timeout=", "--settings=", '--settings=""', "--settings=null"])
def test_an_empty_variable_is_not_set(
    nothing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["launcher", "start", "--dir=", nothing, "--check"])
    assert launcher.main() == 0
    assert json.loads(capsys.readouterr().out)["running"] is False


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_a_running_sandbox_checks_settings_in_check_mode_too(started: dict[str, Any], check: list[str]) -> None:
    before = call(started, "GET", "/_control/settings")
    for settings, sentence in (
        ({"nobody": {}}, "Unknown vendor nobody: use"),
        ({"glasswall": {"nme": 1}}, "glasswall: nme: Extra inputs are not permitted"),
        ({"glasswall": {"listing_seconds": math.nan}}, "glasswall: listing_seconds: Input should be a finite number"),
        ({"glasswall": {"listing_seconds": [1]}}, "glasswall: listing_seconds: Input should be a valid number"),
    ):
        done = run("start", f"--dir={started['dir']}", f"--settings={json.dumps(settings)}", *check, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"The sandbox refused the settings: {sentence}")
    assert call(started, "GET", "/_control/settings") == before


def test_a_taken_port_is_named(started: dict[str, Any], tmp_path: Path) -> None:
    done = run("start", f"--dir={tmp_path / 'other'}", f"--port={started['port']}", check=False)
    assert done.stderr.strip().startswith(f"The sandbox cannot listen on port {started['port']}")


def test_missing_packages_are_named(tmp_path: Path) -> None:
    # -S hides the installed packages, as in a Python that never had them.
    code = "import runpy, sys; sys.argv[0] = 'x'; runpy.run_module('datascan_sandbox', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-B", "-S", "-c", code], cwd=PACKAGES, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert "fastapi and uvicorn" in done.stderr and "pip install fastapi uvicorn" in done.stderr


def test_a_process_of_someone_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "ready.json").write_text(
        json.dumps({"url": "http://127.0.0.1:9", "port": 9, "pid": os.getpid(), "api_urls": {}})
    )
    assert launcher.running(tmp_path) is None
    run("stop", f"--dir={tmp_path}")
    os.kill(os.getpid(), 0)


def test_files_of_someone_else_are_left_alone(tmp_path: Path) -> None:
    run("start", f"--dir={tmp_path}")
    (tmp_path / "mine").write_text("kept")
    run("stop", f"--dir={tmp_path}")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert json.loads(run("stop", f"--dir={tmp_path}").stdout)["changed"] is False


def test_it_ends_by_itself(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-B", "-m", "datascan_sandbox", f"--ready-file={ready}", "--max-lifetime=0"]
    assert subprocess.run(command, cwd=PACKAGES, timeout=60, check=False).returncode == 0
    assert not ready.exists()


def test_connections_are_really_reset(started: dict[str, Any]) -> None:
    for kind in ("reset_before", "reset_after"):
        call(started, "POST", "/_control/faults", {"fault": {"kind": kind}})
        with pytest.raises(ConnectionResetError):
            _get(started)
    call(started, "POST", "/_control/faults", {"fault": {"kind": "cut_connection"}})
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        _get(started)
    assert _get(started)["total"] == 0


def test_a_held_request_does_not_hold_the_end(started: dict[str, Any]) -> None:
    call(started, "POST", "/_control/faults", {"fault": {"kind": "no_answer", "seconds": 600}})
    connection = http.client.HTTPConnection("127.0.0.1", started["port"], timeout=30)
    connection.request("GET", "/glasswall/api/v1/scans")
    run("stop", f"--dir={started['dir']}", "--timeout=10")
    assert not alive(started["pid"], started["dir"])
    connection.close()


def _get(state: dict[str, Any]) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", state["port"], timeout=10)
    try:
        connection.request("GET", "/glasswall/api/v1/scans", headers={"Authorization": "Bearer sandbox-token"})
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
