# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit of columns: it judges columns while it reads them, fails closed, and writes its reports in every case."""

from __future__ import annotations

import csv
import json
import os
import tracemalloc
import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible_collections.datascan.gate.plugins.module_utils._core.columns import finding_store
from ansible_collections.datascan.gate.plugins.module_utils._core.columns.models import (
    Cluster,
    ColumnPage,
    ColumnQuery,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    DatascanError,
    GateFailedError,
    InvalidInputError,
    UnauthorizedError,
    UnavailableError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.audit import (
    AuditRequest,
    AuditResult,
    audit_cluster,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.context import OperationContext
from ansible_collections.datascan.gate.plugins.module_utils._core.rendering import render_error, render_result
from columns_vendor import Vendor, column
from fake_clock import FakeClock
from scripted_vendor import scripted_context

LOW = [{"tag_name": "sensitivity", "tag_value": "low"}]
HIGH = [{"tag_name": "sensitivity", "tag_value": "high"}]
FORMATS = ("markdown", "csv", "json")
SKETCH = [Cluster(id="c4", name="Sketch", size=2)]


def page(*numbers: int, **facts: t.Any) -> ColumnPage:
    tags = facts.pop("tags", LOW)
    return ColumnPage([column(number, tags=tags) for number in numbers], **facts)


def run(
    vendor: Vendor, check_mode: bool = False, redact: Callable[[str], str] = str, **options: t.Any
) -> AuditResult | DatascanError:
    """The result, or the error that carries it."""
    context = OperationContext(vendor, FakeClock(), check_mode, redact=redact)  # type: ignore[arg-type]
    which = {} if {"cluster", "cluster_id"} & set(options) else {"cluster_id": "c1"}
    rules = {} if {"required_tags", "forbidden_tags"} & set(options) else {"required_tags": ["sensitivity"]}
    try:
        return audit_cluster(lambda: context, AuditRequest(**{**which, **rules, **options}), check_mode)
    except DatascanError as error:
        return error


def passed(*given: t.Any, **options: t.Any) -> AuditResult:
    result = run(*given, **options)
    assert isinstance(result, AuditResult), result
    return result


def failed(*given: t.Any, kind: type[DatascanError] = GateFailedError, **options: t.Any) -> AuditResult:
    """The result of an audit that does not let the pipeline continue."""
    error = run(*given, **options)
    assert isinstance(error, kind), error
    result = error.result
    assert isinstance(result, AuditResult)
    assert (result.passed, result.proceed, result.msg) == (False, False, error.message)
    assert result.error == error.facts()
    assert result.reasons
    return result


def reports_in(folder: Path) -> list[tuple[str, str]]:
    return [(format_, str(folder / f"audit.{format_}")) for format_ in FORMATS]


def texts(folder: Path) -> dict[str, str]:
    return {path.suffix[1:]: path.read_text(encoding="utf-8") for path in folder.iterdir()}


class TestVerdict:
    def test_an_audit_that_passes(self) -> None:
        result = passed(Vendor(page(1, 2, total=3), page(3, total=3)))
        assert (result.passed, result.proceed, result.complete, result.changed) == (True, True, True, False)
        assert (result.audited, result.total_count, result.failed_columns) == (3, 3, 0)
        assert (result.error, result.reasons, result.cluster) == (None, (), Cluster(id="c1"))
        assert result.msg == "Audit passed: 3 of 3 columns of cluster c1 meet the rules."

    def test_an_audit_that_fails(self) -> None:
        result = failed(Vendor(page(1), page(2, tags=HIGH)), forbidden_tags={"sensitivity": "high"})
        assert result.reasons == ("1 of 2 columns carries sensitivity=high.",)
        assert (result.complete, result.failed_columns, dict(result.forbidden)) == (True, 1, {"sensitivity=high": 1})
        assert [finding["column_name"] for finding in result.findings] == ["c2"]

    def test_advice_proceeds_and_does_not_pass(self) -> None:
        result = passed(Vendor(page(1, tags=[])), mode="advise")
        assert (result.passed, result.proceed, result.error, result.mode) == (False, True, None, "advise")
        assert result.msg.startswith("Audit failed for cluster c1, but mode is advise: 1 of 1 columns lacks")

    def test_a_result_shows_a_hundred_findings_and_counts_all(self) -> None:
        result = failed(Vendor(page(*range(2000), tags=[])))
        assert (result.failed_columns, len(result.findings)) == (2000, 100)

    def test_no_columns_do_not_pass(self) -> None:
        assert failed(Vendor(ColumnPage([], 0))).reasons == ("There are no columns to judge.",)
        assert failed(Vendor()).reasons == ("There are no columns to judge.",)

    def test_a_list_with_a_gap_does_not_pass_and_is_advice_as_well(self) -> None:
        vendor = Vendor(page(1, total=5), ColumnPage([], 5, gap="its total is 5, and 1 came"))
        result = failed(vendor)
        assert not result.complete
        assert result.reasons == (
            "Vendor's list of the columns of cluster c1 is not complete: its total is 5, and 1 came.",
        )
        assert passed(vendor, mode="advise").proceed

    def test_a_list_that_is_read_again_is_judged_again(self, tmp_path: Path) -> None:
        again = [page(1, 2, total=3, restarts=True), page(3, tags=[], total=3)]
        result = failed(Vendor(page(1, 2, 4, tags=[], total=9), *again), reports=reports_in(tmp_path))
        assert (result.audited, result.failed_columns, result.total_count) == (3, 1, 3)
        assert [finding["column_name"] for finding in json.loads(texts(tmp_path)["json"])["findings"]] == ["c3"]
        assert passed(Vendor(page(1, tags=[]), page(1, restarts=True))).passed

    def test_the_highest_count_is_returned(self) -> None:
        assert passed(Vendor(page(1, total=3), page(2, 3, total=2))).total_count == 3

    def test_the_same_columns_are_judged_where_pages_hold_one_identity_twice(self) -> None:
        given = ColumnPage([column(1, tags=LOW), column(1, tags=HIGH)])
        assert failed(Vendor(given), forbidden_tags={"sensitivity": "high"}).audited == 2


class TestScope:
    def test_the_size_of_a_cluster_that_was_looked_up_is_compared(self) -> None:
        vendor = Vendor(page(1), clusters=SKETCH)
        result = failed(vendor, cluster={"name": "sketch"})
        assert result.reasons == ("The size of the cluster is 2, but 1 columns were read.",)
        assert passed(vendor, cluster={"name": "sketch"}, allow_size_mismatch=True).passed
        assert passed(Vendor(page(1, 2), clusters=SKETCH), cluster={"name": "sketch"}).passed
        assert failed(Vendor(page(1, 2, 3), clusters=SKETCH), cluster={"name": "sketch"}).audited == 3

    @pytest.mark.parametrize("option", ["filter", "search_text"])
    def test_a_selection_is_sent_and_named_everywhere(self, tmp_path: Path, option: str) -> None:
        vendor = Vendor(page(1), clusters=SKETCH)
        result = passed(vendor, cluster={"name": "Sketch"}, reports=reports_in(tmp_path), **{option: "x y"})
        assert vendor.asked == ["clusters", ColumnQuery("c4", **{option: "x y"})]
        assert (result.filter or result.search_text) == "x y"
        for text in [result.msg, *texts(tmp_path).values()]:
            assert f"{option} 'x y'" in text and "not all columns of the cluster" in text

    def test_a_lookup_that_finds_several_or_none_is_a_result_and_a_report(self, tmp_path: Path) -> None:
        for lookup in ({"size": 20}, {"name": "nothing"}):
            result = failed(Vendor(page(1)), kind=DatascanError, cluster=lookup, reports=reports_in(tmp_path))
            assert (result.error or {})["kind"] in ("ambiguous", "not_found")
            assert all(result.msg[:20] in text for text in texts(tmp_path).values())

    def test_names_of_the_cluster_are_clean(self) -> None:
        odd = Cluster(id="c4", name="a\n::error::b" + "x" * 5000, labels=["\x1b[1m"])
        result = passed(Vendor(page(1), clusters=[odd]), cluster={"name": odd.name})
        assert result.cluster is not None
        assert len(result.cluster.name or "") <= 1000
        assert "\n" not in (result.cluster.name or "") + result.msg
        assert result.cluster.labels == ["[1m"]


class TestFailures:
    def test_a_failed_read_is_a_result_with_all_that_is_known(self, tmp_path: Path) -> None:
        vendor = Vendor(page(1, tags=[], total=9), UnavailableError("Vendor is gone."))
        result = failed(vendor, kind=UnavailableError, reports=reports_in(tmp_path))
        assert (result.audited, result.total_count, result.complete) == (1, 9, False)
        assert result.reasons == ("Vendor is gone.", "1 of 1 columns lacks the tag sensitivity.")
        assert len(result.reports) == 3
        for text in texts(tmp_path).values():
            assert "Vendor is gone." in text

    def test_advice_does_not_go_past_a_failed_read(self) -> None:
        assert failed(Vendor(UnavailableError("Vendor is gone.")), kind=UnavailableError, mode="advise").audited == 0

    def test_no_report_of_an_earlier_audit_survives(self, tmp_path: Path) -> None:
        reports = reports_in(tmp_path)
        passed(Vendor(page(1)), reports=reports)
        before = texts(tmp_path)
        failed(Vendor(UnauthorizedError("The token is wrong.")), kind=UnauthorizedError, reports=reports)
        after = texts(tmp_path)
        assert all("The token is wrong." in after[name] and after[name] != before[name] for name in before)
        assert json.loads(after["json"])["passed"] is False

    def test_a_connection_that_is_refused_is_a_result_and_a_report(self, tmp_path: Path) -> None:
        def connect() -> t.NoReturn:
            raise InvalidInputError("api_url is not set.")

        request = AuditRequest("c1", required_tags=["a"], reports=reports_in(tmp_path))
        with pytest.raises(InvalidInputError) as raised:
            audit_cluster(connect, request, check_mode=False)
        assert (raised.value.result.passed, raised.value.result.reasons) == (False, ("api_url is not set.",))
        assert len(texts(tmp_path)) == 3

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"required_tags": []}, "There are no rules to judge by"),
            ({"forbidden_tags": {"sensitivity": []}}, "forbids nothing"),
            ({"cluster_id": " "}, "cluster_id is empty."),
            ({"cluster": {"name": None}}, "cluster is empty"),
            ({"cluster": {"name": ""}}, "cluster is empty"),
        ],
    )
    def test_a_wrong_option_is_refused_before_any_request(
        self, tmp_path: Path, options: dict[str, t.Any], message: str
    ) -> None:
        vendor = Vendor(page(1))
        result = failed(vendor, kind=InvalidInputError, reports=reports_in(tmp_path), **options)
        assert message in result.msg
        assert vendor.asked == []
        assert all(message in text for text in texts(tmp_path).values())

    def test_a_vendor_without_clusters_is_a_result(self) -> None:
        with scripted_context(provider="glasswall") as context, pytest.raises(DatascanError) as raised:
            audit_cluster(lambda: context, AuditRequest("c1", required_tags=["a"]), check_mode=False)
        assert (raised.value.kind, raised.value.result.passed) == ("unsupported", False)

    def test_a_failure_has_every_documented_key(self) -> None:
        error = run(Vendor(page(1, tags=[])))
        assert isinstance(error, DatascanError)
        success = render_result(passed(Vendor(page(1, total=1))))
        assert set(success) - set(render_error(error)) == {"filter", "search_text", "total_count"}  # not known


class TestReports:
    def test_they_are_written_before_the_verdict_is_raised(self, tmp_path: Path) -> None:
        result = failed(Vendor(page(1, 2, tags=[])), reports=reports_in(tmp_path))
        assert (result.changed, len(result.reports)) == (True, 3)
        data = json.loads(texts(tmp_path)["json"])
        assert (data["passed"], data["reasons"]) == (False, list(result.reasons))
        assert len(list(csv.DictReader(texts(tmp_path)["csv"].splitlines()))) == 2

    def test_they_do_not_change_when_nothing_changed(self, tmp_path: Path) -> None:
        assert passed(Vendor(page(1)), reports=reports_in(tmp_path)).changed
        assert not passed(Vendor(page(1)), reports=reports_in(tmp_path)).changed

    def test_check_mode_predicts_and_writes_nothing(self, tmp_path: Path) -> None:
        result = failed(Vendor(page(1, tags=[])), check_mode=True, reports=reports_in(tmp_path))
        assert (result.changed, len(result.reports), texts(tmp_path)) == (True, 3, {})

    def test_one_that_cannot_be_written_is_one_more_reason_and_the_others_are_written(self, tmp_path: Path) -> None:
        reports = [("markdown", str(tmp_path / "none" / "a.md")), *reports_in(tmp_path)]
        result = failed(Vendor(page(1)), kind=InvalidInputError, reports=reports)
        assert "cannot be written" in result.reasons[-1]
        assert (len(result.reports), set(texts(tmp_path))) == (3, set(FORMATS))
        assert not json.loads(texts(tmp_path)["json"])["passed"]
        for text in texts(tmp_path).values():
            assert "cannot be written" in text
        result = failed(Vendor(page(1, tags=[])), kind=GateFailedError, reports=reports)
        assert len(result.reasons) == 2 and all(reason in result.msg for reason in result.reasons)
        result = failed(Vendor(UnavailableError("gone")), kind=UnavailableError, reports=reports)
        assert len(result.reasons) == 2

    def test_advice_does_not_go_past_a_report_that_cannot_be_written(self, tmp_path: Path) -> None:
        reports = [("csv", str(tmp_path / "none" / "a.csv"))]
        failed(Vendor(page(1)), kind=InvalidInputError, reports=reports, mode="advise")

    def test_two_with_one_path_are_refused_before_any_request(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "a")
        vendor = Vendor(page(1))
        for other in ("a", "link", f"../{tmp_path.name}/a"):
            reports = [("csv", str(tmp_path / "a")), ("json", str(tmp_path / other))]
            result = failed(vendor, kind=InvalidInputError, reports=reports)
            assert "Two reports have the same dest" in result.msg
        assert vendor.asked == []

    def test_a_pipe_is_refused_and_a_link_is_followed(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "link").symlink_to(tmp_path / "real")
        reports = [("csv", str(tmp_path / "pipe")), ("json", str(tmp_path / "link"))]
        result = failed(Vendor(page(1)), kind=InvalidInputError, reports=reports)
        assert "it is a device, a pipe or a socket" in result.msg
        assert (tmp_path / "pipe").is_fifo()
        assert (tmp_path / "link").is_symlink() and not json.loads((tmp_path / "real").read_text())["passed"]

    def test_secrets_that_the_vendor_echoes_are_in_none(self, tmp_path: Path) -> None:
        def redact(text: str) -> str:
            return text.replace("token-123", "***")

        facts = {"column_name": "token-123", "table_name": "token-123", "source": "token-123"}
        given = t.cast("t.Any", {**column(1), **facts})
        clusters = [Cluster(id="c4", name="token-123")]
        vendor = Vendor(ColumnPage([given]), UnavailableError("Vendor says token-123."), clusters=clusters)
        options = {"cluster": {"name": "token-123"}, "filter": "token-123", "reports": reports_in(tmp_path)}
        result = failed(vendor, kind=UnavailableError, redact=redact, **options)
        assert "token-123" not in "".join(texts(tmp_path).values())
        assert "token-123" not in json.dumps([*result.findings, result.filter])

    def test_a_temporary_file_that_cannot_be_written_fails_the_audit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_given: t.Any, **_more: t.Any) -> t.NoReturn:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(finding_store.tempfile, "TemporaryFile", full)
        result = failed(Vendor(page(1, tags=[])), kind=InvalidInputError, reports=[("json", os.devnull)])
        assert "No space left on device" in result.msg

    def test_nothing_is_left_in_the_temporary_directory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = tmp_path / "temporary"
        folder.mkdir()
        monkeypatch.setattr(finding_store.tempfile, "tempdir", str(folder))
        during: list[list[str]] = []

        class Watched(Vendor):
            def list_columns(self, query: ColumnQuery) -> Iterator[ColumnPage]:
                for one in super().list_columns(query):
                    yield one
                    during.append(os.listdir(folder))

        failed(Watched(page(1, tags=[]), page(2, tags=[])), reports=[("csv", str(tmp_path / "a.csv"))])
        assert [*during, os.listdir(folder)] == [[], [], []]  # a killed process leaves no incomplete file


def test_memory_does_not_grow_with_the_columns(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        class Endless(Vendor):
            def list_columns(self, query: ColumnQuery) -> Iterator[ColumnPage]:
                for start in range(0, count, 100):
                    yield page(*range(start, start + 100), tags=[])

        tracemalloc.start()
        try:
            failed(Endless(), reports=reports_in(tmp_path))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(500)  # what is loaded once
    tracemalloc.start()
    one_page = page(*range(100), tags=[])
    size, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The additional memory of 45 pages. On a busy machine, one more page is in memory: a thread reads ahead.
    assert one_page and peak(5000) < peak(500) + 8 * size
