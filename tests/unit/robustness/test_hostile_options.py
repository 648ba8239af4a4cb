# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids, names and filters that could change a request's path: they are sent exactly, or refused in one sentence."""

from __future__ import annotations

import importlib
import json
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.datascan.gate.plugins.module_utils._ansible.execution import execute
from ansible_collections.datascan.gate.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.datascan.gate.plugins.module_utils._ansible.module_spec import ModuleSpec
from ansible_collections.datascan.gate.plugins.module_utils._core.models import MAY_RUN, Query
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from fake_clock import FakeClock
from glasswall_script import SCAN_ID, TARGET, list_response
from raw_vendor import RawVendor, raw_vendor
from scripted_vendor import connected

HOSTILE = (
    *("a/b", "../../admin", "..", ".", "...", "/", "a\\b", "a?b#c", "a&limit=1;x=2", "100%", "%2e%2e%2f", "%0d%0a"),
    *("a\nb", "a\r\nX-Injected: 1\r\n\r\nGET / HTTP/1.1", "a\tb", "a\x00b", "a\x1b[2Jb", "a\u2028b", "a\u202eb"),
    *("'", '"', "`id`", "$(id)", "{{ x }}", "a b", "a+b", "-", "<b>", "\u00e9", "\U0001f512", "half \udcff"),
    *("x" * 10_000, "x y" * 3_000, "\U0001f512" * 10_000, "7" * 10_000, "", " "),
)
PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def quoted(text: str, space: bytes = b"%20") -> bytes:
    """Percent-encode a text by the rules of RFC 3986, without a library."""
    return b"".join(bytes([byte]) if byte in PLAIN else b"%%%02X" % byte for byte in text.encode()).replace(
        b"%20", space
    )


def wanted(text: str) -> bytes:
    """The same in a query, where browsers and servers write a space as +."""
    return quoted(text, b"+")


def columns(**params: str) -> t.Callable[[str], bytes]:
    order = ("clusterId", "cluster_id", "filter", "searchText", "sort")

    def line(text: str) -> bytes:
        given = {"clusterId": "c", "cluster_id": "c", **dict.fromkeys(params, text)}
        shown = [name.encode() + b"=" + wanted(given[name]) for name in order if name in given]
        after = b"limit=1000" + (b"&offsetKey=" + wanted(text) if text and "offsetKey" in params else b"")
        path = b"GET /v1/data-catalog/column/cluster/similar?"
        return path + b"&".join(shown) + b"&" + after + b"&requireTotalCount=true HTTP/1.1"

    return line


def trimmed(line: t.Callable[[str], bytes]) -> t.Callable[[str], bytes]:
    return lambda text: line(text.strip())


BIGID_STATUS = trimmed(lambda text: b"GET /v1/scans/" + quoted(text) + b"/status HTTP/1.1")
COLUMNS = "cluster_columns_info"
# The module, the vendor, the options with a text in them, and the request's first line if it is sent.
IN_A_LINE: list[tuple[str, str, t.Callable[[str], dict[str, t.Any]], t.Callable[[str], bytes]]] = [
    ("scan_status", "bigid", lambda text: {"scan_ids": [text]}, BIGID_STATUS),
    ("scan_wait", "bigid", lambda text: {"scan_ids": [text], "wait_timeout": 10}, BIGID_STATUS),
    (
        "scan_status",
        "advalidation",
        lambda text: {"scan_ids": [text]},
        lambda text: b"GET /v1/scans/" + quoted(text) + b" HTTP/1.1",
    ),
    (
        *("scan_rescan", "advalidation", lambda text: {"creative_id": text}),
        lambda text: b"GET /v1/creatives/" + quoted(text) + b" HTTP/1.1",
    ),
    ("scan_status", "glasswall", lambda text: {"scan_ids": [text]}, lambda text: b"never"),
    ("scan_wait", "glasswall", lambda text: {"scan_ids": [text]}, lambda text: b"never"),
    ("scan_cancel", "glasswall", lambda text: {"scan_ids": [text]}, lambda text: b"never"),
    ("scan_rescan", "glasswall", lambda text: {"scan_id": text}, lambda text: b"never"),
    (
        *("scan_start", "glasswall", lambda text: {"glasswall": TARGET, "previous_scan_id": text}),
        lambda text: (
            b"GET /v1/scans?scanStatus=Listing&scanStatus=Processing&scanStatus=Unknown&pageSize=100&page=1 HTTP/1.1"
        ),
    ),
    (
        *("scan_status", "glasswall", lambda text: {"query": {"owners": [text]}}),
        lambda text: b"GET /v1/scans/allusers?users=" + wanted(text) + b"&pageSize=100&page=1 HTTP/1.1",
    ),
    (COLUMNS, "bigid", lambda text: {"cluster_id": text}, columns(clusterId="", cluster_id="")),
    (COLUMNS, "bigid", lambda text: {"cluster_id": "c", "filter": text}, columns(filter="")),
    (COLUMNS, "bigid", lambda text: {"cluster_id": "c", "search_text": text}, columns(searchText="")),
    (COLUMNS, "bigid", lambda text: {"cluster_id": "c", "sort": text}, columns(sort="")),
    (COLUMNS, "bigid", lambda text: {"cluster_id": "c", "offset_key": text}, columns(offsetKey="")),
    (COLUMNS, "bigid", lambda text: {"cluster": {"name": text}}, lambda text: b"GET /v1/clusters HTTP/1.1"),
]
PROTECTO = {"data_source_name": "crm", "object_name": ["people"]}
# The same where the text goes into a body.
IN_A_BODY: list[tuple[str, str, t.Callable[[str], dict[str, t.Any]], t.Callable[[str], t.Any]]] = [
    ("scan_status", "protecto", lambda text: {"scan_ids": [text]}, lambda text: [text.strip()]),
    ("scan_wait", "protecto", lambda text: {"scan_ids": [text], "wait_timeout": 10}, lambda text: [text.strip()]),
    (
        *("scan_start", "protecto", lambda text: {"protecto": {"objects": [{**PROTECTO, "data_source_name": text}]}}),
        lambda text: [{**PROTECTO, "data_source_name": text}],
    ),
    (
        *("scan_start", "protecto", lambda text: {"protecto": {"objects": [{**PROTECTO, "object_name": ["a", text]}]}}),
        lambda text: [{**PROTECTO, "object_name": ["a", text]}],
    ),
]


@pytest.fixture(scope="module")
def server() -> t.Iterator[RawVendor]:
    with raw_vendor() as listening:
        yield listening


def run(name: str, vendor: str, options: dict[str, t.Any], url: str) -> dict[str, t.Any]:
    spec: ModuleSpec = importlib.import_module(f"ansible_collections.datascan.gate.plugins.modules.{name}").MODULE
    connection: dict[str, t.Any] = {"provider": vendor, "api_url": f"{url}/v1", "api_token": "unit-test-token"}
    connection = {**connection, "retries": 0} if spec.connects else {}
    validation = ArgumentSpecValidator(spec.argument_spec, **spec.constraints).validate({**connection, **options})
    assert not validation.error_messages
    call = Invocation(validation.validated_parameters, False, False, Redactor(), warn=lambda line: None)
    return execute(spec, call)


def refused(result: dict[str, t.Any]) -> None:
    assert (result["failed"], result["error"]["kind"]) == (True, "invalid_input")
    assert len(result["msg"]) < 5000 and result["msg"].isprintable()


@pytest.mark.parametrize(("name", "vendor", "options", "line"), IN_A_LINE)
def test_a_text_is_refused_or_stands_in_the_request_line_exactly(
    name: str, vendor: str, options: t.Any, line: t.Any, server: RawVendor
) -> None:
    sent = 0
    for text in HOSTILE:
        server.heads.clear()
        result = run(name, vendor, options(text), server.url)
        if not server.heads:
            refused(result)
            continue
        sent += 1
        assert server.heads[0][0] == line(text)
        assert not any(header.lower().startswith(b"x-injected") for header in server.heads[0])
        assert result["error"]["http_status"] == 418
        assert len(result["msg"]) < 5000 and result["msg"].isprintable()
    assert (line("x") == b"never") == (sent == 0)


@pytest.mark.parametrize(("name", "vendor", "options", "body"), IN_A_BODY)
def test_a_text_is_refused_or_stands_in_the_body_exactly(
    name: str, vendor: str, options: t.Any, body: t.Any, server: RawVendor
) -> None:
    for text in HOSTILE:
        server.bodies.clear()
        result = run(name, vendor, options(text), server.url)
        if not server.bodies:
            refused(result)
        else:
            assert json.loads(server.bodies[0]) == body(text)


def test_start_of_bigid(server: RawVendor) -> None:
    """The scan profile also goes into a request body, after a request for the list."""
    for text in HOSTILE:
        server.heads.clear()
        result = run("scan_start", "bigid", {"bigid": {"scan_profile": text}}, server.url)
        first = b"GET /v1/scans/parent-scans?limit=200&requireTotalCount=true HTTP/1.1"
        assert [head[0] for head in server.heads] in ([], [first])
        assert server.heads or refused(result) is None


@pytest.mark.parametrize("text", ["a\nb", "a\r\nX-Injected: 1", "a\x00", "\U0001f512", "a b", "\x1b"])
def test_an_address_and_a_token_cannot_add_a_header(text: str, server: RawVendor) -> None:
    for options in ({"api_url": f"{server.url}/v1/{text}/x"}, {"api_token": f"t0ken{text}more"}):
        server.heads.clear()
        result = run("scan_status", "advalidation", {"scan_ids": ["1"], **options}, server.url)
        if not server.heads:
            refused(result)
            assert text not in result["msg"]
        else:
            assert not any(header.lower().startswith(b"x-injected") for header in server.heads[0])
            assert server.heads[0][0].count(b" ") == 2


NO_TIMES = (-1.0, float("nan"), float("inf"), 1e12)
NO_INTERVALS = (*NO_TIMES, 0, 1e-6, 0.0999)
NO_START_TIMES = (
    -1,
    0,
    1,
    1e9,
    10**18,
    10**400,
    10**5000,
    "9" * 5000,
    "soon",
    "2026-01-01",
    "2026-01-01T00:00:00",
    [1767323045],
)
TOO_MUCH = (-1, 10**18, 10**400)


@pytest.mark.parametrize(
    ("name", "options", "values"),
    [
        ("scan_status", lambda value: {"scan_ids": [SCAN_ID], "timeout": value}, NO_TIMES),
        ("scan_wait", lambda value: {"scan_ids": [SCAN_ID], "wait_timeout": value}, NO_TIMES),
        ("scan_wait", lambda value: {"scan_ids": [SCAN_ID], "wait_interval": value}, NO_INTERVALS),
        # This also holds without a wait, because a role waits in a later task.
        ("scan_start", lambda value: {"glasswall": TARGET, "wait_interval": value}, NO_INTERVALS),
        ("scan_start", lambda value: {"glasswall": TARGET, "wait_timeout": value}, NO_TIMES),
        ("scan_start", lambda value: {"glasswall": TARGET, "fresh_for": value}, TOO_MUCH),
        ("scan_start", lambda value: {"glasswall": TARGET, "newer_than": value}, NO_START_TIMES),
        ("scan_gate", lambda value: {"scans": [], "policy": {"max_age": value}}, TOO_MUCH),
        ("scan_gate", lambda value: {"scans": [], "policy": {"newer_than": value}}, NO_START_TIMES),
        ("scan_gate", lambda value: {"scans": [], "policy": {"min_scans": value}}, (0, -1, True)),
    ],
)
def test_a_number_that_no_clock_can_count_to_is_refused(
    name: str, options: t.Any, values: t.Iterable[float], server: RawVendor
) -> None:
    server.heads.clear()
    for value in values:
        refused(run(name, "glasswall", options(value), server.url))
    assert not server.heads


@pytest.mark.parametrize("date", ["Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_an_unparseable_date_header_is_ignored(date: str) -> None:
    vendor, _script = connected([list_response(headers={"Date": date})])
    assert list(vendor.list_scans(Query(states=MAY_RUN))) == []
    assert vendor.server_now() == FakeClock().now()
