"""A stand-in for petanque: its protocol to the letter, on propositional proofs, with faults.

    python -m holdfast.checkers.rocq.petanque.fake [--port N] [--fault KIND --at N [--once FILE]]

Without `--port` it speaks as `pet` does, over its pipes; with it as `pet-server`, on that port of this
machine (0 takes any, and is told on standard output). With a fault, the Nth step goes wrong; with `--once`,
only in the first process that finds no FILE.
"""

import argparse
import itertools
import json
import re
import socketserver
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias
from urllib.parse import unquote, urlsplit

from holdfast.checkers.rocq.petanque.fake_proofs import FakeGoal, FakeProof, RefusedError, run_sentence

__all__ = ["FAULTS", "main"]

_Json: TypeAlias = dict[str, Any]
_FOREVER_S = 3600.0
_STEP = re.compile(r"(?:Timeout \d+ )?1\s*:")
_NOTE = {"jsonrpc": "2.0", "method": "$/logTrace", "params": {"message": "[note] }", "verbose": None}}


@dataclass(slots=True)
class _Agent:
    """All states there ever were."""

    states: list[FakeProof | None] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def keep(self, proof: FakeProof | None) -> _Json:
        self.states.append(proof)
        finished = proof is None or not (proof.goals or proof.stack)
        return {"st": len(self.states) - 1, "hash": None, "proof_finished": finished, "feedback": []}

    def state(self, params: Mapping[str, Any]) -> FakeProof | None:
        return self.states[int(params["st"])]


def _root(agent: _Agent, params: Mapping[str, Any]) -> object:
    path = Path(unquote(urlsplit(str(params["uri"])).path))
    if not path.is_file():
        raise RefusedError(f"System error: {path}: No such file or directory")
    return agent.keep(None)


def _run(agent: _Agent, params: Mapping[str, Any]) -> object:
    fresh = agent.numbers.__next__
    return agent.keep(run_sentence(agent.state(params), str(params["tac"]), fresh))


def _goals(agent: _Agent, params: Mapping[str, Any]) -> object:
    proof = agent.state(params)
    if proof is None:
        return None
    stack = [[list(map(_shown, before)), list(map(_shown, after))] for before, after in proof.stack]
    return {"goals": list(map(_shown, proof.goals)), "stack": stack, "shelf": [], "given_up": []}


def _shown(goal: FakeGoal) -> _Json:
    alike = itertools.groupby(goal.hypotheses, key=lambda each: each[1])
    hyps = [{"names": [name for name, _ in each], "def": None, "ty": text} for text, each in alike]
    info = {"evar": ["Ser_Evar", goal.number], "name": None}
    return {"info": info, "hyps": hyps, "ty": goal.conclusion.replace(" -> ", " ->\n  ")}


_METHODS: Mapping[str, Callable[[_Agent, Mapping[str, Any]], object]] = {
    "petanque/setWorkspace": lambda _agent, _params: None,
    "petanque/get_root_state": _root,
    "petanque/run": _run,
    "petanque/goals": _goals,
}


def _answer(agent: _Agent, asked: Mapping[str, Any]) -> _Json:
    head = {"jsonrpc": "2.0", "id": asked["id"]}
    method = _METHODS.get(asked["method"])
    if method is None:
        return {**head, "error": {"code": -32601, "message": "method not found"}}
    try:
        return {**head, "result": method(agent, asked["params"])}
    except RefusedError as error:
        return {**head, "error": {"code": -32003, "message": f"Coq: {error}"}}
    except (KeyError, IndexError, ValueError) as error:
        return {**head, "error": {"code": -32700, "message": f"params: {error}"}}


_Encode: TypeAlias = Callable[[bytes], bytes]
_Fault: TypeAlias = Callable[[_Json, _Encode, BinaryIO], None]


def _line(message: object) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _written(change: Callable[[_Json], object]) -> _Fault:
    """A fault that writes another message."""

    def fault(reply: _Json, encode: _Encode, out: BinaryIO) -> None:
        out.write(encode(_line(change(reply))))

    return fault


def _result(**fields: object) -> _Fault:
    return _written(lambda reply: {**reply, "result": {**reply.get("result", {}), **fields}})


def _error(code: object, message: object) -> _Fault:
    return _written(
        lambda reply: {"jsonrpc": "2.0", "id": reply["id"], "error": {"code": code, "message": message}}
    )


def _silence(_reply: _Json, _encode: _Encode, _out: BinaryIO) -> None:
    time.sleep(_FOREVER_S)


def _slow(reply: _Json, encode: _Encode, out: BinaryIO) -> None:
    time.sleep(0.5)
    out.write(encode(_line(reply)))


def _half(reply: _Json, encode: _Encode, out: BinaryIO) -> None:
    out.write(encode(_line(reply))[:30])
    out.flush()
    time.sleep(_FOREVER_S)


def _death(_reply: _Json, _encode: _Encode, _out: BinaryIO) -> None:
    sys.stdout.flush()
    raise SystemExit(3)


def _garbage(_reply: _Json, _encode: _Encode, out: BinaryIO) -> None:
    out.write(b"Fatal error: exception Stack_overflow {\n}\n")


def _noted(reply: _Json, encode: _Encode, out: BinaryIO) -> None:
    out.write(3 * encode(_line(_NOTE)) + encode(_line(reply)))


def _twice(reply: _Json, encode: _Encode, out: BinaryIO) -> None:
    out.write(2 * encode(_line(reply)))


FAULTS: Mapping[str, _Fault] = {
    "silence": _silence,
    "slow": _slow,
    "half_frame": _half,
    "death": _death,
    "garbage": _garbage,
    "notes": _noted,
    "twice": _twice,
    "long": _result(feedback=[[3, "x" * (10 << 20)]]),
    "wrong_id": _written(lambda reply: {**reply, "id": reply["id"] + 1}),
    "id_of_text": _written(lambda reply: {**reply, "id": str(reply["id"])}),
    "no_id": _written(lambda reply: {key: value for key, value in reply.items() if key != "id"}),
    "not_an_object": _written(lambda reply: [reply, {}]),
    "no_result": _written(lambda reply: {key: value for key, value in reply.items() if key != "result"}),
    "null_result": _written(lambda reply: {**reply, "result": None}),
    "old_result": _written(lambda reply: {**reply, "result": ["Proof_finished", reply["result"]["st"]]}),
    "state_of_text": _result(st="0"),
    "state_below_zero": _result(st=-1),
    "unknown_state": _result(st=10**6),
    "finished": _result(proof_finished=True),
    "root_state": _result(st=0),
    "interrupted": _error(-32001, "Interrupted"),
    "anomaly": _error(-32004, "Anomaly: Uncaught exception Not_found."),
    "unknown_method": _error(-32601, "method not found"),
    "error_of_numbers": _error("-32003", 7),
}
"""By name: what is written in place of the answer to a step."""


class _Served:
    """Answers lines, and lets one step go wrong where that was asked for."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.agent = _Agent()
        self._fault: str | None = options.fault
        self._at: int = options.at
        self._once: Path | None = options.once
        self._steps = 0

    def answer(self, line: bytes, encode: _Encode, out: BinaryIO) -> None:
        """Write the answer to a request."""
        asked = json.loads(line)
        reply = _answer(self.agent, asked)
        if self._is_due(asked):
            FAULTS[str(self._fault)](reply, encode, out)
        else:
            out.write(encode(_line(reply)))
        out.flush()

    def _is_due(self, asked: Mapping[str, Any]) -> bool:
        if asked["method"] != "petanque/run" or not _STEP.match(asked["params"]["tac"]):
            return False
        self._steps += 1
        if self._fault is None or self._steps != self._at or (self._once and self._once.exists()):
            return False
        if self._once:
            self._once.touch()
        return True


def _framed(line: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(line), line)


def _serve_pipes(served: _Served) -> None:
    """Serve until standard input ends."""
    source = sys.stdin.buffer
    while head := source.readline():
        length = int(head.split(b":")[1])
        while source.readline().strip():
            pass
        served.answer(source.read(length), _framed, sys.stdout.buffer)


def _serve_port(served: _Served, port: int) -> None:
    """Serve one connection after the other, as the server does, for ever."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for line in self.rfile:
                served.answer(line, bytes, self.wfile)  # type: ignore[arg-type]

    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Handler) as server:
        server.daemon_threads = True
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()


def main(words: Sequence[str] | None = None) -> None:
    """Serve as the options say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--fault", choices=sorted(FAULTS))
    parser.add_argument("--at", type=int, default=1)
    parser.add_argument("--once", type=Path)
    options = parser.parse_args(words)
    served = _Served(options)
    if options.port is None:
        _serve_pipes(served)
    else:
        _serve_port(served, options.port)


if __name__ == "__main__":
    main()
