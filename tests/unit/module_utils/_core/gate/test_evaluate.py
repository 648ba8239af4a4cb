# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision by scans, mode and check mode, and the reports; for earlier tasks see test_earlier_results."""

from __future__ import annotations

import json
import typing as t
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core import files
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    EarlierFailureError,
    GateFailedError,
    InvalidInputError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.gate import evaluate
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.evaluate import GateResult
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.policy import MODES
from ansible_collections.datascan.gate.plugins.module_utils._core.gate.reports.render import render
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
    with pytest.raises(GateFailedError, match=r"^Gate failed: Scan b failed \(vendor status Error\)\.$") as caught:
        run(scan(id="a"), scan("failed", id="b", vendor_status="Error"))
    known = caught.value.result
    assert (known.passed, known.proceed, known.changed, known.reports) == (False, False, False, ())
    assert known.reasons == ("Scan b failed (vendor status Error).",)
    assert [one.id for one in known.scans] == ["a", "b"]
    assert (known.summary["total"], known.summary["failed"]) == (2, 1)
    assert known.error == caught.value.facts()
    assert known.error["kind"] == "gate_closed"


def test_the_result_names_what_is_accepted() -> None:
    entries = [
        {"scan": "in", "until": "2999-12-31T00:00:00+01:00", "reason": "Known."},
        {"issue": "a.doc", "until": "2999-12-31T00:00:00Z", "reason": "Known."},
        {"scan": "in", "issue": "b.doc", "until": "2001-12-31T00:00:00Z", "reason": "Known."},
    ]
    result = run(scan("failed", name="in"), policy={"accepted": entries})
    assert (result.passed, result.reasons) == (True, ())
    assert list(result.accepted) == [
        {**entries[0], "until": "2999-12-30T23:00:00Z", "issue": None, "status": "used", "count": 1},
        {**entries[1], "scan": None, "status": "unused", "count": 0},
        {**entries[2], "status": "expired", "count": 0},
    ]


def test_what_is_accepted_does_not_hide_a_failure_before_the_gate() -> None:
    accepted = [{"scan": "in", "until": "2999-12-31T00:00:00Z", "reason": "Known."}]
    failed = scan("failed", name="in").model_dump(mode="json")
    for kind in ("wait_timeout", "scan_not_completed", "unauthorized"):
        with pytest.raises(EarlierFailureError):
            ask(waited=failure(kind, scans=[failed]), policy={"accepted": accepted})
    with pytest.raises(GateFailedError):
        ask(found={"scans": [failed], "missing": [], "complete": False}, policy={"accepted": accepted})


def test_newer_than_in_the_future_is_a_gate_that_could_not_be_asked() -> None:
    with pytest.raises(InvalidInputError, match=r"policy\.newer_than is 2999") as caught:
        run(scan(), policy={"newer_than": "2999-12-31T00:00:00Z"})
    assert_not_asked(caught.value)


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
    assert (result.passed, result.proceed, result.reasons) == (None, True, ())  # case I10
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


FORMATS = ("junit", "markdown", "json", "html")


def reports_in(folder: Path) -> list[tuple[str, str]]:
    return [(kind, str(folder / kind)) for kind in FORMATS]


def passed_in(folder: Path) -> dict[str, bool]:
    """The content of each report, parsed by its format."""
    junit = ET.fromstring((folder / "junit").read_text())
    return {
        "junit": junit.get("failures") == junit.get("errors") == "0"
        and 'value="false"' not in ET.tostring(junit, "unicode"),
        "markdown": (folder / "markdown").read_text().startswith("## \u2705"),
        "json": json.loads((folder / "json").read_text())["passed"],
        "html": "<h1>Passed</h1>" in (folder / "html").read_text(),
    }


ALL_PASS, NONE_PASSES = dict.fromkeys(FORMATS, True), dict.fromkeys(FORMATS, False)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "given",
    [
        {"scans": [{"id": "1"}]},
        {},
        {"found": failure("unauthorized", "The token was refused.")},
        {"found": failure("unavailable", "HTTP 412.", scans=[scan("completed").model_dump(mode="json")])},
        {"started": {"skipped": True}},
    ],
    ids=["no scan", "nothing", "401", "412 after a page", "skipped"],
)
def test_no_report_of_an_earlier_gate_outlives_one_that_could_not_judge(
    given: dict[str, t.Any], mode: str, tmp_path: Path
) -> None:
    """Case I1."""
    run(scan(), reports=reports_in(tmp_path))
    assert passed_in(tmp_path) == ALL_PASS
    with pytest.raises(DatascanError) as caught:
        ask(**given, mode=mode, reports=reports_in(tmp_path))
    assert_not_asked(caught.value)
    assert passed_in(tmp_path) == NONE_PASSES
    assert caught.value.result.reports == tuple(dest for _kind, dest in reports_in(tmp_path))
    for format_ in FORMATS:
        assert "pipeline continues" not in (tmp_path / format_).read_text()
    junit = ET.fromstring((tmp_path / "junit").read_text())
    (error,) = junit.iter("error")
    assert (junit.get("errors"), error.get("type")) == ("1", caught.value.kind)
    assert json.loads((tmp_path / "json").read_text())["error"]["kind"] == caught.value.kind


def test_a_refused_token_is_named_before_what_follows_from_it(tmp_path: Path) -> None:
    refused = failure("unauthorized", "GET /scans: the token was refused.", scans=[], missing=["a"], complete=False)
    with pytest.raises(DatascanError) as caught:
        ask(found=refused)
    assert caught.value.result.reasons[0] == "GET /scans: the token was refused."
    assert caught.value.message.startswith("GET /scans: the token was refused. ")
    assert caught.value.message.count("the token was refused") == 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("unwritable", ["none/report", "nul\0", "a" * 300, "bad\ud800name", "file/report"])
def test_a_report_that_cannot_be_written_lets_nothing_pass_and_the_others_name_it(
    unwritable: str, mode: str, tmp_path: Path
) -> None:
    """Case E1."""
    (tmp_path / "file").touch()
    reports = reports_in(tmp_path)
    reports.insert(1, ("json", str(tmp_path / unwritable)))
    with pytest.raises(InvalidInputError, match="cannot be written") as caught:
        run(scan(), reports=reports, mode=mode)
    assert_not_asked(caught.value)
    known = caught.value.result
    assert ([one.id for one in known.scans], known.changed) == (["1"], True)
    assert known.reports == tuple(dest for _kind, dest in reports_in(tmp_path))
    assert passed_in(tmp_path) == NONE_PASSES
    for format_ in FORMATS:
        assert "cannot be written" in (tmp_path / format_).read_text()


def test_a_verdict_is_not_lost_over_a_report(tmp_path: Path) -> None:
    with pytest.raises(GateFailedError) as caught:
        run(scan("failed"), reports=[("json", str(tmp_path / "none/report"))])
    assert caught.value.result.reasons[0] == "Scan 1 failed."
    assert all(reason in caught.value.message for reason in caught.value.result.reasons)
    with pytest.raises(EarlierFailureError) as earlier:
        ask(found=failure("unauthorized"), reports=[("json", str(tmp_path / "none/report"))])
    assert (earlier.value.kind, len(earlier.value.result.reasons)) == ("unauthorized", 2)


def test_advice_does_not_go_past_a_report_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError):
        run(scan("failed"), mode="advise", reports=[("markdown", str(tmp_path / "a")), ("json", f"{tmp_path}/none/b")])
    assert "The pipeline stops." in (tmp_path / "a").read_text()


def test_an_older_report_is_removed_if_its_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(scan(), reports=reports_in(tmp_path))
    real = files.write_if_changed

    def full(path: str, *given: t.Any, **more: t.Any) -> files.FileChange:
        if path.endswith("json"):
            raise InvalidInputError(f"{path} cannot be written: No space left on device.")
        return real(path, *given, **more)

    monkeypatch.setattr(evaluate, "write_if_changed", full)
    with pytest.raises(InvalidInputError, match="The old file was removed, because it is out of date") as caught:
        run(scan(), reports=reports_in(tmp_path))
    assert not (tmp_path / "json").exists()
    assert len(caught.value.result.reports) == 3
    assert "No space left" in (tmp_path / "html").read_text()


def test_a_fault_of_one_report_loses_neither_the_others_nor_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(format_: str, verdict: t.Any) -> str:
        if format_ == "html":
            raise ValueError("a fault of its own")
        return render(format_, verdict)

    monkeypatch.setattr(evaluate, "render", faulty)
    with pytest.raises(InvalidInputError, match="html cannot be written: ValueError: a fault of its own"):
        run(scan(), reports=reports_in(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["json", "junit", "markdown"]


@pytest.mark.parametrize("other", ["report", "link", "hard", "REPORT", "folder/../report", "./report", "linked/report"])
def test_two_reports_of_one_file_are_refused_and_the_older_one_is_gone(other: str, tmp_path: Path) -> None:
    """Case E3."""
    first = str(tmp_path / "report")
    run(scan(), reports=[("json", first)])
    (tmp_path / "link").symlink_to(tmp_path / "report")
    (tmp_path / "hard").hardlink_to(tmp_path / "report")
    (tmp_path / "folder").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path)
    with pytest.raises(InvalidInputError, match="Two reports have the same dest") as caught:
        run(scan(), reports=[("json", first), ("html", f"{tmp_path}/{other}")])
    assert_not_asked(caught.value)
    assert "Two reports have the same dest" in (tmp_path / "report").read_text()


def test_the_same_id_twice_is_one_case(tmp_path: Path) -> None:
    """Case E4."""
    run(scan(), scan(), reports=[("junit", str(tmp_path / "junit"))])
    assert len(list(ET.fromstring((tmp_path / "junit").read_text()).iter("testcase"))) == 1


def test_returned_paths_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(scan(), reports=[("json", "report")]).reports == (str(tmp_path / "report"),)


@pytest.mark.parametrize("cancelled", [[], ["1"]])
def test_every_report_names_a_time_out(cancelled: list[str], tmp_path: Path) -> None:
    """Case I8."""
    last = scan("cancelled" if cancelled else "running").model_dump(mode="json")
    waited = failure("wait_timeout", "After 9 s.", timed_out=True, scans=[last], cancelled=cancelled)
    with pytest.raises(EarlierFailureError):
        ask(waited=waited, reports=reports_in(tmp_path))
    for format_ in ("junit", "markdown", "html"):
        text = (tmp_path / format_).read_text()
        assert "The wait timed out" in text
        assert ("1 scan was cancelled" in text) is bool(cancelled)
        assert ("cancelled (wait timed out)" in text) is bool(cancelled)
    data = json.loads((tmp_path / "json").read_text())
    assert (data["timed_out"], data["cancelled"], data["error"]) == (True, cancelled, None)
