"""Refuses to build a wheel without the explorer's bundle."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ExplorerBundle(BuildHookInterface[Any]):
    """Checks that the web application was built before it is packed; an editable install needs none."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Fail where `api/explorer/dist/index.html` is missing."""
        bundle = Path(self.root, "api", "explorer", "dist", "index.html")
        if version != "editable" and not bundle.is_file():
            raise FileNotFoundError(f"{bundle} is missing; run `make web` before building the wheel")
