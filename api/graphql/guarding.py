"""Mutations, each behind the role that it needs."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema

from api.access.people import Person, need
from api.access.rights import mutation_role

__all__ = ["asker", "guard"]


def asker(context: dict[str, Any]) -> Person:
    """Who sent the operation."""
    person: Person = context["request"].scope["user"]
    return person


def guard(schema: GraphQLSchema) -> None:
    """Have every mutation of the schema look at who asks before it does anything."""
    assert schema.mutation_type is not None
    for name, field in schema.mutation_type.fields.items():
        assert field.resolve is not None
        field.resolve = _guarded(name, field.resolve)


def _guarded(name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
    async def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        need(asker(info.context), mutation_role(name), f"the mutation {name}")
        result = inner(source, info, **arguments)
        return await result if isawaitable(result) else result

    return resolve
