"""The child process in which the llama.cpp server runs.

It is started as a script by `trialogue.agents.local_server` and needs only the standard library
and xllamacpp. One JSON object comes in on standard input (`model`, `name`, `api_key`, `slots`,
`context`, `threads`); one goes out on standard output (`address`, or `error`). Standard input
then stays open for as long as the parent lives: at its end the process exits.
"""

import json
import os
import signal
import sys
import threading
from typing import Any


def main() -> None:
    """Serves until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    report = _take_standard_output()
    settings = json.loads(sys.stdin.readline())
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    try:
        server = _serve(settings)
    except Exception as error:
        _send(report, {"error": str(error)})
        os._exit(1)
    _send(report, {"address": server.listening_address})
    threading.Event().wait()


def _take_standard_output() -> int:
    # llama.cpp writes its log to descriptors 1 and 2, past Python's streams.
    report = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return report


def _send(report: int, message: dict[str, str]) -> None:
    os.write(report, json.dumps(message).encode() + b"\n")
    os.close(report)


def _exit_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


def _serve(settings: dict[str, Any]) -> Any:
    import xllamacpp  # type: ignore[import-untyped]

    params = xllamacpp.CommonParams()
    params.model.path = settings["model"]
    params.model_alias = {settings["name"]}
    params.api_keys = [settings["api_key"]]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_parallel = settings["slots"]
    params.n_ctx = settings["slots"] * settings["context"]
    for threads in (params.cpuparams, params.cpuparams_batch):
        threads.n_threads = settings["threads"]
        threads.poll = 0  # waiting threads sleep: spinning starves whoever shares the cores
    params.use_jinja = True
    params.warmup = True
    params.fit_params = False  # the context asked for, whatever memory happens to be free
    params.cache_ram_mib = 512  # for dialogues without a slot; the default is 8 GiB
    params.ui = False
    params.endpoint_slots = False
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
