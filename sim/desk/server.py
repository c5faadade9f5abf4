"""The desk's server: one address of this computer, one token for each start, and Streamlit behind them.

Only programs on this computer reach 127.0.0.1. Of what a browser here sends, the guard lets through what names this address as
its Host (a page that had its own name lead here does not), comes from no other page (Origin), and bears the token: the address that
the terminal shows holds it, the answer moves it into a cookie that no other page can send. Streamlit has no token of its own.

No other page may get in.
"""

import hmac
import secrets
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlencode

from sim.desk.session import Cannot, Desk, Engine, Stated, open_desk, scenarios_folder
from sim.home import COMMAND
from sim.runs.engines import engines_for

ADDRESS = "127.0.0.1"
PAGE = Path(__file__).with_name("page.py")
TOKEN = "token"  # what the address calls it
CLOSING = 1  # seconds for open tabs to hear that the desk closes
SETTINGS: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "global.developmentMode": False,
    "logger.level": "error",
    "runner.magicEnabled": False,
    "server.enableAgentApi": False,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxUploadSize": 1,
}  # of Streamlit, whatever a file of its own says

Scope: TypeAlias = dict[str, Any]
Message: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]


class Guard:
    """Lets through to an app what comes from the desk's own page in the browser of who has the token."""

    def __init__(self, app: Any, token: str, port: int) -> None:
        self._app, self._token = app, token
        self._hosts = {f"{name}:{port}" for name in (ADDRESS, "localhost")}
        self._cookie = f"bedflow_desk_{port}"
        own = " ".join(f"ws://{host}" for host in sorted(self._hosts))
        self._policy = (
            f"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' data: blob: {own}; "
            "object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
        )  # the page loads nothing from elsewhere and tells nobody; its charts are drawn by code that they bring along

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one connection that stays."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        if headers.get("host") not in self._hosts or not self._is_own(headers):
            await _refuse(scope, send, "This address belongs to the desk alone: no other page may ask for it.")
        elif scope["type"] == "http" and scope["method"] == "GET" and self._is_token(asked.get(TOKEN, "")):
            await self._let_in(scope, send)
        elif self._is_token(_cookie_of(headers, self._cookie)):
            await self._app(scope, receive, self._with_policy(send))
        else:
            words = f"Open the desk by the address that `{' '.join(COMMAND)} desk` shows; each start has a new one."
            await _refuse(scope, send, words)

    def _with_policy(self, send: Send) -> Send:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = [(b"content-security-policy", self._policy.encode()), (b"referrer-policy", b"no-referrer")]
                message = {**message, "headers": [*message.get("headers", ()), *more]}
            await send(message)

        return sent

    def _is_own(self, headers: dict[str, str]) -> bool:
        """Whether it comes from no page, or from one of the desk."""
        origin = headers.get("origin")
        return origin is None or origin.removeprefix("http://") in self._hosts

    def _is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(), self._token.encode())

    async def _let_in(self, scope: Scope, send: Send) -> None:
        """The token goes into a cookie, and out of the address, which stays in the history."""
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        rest = urlencode([pair for pair in pairs if pair[0] != TOKEN])
        cookie = f"{self._cookie}={self._token}; Path=/; HttpOnly; SameSite=Strict"
        headers = [
            ("location", "/" + (f"?{rest}" if rest else "")),
            ("set-cookie", cookie),
            ("cache-control", "no-store"),
        ]
        await _answer(send, 303, headers, b"")


def _cookie_of(headers: dict[str, str], name: str) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return found[name].value if name in found else ""


async def _refuse(scope: Scope, send: Send, words: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await _answer(send, 403, [("content-type", "text/plain; charset=utf-8")], words.encode())


async def _answer(send: Send, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def serve(port: int, say: Callable[[str], None], *, open_browser: bool) -> None:
    """Open the desk, and stay until it is stopped; Cannot says why it cannot be opened."""
    folder = scenarios_folder()
    try:
        import uvicorn
        from streamlit import config
        from streamlit.starlette import App
    except ImportError:
        raise Cannot("The desk needs Streamlit, which is not here: pip install 'bedflow[desk]'") from None
    config.get_config_options(force_reparse=True, options_from_flags=SETTINGS)  # as flags do: above every file
    with _socket(port) as listening:
        open_desk(Desk(Engine(engines_for("auto", say)), Stated(folder)))
        token = secrets.token_urlsafe(24)
        settings = uvicorn.Config(
            Guard(App(PAGE), token, port), log_level="error", ws_max_size=2**24, timeout_graceful_shutdown=CLOSING
        )
        address = f"http://{ADDRESS}:{port}/?{TOKEN}={token}"
        say(
            f"The desk is open:\n  {address}\nOnly this computer reaches it, and only by this address. Ctrl-C closes it."
        )
        if open_browser:
            import webbrowser

            webbrowser.open(address)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(settings).run(sockets=[listening])
    say("The desk is closed.")


def _socket(port: int) -> socket.socket:
    """A port of this computer that nobody else has; Cannot where it is taken, as by another desk."""
    one = socket.socket()
    if sys.platform == "win32":
        one.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a desk that has just closed is no other desk
    try:
        one.bind((ADDRESS, port))
        one.listen()
    except OSError as problem:
        one.close()
        other = port + 1 if port < 65535 else port - 1
        raise Cannot(
            f"Port {port} of this computer cannot be had ({problem.strerror}): perhaps another desk is open. "
            f"Close that one, or take another port: --port {other}"
        ) from None
    return one
