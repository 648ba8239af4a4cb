# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server whose pages of columns are bytes that were made before the first request.

So the measured time is the time of the client alone.
Usage: ready_pages.py COLUMNS. It prints its address, and ends when its standard input does.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

SANDBOX = Path(__file__).resolve().parents[2] / "roles" / "sandbox" / "files"
PAGE = 1000
CLUSTER = "mno345pqr678"


def served_pages(columns: int) -> AbstractContextManager[str]:
    """The address of a server in a process of its own."""
    return served(__file__, str(columns))


@contextmanager
def served(program: str, *arguments: str) -> Iterator[str]:
    """The address that a program prints which serves until its standard input ends."""
    command = [sys.executable, "-B", program, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        yield process.stdout.readline().strip()
        process.stdin.close()


def _pages(columns: int) -> dict[str, bytes]:
    """The body of each page by its `skip`."""
    sys.path.append(str(SANDBOX))
    from datascan_sandbox.vendors.bigid_catalogue import column

    return {
        str(first): json.dumps(
            {
                "results": [column(CLUSTER, number, text_booleans=True) for number in range(first, first + PAGE)],
                "totalCount": columns,
            },
            separators=(",", ":"),
        ).encode()
        for first in range(0, columns, PAGE)
    }


def main() -> None:
    """Serve pages until the standard input ends."""
    columns = int(sys.argv[1])
    pages = _pages(columns)
    end = json.dumps({"results": [], "totalCount": columns}).encode()
    serve(lambda address: pages.get(parse_qs(urlsplit(address).query).get("skip", ["0"])[0], end))


def serve(body_of: Callable[[str], bytes]) -> None:
    """Print the address, and answer each GET with a body of JSON, until the standard input ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # the head in one piece
        disable_nagle_algorithm = True  # or a body that is longer than the buffer waits for the client's TCP

        def do_GET(self) -> None:
            body = body_of(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
