"""What somebody changes past the code in the toy estate, and what a scan must then say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Thing: TypeAlias = dict[str, Any]
"""The attributes of a resource, as the cloud keeps them."""

Values: TypeAlias = Mapping[str, tuple[Any, Any]]
"""What is declared and what is live, by attribute path."""

READ_ONLY = '{"Statement":[{"Action":["toy:Get","toy:List"],"Effect":"Allow"}]}'
CHANGED = ("(sensitive)", "(sensitive)")
TAKEN_AWAY = ("(sensitive)", None)


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change to one resource."""

    address: str
    make: Callable[[Thing], object]
    found: Values = field(default_factory=dict)
    """Everything that a scan must report."""
    unreported: frozenset[str] = frozenset()
    """Attributes that Terraform sees changed, and that a scan must keep still about."""


def _ssh_from(*cidrs: str) -> Thing:
    return {"action": "allow", "ports": [22], "source": [{"cidr": cidr} for cidr in cidrs]}


def _open_to_everybody(firewall: Thing) -> None:
    (ssh,) = [one for one in firewall["rule"] if 22 in one["ports"]]
    ssh["source"].append({"cidr": "0.0.0.0/0"})


def _relabel(network: Thing) -> None:
    network["labels"] = {"team": "sales", "example.com/owner": "eve"}


def _refit(machine: Thing) -> None:
    first, second = machine["disk"]
    first.update(is_encrypted=None, mount=[*first["mount"], {"path": "/mnt"}])
    second["gigabytes"] = 1000
    machine["weight"] = 0.5


def _let_read(secret: Thing) -> None:
    people = secret["readers"]["people"]
    secret["readers"] = {"people": ["aaron", *reversed(people)], "all robots": ["r2"]}


def _draw_anew(secret: Thing) -> None:
    secret["key"] = "drawn-anew"
    secret["readers"]["people"].reverse()


def _let_write(policy: Thing) -> None:
    policy["document"]["Statement"][0]["Action"].append("toy:Put")
    policy["principals"][2] = "eve"


def _rework(thing: Thing) -> None:
    thing.update(enabled=None, tags=["z", "with a space", "x"], steps=["zeroth", *thing["steps"]])
    thing["rule"] = [{"port": 1, "cidrs": ["0.0.0.0/0"]}]


def _shuffle(firewall: Thing) -> None:
    firewall["rule"].reverse()
    for rule in firewall["rule"]:
        rule["ports"].reverse()


GONE = ("toy_network.west", "toy_network.zone[2]")
"""What somebody deletes."""

IN_WEST = ("toy_machine.west", "toy_network.west")
"""What lies where only the settings of an alias lead."""

CHANGES = (
    Change(
        address="toy_firewall.main",
        make=_open_to_everybody,
        found={
            "rule": (
                [_ssh_from("10.0.0.0/8", "192.168.0.0/16")],
                [_ssh_from("0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/16")],
            )
        },
    ),
    Change(
        address="toy_network.main",
        make=_relabel,
        found={
            'labels["example.com/owner"]': (None, "eve"),
            "labels.cost-centre": ("42", None),
            "labels.team": ("platform", "sales"),
        },
    ),
    Change(
        address="toy_machine.build",
        make=_refit,
        found={
            "disk[0].is_encrypted": (True, None),
            "disk[0].mount[1]": (None, {"path": "/mnt"}),
            "disk[1].gigabytes": (500, 1000),
            "weight": (0.75, 0.5),
        },
    ),
    Change(
        address="toy_machine.west",
        make=lambda machine: machine.update(size="huge", address="10.9.9.9"),
        found={"size": ("small", "huge")},
        unreported=frozenset({"address"}),
    ),
    Change(
        address='module.shop["production"].toy_machine.web[1]',
        make=lambda machine: machine["labels"].pop("number"),
        found={"labels.number": ("1", None)},
    ),
    Change(
        address='module.shop["staging"].toy_secret.session',
        make=lambda secret: secret.update(value="a-value-of-eves"),
        found={"value": CHANGED},
    ),
    Change(
        address='module.shop["production"].toy_secret.session',
        make=lambda secret: secret.update(value=None),
        found={"value": TAKEN_AWAY},
    ),
    Change(
        address="toy_thing.secretive",
        make=lambda thing: thing.update(password="a-value-of-eves"),
        found={"password": CHANGED},
    ),
    Change(
        address="toy_secret.token",
        make=_let_read,
        found={
            'readers["all robots"]': ([], ["r2"]),
            "readers.machines": (["build"], []),
            "readers.people": ([], ["aaron"]),
        },
    ),
    Change(
        address="toy_policy.readers",
        make=_let_write,
        found={
            "document": (
                READ_ONLY,
                '{"Statement": [{"Action": ["toy:Get", "toy:List", "toy:Put"], "Effect": "Allow"}]}',
            ),
            "principals[2]": ("build", "eve"),
        },
    ),
    Change(
        address='toy_thing.all["with a space"]',
        make=_rework,
        found={
            "enabled": (True, None),
            "rule": (
                [{"port": 1, "cidrs": ["10.0.0.0/8", "172.16.0.0/12"]}],
                [{"port": 1, "cidrs": ["0.0.0.0/0"]}],
            ),
            "steps[0]": (None, "zeroth"),
            "tags": (["y"], ["z"]),
        },
    ),
    Change(
        address="toy_thing.silent",
        make=lambda thing: thing.update(name="eve's", tags=["a"]),
        found={"name": (None, "eve's"), "tags": ([], ["a"])},
    ),
    Change(
        address="toy_thing.older_than_the_code",
        make=lambda thing: thing.update(size=6),
        found={"size": (5, 6)},
    ),
)
"""Changes that a scan must report, each of another resource."""

QUIET = (
    Change(
        address="toy_machine.bastion",
        make=lambda machine: machine.update(labels={"team": "security"}),
        unreported=frozenset({"labels"}),  # the code says `ignore_changes`
    ),
    Change(
        address="toy_secret.password",
        make=_draw_anew,
        unreported=frozenset({"key"}),  # nobody can declare it
    ),
    Change(address='toy_firewall.zone["b"]', make=_shuffle),
    Change(address='toy_thing.all["one"]', make=lambda thing: thing["tags"].reverse()),
)
"""Changes of which a scan must say nothing."""
