# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the sandbox in the background, or stop it. The role calls this file.

It uses the standard library only, so that it can report a missing package. It prints one JSON object; a failure is one
sentence on stderr."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, NoReturn

READY = "ready.json"
LOG = "sandbox.log"
PACKAGES = Path(__file__).resolve().parents[1]
STEP = 0.05


class Failed(Exception):
    """A failure; the message is one sentence."""


class _Parser(argparse.ArgumentParser):
    """One whose errors name the variables of the role."""

    def error(self, message: str) -> NoReturn:
        option, _colon, problem = message.partition(": ")
        if option.startswith("argument --"):
            message = f"sandbox_{option.removeprefix('argument --').replace('-', '_')} {problem}"
        raise Failed(message)


def main() -> int:
    options = argparse.Namespace(dir="")
    try:
        # An empty text is the same as not set.
        options = _parser().parse_args([each for each in sys.argv[1:] if not re.fullmatch(r"--[\w-]+=", each)])
        result = start(options) if options.action == "start" else stop(options)
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    except OSError as error:  # of a file of the sandbox
        print(f"{error.filename or options.dir}: {error.strerror or error}.", file=sys.stderr)
        return 1
    print(json.dumps(result))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="datascan_sandbox.launcher", description="Start or stop the sandbox.")
    parser.add_argument("action", choices=("start", "stop"))
    parser.add_argument("--dir", default="", help="directory of the state; if empty, a new temporary directory")
    parser.add_argument("--port", type=_port, default=0)
    parser.add_argument("--max-lifetime", type=_seconds, default=3600)
    parser.add_argument("--timeout", type=_seconds, default=30, help="seconds to wait until it answers, or has stopped")
    parser.add_argument("--settings", type=_settings, default={}, help="settings by vendor, as JSON")
    parser.add_argument("--check", action="store_true", help="only report what would change")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**16):
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 65535.")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError("must be a number of seconds, 0 or more.")
    return seconds


def _settings(text: str) -> dict[str, dict[str, Any]]:
    try:
        settings = json.loads(text)
    except (ValueError, RecursionError):
        settings = text
    if settings in (None, ""):
        return {}
    if not isinstance(settings, dict) or not all(isinstance(values, dict) for values in settings.values()):
        raise argparse.ArgumentTypeError("must be a dictionary of settings for each vendor.")
    return settings


def start(options: argparse.Namespace) -> dict[str, Any]:
    """Start a sandbox unless it runs, and apply the settings."""
    folder = _folder(options.dir)
    state = None if folder is None else running(folder)
    if options.check:
        changed = state is None or _change_settings(state["url"], options.settings, check=True)
        return {"changed": changed, "running": state is not None, "dir": options.dir, **(state or {})}
    if state is not None:
        changed = _change_settings(state["url"], options.settings, check=False)
        return {"changed": changed, "running": True, "dir": str(folder), **state}
    folder = folder or Path(tempfile.mkdtemp(prefix="datascan-sandbox-"))
    try:
        state = _launch(folder, options)
        _change_settings(state["url"], options.settings, check=False)
    except Failed:
        _stop(folder, options.timeout)
        raise
    return {"changed": True, "running": True, "dir": str(folder), **state}


def stop(options: argparse.Namespace) -> dict[str, Any]:
    """Stop the sandbox of this directory, and remove its files."""
    folder = _folder(options.dir)
    if folder is None or not folder.is_dir():
        return {"changed": False, "running": False}
    left = {path.name for path in folder.iterdir()}
    # A directory without files of the sandbox needs no cleaning.
    changed = not left or bool(left & {READY, LOG})
    if options.check:
        return {"changed": changed, "running": running(folder) is not None}
    _stop(folder, options.timeout)
    return {"changed": changed, "running": False}


def _folder(text: str) -> Path | None:
    if not text:
        return None
    folder = Path(text).expanduser()
    if not folder.is_absolute():
        raise Failed(f"sandbox_dir must be an absolute path, not {text}.")
    return folder


def _stop(folder: Path, timeout: float) -> None:
    state = _read_state(folder)
    if state is not None and is_ours(state["pid"], folder):
        _end(state["pid"], folder, timeout)
    _tidy(folder)


def running(folder: Path) -> dict[str, Any] | None:
    """url, port, pid and api_urls of the sandbox that runs with its state in this folder, if it answers."""
    state = _read_state(folder)
    if state is None or not is_ours(state["pid"], folder) or not _healthy(state["url"]):
        return None
    return state


def is_ours(pid: int, folder: Path) -> bool:
    """Whether this process is the sandbox of this directory. The system may have reused its process id."""
    command = _command_of(pid)
    return "datascan_sandbox" in command and str(folder / READY) in command


def _command_of(pid: int) -> str:
    proc = Path("/proc") / str(pid) / "cmdline"
    if Path("/proc/self/cmdline").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    ps = subprocess.run(  # noqa: S603
        ["ps", "-ww", "-o", "command=", "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return ps.stdout


def _read_state(folder: Path) -> dict[str, Any] | None:
    try:
        state = json.loads((folder / READY).read_text(encoding="utf-8"))
        return {
            "url": str(state["url"]),
            "port": int(state["port"]),
            "pid": int(state["pid"]),
            "api_urls": dict(state["api_urls"]),
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _launch(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (READY, LOG):
        # A new file each time: whatever has its name, such as a link or a pipe, is never written to.
        (folder / name).unlink(missing_ok=True)
    command = [sys.executable, "-B", "-m", "datascan_sandbox"]
    command += ["--port", str(options.port), "--ready-file", str(folder / READY)]
    command += ["--max-lifetime", str(options.max_lifetime)]
    with (folder / LOG).open("xb") as log:
        process = subprocess.Popen(  # noqa: S603
            command, cwd=PACKAGES, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    deadline = time.monotonic() + options.timeout
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failed(_last_words(folder) or f"The sandbox exited at once with status {process.returncode}.")
        state = _read_state(folder)
        if state is not None and _healthy(state["url"]):
            return state
        time.sleep(STEP)
    process.kill()
    process.wait()
    raise Failed(f"The sandbox did not answer within {options.timeout:g} seconds.")


def _last_words(folder: Path) -> str:
    lines = (folder / LOG).read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _end(pid: int, folder: Path, timeout: float) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + timeout / 2
        while time.monotonic() < deadline:
            if not is_ours(pid, folder):
                return
            time.sleep(STEP)
    raise Failed(f"The sandbox (process {pid}) does not stop.")


def _tidy(folder: Path) -> None:
    """Remove the sandbox's own files, and the directory if it is then empty."""
    for name in (READY, LOG):
        (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        folder.rmdir()


def _healthy(url: str) -> bool:
    try:
        return bool(_call(f"{url}/_control/health").get("ok"))
    except (OSError, ValueError):
        return False


def _change_settings(url: str, settings: dict[str, Any], *, check: bool) -> bool:
    """Apply the settings that differ, unless `check` is set, and return whether any did."""
    if not settings:
        return False
    before = _call(f"{url}/_control/settings")
    try:
        after = _call(f"{url}/_control/settings{'?check=true' if check else ''}", settings)
    except urllib.error.HTTPError as error:
        raise Failed(f"The sandbox refused the settings: {_detail(error)}") from None
    return after != before


def _detail(error: urllib.error.HTTPError) -> str:
    text = error.read().decode(errors="replace")
    try:
        return str(json.loads(text)["detail"])
    except (ValueError, LookupError, TypeError):
        return text or f"HTTP {error.code}"


def _call(url: str, body: Any = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310
    # No proxy: the sandbox is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as response:
        result = json.load(response)
    return result if isinstance(result, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
