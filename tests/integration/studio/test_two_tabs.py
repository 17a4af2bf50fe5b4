"""Whatever is clicked in two tabs at once, in any order: the app lives, and nothing acknowledged is lost."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.studio.apps import App, Client, served

EVENTS = (
    "new", "blank", "rename", "delete", "undelete", "ask", "ask and hold", "stop", "again", "continue",
    "edit", "restore", "switch", "search", "keep", "forget",
)  # fmt: skip
CLICKS = st.lists(
    st.tuples(st.sampled_from((0, 1)), st.sampled_from(EVENTS), st.integers(0, 7)), min_size=4, max_size=24
)
FINE = {200, 201, 202, 404, 409}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with served(f"sqlite:///{tmp_path_factory.mktemp('tabs') / 'app.sqlite'}") as app:
        yield app


@dataclass(slots=True)
class Tab:
    """What one page believes; the other one may have changed it."""

    client: Client
    session: str | None = None
    turn: str | None = None
    head: str | None = None


@dataclass(slots=True)
class World:
    """What was acknowledged."""

    sessions: dict[str, bool] = field(default_factory=dict)
    """Whether each is there; False for deleted."""
    versions: dict[str, str] = field(default_factory=dict)
    """The programs that were kept."""
    jobs: list[str] = field(default_factory=list)
    snippets: dict[str, bool] = field(default_factory=dict)

    def click(self, tab: Tab, event: str, number: int) -> None:
        method, path, body = self._request(tab, event, number)
        answer = tab.client.http.request(method, path, json=body)
        assert answer.status_code in FINE, (event, answer.status_code, answer.text)
        if answer.is_success:
            self._believe(tab, event, answer.json())

    def _request(self, tab: Tab, event: str, number: int) -> tuple[str, str, Any]:
        session = tab.session or "nothing"
        head = tab.head or "nothing"
        turn = tab.turn or "nothing"
        named = dict(enumerate(self.sessions)).get(number, "nothing")
        job = self.jobs[-1] if self.jobs else "nothing"
        snippet = next(iter(self.snippets), "nothing")
        prompt = f"FINE number {number}"
        return {
            "new": ("POST", "/v1/sessions", {"title": f"session {number}"}),
            "blank": ("POST", "/v1/sessions", {}),
            "rename": ("PATCH", f"/v1/sessions/{session}", {"title": f"name {number}"}),
            "delete": ("DELETE", f"/v1/sessions/{named}", None),
            "undelete": ("POST", f"/v1/sessions/{named}/undelete", {}),
            "ask": ("POST", f"/v1/sessions/{session}/turns", {"prompt": prompt}),
            "ask and hold": ("POST", f"/v1/sessions/{session}/turns", {"prompt": "HOLD"}),
            "stop": ("POST", f"/v1/jobs/{job}/cancel", {}),
            "again": ("POST", f"/v1/turns/{turn}/again", {"prompt": prompt}),
            "continue": ("POST", f"/v1/turns/{turn}/continue", {}),
            "edit": ("POST", f"/v1/sessions/{session}/versions", {"code": f"x = {number}", "base": tab.head}),
            "restore": ("POST", f"/v1/versions/{head}/restore", {"base": tab.head}),
            "switch": ("GET", f"/v1/sessions/{named}", None),
            "search": ("GET", f"/v1/sessions?q={number}", None),
            "keep": ("POST", "/v1/snippets", {"title": f"kept {number}", "language": "python", "code": "x"}),
            "forget": ("DELETE", f"/v1/snippets/{snippet}", None),
        }[event]

    def _believe(self, tab: Tab, event: str, told: Any) -> None:
        match event:
            case "new" | "blank" | "switch" | "undelete":
                if event != "switch":
                    self.sessions[told["id"]] = True
                tab.session, tab.head, tab.turn = told["id"], told["head"], None
            case "delete":
                self.sessions[told["id"]] = False
            case "ask" | "ask and hold" | "again" | "continue":
                tab.turn = told["turn"]["id"]
                self.jobs.append(told["job"]["id"])
            case "edit" | "restore":
                tab.head = told["id"]
                self.versions[told["id"]] = told["code"]
            case "keep":
                self.snippets[told["id"]] = True
            case "forget":
                self.snippets[told["id"]] = False
            case _:
                pass

    def check(self, client: Client) -> None:
        """Everything that was acknowledged is there, and nothing is left running."""
        for job in self.jobs:
            answer = client.http.post(f"/v1/jobs/{job}/cancel", json={})
            assert answer.status_code in {200, 404}
            if answer.is_success:
                assert client.ended(job)["state"] in {"done", "stopped"}
        there = {each["id"]: each for each in client.get("/v1/sessions?limit=500")}
        gone = {each["id"] for each in client.get("/v1/sessions?limit=500&deleted=true")}
        for session, is_there in self.sessions.items():
            assert (session in there, session in gone) == (is_there, not is_there)
        for session in (each for each, is_there in self.sessions.items() if is_there):
            versions = {each["id"]: each for each in client.get(f"/v1/sessions/{session}/versions")}
            head = there[session]["head"]
            assert head is None or head in versions
            turns = {each["id"]: each for each in client.get(f"/v1/sessions/{session}/turns")}
            assert all(turn["parent"] is None or turn["parent"] in turns for turn in turns.values())
            for version in set(versions) & set(self.versions):
                assert versions[version]["code"] == self.versions[version]
        kept = {each["id"] for each in client.get("/v1/snippets?limit=500")}
        assert {each for each, is_there in self.snippets.items() if is_there} <= kept


@settings(max_examples=6, deadline=None, derandomize=True)
@given(clicks=CLICKS)
def test_random_clicks_in_two_tabs(app: App, clicks: list[tuple[int, str, int]]) -> None:
    world = World()
    tabs = (Tab(app.client()), Tab(app.client()))
    for which, event, number in clicks:
        world.click(tabs[which], event, number)
    world.check(tabs[0].client)
