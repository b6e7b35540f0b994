"""Says what the errors of Event Hubs mean, which are not those of Azure's other services."""

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError

PERMISSION = "Microsoft.EventHub/namespaces/messages/receive/action"


def is_busy(error: Exception) -> bool:
    """Tell whether an error of the client says that the namespace is over its limits."""
    return "server-busy" in f"{error}".casefold()


def hub_refusal(error: Exception, hub: str, group: str) -> ProviderError:
    """Return what an error of the client means for who reads the event hub."""
    from azure.core.exceptions import ClientAuthenticationError
    from azure.eventhub.exceptions import AuthenticationError

    what = f"reading the event hub {hub}"
    said = f"{error}".casefold()
    if isinstance(error, ClientAuthenticationError):
        return ProviderAccessError(
            f"{what}: there are no credentials that work",
            hint="run `az login`, use an identity, or set `connection_string` or `client_secret`",
        )
    if isinstance(error, AuthenticationError) or "unauthorized" in said:
        return ProviderAccessError(
            f"{what}: the permission {PERMISSION} on it is missing",
            hint="grant the role Azure Event Hubs Data Receiver, or a policy that may Listen",
        )
    if "not-found" in said or "could not be found" in said:
        return ProviderResponseError(
            f"{what}: it, or its consumer group {group}, is not there",
            hint="check `hub`, `namespace` and `consumer_group`",
        )
    if isinstance(error, ValueError):
        return ProviderAccessError(
            f"{what}: the credentials are of no use: {type(error).__name__}",
            hint="check `connection_string` for quotes, spaces and line ends",
        )
    reason = "is busy" if is_busy(error) else f"cannot be reached: {type(error).__name__}"
    return ProviderUnavailableError(f"{what}: it {reason}", hint="it is tried again in the next cycle")
