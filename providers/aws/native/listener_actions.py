"""What a listener does, as Terraform writes it.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from drift.model.resource import Json

_LOGIN = {
    "AuthenticationRequestExtraParams": "authentication_request_extra_params",
    "OnUnauthenticatedRequest": "on_unauthenticated_request",
    "Scope": "scope",
    "SessionCookieName": "session_cookie_name",
    "SessionTimeout": "session_timeout",
}
_COGNITO = _LOGIN | {
    "UserPoolArn": "user_pool_arn",
    "UserPoolClientId": "user_pool_client_id",
    "UserPoolDomain": "user_pool_domain",
}
_OIDC = _LOGIN | {
    "AuthorizationEndpoint": "authorization_endpoint",
    "ClientId": "client_id",
    "Issuer": "issuer",
    "TokenEndpoint": "token_endpoint",
    "UserInfoEndpoint": "user_info_endpoint",
}
_FIXED = {"ContentType": "content_type", "MessageBody": "message_body", "StatusCode": "status_code"}
_REDIRECT = {
    "Host": "host",
    "Path": "path",
    "Port": "port",
    "Protocol": "protocol",
    "Query": "query",
    "StatusCode": "status_code",
}


def listener_actions(actions: Sequence[Mapping[str, Any]], declared: Json) -> list[dict[str, Json]]:
    """Return the actions in their order; one target may be declared by itself, or in `forward`."""
    whole = sorted(actions, key=lambda one: one.get("Order", 0))
    return [_action(one, _at(declared, place)) for place, one in enumerate(whole)]


def _action(action: Mapping[str, Any], declared: Mapping[str, Json]) -> dict[str, Json]:
    groups = action.get("ForwardConfig", {}).get("TargetGroups") or ()
    found: dict[str, Json] = {
        "type": action.get("Type"),
        "authenticate_cognito": _block(action.get("AuthenticateCognitoConfig"), _COGNITO),
        "authenticate_oidc": _block(action.get("AuthenticateOidcConfig"), _OIDC),
        "fixed_response": _block(action.get("FixedResponseConfig"), _FIXED),
        "redirect": _block(action.get("RedirectConfig"), _REDIRECT),
    }
    if "Order" in action:
        found["order"] = action["Order"]
    if len(groups) <= 1 and not declared.get("forward"):
        alone = groups[0]["TargetGroupArn"] if groups else None
        return {**found, "target_group_arn": action.get("TargetGroupArn") or alone, "forward": []}
    return {**found, "forward": [_forward(action["ForwardConfig"])] if groups else []}


def _forward(forward: Mapping[str, Any]) -> dict[str, Json]:
    sticky = forward.get("TargetGroupStickinessConfig") or {}
    return {
        "target_group": [
            {"arn": one["TargetGroupArn"], "weight": one.get("Weight", 1)} for one in forward["TargetGroups"]
        ],
        "stickiness": [{"enabled": sticky["Enabled"], "duration": sticky.get("DurationSeconds")}]
        if sticky.get("Enabled")
        else [],
    }


def _block(value: Mapping[str, Any] | None, names: Mapping[str, str]) -> list[dict[str, Json]]:
    return [{ours: value.get(theirs) for theirs, ours in names.items()}] if value else []


def _at(declared: Json, place: int) -> Mapping[str, Json]:
    blocks = declared if isinstance(declared, list) else []
    return blocks[place] if place < len(blocks) and isinstance(blocks[place], dict) else {}
