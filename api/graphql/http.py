"""GraphQL over HTTP (the draft of graphql.github.io/graphql-over-http), WebSocket (graphql-transport-ws) and server-sent events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from strawberry import Schema
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from api.graphql.types import Context
from api.negotiate import choose

__all__ = ["Endpoint"]

_JSON, _RESPONSE, _EVENTS = "application/json", "application/graphql-response+json", "text/event-stream"


class Endpoint(GraphQL[Context, None]):
    """The route `/graphql`.

    A request that is refused before it runs is answered without `data`: with 400 as `application/graphql-response+json`,
    with 200 as `application/json`, which older clients expect. What HTTP itself forbids is answered by 400, 405, 406 or
    415, always with `errors`.
    """

    def __init__(self, schema: Schema, page: Path) -> None:
        """`page` is the file of GraphiQL, which a browser gets that asks nothing."""
        super().__init__(schema, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL])
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or serve one WebSocket."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await self.run(request)
        except HTTPException as error:
            response = _refused(error)
        response.headers.add_vary_header("Accept")
        await response(scope, receive, send)

    async def get_context(self, request: Any, response: Any) -> Context:
        """What resolvers get."""
        return {"request": request, "response": response, "workspace": request.app.state.workspace}

    def should_render_graphql_ide(self, request: Any) -> bool:
        """Whether a browser asks for the page: it prefers HTML and asks no query."""
        asks_nothing = request.method == "GET" and request.query_params.get("query") is None
        return asks_nothing and choose(request.headers.get("accept", ""), [_JSON, "text/html"]) == "text/html"

    async def render_graphql_ide(self, request: Request) -> Response:  # noqa: ARG002
        """GraphiQL, out of the explorer's bundle."""
        if self._page.is_file():
            return FileResponse(self._page, headers={"Cache-Control": "no-cache"})
        return PlainTextResponse("GraphiQL's bundle is not built: run `make web`.\n", status_code=503)

    async def get_sub_response(self, request: Any) -> Response:
        """The answer to be; it carries the media type that the request prefers."""
        response = await super().get_sub_response(request)
        response.media_type = _media_type(request.headers.get("accept", ""))
        return response

    async def parse_http_body(self, request: Any) -> Any:
        """The operation that is asked, checked."""
        given = (request.content_type or "").split(";")[0].strip().lower()
        if request.method == "POST" and given != _JSON:
            raise HTTPException(415, f"the content type is {given or 'not given'}; send {_JSON}")
        data = await super().parse_http_body(request)
        if not isinstance(data, list) and not isinstance(data.operation_name, str | None):
            raise HTTPException(400, "operationName must be a string or null")
        return data

    def parse_json(self, data: str | bytes) -> Any:
        """A JSON object, or null; a list is let through, to be refused as a batch."""
        try:
            parsed = self.decode_json(data)
        except (ValueError, RecursionError) as error:
            raise HTTPException(400, f"this is not JSON: {error}") from None
        if not isinstance(parsed, dict | list | None) or (parsed is None and isinstance(data, bytes)):
            raise HTTPException(400, "a JSON object is expected")
        return parsed

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """As it is answered; without `data` where nothing ran, which the errors tell by having no path."""
        answer = await super().process_result(request, result)
        if result.data is None and not any(error.path for error in result.errors or ()):
            del answer["data"]
        return answer

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """The whole answer."""
        failed = sub_response.media_type == _RESPONSE and "data" not in response_data
        body = self.encode_json(response_data)
        return Response(body, status_code=400 if failed else 200, media_type=sub_response.media_type)


def _media_type(accept: str) -> str:
    """That of the answer: the newer one is for those that name it."""
    offered = [_RESPONSE, _JSON] if _RESPONSE in accept.lower() else [_JSON, _RESPONSE]
    chosen = choose(accept, [*offered, _EVENTS])
    if chosen is None:
        raise HTTPException(406, f"none of {accept!r} can be answered; accept {_RESPONSE} or {_JSON}")
    return chosen


def _refused(error: HTTPException) -> Response:
    by_method = isinstance(error.__cause__, InvalidOperationTypeError)
    return JSONResponse(
        {"errors": [{"message": error.reason}]},
        status_code=405 if by_method else error.status_code,
        headers={"Allow": "POST"} if by_method else {},
    )
