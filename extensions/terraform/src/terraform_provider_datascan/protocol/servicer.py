# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers the protocol's calls with a provider's resources and data sources."""

from __future__ import annotations

import json
import traceback
import typing as t
from collections.abc import Callable

from .choices import report_wrong_choices
from .conversion import diagnostic_message, path_message, schema_message, value_message
from .diagnostics import Diagnostics, ProviderError
from .log import write_log
from .messages import MESSAGES
from .planning import conform, fill_plan, find_replacing
from .provider import Call, DataSource, Provider, Resource
from .schema import Attributes
from .values import Values, decode_value, encode_value

Message = t.Any  # a request or an answer of messages.py


class Servicer:
    """One method for each call of the protocol. No exception leaves one: it becomes a diagnostic."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def interrupt(self) -> None:
        """Let waits end soon."""
        self._guard(Diagnostics(), "Interrupting", self._provider.interrupt)

    def GetProviderSchema(self, _request: Message) -> Message:
        answer = MESSAGES["GetProviderSchemaResponse"]()
        answer.server_capabilities.get_provider_schema_optional = True

        def collect() -> None:
            answer.provider.CopyFrom(schema_message(self._provider.schema))
            for name, schema in self._provider.resource_schemas.items():
                answer.resource_schemas[name].CopyFrom(schema_message(schema))
            for name, schema in self._provider.data_source_schemas.items():
                answer.data_source_schemas[name].CopyFrom(schema_message(schema))

        return self._answered(answer, "Reading the schema", lambda _call: collect())

    # The provider's configuration

    def ValidateProviderConfig(self, request: Message) -> Message:
        def validate(call: Call) -> None:
            attributes = self._provider.schema.attributes
            config = _values(attributes, request.config)
            report_wrong_choices(attributes, config, call.diagnostics)
            self._provider.validate(config, call)

        answer = MESSAGES["ValidateProviderConfigResponse"]()
        return self._answered(answer, "Validating the provider's configuration", validate)

    def ConfigureProvider(self, request: Message) -> Message:
        def configure(call: Call) -> None:
            self._provider.configure(_values(self._provider.schema.attributes, request.config), call)

        return self._answered(MESSAGES["DiagnosticsResponse"](), "Configuring the provider", configure)

    def StopProvider(self, _request: Message) -> Message:
        """Terraform was interrupted. It still waits for the calls under way, and asks for nothing new."""
        self.interrupt()
        return MESSAGES["StopProviderResponse"]()

    # Data sources

    def ValidateDataResourceConfig(self, request: Message) -> Message:
        return self._validated(request, self._provider.data_sources)

    def ReadDataSource(self, request: Message) -> Message:
        answer = MESSAGES["ReadDataSourceResponse"]()
        return self._read(request, self._provider.data_sources, request.config, answer, answer.state)

    # Resources

    def ValidateResourceConfig(self, request: Message) -> Message:
        return self._validated(request, self._provider.resources)

    def UpgradeResourceState(self, request: Message) -> Message:
        """The state of any earlier schema: what this one dropped is dropped, and what it added is null."""
        answer = MESSAGES["UpgradeResourceStateResponse"]()

        def upgrade(_call: Call) -> None:
            if not request.raw_state.json:
                raise ProviderError(f"The state of {request.type_name} is in a form that Terraform 0.12 replaced")
            attributes = _kind(self._provider.resources, request.type_name).schema.attributes
            state = conform(attributes, json.loads(request.raw_state.json), stores=True)
            answer.upgraded_state.CopyFrom(value_message(state))

        return self._answered(answer, f"Reading the stored state of {request.type_name}", upgrade)

    def ReadResource(self, request: Message) -> Message:
        answer = MESSAGES["ReadResourceResponse"](private=request.private)
        return self._read(request, self._provider.resources, request.current_state, answer, answer.new_state)

    def PlanResourceChange(self, request: Message) -> Message:
        answer = MESSAGES["PlanResourceChangeResponse"](planned_private=request.prior_private)

        def plan(call: Call) -> None:
            kind = _kind(self._provider.resources, request.type_name)
            attributes = kind.schema.attributes
            prior, proposed, config = (
                _values(attributes, value)
                for value in (request.prior_state, request.proposed_new_state, request.config)
            )
            planned = None
            if proposed is not None:
                planned = fill_plan(attributes, config, proposed, is_new=prior is None)
                resource = kind(self._provider.backend, call)
                planned = resource.plan(prior, planned, config)
                if prior is None:
                    # Terraform hands it to whatever is deleted in its place.
                    answer.planned_private = encode_value(planned)
                else:
                    paths = [*find_replacing(attributes, prior, planned), *resource.replaced_by]
                    answer.requires_replace.extend(path_message(path) for path in paths)
            answer.planned_state.CopyFrom(value_message(planned))

        return self._answered(answer, f"Planning {request.type_name}", plan)

    def ApplyResourceChange(self, request: Message) -> Message:
        """The new state comes back whatever happens, because Terraform forgets a resource that has none."""
        answer = MESSAGES["ApplyResourceChangeResponse"]()
        answer.new_state.CopyFrom(request.prior_state)

        def apply(call: Call) -> None:
            kind = _kind(self._provider.resources, request.type_name)
            attributes = kind.schema.attributes
            prior, planned, config = (
                _values(attributes, value) for value in (request.prior_state, request.planned_state, request.config)
            )
            state = prior
            resource = kind(self._provider.backend, call)
            if planned is None:
                resource.replacement = conform(attributes, decode_value(request.planned_private))
            try:
                state = _change(resource, prior, planned, config)
            except Exception as error:
                kept = error.state if isinstance(error, ProviderError) else None
                state = kept or call.kept_state or prior
                raise
            finally:
                answer.new_state.CopyFrom(value_message(_storable(attributes, state)))

        return self._answered(answer, f"Applying {request.type_name}", apply)

    def ImportResourceState(self, request: Message) -> Message:
        answer = MESSAGES["ImportResourceStateResponse"]()

        def import_state(call: Call) -> None:
            kind = _kind(self._provider.resources, request.type_name)
            try:
                state = kind(self._provider.backend, call).import_state(request.id)
            except NotImplementedError:
                raise ProviderError(f"{request.type_name} cannot be imported") from None
            encoded = value_message(conform(kind.schema.attributes, state, stores=True))
            answer.imported_resources.add(type_name=request.type_name, state=encoded)

        return self._answered(answer, f"Importing {request.type_name}", import_state)

    # What they share

    def _validated(self, request: Message, kinds: t.Mapping[str, type[Resource] | type[DataSource]]) -> Message:
        def validate(call: Call) -> None:
            kind = _kind(kinds, request.type_name)
            call.allows_write_only = request.client_capabilities.write_only_attributes_allowed
            config = _values(kind.schema.attributes, request.config)
            report_wrong_choices(kind.schema.attributes, config, call.diagnostics)
            kind(self._provider.backend, call).validate(config)

        return self._answered(MESSAGES["DiagnosticsResponse"](), f"Validating {request.type_name}", validate)

    def _read(
        self, request: Message, kinds: t.Mapping[str, t.Any], given: Message, answer: Message, state: Message
    ) -> Message:
        """The answer, with what a resource or a data source reads in its part `state`."""

        def read(call: Call) -> None:
            kind = _kind(kinds, request.type_name)
            attributes = kind.schema.attributes
            found = kind(self._provider.backend, call).read(_values(attributes, given))
            state.CopyFrom(value_message(conform(attributes, found, stores=True)))

        return self._answered(answer, f"Reading {request.type_name}", read)

    def _answered(self, answer: Message, what: str, work: Callable[[Call], None]) -> Message:
        """The answer, with the diagnostics of the work."""
        diagnostics = Diagnostics()
        self._guard(diagnostics, what, lambda: work(Call(diagnostics)))
        answer.diagnostics.extend(diagnostic_message(one) for one in diagnostics.found)
        return answer

    def _guard(self, diagnostics: Diagnostics, what: str, work: Callable[[], None]) -> None:
        try:
            work()
        except ProviderError as error:
            diagnostics.add_error(error.summary, error.detail, error.path)
        except Exception as error:  # noqa: BLE001  (an exception would lose what the answer has)
            # Its text may hold anything, so it is in the log only, and there without secrets.
            detail = (
                f"{what} failed with {type(error).__name__}. TF_LOG_PROVIDER=debug logs the details; please report it."
            )
            diagnostics.add_error("The provider has a fault", detail)
            self._log_details(what)

    def _log_details(self, what: str) -> None:
        try:
            details = self._provider.redact(traceback.format_exc())
        except Exception:  # noqa: BLE001  (what cannot be redacted is not shown)
            details = "The details could not be redacted."
        write_log("debug", f"{what} failed: {details}")


def _kind(kinds: t.Mapping[str, t.Any], name: str) -> t.Any:
    if name not in kinds:
        raise ProviderError(f"This version of the provider has no {name}")
    return kinds[name]


def _values(attributes: Attributes, value: Message) -> t.Any:
    return conform(attributes, decode_value(value.msgpack))


def _change(resource: Resource, prior: Values | None, planned: Values | None, config: Values) -> Values | None:
    if prior is None:
        return resource.create(planned or {}, config)
    if planned is None:
        resource.delete(prior)
        return None
    return resource.update(prior, planned, config)


def _storable(attributes: Attributes, state: Values | None) -> Values | None:
    """A state; a part that Terraform has no value for is null, so that it does not cost the others."""
    conformed: Values | None = conform(attributes, state, stores=True)
    if conformed is None:
        return None
    for name, value in conformed.items():
        try:
            value_message(value)
        except (TypeError, ValueError):
            conformed[name] = None
    return conformed
