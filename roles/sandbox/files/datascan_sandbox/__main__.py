# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the sandbox: python -m datascan_sandbox --port 0 --ready-file FILE."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path

NEEDED = ("fastapi", "uvicorn")


def main() -> int:
    parser = argparse.ArgumentParser(prog="datascan_sandbox", description="A stand-in for the vendors' scan APIs.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 chooses a free one")
    parser.add_argument("--ready-file", type=Path, help="file for url, port and pid as JSON, written when it listens")
    parser.add_argument("--max-lifetime", type=float, default=3600, help="seconds after which it stops by itself")
    options = parser.parse_args()
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        command = f"{sys.executable} -m pip install {' '.join(NEEDED)}"
        print(f"The sandbox needs the Python packages {' and '.join(missing)}: run {command}", file=sys.stderr)
        return 3
    from .app import create_app
    from .server import serve
    from .state import Sandbox

    sandbox = Sandbox()
    api_paths = {name: vendor.api_path() for name, vendor in sandbox.vendors.items()}
    try:
        serve(create_app(sandbox), options.port, api_paths, options.ready_file, options.max_lifetime)
    except OSError as error:
        print(f"The sandbox cannot listen on port {options.port}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
