"""Who gets in: the desk's own page in the browser of who has the token, and nobody else."""

import asyncio
from typing import Any

import pytest

from sim.desk.server import Guard, _socket
from sim.desk.session import Cannot

PORT, TOKEN = 8512, "s3cret"
OWN = {"host": "127.0.0.1:8512", "cookie": f"other=1; bedflow_desk_8512={TOKEN}"}


def asked(headers: dict[str, str], query: str = "", kind: str = "http", method: str = "GET") -> list[dict[str, Any]]:
    """What is sent back; the app behind the guard answers 200."""
    sent: list[dict[str, Any]] = []

    async def app(scope: dict[str, Any], _: Any, send: Any) -> None:
        accepted = {"type": "websocket.accept"}
        await send(accepted if scope["type"] == "websocket" else {"type": "http.response.start", "status": 200})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {}

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "method": method, "headers": raw, "query_string": query.encode(), "path": "/"}
    asyncio.run(Guard(app, TOKEN, PORT)(scope, receive, send))
    return sent


def status(*args: Any, **how: Any) -> int:
    return int(asked(*args, **how)[0]["status"])


def test_the_address_with_the_token_gives_a_cookie_and_leaves_the_address() -> None:
    (start, _) = asked({"host": "127.0.0.1:8512"}, f"file=base.yaml&token={TOKEN}")
    headers = dict(start["headers"])
    assert (start["status"], headers[b"location"]) == (303, b"/?file=base.yaml")
    assert headers[b"set-cookie"] == f"bedflow_desk_8512={TOKEN}; Path=/; HttpOnly; SameSite=Strict".encode()


def test_the_cookie_lets_in_and_the_page_may_load_nothing_from_elsewhere() -> None:
    (start,) = asked(OWN)
    assert start["status"] == 200
    policy = dict(start["headers"])[b"content-security-policy"].decode()
    assert "default-src 'self'" in policy
    assert "connect-src 'self' data: blob: ws://127.0.0.1:8512 ws://localhost:8512;" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1:8512"},
        {**OWN, "cookie": "bedflow_desk_8512=guess"},
        {**OWN, "cookie": f"bedflow_desk_8600={TOKEN}"},
        {**OWN, "cookie": "\x00;;="},
        {**OWN, "host": "evil.example:8512"},  # a name of theirs that leads to this computer
        {**OWN, "host": "127.0.0.1:9999"},
        {"cookie": OWN["cookie"]},
        {**OWN, "origin": "http://evil.example"},
        {**OWN, "origin": "http://127.0.0.1:9999"},  # another program of this computer
        {**OWN, "origin": "null"},
    ],
)
def test_nobody_else_gets_in(headers: dict[str, str]) -> None:
    assert status(headers) == 403
    assert asked(headers, kind="websocket") == [{"type": "websocket.close", "code": 1008}]


def test_a_wrong_token_is_refused_and_the_answer_says_where_the_right_one_is() -> None:
    start, body = asked({"host": "127.0.0.1:8512"}, "token=guess")
    assert start["status"] == 403
    assert b"desk` shows; each start has a new one" in body["body"]


def test_the_own_page_is_let_through_to_its_connection() -> None:
    assert asked({**OWN, "origin": "http://127.0.0.1:8512"}, kind="websocket") == [{"type": "websocket.accept"}]


def test_a_port_that_is_taken_says_so_and_names_another() -> None:
    with (
        _socket(0) as first,
        pytest.raises(Cannot, match=r"another desk is open\. Close that one, or take another port: --port \d+"),
    ):
        _socket(first.getsockname()[1])
