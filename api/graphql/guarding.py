"""Mutations, each behind the role that it needs, and in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import isawaitable
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema

from api.access.people import Person, Role, need
from api.access.recording import recorded
from api.access.rights import mutation_role
from fabric.connector import connector_class, secret_options
from fabric.errors import FabricError

__all__ = ["guard", "need_role"]


def need_role(context: Mapping[str, Any], role: Role, what: str) -> None:
    """Refuse an operation whose sender has not the role. Raises: Forbidden."""
    person: Person = context["request"].scope["user"]
    need(person, role, what)


def guard(schema: GraphQLSchema) -> None:
    """Have every mutation of the schema look at who asks before it does anything, and write down what it did."""
    assert schema.mutation_type is not None
    for name, field in schema.mutation_type.fields.items():
        assert field.resolve is not None
        field.resolve = _guarded(name, field.resolve)


def _guarded(name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
    async def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        given = {key: value for key, value in arguments.items() if value is not None}
        async with recorded(info.context["request"], name, given, secret=_secret(given)) as person:
            need(person, mutation_role(name), f"the mutation {name}")
            result = inner(source, info, **arguments)
            return await result if isawaitable(result) else result

    return resolve


def _secret(arguments: Mapping[str, Any]) -> frozenset[str]:
    """Names of the arguments that are no one's to read: a connector's secret options, and what may be one, misspelt."""
    options = arguments.get("options")
    if not isinstance(options, Mapping):
        return frozenset({"options"})
    try:
        kind = connector_class(str(arguments.get("connector")))
    except FabricError:
        return frozenset({"options"})
    return secret_options(kind) | (set(options) - set(kind.Config.model_fields))
