# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files to write where links lead elsewhere, both at once and piece by piece; and cells that would run as formulas."""

from __future__ import annotations

import csv
import io
import json
import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_reports import render_audit
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_tally import AuditTally
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.audit_verdict import AuditScope, AuditVerdict
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.export import FORMATS, escape_formula, render
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import ColumnPage
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.tag_rules import parse_rules
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import InvalidInputError
from ansible_collections.datascan.gate.plugins.module_utils._core.files import ComparedFile, write_if_changed
from ansible_collections.datascan.gate.plugins.module_utils._core.foreign_text import clean_text
from ansible_collections.datascan.gate.plugins.module_utils._core.text import break_commands
from made_columns import make_column

Write = t.Callable[[Path], bool]


def at_once(path: Path) -> bool:
    return write_if_changed(str(path), "new").changed


def in_pieces(path: Path) -> bool:
    with ComparedFile(str(path)) as file:
        file.write("n")
        file.write("ew")
    return file.changed


@pytest.fixture(params=[at_once, in_pieces])
def write(request: pytest.FixtureRequest) -> Write:
    chosen: Write = request.param
    return chosen


def refused(write: Write, path: Path, message: str) -> None:
    before = sorted(path.parent.rglob("*"))
    with pytest.raises(InvalidInputError, match=message) as raised:
        write(path)
    assert str(raised.value).startswith(f"{path} ") and str(raised.value).isprintable()
    assert sorted(path.parent.rglob("*")) == before


@pytest.mark.parametrize("there", [True, False])
def test_a_link_to_a_file_stays_and_the_file_is_written(write: Write, tmp_path: Path, there: bool) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to("target")
    if there:
        target.write_text("old")
        target.chmod(0o600)
    assert write(link)
    assert link.readlink() == Path("target") and target.read_text() == "new"
    assert not there or target.stat().st_mode & 0o777 == 0o600
    assert not write(link)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "target"]


def test_a_link_that_leads_nowhere(write: Write, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("none/target")
    refused(write, tmp_path / "link", f"cannot be written: the directory {tmp_path}/none does not exist")


def test_a_link_to_a_folder_is_a_folder(write: Write, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    refused(write, tmp_path / "link", "is a directory: name a file")
    assert write(tmp_path / "link" / "file")
    assert (tmp_path / "folder" / "file").read_text() == "new"


def test_a_link_to_a_device(write: Write, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/null")
    refused(write, tmp_path / "link", "device, a pipe or a socket")
    refused(write, tmp_path / "none" / "file", "does not exist")
    refused(write, tmp_path, "is a directory")


@pytest.mark.parametrize("step", ["file", "folder"])
def test_somebody_elses_link_in_a_folder_for_everybody(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Only root could create another user's link here, so the test changes its own user id instead."""
    shared, ours = tmp_path / "shared", tmp_path / "ours"
    shared.mkdir()
    ours.mkdir()
    (shared / "file").symlink_to(ours / "file")
    (shared / "folder").symlink_to(ours)
    path = {"file": shared / "file", "folder": shared / "folder" / "file"}[step]
    assert write(path)  # no other user may write there
    (ours / "file").write_text("old")
    shared.chmod(0o1777)
    assert write(path)  # the link belongs to this user, or to the folder's owner
    (ours / "file").write_text("old")

    mine = os.lstat(shared).st_uid
    facts = _Owned(shared.stat(), mine + 2)
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    monkeypatch.setattr(Path, "stat", lambda self, **how: facts if self == shared else os.stat(self, **how))
    with pytest.raises(InvalidInputError, match="another user's symbolic link"):
        write(path)
    assert (ours / "file").read_text() == "old"


class _Owned:
    """A folder's facts, with another owner."""

    def __init__(self, real: os.stat_result, owner: int) -> None:
        self.st_mode = real.st_mode
        self.st_uid = owner


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "\ufeff=1",
    "\u200b@x",
    "\x00=1",
    "\uff1d1",
    '=HYPERLINK("x")',
]
TEXTS = ["", "a=1", "1-1", "a@b.c", "'=1", '"=1"', "\u00e9", "\U0001f512", "a\n=1"]


@pytest.mark.parametrize("text", [*FORMULAS, *TEXTS])
def test_a_cell_is_a_text_and_reads_back(text: str) -> None:
    column = make_column(column_name="c", table_name=text, tags=[{"tag_name": text, "tag_value": "v"}], attributes=[])
    (row,) = rows("".join(render("csv", [ColumnPage([column])])))
    kept = text.replace("\0", "\ufffd")
    assert row["table_name"] == (f"'{kept}" if text in FORMULAS else kept)
    assert row["tags"] == escape_formula(f"{text}=v").replace("\0", "\ufffd")


@pytest.mark.parametrize("command", ["##vso[task.complete]x", "a\n::error::b", "section_start:1:x", "##[error]x"])
@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_of_columns_commands_no_ci_server_that_prints_it(format_: str, command: str) -> None:
    column = make_column(
        column_name=command, table_name="t", tags=[{"tag_name": command, "tag_value": "v"}], attributes=[]
    )
    text = "".join(render(format_, [ColumnPage([column, column])]))
    assert text == break_commands(text)
    if format_ == "ndjson":
        assert [json.loads(line)["column_name"] for line in text.splitlines()] == [command, command]
    if format_ == "csv":
        assert [row["column_name"] for row in rows(text)] == [break_commands(command)] * 2


@pytest.mark.parametrize("text", [*FORMULAS, *TEXTS])
def test_a_cell_of_an_audit_is_a_text_and_reads_back(text: str) -> None:
    tally = AuditTally(parse_rules(["owner"], {}))
    tally.add(make_column(column_name="c", table_name=text, tags=[]))
    verdict = AuditVerdict(AuditScope(None), tally, complete=True)
    (row,) = rows("".join(render_audit("csv", verdict, tally.examples, "enforce")))
    assert row["table_name"] == escape_formula(clean_text(text))
    assert not row["table_name"].startswith(("=", "+", "-", "@", "\uff1d", "\uff0b"))


def rows(text: str) -> list[dict[str, str]]:
    """Read CSV, NUL characters included, which Python 3.10 refuses to read."""
    stand_in = "\ue000"
    found = csv.DictReader(io.StringIO(text.replace("\x00", stand_in), newline=""))
    return [{name: cell.replace(stand_in, "\x00") for name, cell in row.items()} for row in found]
