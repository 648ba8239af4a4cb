# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all resources and data sources of one configuration share: the options, the connection, and the secrets."""

from __future__ import annotations

import os
import threading
import typing as t
from collections.abc import Mapping

from . import schemas
from ._core.compat import pydantic, requests
from ._core.errors import DatascanError, InvalidInputError
from ._core.operations.context import OperationContext
from ._core.option_reading import read_options
from ._core.options import CONNECTION_OPTIONS, connection_options, credentials_in
from ._core.providers.registry import Connector
from ._core.redaction import Redactor
from ._core.text import bounded, disarm_commands, escape_invisible, one_line
from .hand_over import HandOver
from .protocol.diagnostics import Path, ProviderError
from .protocol.log import write_log
from .protocol.provider import Call
from .protocol.values import UNKNOWN, Values
from .wait_clock import WaitClock
from .wording import for_terraform, path_of

_NOT_CONFIGURED = "The provider is not configured."


class VendorAccess:
    """Used by several threads. All calls share one rate limit, one exchange of tokens, and the known secrets."""

    def __init__(self) -> None:
        self.redactor = Redactor()
        self.hand_over = HandOver()
        self.vendor: str | None = None  # its name, once that is known
        self._connector: Connector | None = None
        self._problem = _NOT_CONFIGURED  # why there is no connection
        self._interrupted = threading.Event()
        self._warned: set[str] = set()
        self._lock = threading.Lock()

    # The configuration

    def validate(self, config: Values) -> None:
        """Raise ProviderError for options that cannot work, as far as they are known. The environment is left alone."""
        known = {name: value for name, value in config.items() if value is not UNKNOWN}
        self._remember_tokens(known)
        try:
            options = read_options(CONNECTION_OPTIONS, _core_names(known))
            if "provider" in options and options["provider"] in schemas.PROVIDER.attributes["vendor"].choices:
                connection_options(_core_names(known), {})
        except DatascanError as error:
            raise self._configuration_failure(error) from None

    def configure(self, config: Values, call: Call) -> None:
        """Raise ProviderError for options that cannot work. With an unknown option there is no connection yet."""
        self._connector, self.vendor = None, None
        known = {name: value for name, value in config.items() if value is not UNKNOWN}
        self._remember_tokens(known)
        if config["vendor"] is not UNKNOWN:
            self.vendor = config["vendor"] or os.environ.get("DATASCAN_PROVIDER") or None
        if unknown := sorted(config.keys() - known.keys()):
            are = "are" if len(unknown) > 1 else "is"
            self._problem = f"{', '.join(unknown)} of the provider {are} known only after apply."
            return
        try:
            if problem := pydantic.PROBLEM or requests.PROBLEM:
                raise InvalidInputError(problem)
            connector = Connector(connection_options(_core_names(known)), self.redactor)
            connector.connect(WaitClock(self._interrupted), lambda line: None).close()  # checks address and files
        except DatascanError as error:
            raise self._configuration_failure(error) from None
        self._connector = connector

    def _remember_tokens(self, known: Values) -> None:
        for secret in credentials_in(CONNECTION_OPTIONS, {**_core_names(known), **_from_environment(known)}):
            self.redactor.add(secret)

    def _configuration_failure(self, error: DatascanError) -> ProviderError:
        path = path_of(for_terraform(error.message), schemas.PROVIDER.attributes)
        return self.failure(error, "The provider's configuration is wrong", path)

    # What a call needs

    @property
    def is_connected(self) -> bool:
        """Whether the configuration is known, so that the vendor can be asked."""
        return self._connector is not None

    def context(self, call: Call) -> OperationContext:
        """What an operation of the core needs. Raises ProviderError without a connection."""
        if self._connector is None:
            raise ProviderError("The vendor cannot be asked", self._problem)
        clock = self.new_clock()

        def warn(line: str) -> None:
            self.warn(call, f"About the scans of {provider.title}", line)

        provider = self._connector.connect(clock, warn)
        return OperationContext(
            provider, clock, report_progress=self._log_progress, warn=warn, redact=self.redactor.redact
        )

    def new_clock(self) -> WaitClock:
        """A clock for one call."""
        return WaitClock(self._interrupted)

    def warn(self, call: Call, summary: str, line: str, path: Path = ()) -> None:
        """Add a warning, unless another call has added the same one."""
        detail = self._clean(line)
        with self._lock:
            is_new = detail not in self._warned
            self._warned.add(detail)
        if is_new:
            call.diagnostics.warn(summary, detail, path)

    def failure(
        self, error: DatascanError, summary: str, path: Path = (), state: Values | None = None
    ) -> ProviderError:
        """An error of the core for the user, without secrets."""
        return ProviderError(summary, self._clean(error.message), path, state)

    def shown(self, values: Mapping[str, t.Any]) -> Values:
        """Values that may be stored and printed: without secrets, and without commands for what reads the log.

        Terraform prints texts as they are, control characters included.
        """
        return t.cast("Values", escape_invisible(disarm_commands(bounded(self.redactor.redact(dict(values))))))

    def interrupt(self) -> None:
        """End every wait under way."""
        self._interrupted.set()

    def _log_progress(self, line: str) -> None:
        write_log("info", self._clean(line))

    def _clean(self, text: str) -> str:
        return for_terraform(one_line(self.redactor.redact_text(text)))


def _core_names(config: Values) -> Values:
    """The connection options under the core's names, without those that are not set."""
    return {"provider" if name == "vendor" else name: value for name, value in config.items() if value is not None}


def _from_environment(config: Values) -> Values:
    """The options that the environment gives."""
    variables = {name: os.environ.get(option.get("env", ""), "") for name, option in CONNECTION_OPTIONS.items()}
    return {name: value for name, value in variables.items() if value and not _core_names(config).get(name)}
