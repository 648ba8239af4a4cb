# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

"""Where ansible-core 2.16 to 2.21 differ: the newer way where there is one, the older way elsewhere."""

import functools
import json
import typing as t
from collections.abc import Mapping

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.module_utils.common import json as ansible_json

_json: t.Any = ansible_json  # its parts differ
# Built here, once for a play: otherwise the worker of each task would do so again.
if hasattr(_json, "get_module_encoder"):  # since ansible-core 2.19
    _ENCODER = _json.get_module_encoder("legacy", _json.Direction.CONTROLLER_TO_MODULE)
    _DECODER = _json.get_module_decoder("legacy", _json.Direction.CONTROLLER_TO_MODULE)
else:
    _ENCODER = functools.partial(_json.AnsibleJSONEncoder, vault_to_text=True)
    _DECODER = json.JSONDecoder


def plain_options(options: t.Any) -> dict[str, t.Any]:
    """The options as a module gets them: plain values instead of Ansible's own types."""
    plain: dict[str, t.Any] = json.loads(json.dumps(options, cls=_ENCODER), cls=_DECODER)
    return plain


def plain_texts(value: t.Any) -> t.Any:
    """A value with vaulted texts, at any depth, as other texts: templating leaves them before ansible-core 2.19.

    Raises AnsibleError without the password of the vault.
    """
    if hasattr(_json, "get_module_encoder"):
        return value
    if isinstance(value, Mapping):
        return {key: plain_texts(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain_texts(part) for part in value]
    return str(value) if getattr(value, "__ENCRYPTED__", False) else value


def shows_invocation(task_vars: dict[str, t.Any]) -> bool:
    """Whether results show the options: always before ansible-core 2.21, and since then if a setting asks for it."""
    try:
        return bool(C.config.get_config_value("INJECT_INVOCATION", variables=task_vars))
    except AnsibleError:
        return True
