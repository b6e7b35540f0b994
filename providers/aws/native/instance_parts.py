"""Disks, network interfaces and scripts of servers, and tags of their groups, as Terraform keeps them."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from drift.model.resource import Json
from providers.aws.native.own_tags import own_tags

_HASH: Final = re.compile(r"[0-9a-f]{40}")


def instance_disks(instance: Mapping[str, Any]) -> dict[str, Json]:
    """Return the blocks of the `root` disk and of the `others`, and the `tags` of all.

    The instance says which disks it has, and when they go; what they are stands in the volumes that are
    attached to it, under `disks`. Tags that are declared once for all do not stand in the blocks.
    """
    attached = (instance.get("disks") or {}).get("rows") or ()
    volumes = {one["of"]["VolumeId"]: one["of"] for one in attached}
    for_all = bool(instance["declared"].get("volume_tags"))
    root, others, tags = list[Json](), list[Json](), dict[str, Json]()
    for mapping in instance.get("BlockDeviceMappings") or ():
        if "Ebs" in mapping:
            volume = volumes.get(mapping["Ebs"].get("VolumeId"), {})
            block = _disk(mapping, volume, {} if for_all else own_tags(volume.get("Tags")))
            is_root = mapping.get("DeviceName") == instance.get("RootDeviceName")
            (root if is_root else others).append(block)
            tags |= own_tags(volume.get("Tags"))
    return {"root": root, "others": others, "tags": tags}


def _disk(mapping: Mapping[str, Any], volume: Mapping[str, Any], tags: Json) -> Json:
    return {
        "delete_on_termination": mapping["Ebs"].get("DeleteOnTermination"),
        "device_name": mapping.get("DeviceName"),
        "encrypted": volume.get("Encrypted"),
        "iops": volume.get("Iops", 0),
        "kms_key_id": volume.get("KmsKeyId"),
        "snapshot_id": volume.get("SnapshotId"),
        "tags": tags,
        "throughput": volume.get("Throughput", 0),
        "volume_id": mapping["Ebs"].get("VolumeId"),
        "volume_size": volume.get("Size"),
        "volume_type": volume.get("VolumeType"),
    }


def declared_interfaces(
    attached: Iterable[Mapping[str, Any]], declared: Iterable[Mapping[str, Any]]
) -> list[Json]:
    """Return the interfaces at the places that the code declares; others may be attached beside them."""
    places = {one.get("device_index") for one in declared}
    return [
        {
            "delete_on_termination": one["Attachment"].get("DeleteOnTermination"),
            "device_index": one["Attachment"].get("DeviceIndex"),
            "network_card_index": one["Attachment"].get("NetworkCardIndex", 0),
            "network_interface_id": one.get("NetworkInterfaceId"),
        }
        for one in attached
        if one.get("Attachment", {}).get("DeviceIndex") in places
    ]


def script_like(said: str | None, declared: Json) -> str | None:
    """Return a script in base64 as the state keeps it: its hash, or since 6.0 of the provider itself."""
    if not said:
        return None
    try:
        script = base64.b64decode(said, validate=True)
    except (binascii.Error, ValueError):
        script = said.encode()
    if isinstance(declared, str) and declared and not _HASH.fullmatch(declared):
        return said if declared == said else script.decode(errors="replace")
    return hashlib.sha1(script, usedforsecurity=False).hexdigest()


def group_tags(rows: Iterable[Mapping[str, Any]], declared: Mapping[str, Json]) -> dict[str, Json]:
    """Return `tag` and `tags` of an Auto Scaling group: each tag where it is declared.

    One that is declared nowhere stands in the form that the code uses.
    """
    in_maps = {one.get("key") for one in declared.get("tags") or ()}
    in_blocks = {one.get("key") for one in declared.get("tag") or ()}
    blocks, maps = list[Json](), list[Json]()
    for row in rows:
        key, is_passed_on = row["Key"], bool(row.get("PropagateAtLaunch"))
        if key.startswith("aws:"):
            continue
        tag = {"key": key, "value": row.get("Value", "")}
        if key in in_maps or (in_maps and not in_blocks):
            maps.append({**tag, "propagate_at_launch": str(is_passed_on).lower()})
        else:
            blocks.append({**tag, "propagate_at_launch": is_passed_on})
    return {"tag": blocks, "tags": maps}
