# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is in a state, a backup, a plan, a log or a message of Terraform, whatever a vendor echoes."""

from __future__ import annotations

import json
import typing as t
import uuid
import zipfile
from pathlib import Path

import pytest
from sandbox_server import TOKEN, Sandbox
from secret_forms import echoes, files_below, leaks
from terraform_runs import (  # noqa: F401  (the fixture)
    REQUIRED_PROVIDERS,
    TERRAFORM_MARKS,
    Terraform,
    TerraformRun,
    terraform,
)
from test_secrets import ECHO, ECHO_TO_START, STORAGE
from test_secrets_of_all_modules import FORBIDDEN as FORBIDDEN_OF_ALL
from test_secrets_of_all_modules import REFRESH, SAMPLES

pytestmark = TERRAFORM_MARKS
