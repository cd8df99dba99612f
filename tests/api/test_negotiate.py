from __future__ import annotations

import pytest

from api.negotiate import choose

OFFERED = ["text/html", "text/turtle", "application/ld+json"]


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/turtle", "text/turtle"),
        ("text/html;q=0.5, text/turtle", "text/turtle"),
        ("text/*;q=0.3, application/ld+json;q=0.4", "application/ld+json"),
        ("text/html;q=0, text/*", "text/turtle"),
        ("TEXT/TURTLE", "text/turtle"),
        ("image/png", None),
        ("text/turtle;q=abc, */*;q=0.1", "text/html"),
    ],
)
def test_the_best_liked_form_is_chosen(accept: str, chosen: str | None) -> None:
    assert choose(accept, OFFERED) == chosen
