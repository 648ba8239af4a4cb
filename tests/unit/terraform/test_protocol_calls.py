# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of the protocol, as Terraform makes them, on a provider for tests and without a network."""

from __future__ import annotations

import json
import typing as t

import msgpack
import pytest
from terraform_provider_datascan.protocol.conversion import value_message
from terraform_provider_datascan.protocol.messages import MESSAGES, METHODS
from terraform_provider_datascan.protocol.servicer import Servicer
from terraform_provider_datascan.protocol.values import UNKNOWN, Values, decode_value
from toy_provider import PART, SECRET, ToyProvider, ToyThing

pytestmark = pytest.mark.one_core

NOTHING = dict.fromkeys(ToyThing.schema.attributes)
THING = "datascan_thing"


class Terraform:
    """Terraform's side of a provider: values are sent and received as MessagePack."""

    def __init__(self) -> None:
        self.provider = ToyProvider()
        self._servicer = Servicer(self.provider)
        self.diagnostics: list[t.Any] = []

    def call(self, name: str, **fields: t.Any) -> t.Any:
        values = {
            key: value_message(value) if isinstance(value, (dict, type(None))) else value
            for key, value in fields.items()
        }
        request = MESSAGES[METHODS[name][0]](**values)
        answer = getattr(self._servicer, name)(MESSAGES[METHODS[name][0]].FromString(request.SerializeToString()))
        answer = MESSAGES[METHODS[name][1]].FromString(answer.SerializeToString())
        self.diagnostics = list(getattr(answer, "diagnostics", ()))
        return answer

    def plan(self, config: Values, prior: Values | None = None, proposed: Values | None = None) -> t.Any:
        config = NOTHING | config
        return self.call(
            "PlanResourceChange",
            type_name=THING,
            prior_state=prior,
            proposed_new_state=config if proposed is None else proposed,
            config=config,
        )

    def planned(self, config: Values, prior: Values | None = None, proposed: Values | None = None) -> Values:
        return t.cast("Values", decode_value(self.plan(config, prior, proposed).planned_state.msgpack))

    def apply(self, config: Values, prior: Values | None = None) -> Values | None:
        planned = self.planned(config, prior)
        answer = self.call(
            "ApplyResourceChange", type_name=THING, prior_state=prior, planned_state=planned, config=NOTHING | config
        )
        return t.cast("Values | None", decode_value(answer.new_state.msgpack))

    @property
    def errors(self) -> list[tuple[str, str]]:
        return [(one.summary, one.detail) for one in self.diagnostics if one.severity == 1]

    def paths(self) -> list[list[str | int]]:
        return [steps(one.attribute) for one in self.diagnostics]


def steps(path: t.Any) -> list[str | int]:
    return [
        step.attribute_name if step.attribute_name else step.element_key_int  # a list of the toys has no empty names
        for step in path.steps
    ]


@pytest.fixture
def terraform() -> Terraform:
    return Terraform()


# Schema


def test_the_schema_has_nested_objects_lists_defaults_and_write_only_attributes(terraform: Terraform) -> None:
    answer = terraform.call("GetProviderSchema")
    assert set(answer.resource_schemas) == {THING}
    assert set(answer.data_source_schemas) == {"datascan_rows"}
    thing = answer.resource_schemas[THING]
    attributes = {one.name: one for one in thing.block.attributes}
    assert thing.version == 1
    assert (attributes["limit"].optional, attributes["limit"].computed) == (True, True), "as it has a default"
    assert json.loads(attributes["labels"].type) == ["map", "string"]
    assert attributes["token"].write_only
    assert (attributes["main"].nested_type.nesting, attributes["parts"].nested_type.nesting) == (1, 2)
    assert {one.name for one in attributes["parts"].nested_type.attributes} == set(PART)
    assert answer.server_capabilities.get_provider_schema_optional


# Validation


def test_an_error_points_at_its_attribute(terraform: Terraform) -> None:
    config = NOTHING | {"name": "wrong", "parts": None}
    terraform.call("ValidateResourceConfig", type_name=THING, config=config)
    assert terraform.errors == [("The name is wrong", "Choose another.")]
    assert terraform.paths() == [["name"]]


def test_errors_inside_a_value_point_at_its_attribute(terraform: Terraform) -> None:
    """For a path into the value, Terraform 1.11 shows the first line of the whole resource."""
    parts = [{"size": size} for size in (1, -1, UNKNOWN, -2)]
    terraform.call("ValidateResourceConfig", type_name=THING, config=NOTHING | {"name": "n", "parts": parts})
    assert terraform.paths() == [["parts"], ["parts"]]


@pytest.mark.parametrize("name", ["ValidateResourceConfig", "ReadResource", "ImportResourceState", "ReadDataSource"])
def test_a_kind_that_this_version_lacks_is_an_error_of_one_sentence(terraform: Terraform, name: str) -> None:
    terraform.call(name, type_name="datascan_other")
    assert terraform.errors == [("This version of the provider has no datascan_other", "")]


# Plan


def test_a_plan_to_create_has_defaults_and_unknowns_at_every_depth(terraform: Terraform) -> None:
    planned = terraform.planned(
        {"name": "n", "main": dict.fromkeys(PART) | {"size": 1}, "parts": [dict.fromkeys(PART)]}
    )
    assert (planned["id"], planned["limit"], planned["mode"]) == (UNKNOWN, 10, None)
    for part in (planned["main"], planned["parts"][0]):
        assert (part["unit"], part["checksum"]) == ("B", UNKNOWN)


def test_a_computed_null_stays_null_in_later_plans(terraform: Terraform) -> None:
    """Otherwise the second plan would show a change."""
    prior = NOTHING | {"name": "n", "limit": 10, "id": None}
    assert terraform.planned({"name": "n"}, prior, prior) == prior


def test_an_option_that_was_removed_gets_its_default_again(terraform: Terraform) -> None:
    """Terraform proposes the value in the state, because the attribute is computed."""
    prior = NOTHING | {"name": "n", "limit": 3, "id": "id-n"}
    assert terraform.planned({"name": "n"}, prior, prior)["limit"] == 10


def test_no_plan_and_no_state_holds_a_write_only_value(terraform: Terraform) -> None:
    part = dict.fromkeys(PART) | {"size": 1, "key": SECRET}
    config = {"name": "n", "token": SECRET, "main": part, "parts": [part, part]}
    answer = terraform.plan(config)
    assert SECRET.encode() not in answer.planned_state.msgpack
    state = terraform.apply(config)
    assert SECRET not in str(state)
    assert terraform.provider.tokens == [SECRET], "but the provider gets it"


def test_an_unknown_configuration_can_be_planned(terraform: Terraform) -> None:
    planned = terraform.planned({"name": UNKNOWN, "main": UNKNOWN, "parts": UNKNOWN, "limit": UNKNOWN})
    assert (planned["name"], planned["main"], planned["parts"], planned["limit"]) == (UNKNOWN,) * 4


def test_a_refined_unknown_is_unknown() -> None:
    assert decode_value(msgpack.packb({"name": msgpack.ExtType(12, b"\x81\x01\xc2")}))["name"] is UNKNOWN


@pytest.mark.parametrize(
    ("before", "after", "paths"),
    [
        ({"name": "a"}, {"name": "a"}, []),
        ({"name": "a"}, {"name": "b"}, [["name"]]),
        ({"name": "a"}, {"name": UNKNOWN}, [["name"]]),
        ({"mode": "x"}, {"mode": "y"}, []),
        ({"main": {"kind": "a"}}, {"main": {"kind": "b"}}, [["main", "kind"]]),
        ({"main": {"kind": "a"}}, {"main": None}, [["main", "kind"]]),
        ({"main": {"size": 1}}, {"main": {"size": 2}}, []),
        ({"main": {"kind": "a"}}, {"main": UNKNOWN}, [["main"]]),
        ({"parts": [{"kind": "a"}, {}]}, {"parts": [{"kind": "a"}, {"kind": "b"}]}, [["parts", 1, "kind"]]),
        ({"parts": [{"kind": "a"}]}, {"parts": []}, [["parts", 0, "kind"]]),
        ({"parts": None}, {"parts": [{"size": 1}]}, []),
    ],
)
def test_a_change_replaces_only_where_the_schema_requires_it(
    terraform: Terraform, before: Values, after: Values, paths: list[list[t.Any]]
) -> None:
    prior = NOTHING | {"name": "n", "limit": 10} | before
    answer = terraform.plan({"name": "n"} | after, prior)
    assert [steps(path) for path in answer.requires_replace] == paths


# Apply


def test_numbers_without_a_binary_form_come_back_as_they_were(terraform: Terraform) -> None:
    """Terraform sends 0.1 as a text, and refuses a plan that has the nearest binary number instead."""
    numbers = {"interval": "0.1", "limit": str(2**70), "name": "n"}
    planned = terraform.plan(numbers).planned_state.msgpack
    assert msgpack.unpackb(planned, ext_hook=lambda *_: None)["interval"] == "0.1"
    assert msgpack.unpackb(planned, ext_hook=lambda *_: None)["limit"] == str(2**70)
    assert terraform.apply(numbers) is not None
    assert terraform.provider.things["id-n"]["interval"] == 0.1
    assert terraform.provider.things["id-n"]["limit"] == 2**70


def test_a_failed_creation_keeps_its_state(terraform: Terraform) -> None:
    state = terraform.apply({"name": "n", "mode": "error"})
    assert state is not None
    assert state["id"] == "id-n"
    assert terraform.errors == [("It failed", "It is there, but broken.")]


def test_a_crash_keeps_the_state_that_was_noted(terraform: Terraform, capfd: pytest.CaptureFixture[str]) -> None:
    state = terraform.apply({"name": "n", "mode": "crash"})
    assert state is not None
    assert state["id"] == "id-n"
    ((summary, detail),) = terraform.errors
    assert "RuntimeError" in detail
    assert "Traceback" not in summary + detail
    log = capfd.readouterr().err
    assert "Traceback" in log
    assert SECRET not in summary + detail + log


def test_a_crash_before_anything_was_created_leaves_nothing(terraform: Terraform) -> None:
    assert terraform.apply({"name": "n", "mode": "crash-early"}) is None
    assert len(terraform.errors) == 1


def test_a_crash_in_an_update_keeps_what_was_there(terraform: Terraform) -> None:
    prior = terraform.apply({"name": "n"})
    assert terraform.apply({"name": "n", "mode": "crash"}, prior) == prior
    assert len(terraform.errors) == 1


def test_a_value_that_terraform_has_no_form_of_does_not_cost_the_state(terraform: Terraform) -> None:
    state = terraform.apply({"name": "n", "mode": "odd"})
    assert state is not None
    assert (state["id"], state["labels"]) == ("id-n", None)


def test_an_unknown_never_enters_a_state(terraform: Terraform) -> None:
    main = dict.fromkeys(PART) | {"size": 1, "unit": UNKNOWN}
    state = terraform.apply({"name": "n", "mode": "error", "labels": UNKNOWN, "main": main})
    assert state is not None
    assert (state["labels"], state["main"]["unit"]) == (None, None)


def test_a_failed_deletion_keeps_the_state(terraform: Terraform) -> None:
    prior = terraform.apply({"name": "n", "mode": "stays"})
    answer = terraform.call("ApplyResourceChange", type_name=THING, prior_state=prior, planned_state=None, config=None)
    assert decode_value(answer.new_state.msgpack) == prior
    assert terraform.errors == [("It cannot be deleted", "")]


def test_a_deletion_leaves_no_state(terraform: Terraform) -> None:
    prior = terraform.apply({"name": "n"})
    answer = terraform.call("ApplyResourceChange", type_name=THING, prior_state=prior, planned_state=None, config=None)
    assert decode_value(answer.new_state.msgpack) is None
    assert terraform.provider.things == {}


# Read, upgrade, import


def test_what_is_gone_is_removed_from_the_state(terraform: Terraform) -> None:
    state = terraform.apply({"name": "n"})
    assert decode_value(terraform.call("ReadResource", type_name=THING, current_state=state).new_state.msgpack) == state
    terraform.provider.lost.add("id-n")
    assert decode_value(terraform.call("ReadResource", type_name=THING, current_state=state).new_state.msgpack) is None


def test_an_older_state_loses_what_was_dropped_and_gets_nulls_for_what_is_new(terraform: Terraform) -> None:
    stored = {"id": "id-n", "dropped": {"deep": 1}, "main": {"size": 1, "old": True}, "token": "never stored"}
    raw = MESSAGES["RawState"](json=json.dumps(stored).encode())
    answer = terraform.call("UpgradeResourceState", type_name=THING, version=0, raw_state=raw)
    main = dict.fromkeys(PART) | {"size": 1}
    assert decode_value(answer.upgraded_state.msgpack) == NOTHING | {"id": "id-n", "main": main}


def test_a_state_without_json_is_an_error_of_one_sentence(terraform: Terraform) -> None:
    terraform.call("UpgradeResourceState", type_name=THING, raw_state=MESSAGES["RawState"]())
    ((summary, _detail),) = terraform.errors
    assert "Terraform 0.12" in summary


def test_an_import_has_every_attribute_and_no_other(terraform: Terraform) -> None:
    answer = terraform.call("ImportResourceState", type_name=THING, id="id-n")
    assert decode_value(answer.imported_resources[0].state.msgpack) == NOTHING | {"id": "id-n", "name": "n"}


# Configuration and data sources


def test_a_warning_does_not_fail_the_configuration(terraform: Terraform) -> None:
    terraform.call("ConfigureProvider", config={"region": "far"})
    assert ([one.severity for one in terraform.diagnostics], terraform.paths()) == ([2], [["region"]])
    assert terraform.provider.region == "far"


def test_text_that_is_no_unicode_does_not_lose_an_answer(terraform: Terraform) -> None:
    terraform.provider.configure = lambda _config, call: call.diagnostics.warn("\udcff")  # type: ignore[method-assign]
    terraform.call("ConfigureProvider", config={"region": None})
    assert [one.summary for one in terraform.diagnostics] == ["?"]
