# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gRPC server with a client like that of Terraform, and the process that Terraform starts."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import typing as t
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path

import grpc
import pytest
from terraform_provider_datascan.protocol.conversion import value_message
from terraform_provider_datascan.protocol.log import LONGEST_MESSAGE, write_log
from terraform_provider_datascan.protocol.messages import MESSAGES, METHODS
from terraform_provider_datascan.protocol.server import COOKIE, COOKIE_NAME, make_server
from terraform_provider_datascan.protocol.servicer import Servicer
from terraform_provider_datascan.protocol.values import Values, decode_value
from toy_provider import ToyProvider, ToyThing

pytestmark = pytest.mark.one_core

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[2] / "extensions" / "terraform" / "src"
LONGEST_CALL = 60  # seconds
MANY = 300  # simultaneous calls; Terraform makes ten unless -parallelism is set
TERRAFORM_LIMIT = 64 << 20  # bytes that Terraform takes in one message


def call(channel: grpc.Channel, name: str, timeout: float = LONGEST_CALL, **fields: t.Any) -> t.Any:
    """Call a method of the provider."""
    request, answer = METHODS[name]
    method = channel.unary_unary(
        f"/tfplugin6.Provider/{name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=MESSAGES[answer].FromString,
    )
    return method(MESSAGES[request](**fields), timeout=timeout)


def creation(**given: t.Any) -> dict[str, t.Any]:
    """The fields of a call that creates a thing."""
    config: Values = dict.fromkeys(ToyThing.schema.attributes) | given
    planned = config | {"limit": 10}
    return {"type_name": "datascan_thing", "planned_state": value_message(planned), "config": value_message(config)}


@pytest.fixture
def provider() -> ToyProvider:
    return ToyProvider()


@pytest.fixture
def channel(provider: ToyProvider, tmp_path: Path) -> Iterator[grpc.Channel]:
    servicer = Servicer(provider)
    server = make_server(lambda _context: servicer, lambda: None)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    options = [("grpc.max_receive_message_length", TERRAFORM_LIMIT)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options) as channel:
        yield channel
    server.stop(0).wait()


def test_stop_gets_through_hundreds_of_waits_and_each_returns_its_state(
    provider: ToyProvider, channel: grpc.Channel
) -> None:
    with futures.ThreadPoolExecutor(MANY) as pool:
        waits = [
            pool.submit(call, channel, "ApplyResourceChange", **creation(name=str(number), mode="wait"))
            for number in range(MANY)
        ]
        for _wait in waits:
            assert provider.waiting.acquire(timeout=LONGEST_CALL)
        call(channel, "StopProvider")
        answers = [wait.result() for wait in waits]
    ids = {decode_value(answer.new_state.msgpack)["id"] for answer in answers}
    assert ids == {f"id-{number}" for number in range(MANY)}
    # An error would taint what was created.
    assert {one.severity for answer in answers for one in answer.diagnostics} == {2}


def test_a_list_of_ten_thousand_rows_is_one_message(channel: grpc.Channel) -> None:
    config = value_message({"count_of_rows": 10_000, "rows": None})
    answer = call(channel, "ReadDataSource", type_name="datascan_rows", config=config)
    assert len(decode_value(answer.state.msgpack)["rows"]) == 10_000


def test_a_call_that_this_server_lacks_is_unimplemented(channel: grpc.Channel) -> None:
    """Newer versions of Terraform call further methods, and continue without them."""
    method = channel.unary_unary("/tfplugin6.Provider/GetResourceIdentitySchemas")
    with pytest.raises(grpc.RpcError) as raised:
        method(b"", timeout=LONGEST_CALL)
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_long_log_message_is_one_line_of_json(capfd: pytest.CaptureFixture[str]) -> None:
    write_log("info", "\x01\U0001f600\udcff" * LONGEST_MESSAGE)
    (line,) = capfd.readouterr().err.splitlines()
    assert json.loads(line)["@level"] == "info"
    assert len(line.encode()) < 65536, "what go-plugin reads as one line"


# The process


class ProviderProcess:
    """A process that serves the toys, and a channel to it as Terraform makes one."""

    def __init__(self, temporary: Path, **environment: str) -> None:
        program = "import toy_provider as p; from terraform_provider_datascan.protocol import server, servicer; "
        program += "server.serve(servicer.Servicer(p.ToyProvider()))"
        paths = os.pathsep.join(map(str, (SOURCE, HERE)))
        self.process = subprocess.Popen(
            [sys.executable, "-B", "-c", program],
            env={**os.environ, "PYTHONPATH": paths, "TMPDIR": str(temporary), COOKIE_NAME: COOKIE, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.handshake = self.process.stdout.readline().strip().split("|")
        self.socket = Path(self.handshake[3])
        encoded = self.handshake[5]
        der = base64.b64decode(encoded + "=" * (-len(encoded) % 4))
        pem = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"
        self.channel = grpc.secure_channel(
            f"unix:{self.socket}",
            grpc.ssl_channel_credentials(pem),
            [("grpc.ssl_target_name_override", "localhost"), ("grpc.default_authority", "localhost")],
        )

    def shut_down(self) -> int:
        """Ask the process to end, as Terraform does; its exit status."""
        self.channel.unary_unary("/plugin.GRPCController/Shutdown")(b"", timeout=LONGEST_CALL)
        return self.process.wait(LONGEST_CALL)

    def kill(self) -> None:
        self.channel.close()
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[ProviderProcess]:
    process = ProviderProcess(tmp_path)
    yield process
    process.kill()


def test_the_socket_is_in_a_folder_of_this_user_and_speaks_tls_only(process: ProviderProcess) -> None:
    assert process.handshake[:3] == ["1", "6", "unix"]
    assert process.socket.parent.stat().st_mode & 0o777 == 0o700
    with socket.socket(socket.AF_UNIX) as plain:
        plain.settimeout(LONGEST_CALL)
        plain.connect(str(process.socket))
        plain.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 64)
        assert not plain.recv(1000).startswith(b"\0\0"), "no frame of HTTP/2"
    assert call(process.channel, "GetProviderSchema").resource_schemas


def test_ctrl_c_changes_nothing_and_sigterm_ends_waits_with_their_state(process: ProviderProcess) -> None:
    answers: list[t.Any] = []

    def wait() -> None:
        answers.append(call(process.channel, "ApplyResourceChange", **creation(name="n", mode="wait")))

    waiting = threading.Thread(target=wait)
    waiting.start()
    call(process.channel, "GetProviderSchema")
    process.process.send_signal(signal.SIGINT)
    call(process.channel, "GetProviderSchema")
    assert not answers
    process.process.send_signal(signal.SIGTERM)
    waiting.join(LONGEST_CALL)
    assert decode_value(answers[0].new_state.msgpack)["id"] == "id-n"
    call(process.channel, "GetProviderSchema")  # it still serves: Terraform may need it to save the state


def test_the_end_leaves_no_file(process: ProviderProcess, tmp_path: Path) -> None:
    assert process.shut_down() == 0
    assert list(tmp_path.iterdir()) == []


def test_a_long_temporary_folder_is_replaced_by_tmp(tmp_path: Path) -> None:
    """The path of a socket has about 100 characters at most."""
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    process = ProviderProcess(folder)
    try:
        assert process.socket.parent.parent == Path("/tmp")  # noqa: S108
        assert call(process.channel, "GetProviderSchema").resource_schemas
        assert process.shut_down() == 0
        assert not process.socket.parent.exists()
    finally:
        process.kill()
