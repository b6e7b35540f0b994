"""Where does code keep its state? What a backend's settings say of the place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from drift.model.resource import Json
from providers.terraform.code.evaluate import known
from providers.terraform.code.syntax import Block, ObjectOf

REMOTE = "remote"
"""HCP Terraform and Terraform Enterprise, however the code asks for them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Form:
    """Which settings of a backend name the container and the state in it."""

    container: tuple[str, ...]
    key: str
    is_prefix: bool = False
    """The key is the folder of one state for each workspace."""
    default: str | None = None


FORMS: Mapping[str, _Form] = {
    "s3": _Form(container=("bucket",), key="key"),
    "gcs": _Form(container=("bucket",), key="prefix", is_prefix=True, default=""),
    "azurerm": _Form(container=("storage_account_name", "container_name"), key="key"),
    "oss": _Form(container=("bucket",), key="key", default="terraform.tfstate"),
    "cos": _Form(container=("bucket",), key="key", default="terraform.tfstate"),
    "http": _Form(container=(), key="address"),
    "consul": _Form(container=("address",), key="path"),
    "pg": _Form(container=(), key="schema_name", default="terraform_remote_state"),
    "kubernetes": _Form(container=("namespace",), key="secret_suffix"),
    "local": _Form(container=(), key="path", default="terraform.tfstate"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StatePlace:
    """Where a root module keeps its state."""

    backend: str
    container: tuple[str, ...]
    """The bucket, the account and container, the organisation: as far as the code says it."""
    key: str
    is_prefix: bool = False
    """States lie below the key, or begin with it: one for each workspace."""
    workspaces: str | None = None
    """What stands before the name of a workspace that is not the default one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backend:
    """A backend as one or several files configure it."""

    type: str
    settings: Mapping[str, Json]
    is_partial: bool
    """Settings that its place takes are given elsewhere."""

    def given(self, more: Mapping[str, Json]) -> "Backend":
        """Return it with the settings of a `-backend-config` file."""
        return backend(self.type, {**self.settings, **more})

    def place(self) -> StatePlace | None:
        """Return where the state is, `None` where the code does not say."""
        if self.type == REMOTE:
            return _workspace(self.settings)
        form = FORMS.get(self.type)
        key = _text(self.settings.get(form.key, form.default)) if form else None
        if form is None or key is None:
            return None
        named = (_text(self.settings.get(name)) for name in form.container)
        return StatePlace(
            backend=self.type,
            container=tuple(one for one in named if one),
            key=key.strip("/") if form.key != "address" else key.partition("://")[2],
            is_prefix=form.is_prefix,
            workspaces=_text(self.settings.get("workspace_key_prefix", "env:"))
            if self.type == "s3"
            else None,
        )


def backend(type_: str, settings: Mapping[str, Json]) -> Backend:
    """Return a backend with these settings; what is not known is left out of them."""
    form = FORMS.get(type_)
    needed = (*form.container, *((form.key,) if form.default is None else ())) if form else ()
    is_partial = any(name not in settings for name in needed)
    return Backend(type=type_, settings=settings, is_partial=is_partial)


def backends_in(terraform: Block) -> Iterator[Backend]:
    """Yield the backends of a `terraform` block: there is one, or none."""
    for block in terraform.of_type("backend", "cloud"):
        settings = {one.name: known(one.value) for one in block.attributes}
        for inner in block.of_type("workspaces"):
            settings["workspaces"] = {one.name: known(one.value) for one in inner.attributes}
        type_ = REMOTE if block.type == "cloud" else block.labels[0] if block.labels else "local"
        yield backend(type_, {name: value for name, value in settings.items() if value is not None})


def settings_of(file: Block) -> Mapping[str, Json]:
    """Return what a `-backend-config` file sets."""
    found = {one.name: known(one.value) for one in file.attributes if not isinstance(one.value, ObjectOf)}
    return {name: value for name, value in found.items() if value is not None}


def _workspace(settings: Mapping[str, Json]) -> StatePlace | None:
    workspaces = settings.get("workspaces")
    named = workspaces if isinstance(workspaces, dict) else {}
    name, prefix = _text(named.get("name")), _text(named.get("prefix"))
    if name is None and prefix is None:
        return None
    organisation = _text(settings.get("organization"))
    return StatePlace(
        backend=REMOTE,
        container=(organisation,) if organisation else (),
        key=name or prefix or "",
        is_prefix=name is None,
    )


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
