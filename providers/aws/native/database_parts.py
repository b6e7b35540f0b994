"""Parameters and options of databases, of which AWS tells more than anybody set."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from drift.model.resource import Json


def group_parameters(
    was_set: Iterable[Mapping[str, Any]],
    every: Iterable[Mapping[str, Any]],
    declared: Iterable[Mapping[str, Any]],
) -> list[Json]:
    """Return the parameters that somebody set, and of `every` one those that the code declares."""
    ours = {str(one.get("name")).lower() for one in declared}
    found: dict[str, Json] = {}
    for one in chain((one for one in every if one["ParameterName"].lower() in ours), was_set):
        if one.get("ParameterValue") is not None:
            found[one["ParameterName"].lower()] = {
                "apply_method": str(one.get("ApplyMethod") or "").lower(),
                "name": one["ParameterName"].lower(),
                "value": one["ParameterValue"],
            }
    return list(found.values())


def database_options(
    options: Iterable[Mapping[str, Any]], declared: Iterable[Mapping[str, Any]]
) -> list[Json]:
    """Return the options of a group; a setting is left out that is as AWS makes it and is not declared."""
    ours = {
        (option.get("option_name"), setting.get("name"))
        for option in declared
        for setting in option.get("option_settings") or ()
    }
    return [_option(one, {name for option, name in ours if option == one["OptionName"]}) for one in options]


def _option(option: Mapping[str, Any], declared: set[Any]) -> Json:
    groups, vpc_groups = option.get("DBSecurityGroupMemberships"), option.get("VpcSecurityGroupMemberships")
    return {
        "db_security_group_memberships": [one["DBSecurityGroupName"] for one in groups or ()],
        "option_name": option["OptionName"],
        "option_settings": [
            {"name": one["Name"], "value": one.get("Value")}
            for one in option.get("OptionSettings") or ()
            if one["Name"] in declared or one.get("Value") != one.get("DefaultValue")
        ],
        "port": option.get("Port", 0),
        "version": option.get("OptionVersion"),
        "vpc_security_group_memberships": [one["VpcSecurityGroupId"] for one in vpc_groups or ()],
    }
