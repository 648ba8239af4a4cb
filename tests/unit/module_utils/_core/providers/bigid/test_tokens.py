# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BigID's two kinds of tokens: hints about the wrong kind, expiry in each form, and the faults of each."""

from __future__ import annotations

import io
import json
import threading
import typing as t
from base64 import urlsafe_b64encode

import pytest
import requests
from ansible_collections.datascan.gate.plugins.module_utils._core.errors import (
    ForbiddenError,
    InvalidInputError,
    RejectedError,
    UnauthorizedError,
    UnavailableError,
    UnknownOutcomeError,
    UntrustedCertificateError,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.http.authentication import HEADER_FORMS, Reader
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Query
from ansible_collections.datascan.gate.plugins.module_utils._core.operations import status
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.bigid.tokens import (
    SessionTokenAuthentication,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.providers.capabilities import ListsScans, StartsScans
from ansible_collections.datascan.gate.plugins.module_utils._core.redaction import Redactor
from fake_clock import FakeClock
from scripted_vendor import Expected, Script, connected, mount, response_to, scripted_context

BASE = "/api/v1"
STATUS = f"{BASE}/scans/1/status"
TARGET = {"scan_profile": "nightly", "scan_type": "dsScan", "scan_origin": "datascan.gate"}


def jwt(claims: t.Any) -> str:
    payload = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{payload}.ZmFrZQ"


USER_TOKEN = jwt({"type": "refresh-token", "user_name": "ann"})
SESSION_TOKEN = jwt({"type": "access-token", "user_name": "ann"})


def read(form: str, code: int = 200, answer: t.Any = None) -> Expected:
    """A read of a scan that runs, with this header."""
    return Expected("GET", STATUS, code, answer or {"status": True}, sent_headers={"Authorization": form})


def exchange(answer: t.Any = "s1", code: int = 200, **headers: str) -> Expected:
    body = {"success": True, "systemToken": answer} if code == 200 and isinstance(answer, str) else answer
    return Expected(
        "GET",
        f"{BASE}/refresh-access-token",
        code,
        body,
        headers={name.replace("_", "-"): text for name, text in headers.items()},
        sent_headers={"Authorization": "user"},
    )


def get(*expected: Expected, reads: int = 1, **settings: t.Any) -> None:
    with scripted_context(*expected, provider="bigid", **{"retries": 0, **settings}) as context:
        for _read in range(reads):
            assert context.provider.get("1").state == "running"


BY_USER_TOKEN = {"api_token": None, "refresh_token": "user"}


# The wrong kind


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ({"api_token": USER_TOKEN}, r"^api_token is a user token of BigID: set it as refresh_token instead\.$"),
        ({"api_token": USER_TOKEN, "refresh_token": USER_TOKEN}, "^api_token is a user token"),
        (
            {"api_token": None, "refresh_token": SESSION_TOKEN},
            r"^refresh_token is a session token of BigID: set it as api_token instead\.$",
        ),
        ({"api_token": SESSION_TOKEN, "refresh_token": SESSION_TOKEN}, "^refresh_token is a session token"),
    ],
)
def test_a_jwt_of_the_other_kind_is_refused_before_anything_is_sent(tokens: dict[str, t.Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message) as caught:
        connected([], provider="bigid", **tokens)
    for part in (*USER_TOKEN.split("."), *SESSION_TOKEN.split("."), "ann"):
        assert part not in caught.value.message


@pytest.mark.parametrize(
    "token",
    [
        "plain",
        "a.b.c",
        "a.b.c.d",
        "..",
        "a.e30.c",
        "a.W10.c",
        jwt({"type": 7}),
        jwt({"type": "other"}),
        jwt({"type": ["refresh-token"]}),
        jwt("refresh-token"),
        jwt(None),
        f"a.{'W10'.replace('0', 'zE')}.c",
        f"a.{urlsafe_b64encode(b'[' * 50_000).decode().rstrip('=')}.c",
    ],
)
def test_what_shows_no_kind_is_used_as_it_is_given(token: str) -> None:
    get(read(token), api_token=token)


def test_a_jwt_of_the_right_kind_is_used() -> None:
    get(read(SESSION_TOKEN), api_token=SESSION_TOKEN)


@pytest.mark.parametrize(("token", "has_hint"), [("plain", True), (jwt({}), True), (SESSION_TOKEN, False)])
def test_a_refused_api_token_that_may_be_a_user_token_gets_a_hint(token: str, has_hint: bool) -> None:
    with pytest.raises(UnauthorizedError) as caught:
        get(read(token, 401, "UnauthorizedError"), read(f"Bearer {token}", 401, "UnauthorizedError"), api_token=token)
    assert "Check api_token" in caught.value.message
    assert ("A user token belongs in refresh_token" in caught.value.message) is has_hint
    assert token not in caught.value.message


def test_a_session_token_as_refresh_token_gets_a_hint() -> None:
    message = r"If the user token has expired.*; if it is a session token, set it as api_token instead\.$"
    with pytest.raises(UnauthorizedError, match=message):
        get(exchange({"success": False, "message": "Refresh token not valid"}), **BY_USER_TOKEN)


# The other form of the header

FORBIDDEN = {"message": "Forbidden"}


def test_after_403_the_other_form_is_tried_and_kept() -> None:
    get(read("s", 403, FORBIDDEN), read("Bearer s"), read("Bearer s"), reads=2, api_token="s")


def test_after_403_a_form_that_has_worked_is_not_doubted() -> None:
    with pytest.raises(ForbiddenError):
        get(read("s"), read("s", 403, FORBIDDEN), reads=2, api_token="s")


@pytest.mark.parametrize("scheme", ["raw", "bearer"])
def test_a_scheme_that_was_set_is_the_only_form(scheme: str) -> None:
    form = {"raw": "s", "bearer": "Bearer s"}[scheme]
    with pytest.raises(ForbiddenError):
        get(read(form, 403, FORBIDDEN), api_token="s", auth_scheme=scheme)


def test_403_in_both_forms_is_about_what_the_token_allows() -> None:
    with pytest.raises(ForbiddenError):
        get(read("s", 403, FORBIDDEN), read("Bearer s", 403, FORBIDDEN), api_token="s")


def test_403_in_both_forms_proves_no_form() -> None:
    """The list may be forbidden to a token that may read scans."""
    listed = [Expected("GET", f"{BASE}/scans/parent-scans", 403, FORBIDDEN)] * 2
    with scripted_context(*listed, read("s"), read("s"), provider="bigid", retries=0, api_token="s") as context:
        with pytest.raises(ForbiddenError):
            context.require(ListsScans).list_scans(Query())
        assert [context.provider.get("1").state for _read in range(2)] == ["running"] * 2


def test_the_other_form_is_tried_by_every_thread_that_sent_the_first_one() -> None:
    forms = [HEADER_FORMS["raw"], HEADER_FORMS["bearer"]]
    authentication = SessionTokenAuthentication("s", None, forms, Redactor([]))
    reader = t.cast("Reader", None)
    first = authentication.headers(reader)
    assert [authentication.forbidden(first) for _thread in range(3)] == [True] * 3
    assert authentication.headers(reader) == {"Authorization": "Bearer s"}


def test_a_form_that_is_not_known_does_not_hide_the_403_of_the_form_that_is() -> None:
    unknown = read("Bearer s", 401, "UnauthorizedError")
    with pytest.raises(ForbiddenError):
        get(read("s", 403, FORBIDDEN), unknown, read("s", 403, FORBIDDEN), api_token="s")
    # Without a new session token, too: this one is understood.
    with pytest.raises(ForbiddenError):
        get(
            exchange(),
            read("s1", 403, FORBIDDEN),
            read("Bearer s1", 401, "no"),
            read("s1", 403, FORBIDDEN),
            **BY_USER_TOKEN,
        )


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (400, {"error": "jwt malformed"}),
        (403, {"message": "Failed to authenticate token."}),
        (500, {"status": "error", "statusCode": 500, "message": "jwt malformed"}),
        (500, "JsonWebTokenError: invalid token"),
    ],
)
def test_a_token_that_cannot_be_read_in_one_form_is_sent_in_the_other(code: int, answer: t.Any) -> None:
    get(read("s", code, answer), read("Bearer s"), read("Bearer s"), reads=2, api_token="s")


# Expiry

EXPIRED = [
    (403, {"success": False, "message": "Failed to authenticate token."}),
    (403, {"error": "Token has expired"}),
    (403, "TokenExpiredError: jwt expired"),
    (500, {"status": "error", "statusCode": 500, "message": "jwt expired", "errors": [{}]}),
    (500, {"error": {"message": "x"}, "errors": [{"message": "The access token expired"}]}),
    (500, "TokenExpiredError"),
    (400, {"message": "Invalid token"}),
]


@pytest.mark.parametrize(("code", "answer"), EXPIRED)
def test_an_expiry_under_any_status_is_renewed_once(code: int, answer: t.Any) -> None:
    get(exchange(), read("s1"), read("s1", code, answer), exchange("s2"), read("s2"), reads=2, **BY_USER_TOKEN)
    with pytest.raises(UnauthorizedError):
        get(
            exchange(),
            read("s1"),
            read("s1", code, answer),
            exchange("s2"),
            read("s2", code, answer),
            reads=2,
            **BY_USER_TOKEN,
        )


def test_an_expiry_is_renewed_where_the_first_form_got_403() -> None:
    """As behind a gateway that knows only one form."""
    get(
        exchange(),
        read("s1", 403, FORBIDDEN),
        read("Bearer s1"),
        read("Bearer s1", 401, "UnauthorizedError"),
        exchange("s2"),
        read("Bearer s2"),
        reads=2,
        **BY_USER_TOKEN,
    )


@pytest.mark.parametrize(("code", "answer"), EXPIRED)
def test_a_start_with_an_expired_token_is_sent_again_and_never_counts_as_lost(code: int, answer: t.Any) -> None:
    def start(form: str, *answer: t.Any) -> Expected:
        body = {"scanType": "dsScan", "scanProfileName": "nightly", "scanOrigin": "datascan.gate"}
        return Expected("POST", f"{BASE}/scans", *answer, body=body, sent_headers={"Authorization": form})

    good = (200, {"result": {"_id": "7"}})
    both = [exchange(), read("s1"), start("s1", code, answer), exchange("s2"), start("s2", *good)]
    with scripted_context(*both, provider="bigid", **BY_USER_TOKEN) as context:
        context.provider.get("1")
        assert context.require(StartsScans).start(TARGET).id == "7"
    without = [start("s", code, answer), start("Bearer s", code, answer)]
    with scripted_context(*without, provider="bigid", api_token="s") as context, pytest.raises(UnauthorizedError):
        context.require(StartsScans).start(TARGET)


@pytest.mark.parametrize(
    ("code", "answer", "kind"),
    [
        (500, {"message": "Server error"}, UnavailableError),
        (500, "the token bucket is empty", UnavailableError),
        (500, "<html><title>Invalid token</title></html>", UnavailableError),
        (403, {"message": "This token does not allow it"}, ForbiddenError),
        (400, {"message": "Scan ID is invalid"}, RejectedError),
        (400, {"message": "invalid scan; the token is fine"}, RejectedError),
    ],
)
def test_an_error_about_something_else_renews_nothing(code: int, answer: t.Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        get(exchange(), read("s1"), read("s1", code, answer), reads=2, **BY_USER_TOKEN)


def test_a_start_that_fails_with_500_is_still_lost() -> None:
    answers = [
        Expected(
            "POST",
            f"{BASE}/scans",
            500,
            {"message": "Server error"},
            body={"scanType": "dsScan", "scanProfileName": "nightly", "scanOrigin": "datascan.gate"},
        )
    ]
    with scripted_context(*answers, provider="bigid", api_token="s") as context, pytest.raises(UnknownOutcomeError):
        context.require(StartsScans).start(TARGET)


# The exchange


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (exchange("", 302, Location="https://login.test/x"), r"was redirected to login\.test.* Set api_url"),
        (exchange("", 301, Location="https://vendor.test/y"), r"was redirected to vendor\.test"),
        (exchange("", 404), "check api_url"),
    ],
)
def test_a_fault_of_the_address_is_not_blamed_on_the_token(answer: Expected, message: str) -> None:
    """Neither does it count as a missing scan."""
    with (
        scripted_context(answer, provider="bigid", retries=0, **BY_USER_TOKEN) as context,
        pytest.raises(UnauthorizedError, match=message) as caught,
    ):
        status.read_status(context, status.StatusRequest(scan_ids=["1"], missing="ignore"))
    assert caught.value.message.startswith("BigID did not exchange refresh_token for a session token: ")
    assert "expired" not in caught.value.message


def test_a_fault_before_the_exchange_keeps_its_kind() -> None:
    fault = requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED")
    answer = Expected("GET", f"{BASE}/refresh-access-token", answer=fault)
    with pytest.raises(UntrustedCertificateError, match=r"^BigID did not exchange .*its certificate is not trusted"):
        get(answer, **BY_USER_TOKEN)


def test_an_exchange_has_no_more_time_than_the_task() -> None:
    clock = FakeClock()
    answers = [exchange("", 503, Retry_After="1"), exchange("", 503)]
    provider, _script = connected(answers, clock=clock, provider="bigid", **BY_USER_TOKEN)
    with provider.deadline(1.2), pytest.raises(UnavailableError):
        provider.get("1")
    assert clock.elapsed <= 1.2


class _WithoutList(Script):
    """A BigID that lists no scans and refuses the session token, and a user token with this status."""

    def __init__(self, status: int) -> None:
        super().__init__([], FakeClock())
        self.status = status
        self.exchanges = 0

    def send(self, request: t.Any, **_settings: t.Any) -> requests.Response:
        is_exchange = request.url.endswith("/refresh-access-token")
        self.exchanges += is_exchange
        is_list = "/parent-scans" in request.url
        status = self.status if is_exchange else 404 if is_list else 401
        return response_to(request, status, {}, io.BytesIO(b"<html>No such page" if is_list else b"no"))


@pytest.mark.parametrize(("status", "kind"), [(401, UnauthorizedError), (503, UnavailableError)])
def test_a_token_that_is_not_exchanged_for_one_scan_is_not_exchanged_for_each(
    status: int, kind: type[Exception]
) -> None:
    """Because a vendor may lock the user out. The next poll tries again."""
    scan_ids = [str(number) for number in range(100)]
    provider, _script = connected([], provider="bigid", retries=0, api_token="s", refresh_token="user")
    vendor = _WithoutList(status)
    mount(provider, vendor)
    for poll in (1, 2):
        answers = provider.get_many(scan_ids)
        assert {type(answers[scan_id]) for scan_id in scan_ids} == {kind}
        assert poll <= vendor.exchanges <= 9 * poll  # each of 8 threads may have begun, and one for the list


class _CountedLock:
    """A lock that counts the threads that wait for it, or had it."""

    def __init__(self) -> None:
        self.threads = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self.threads += 1
        self._lock.acquire()

    def __exit__(self, *_exception: object) -> None:
        self._lock.release()


def test_a_failed_exchange_is_that_of_every_thread_that_waited_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Client:
        exchanges = 0

        def read(self, *_arguments: t.Any, **_options: t.Any) -> t.Any:
            self.exchanges += 1
            for thread in threads:
                thread.start()
            while lock.threads < 1 + len(threads):
                threading.Event().wait(0.001)
            raise UnavailableError("BigID does not answer.")

    def request() -> None:
        with pytest.raises(UnavailableError):
            authentication.headers(client)
        failed.append(True)

    failed: list[bool] = []
    threads = [threading.Thread(target=request) for _number in range(4)]
    client, lock = t.cast("t.Any", Client()), _CountedLock()
    authentication = SessionTokenAuthentication(None, "user", [HEADER_FORMS["raw"]], Redactor([]))
    monkeypatch.setattr(authentication, "_lock", lock)
    with pytest.raises(UnavailableError):
        authentication.headers(client)
    for thread in threads:
        thread.join(30)
    assert (failed, client.exchanges) == ([True] * 4, 1)
