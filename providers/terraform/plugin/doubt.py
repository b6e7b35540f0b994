"""Need something that is not found be gone?

A state tells which provider configuration manages a resource, but not what the code sets there: a
region, an address, credentials. Read without that, all that it manages would seem to be gone.
"""

from collections.abc import Collection
from fnmatch import fnmatchcase

from drift.model.baseline import DeclaredResource
from providers.terraform.locations import shipped_locations
from providers.terraform.plugin.find.source import Reference, Source, reference
from providers.terraform.plugin.table import Special


def doubt(declared: DeclaredResource, source: Source, special: Special, named: Collection[str]) -> str | None:
    """Return why a resource that is not found need not be gone; `None` if it must be.

    `named` are the provider configurations of which the user said how they are configured.
    """
    if not _is_region_known(declared, special):
        return "it is not where it was looked for, but where it belongs is not known"
    if special.account and declared.account is not None:
        return None  # that very account was looked into
    configuration = Reference(source=source, alias=_alias(declared))
    if configuration.short in named:
        return None
    if (lacking := _lacking(declared, special, has_alias=configuration.alias is not None)) is None:
        return None
    name, listed = configuration.short, f" ({', '.join(sorted(lacking))})" if lacking else ""
    return (
        f"it is not found, but was looked for without what the code sets for the provider configuration "
        f'{name}{listed}: repeat that as "{name}" under `providers` of a [[live]]'
    )


def _is_region_known(declared: DeclaredResource, special: Special) -> bool:
    return (
        declared.region is not None
        or not special.region
        or shipped_locations().is_worldwide(declared.provider, declared.type)
    )


def _alias(declared: DeclaredResource) -> str | None:
    found = reference(declared.stored.configuration, declared.provider) if declared.stored else None
    return found.alias if found else None


def _lacking(declared: DeclaredResource, special: Special, *, has_alias: bool) -> Collection[str] | None:
    """Return what is set in the code and may lead elsewhere, as far as it is known; `None` if nothing is.

    Whoever wrote a second configuration, an alias or one of a module, meant another place by it.
    """
    stored = declared.stored
    if stored is None or stored.settings is None:
        is_second = has_alias or (stored is not None and stored.configuration.startswith("module."))
        return () if is_second else None
    return [name for name in stored.settings if not _is_known(name, declared, special)] or None


def _is_known(name: str, declared: DeclaredResource, special: Special) -> bool:
    """Tell whether a setting changes nothing, or was filled in out of what the resource says itself."""
    if any(fnmatchcase(name, pattern) for pattern in special.anywhere) or name in special.settings:
        return True
    if name in special.repeated and declared.attributes.get(name):
        return True
    return name in special.region and declared.region is not None
