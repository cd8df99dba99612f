"""What one operation may ask: how deep, by how many aliases and tokens, and how many nodes through connections.

The rules are made once, so that a document's verdict is kept together with its parsed form. A fragment is looked at once, however
often it is spread: otherwise fragments that each spread the next one twice would take time without end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    VariableNode,
    get_named_type,
    is_interface_type,
    is_object_type,
    value_from_ast_untyped,
)
from strawberry.extensions import (
    AddValidationRules,
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
    ValidationCache,
)

from fabric.errors import QueryError

__all__ = ["ALIASES", "DEPTH", "LIMITS", "NODES", "TOKENS"]

DEPTH, ALIASES, TOKENS, NODES = 15, 30, 2000, 10_000
_DOCUMENTS = 256


class Shape(ValidationRule):
    """Refuses documents that are too deep or have too many aliases."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        seen: dict[str, tuple[int, int] | None] = {}
        fragments = _fragments(context.document)
        for one in context.document.definitions:
            if isinstance(one, OperationDefinitionNode):
                depth, aliases = _shape(one.selection_set, fragments, seen)
                if depth > DEPTH:
                    context.report_error(
                        _refused(f"the operation has a depth of {depth} levels", f"at most {DEPTH} are allowed")
                    )
                if aliases > ALIASES:
                    context.report_error(
                        _refused(f"the operation has {aliases} aliases", f"at most {ALIASES} are allowed")
                    )


class Cost(SchemaExtension):
    """Refuses operations whose connections may return too many nodes; those inside others are multiplied."""

    def on_validate(self) -> Iterator[None]:
        """Judge what is valid so far."""
        context = self.execution_context
        document = context.graphql_document
        if not context.pre_execution_errors and document is not None:
            operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
            asked = [
                one for one in operations if context.operation_name in {None, one.name.value if one.name else None}
            ]
            for one in asked:
                given = {**_defaults(one), **(context.variables or {})}
                nodes = _Price(context.schema._schema, _fragments(document), given).of(one)
                if nodes > NODES:
                    context.pre_execution_errors = [
                        _refused(
                            f"the connections of the operation may return {nodes:,} nodes",
                            f"at most {NODES:,} are allowed; give a smaller first, or ask for what is inside in a second operation",
                        )
                    ]
        yield


class _Price:
    """Counts the nodes that connections may return, per one of what holds the selection."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
    ) -> None:
        self.schema, self.fragments, self.variables = schema, fragments, variables
        self.seen: dict[str, int] = {}

    def of(self, operation: OperationDefinitionNode) -> int:
        return self._inside(operation.selection_set, self.schema.get_root_type(operation.operation))

    def _inside(self, selections: SelectionSetNode, parent: Any) -> int:
        total = 0
        for one in selections.selections:
            if isinstance(one, FieldNode):
                total += self._field(one, parent)
            elif isinstance(one, InlineFragmentNode):
                kind = self.schema.get_type(one.type_condition.name.value) if one.type_condition else parent
                total += self._inside(one.selection_set, kind)
            elif isinstance(one, FragmentSpreadNode):
                name = one.name.value
                if name not in self.seen:
                    fragment = self.fragments[name]
                    self.seen[name] = self._inside(
                        fragment.selection_set, self.schema.get_type(fragment.type_condition.name.value)
                    )
                total += self.seen[name]
        return total

    def _field(self, one: FieldNode, parent: Any) -> int:
        if one.selection_set is None or not (is_object_type(parent) or is_interface_type(parent)):
            return 0
        definition = parent.fields.get(one.name.value)
        if definition is None:
            return 0
        kind: Any = get_named_type(definition.type)
        inside = self._inside(one.selection_set, kind)
        if not kind.name.endswith("Connection") or "first" not in definition.args:
            return inside
        return self._first(one, definition.args["first"].default_value) * (1 + inside)

    def _first(self, one: FieldNode, default: Any) -> int:
        given = next((argument.value for argument in one.arguments or () if argument.name.value == "first"), None)
        if isinstance(given, VariableNode):
            value = self.variables.get(given.name.value, default)
        elif isinstance(given, IntValueNode):
            value = int(given.value)
        else:
            value = default
        return max(value, 0) if isinstance(value, int) else 0


def _shape(
    selections: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    seen: dict[str, tuple[int, int] | None],
) -> tuple[int, int]:
    """Levels beneath, and aliases within; a fragment inside itself counts nothing, since it is refused anyway."""
    depth = aliases = 0
    for one in selections.selections:
        if isinstance(one, FragmentSpreadNode):
            name = one.name.value
            if name not in seen and name in fragments:
                seen[name] = None
                seen[name] = _shape(fragments[name].selection_set, fragments, seen)
            levels, within = seen.get(name) or (0, 0)
        elif isinstance(one, FieldNode):
            levels, within = _shape(one.selection_set, fragments, seen) if one.selection_set else (0, 0)
            levels, within = levels + bool(one.selection_set), within + bool(one.alias)
        else:
            assert isinstance(one, InlineFragmentNode)
            levels, within = _shape(one.selection_set, fragments, seen)
        depth, aliases = max(depth, levels), aliases + within
    return depth, aliases


def _fragments(document: Any) -> dict[str, FragmentDefinitionNode]:
    return {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        one.variable.name.value: value_from_ast_untyped(one.default_value)
        for one in operation.variable_definitions or ()
        if one.default_value is not None
    }


def _refused(what: str, remedy: str) -> GraphQLError:
    error = QueryError(what, remedy=remedy)
    return GraphQLError(str(error), original_error=error)


LIMITS: Sequence[Callable[[], SchemaExtension]] = (
    lambda: MaxTokensLimiter(TOKENS),
    lambda: AddValidationRules([Shape]),
    lambda: ParserCache(_DOCUMENTS),
    lambda: ValidationCache(_DOCUMENTS),
    Cost,
)
"""The extensions of an operation, in order: a document is parsed and judged once, its cost each time."""
