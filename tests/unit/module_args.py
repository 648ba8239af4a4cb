# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a module that runs in the tests' process."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from ansible.module_utils import basic


@contextmanager
def patch_module_args(options: dict[str, t.Any]) -> Iterator[None]:
    """Does what ansible.module_utils.testing does since ansible-core 2.19."""
    try:
        from ansible.module_utils import testing
    except ImportError:
        text = json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode()
        with mock.patch.object(basic, "_ANSIBLE_ARGS", text):
            yield
    else:
        with testing.patch_module_args(options):
            yield
