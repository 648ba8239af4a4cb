"""Start a scan, wait for it, and exit with 1 unless it passes; DATASCAN_API_URL and DATASCAN_API_TOKEN are set."""

import json
import sys

sys.path.insert(0, sys.argv[1])  # plugins/module_utils; the core needs pydantic and requests, and no Ansible
from _core import rendering
from _core.clock import Clock
from _core.errors import DatascanError
from _core.gate.evaluate import GateRequest, evaluate_gate
from _core.operations.context import OperationContext
from _core.operations.start import StartRequest, start_scan
from _core.operations.wait import WaitRequest, wait_for_scans
from _core.options import connection_options
from _core.providers.registry import connect
from _core.redaction import Redactor

options, clock = connection_options({"provider": "glasswall"}), Clock()
context = OperationContext(connect(options, clock, print, Redactor([options.api_token])), clock, report_progress=print)
try:
    started = start_scan(context, StartRequest(json.loads(sys.argv[2])))
    waited = wait_for_scans(context, WaitRequest([started.scan.id]))
    print(evaluate_gate(GateRequest(waited=rendering.render_result(waited)), clock, False).msg)
except DatascanError as error:
    sys.exit(error.message)
