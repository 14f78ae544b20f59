"""Serves a run on this machine until it is told to stop."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialogue.errors import UsageError
from trialogue.viewer.opened import OpenedRun

if TYPE_CHECKING:
    import uvicorn

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Serving:
    """A server that is ready: `address` leads in, with the token; `origin` without it."""

    origin: str
    token: str
    _server: "uvicorn.Server"
    _thread: threading.Thread

    @property
    def address(self) -> str:
        """What a person opens."""
        return f"{self.origin}/?token={self.token}"

    def wait(self) -> None:
        """Until the server ends."""
        while self._thread.is_alive():
            self._thread.join(0.5)

    def stop(self) -> None:
        """End the server; pages that listen for news do not keep it."""
        self._server.should_exit = True


@contextmanager
def serving(run: OpenedRun, *, port: int = 0, reviewer: str = "") -> Iterator[Serving]:
    """Serve a run while the `with` lasts, on a free port where `port` is 0.

    Raises UsageError where the port is taken.
    """
    import uvicorn

    from trialogue.viewer.application import application
    from trialogue.viewer.follow import Follower
    from trialogue.viewer.frame import Frame
    from trialogue.viewer.guard import Guard, new_token

    heard = _listening(port)
    port, token = heard.getsockname()[1], new_token()
    with heard, Follower(run) as follower:
        app = Guard(application(Frame(run), follower, reviewer), port=port, token=token)
        config = uvicorn.Config(
            app, log_level="critical", access_log=False, lifespan="off", server_header=False,
            timeout_graceful_shutdown=1, ws="none",
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([heard],), name="viewer", daemon=True)
        thread.start()
        served = Serving(f"http://{HOST}:{port}", token, server, thread)
        try:
            yield served
        finally:
            follower.end()
            served.stop()
            thread.join(5)


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        raise UsageError(f"port {port} of {HOST} cannot be used ({error}); leave --port out") from (
            error
        )
