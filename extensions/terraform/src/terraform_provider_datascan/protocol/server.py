# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that Terraform starts: go-plugin's handshake, the gRPC services, signals, and an orderly end."""

from __future__ import annotations

import base64
import os
import signal
import sys
import tempfile
import threading
import typing as t
from collections.abc import Callable
from concurrent import futures

import grpc

from .certificate import make_certificate
from .messages import MESSAGES, METHODS
from .servicer import Servicer

# Every Terraform sets it, for every provider: it distinguishes a start by Terraform from one by hand, and is no secret.
COOKIE_NAME, COOKIE = "TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
# Each wait holds a thread, and StopProvider has to get through. Threads are made when they are needed.
MOST_CALLS = 20_000
LONGEST_SOCKET_PATH = 100  # bytes; macOS takes 103, Linux 107
PARENT_POLL_SECONDS = 1.0
GRACE_SECONDS = 0.5  # for answers under way when the process ends
_UNLIMITED = -1
_OPTIONS = [("grpc.max_receive_message_length", _UNLIMITED), ("grpc.max_send_message_length", _UNLIMITED)]


def is_started_by_terraform() -> bool:
    """Whether Terraform, rather than a user, has started this process."""
    return os.environ.get(COOKIE_NAME) == COOKIE


def make_server(servicer_of: Callable[[grpc.ServicerContext], Servicer], shut_down: Callable[[], None]) -> grpc.Server:
    """A gRPC server that has no port yet. `shut_down` is called when Terraform needs the provider no more."""

    def answer_shutdown(_request: t.Any, _context: grpc.ServicerContext) -> t.Any:
        shut_down()
        return MESSAGES["Empty"]()

    def provider_method(name: str) -> grpc.RpcMethodHandler:
        return _method(lambda request, context: getattr(servicer_of(context), name)(request), METHODS[name][0])

    server = grpc.server(futures.ThreadPoolExecutor(MOST_CALLS), options=_OPTIONS)
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(
                "tfplugin6.Provider", {name: provider_method(name) for name in METHODS}
            ),
            grpc.method_handlers_generic_handler(
                "plugin.GRPCController", {"Shutdown": _method(answer_shutdown, "Empty")}
            ),
            grpc.method_handlers_generic_handler("plugin.GRPCStdio", {"StreamStdio": _empty_stream()}),
        )
    )
    return server


def _method(answer: Callable[[t.Any, grpc.ServicerContext], t.Any], request_type: str) -> grpc.RpcMethodHandler:
    return grpc.unary_unary_rpc_method_handler(
        answer,
        request_deserializer=MESSAGES[request_type].FromString,
        response_serializer=lambda message: message.SerializeToString(),
    )


def _empty_stream() -> grpc.RpcMethodHandler:
    """go-plugin asks for what the provider prints, which is nothing."""
    return grpc.unary_stream_rpc_method_handler(
        lambda _request, _context: iter(()), request_deserializer=MESSAGES["Empty"].FromString
    )


def serve(servicer: Servicer) -> t.NoReturn:
    """Serve until Terraform reports that it needs the provider no more, or has gone. Ends the process.

    Raises OSError if no socket can be made.
    """
    parent = os.getppid()
    over = threading.Event()
    # Ctrl-C in a terminal reaches this process, too; Terraform then calls StopProvider, and waits for the calls.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: servicer.interrupt())
    server = make_server(lambda _context: servicer, over.set)
    # Only this user can enter the folder. That guards the socket: no client certificate can be demanded, because
    # Terraform's is on the curve P-521, which gRPC's TLS library does not take.
    with tempfile.TemporaryDirectory(prefix="tfp-", dir=_socket_folder()) as folder:
        certificate = make_certificate()
        address = f"unix:{folder}/s"
        server.add_secure_port(address, grpc.ssl_server_credentials([(certificate.key_pem, certificate.pem)]))
        server.start()
        _shake_hands(address, certificate.der)
        while not over.wait(PARENT_POLL_SECONDS):
            if os.getppid() != parent:
                servicer.interrupt()
                break
        server.stop(GRACE_SECONDS).wait()
    # A thread that still waits for a vendor's answer must not keep an orphan alive.
    os._exit(0)


def _socket_folder() -> str:
    folder = tempfile.gettempdir()
    return folder if len(os.fsencode(folder)) + len("/tfp-12345678/s") <= LONGEST_SOCKET_PATH else "/tmp"  # noqa: S108


def _shake_hands(address: str, certificate: bytes) -> None:
    """Write the line that go-plugin reads: its own version, the protocol's, the address, and the certificate."""
    network, _colon, path = address.partition(":")
    encoded = base64.b64encode(certificate).decode().rstrip("=")
    sys.stdout.write(f"1|6|{network}|{path}|grpc|{encoded}\n")
    sys.stdout.flush()
