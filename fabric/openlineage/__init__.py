"""OpenLineage in and out (https://openlineage.io/spec/2-0-2/OpenLineage.json).

    event -> checked -> inbox (durable) -> merged documents -> records -> one commit of the graph of `openlineage`

Every document is merged from events in a way that does not depend on their order or on how often they come, so that events may be
late, early or repeated.
"""
