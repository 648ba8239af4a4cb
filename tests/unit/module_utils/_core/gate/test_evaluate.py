# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision by scans, mode and check mode, and the reports; that by earlier tasks is in test_earlier_results."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    EarlierFailureError,
    GateFailedError,
    InvalidInputError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.evaluate import GateResult
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import MODES
from ansible_collections.datascan.gate.plugins.module_utils._core.models import PREDICTED_ID, Scan
from gate_support import ask, assert_not_asked, failure, scan


def run(*scans: Scan, **more: t.Any) -> GateResult:
    return ask(scans=[one.model_dump(mode="json") for one in scans], **more)


def test_a_gate_that_passes() -> None:
    result = run(scan(id="a"), scan(id="b"))
    assert (result.changed, result.passed, result.proceed, result.reasons, result.reports) == (
        False,
        True,
        True,
        (),
        (),
    )
    assert result.msg == "Gate passed: 2 of 2 scans."
    assert ([one.id for one in result.scans], result.missing, result.error) == (["a", "b"], (), None)


def test_a_gate_that_fails_names_the_scan_and_the_reason_and_carries_the_result() -> None:
    with pytest.raises(GateFailedError, match=r"^Gate failed: Scan b failed \(glasswall says Error\)\.$") as caught:
        run(scan(id="a"), scan("failed", id="b", vendor_status="Error"))
    known = caught.value.result
    assert (known.passed, known.proceed, known.changed, known.reports) == (False, False, False, ())
    assert known.reasons == ("Scan b failed (glasswall says Error).",)
    assert [one.id for one in known.scans] == ["a", "b"]
    assert (known.summary["total"], known.summary["failed"]) == (2, 1)
    assert known.error == caught.value.facts()
    assert known.error["kind"] == "gate_closed"


def test_mode_advise_proceeds_and_gives_the_reasons() -> None:
    result = run(scan("failed"), mode="advise")
    assert (result.passed, result.proceed, result.reasons, result.error) == (False, True, ("Scan 1 failed.",), None)
    assert result.msg == "Gate failed, but mode is advise: Scan 1 failed."


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("option", ["started", "found"])
def test_a_failure_before_any_scan_is_the_only_reason(option: str, mode: str) -> None:
    with pytest.raises(EarlierFailureError) as caught:
        ask(**{option: failure("unauthorized", "The token was refused.")}, mode=mode)
    assert_not_asked(caught.value)
    assert caught.value.result.reasons == ("The token was refused.",)


@pytest.mark.parametrize("state", ["completed", "failed"])
def test_reports_are_written_whether_the_gate_passes_or_not(state: str, tmp_path: Path) -> None:
    files = [(kind, str(tmp_path / kind)) for kind in ("junit", "markdown", "json", "html")]
    if state == "failed":
        with pytest.raises(GateFailedError) as caught:
            run(scan(state), reports=files)
        assert (caught.value.result.changed, caught.value.result.reports) == (
            True,
            tuple(dest for _kind, dest in files),
        )
    else:
        result = run(scan(state), reports=files)
        assert (result.changed, result.reports) == (True, tuple(dest for _kind, dest in files))
    assert all(Path(dest).stat().st_size for _kind, dest in files)


def test_a_report_that_would_not_change_is_left_as_it_is(tmp_path: Path) -> None:
    reports = [("markdown", str(tmp_path / "report.md"))]
    assert run(scan(), reports=reports).changed
    before = (tmp_path / "report.md").stat()
    assert not run(scan(), reports=reports).changed
    after = (tmp_path / "report.md").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_check_mode_writes_no_report_and_predicts_it(tmp_path: Path) -> None:
    reports = [("markdown", str(tmp_path / "report.md"))]
    result = run(scan(), reports=reports, check_mode=True)
    assert (result.changed, result.reports) == (True, (str(tmp_path / "report.md"),))
    assert (result.file_changes[0].before, bool(result.file_changes[0].after)) == ("", True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("state", ["queued", "running"])
def test_in_check_mode_a_scan_that_has_not_finished_fails_no_gate(state: str) -> None:
    result = run(scan(state, id=PREDICTED_ID), check_mode=True)
    assert (result.passed, result.proceed, len(result.reasons)) == (False, True, 1)
    assert result.msg == "Check mode does not wait for scans, so there is no verdict."
    with pytest.raises(GateFailedError):
        run(scan(state))


def test_in_check_mode_anything_else_fails_it() -> None:
    for scans, more in (
        ([scan("failed")], {}),
        ([scan("running", id="a"), scan("failed", id="b")], {}),
        ([scan("running", id="a")], {"missing": ["b"]}),
        ([], {}),
    ):
        with pytest.raises(GateFailedError):
            run(*scans, check_mode=True, **more)


def test_what_is_no_scan_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"scans\[0\] is not a scan") as caught:
        ask(scans=[{"id": "1"}], reports=[("json", str(tmp_path / "report"))])
    assert_not_asked(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("unwritable", ["none/report", "nul\0"])
def test_a_report_that_cannot_be_written_lets_nothing_pass_and_the_others_are_written(
    unwritable: str, mode: str, tmp_path: Path
) -> None:
    first, last = str(tmp_path / "report"), str(tmp_path / "last")
    reports = [("json", first), ("json", str(tmp_path / unwritable)), ("markdown", last)]
    with pytest.raises(InvalidInputError, match="cannot be written") as caught:
        run(scan(), reports=reports, mode=mode)
    assert_not_asked(caught.value)
    known = caught.value.result
    assert ([one.id for one in known.scans], known.reports, known.changed) == (["1"], (first, last), True)


def test_two_reports_of_one_file_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "report")
    with pytest.raises(InvalidInputError) as caught:
        run(scan(), reports=[("json", str(tmp_path / "report")), ("html", str(tmp_path / "link"))])
    assert_not_asked(caught.value)
    assert not (tmp_path / "report").exists()
