# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the event source without the engine, and print each event as a line of JSON.

Usage: print_events.py SOURCE ARGUMENTS, where SOURCE is the file of the event source, and ARGUMENTS are JSON. A line
`{"lag": SECONDS}` says that the event loop was later than ever before.
"""

import asyncio
import json
import runpy
import sys

PERIOD = 0.02  # seconds


class Queue:
    """Takes one event at a time, as the engine's does."""

    async def put(self, event):
        print(json.dumps(event), flush=True)
        await asyncio.sleep(0)


async def measure_lag():
    loop, longest = asyncio.get_running_loop(), 0.0
    while True:
        before = loop.time()
        await asyncio.sleep(PERIOD)
        lag = loop.time() - before - PERIOD
        if lag > longest:
            longest = lag
            print(json.dumps({"lag": lag}), flush=True)


async def main():
    lag = asyncio.create_task(measure_lag())
    try:
        await runpy.run_path(sys.argv[1])["main"](Queue(), json.loads(sys.argv[2]))
    finally:
        lag.cancel()


asyncio.run(main())
