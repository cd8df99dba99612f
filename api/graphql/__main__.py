"""`python -m api.graphql` writes the schema that the explorer is built from."""

from pathlib import Path

from api.graphql.schema import make_schema

if __name__ == "__main__":
    Path(__file__).parents[1].joinpath("explorer", "schema.graphql").write_text(
        make_schema().as_str() + "\n", encoding="utf-8"
    )
