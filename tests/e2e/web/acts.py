"""Random acts of a user in two tabs, what each tab shows, and what the app has for it."""

import random
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2
from playwright.sync_api import Error
from tests.e2e.web.studio import Tab, program

__all__ = ["HAND", "Deed", "Player", "clear", "faults", "wrong"]

HAND: Final = Path(__file__).with_name("hand.js").read_text(encoding="utf-8")
_ACTS: Final[Mapping[str, float]] = {
    "new": 6, "open": 8, "send": 10, "send by key": 5, "stop": 4, "escape": 2, "again": 4, "go on": 3,
    "edit": 3, "branch": 3, "from": 3, "rename": 3, "delete": 2, "undo": 3, "write": 6, "save": 4,
    "save by key": 3, "restore": 3, "version": 3, "language": 1, "model": 0.5, "show": 3, "run": 3,
    "test": 1, "turn": 3, "wait": 4, "reload": 1, "back": 0.3, "forward": 0.2,
}  # fmt: skip
"""What is done, and how often."""
_MOVES: Final = {
    "new", "open", "undo", "delete", "again", "go on", "dialog", "reload", "back", "forward"
}  # fmt: skip
"""After these another session may be open: to ask again leads to where the turn is."""
_DO: Final = "([name, number, token, prompt]) => window.hand ? hand(name, number, token, prompt) : null"


@dataclass(frozen=True, slots=True)
class Deed:
    """One act, and what came of it."""

    step: int
    tab: int
    at: float
    """When it began."""
    name: str
    token: str
    """Stands in whatever was written."""
    done: Any


@dataclass(slots=True)
class Player:
    """Plays two tabs at random; the same seed does the same, as far as the pages are equally fast."""

    tabs: tuple[Tab, Tab]
    seed: int
    before: frozenset[str]
    """The sessions that are none of its business."""
    deeds: list[Deed] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What the pages said in passing."""

    def play(self, steps: int) -> None:
        """Do so many things, most of them at once."""
        chance = random.Random(self.seed)
        for step in range(steps):
            at = chance.randrange(2)
            name = chance.choices(list(_ACTS), list(_ACTS.values()))[0]
            token = f"t{self.seed}_{step}"
            is_held = chance.random() < 0.3
            said = f"[[half {token}\nHOLD]]" if is_held else program(f"print('{token}')", said=token)
            asked = [name, chance.randrange(8), token, f"{token} {said}"]
            begun = time.time()
            try:
                done = self._do(self.tabs[at], asked)
            except Error:  # the page is on its way to another
                continue
            if done:
                self.deeds.append(Deed(step, at, begun, name, token, done))

    def _do(self, tab: Tab, asked: list[Any]) -> Any:
        match asked[0]:
            case "wait":
                tab.page.wait_for_timeout((20, 200, 600)[asked[1] % 3])
                return "waited"
            case "reload":
                self._hear(tab)
                tab.page.reload(wait_until="commit")
                return "reloaded"
            case "back" | "forward" as way:
                self._hear(tab)
                go = tab.page.go_back if way == "back" else tab.page.go_forward
                went = go(wait_until="commit")
                if "/app" not in tab.page.url:
                    tab.page.goto(f"{tab.url}/app", wait_until="commit")
                return went and way
            case _:
                return tab.page.evaluate(_DO, asked)

    def _hear(self, tab: Tab) -> None:
        self.told += tab.page.evaluate("window.told || []")

    def settle(self, http: httpx2.Client, limit_s: float) -> list[str]:
        """End all work and let both tabs come to rest; what is wrong with what they show then."""
        end = time.monotonic() + limit_s
        while (found := self._unrest(http)) and time.monotonic() < end:
            self.tabs[0].page.wait_for_timeout(200)
        for tab in self.tabs:
            self._hear(tab)
        return found

    def _unrest(self, http: httpx2.Client) -> list[str]:
        jobs = [job for job in http.get("/v1/jobs?limit=500").json() if job["ended"] is None]
        for job in jobs:
            http.post(f"/v1/jobs/{job['id']}/cancel", json={})
        found = [f"job {job['id']} goes on" for job in jobs]
        for at, tab in enumerate(self.tabs):
            try:
                tab.page.evaluate(_DO, ["turn", 0, "", ""])  # closes a dialog, or shows the program
                shown = tab.page.evaluate("window.shown()")
            except Error as error:
                found.append(f"tab {at}: {error.message}")
            else:
                found += [f"tab {at}: {each}" for each in wrong(shown, http)]
        return found

    def sent(self) -> Iterator[tuple[Deed, float | None]]:
        """The messages that were sent from where they are written; and since when in one new session."""
        since: list[float | None] = [None, None]
        for deed in self.deeds:
            is_done = isinstance(deed.done, dict) and deed.done["done"] is not None
            act = deed.done["act"] if isinstance(deed.done, dict) else deed.name
            if act in {"send", "send by key"} and is_done:
                yield deed, since[deed.tab]
            elif act in {"delete", "undo"} and is_done:
                since = [None, None]  # what the other one had open may be gone
            elif act in _MOVES and (is_done or isinstance(deed.done, str)):
                since[deed.tab] = deed.at if act == "new" else None


def wrong(shown: Mapping[str, Any], http: httpx2.Client) -> list[str]:
    """In what a tab at rest differs from what the app has."""
    titles = [each["title"] for each in http.get("/v1/sessions").json()]
    found = [] if shown["listed"] == titles else [f"lists {shown['listed']}, and there are {titles}"]
    if shown["stops"] or shown["spins"] or not shown["sends"]:
        found.append("looks as if something went on")
    if shown["session"] is None:
        is_empty = not (shown["prompts"] or shown["open"])
        return found if is_empty else [*found, "shows a session that its address does not name"]
    answer = http.get(f"/v1/sessions/{shown['session']}")
    if answer.is_error or answer.json()["deleted"] is not None:
        return [*found, "shows a session that is not there"]
    session = answer.json()
    if shown["open"] != [session["title"]]:
        found.append(f"{shown['open']} is marked, and {session['title']} is open")
    languages = {each["name"]: each["title"] for each in http.get("/v1/languages").json()}
    if (shown["language"], shown["model"]) != (languages[session["language"]], session["model"]):
        found.append(f"shows {shown['language']} and {shown['model']} for {session}")
    versions = http.get(f"/v1/sessions/{session['id']}/versions").json()
    turns = http.get(f"/v1/sessions/{session['id']}/turns").json()
    return found + _wrong_turns(shown, turns, versions) + _wrong_program(shown, session, versions)


def _wrong_turns(shown: Mapping[str, Any], turns: list[Any], versions: list[Any]) -> list[str]:
    numbers = {each["id"]: at for at, each in enumerate(versions, 1)}
    known = {each["id"]: each for each in turns}
    branches: list[list[tuple[str, int | None]]] = [] if turns else [[]]
    for turn in turns:
        branch = []
        while turn is not None:
            branch.append((turn["prompt"].strip(), numbers.get(turn["version"])))
            turn = known.get(turn["parent"])
        branches.append(branch[::-1])
    seen = [
        (prompt, int(answer["version"].split()[1]) if answer["version"] else None)
        for prompt, answer in zip(shown["prompts"], shown["answers"], strict=True)
    ]
    return [] if seen in branches else [f"shows {seen}, which is none of {branches}"]


def _wrong_program(shown: Mapping[str, Any], session: Any, versions: list[Any]) -> list[str]:
    if shown["program"] is None:
        return ["shows no editor"]
    match = re.match(r"Version (\d+)", shown["version"] or "")
    if match is None:
        is_blank = not versions and (shown["edited"] or not shown["program"])
        return [] if is_blank else [f"shows {shown['program']!r}, of {len(versions)} versions none is chosen"]
    version = versions[int(match[1]) - 1]
    if (" · current" in shown["version"]) != (version["id"] == session["head"]):
        return [f"shows {shown['version']}, and {session['head']} is worked on"]
    is_same = shown["program"].strip() == version["code"].strip()
    return [] if is_same or shown["edited"] else [f"shows {shown['program']!r} for {version['code']!r}"]


def faults(player: Player, http: httpx2.Client) -> list[str]:
    """What went into another session, and what failed."""
    found = [text for tab in player.tabs for text in (*tab.faults, *tab.dialogs)]
    found += [text for text in player.told if "That failed" in text]
    turns = list(_turns(player, http))
    for turn in turns:
        token = turn["prompt"].split()[0]
        if "[[" in turn["prompt"] and turn["version"] is not None and turn["model"] == "scripted":
            code = http.get(f"/v1/versions/{turn['version']}").json()["code"]
            if code != f"print('{token}')\n":
                found.append(f"{turn['prompt']!r} was answered with {code!r}")
    places = {turn["prompt"].split()[0]: turn["session"] for turn in turns}
    for deed, since in player.sent():
        place = places.get(deed.token)
        older = [
            turn["prompt"][:40]
            for turn in turns
            if since is not None and turn["session"] == place and turn["created"] < since
        ]
        if older:
            found.append(f"{deed.token} was sent in a new session and went to where {older} are")
    return found


def clear(http: httpx2.Client) -> frozenset[str]:
    """Delete all sessions; which they are, with those that were deleted before."""
    for session in http.get("/v1/sessions?limit=500").json():
        http.delete(f"/v1/sessions/{session['id']}").raise_for_status()
    return frozenset(each["id"] for each in http.get("/v1/sessions?limit=500&deleted=true").json())


def _turns(player: Player, http: httpx2.Client) -> Iterator[Any]:
    """All turns that the player began, also where the session was deleted."""
    for session in clear(http) - player.before:
        http.post(f"/v1/sessions/{session}/undelete", json={}).raise_for_status()
        yield from http.get(f"/v1/sessions/{session}/turns").json()
