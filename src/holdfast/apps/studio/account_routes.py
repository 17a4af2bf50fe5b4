"""Who is let in: logins of pages, tokens of programs, accounts."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict

from holdfast.apps.studio.errors import ERRORS, Fault, FaultError
from holdfast.apps.studio.guard import address_of, cookie_of
from holdfast.apps.studio.people import Identity, Login
from holdfast.apps.studio.records import Token, User
from holdfast.apps.studio.requests import AddToken, AddUser, AskLogin, AskPassword
from holdfast.apps.studio.room import InRoom, Me, Room

__all__ = ["router"]

router = APIRouter(tags=["accounts"], responses=ERRORS)


class WhoAmI(BaseModel):
    """Who asks."""

    model_config = ConfigDict(frozen=True)

    user: User
    csrf: str
    """What requests that change something carry as `X-CSRF-Token` beside a cookie; empty for a token."""
    accounts: bool
    """Whether there are accounts beside the administrator."""
    by: Literal["cookie", "token"]


class NewToken(BaseModel):
    """A token, told this once."""

    model_config = ConfigDict(frozen=True)

    token: str
    user: User


@router.get("/enter", response_class=RedirectResponse, status_code=303, include_in_schema=False)
async def enter(
    request: Request, room: InRoom, token: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Where the address that is printed at the start leads: it lets the page in, and goes on to it."""
    room.check_login([address_of(request.scope)])
    if not room.people.is_token(token):
        raise FaultError(Fault(401, "wrong_token", "the token is not this server's", "take the printed one"))
    answer = RedirectResponse("/app", 303)
    made = await room.people.let_in(await room.people.administrator(), "page")
    _set_cookie(answer, request, room.people.cookie, made)
    return answer


@router.post("/v1/login")
async def login(request: Request, response: Response, room: InRoom, asked: AskLogin) -> WhoAmI:
    """Let a page in, with a cookie: by name and password, or by the server's token."""
    room.check_login([address_of(request.scope), f"name {asked.name}"])
    user = await _known(room, asked)
    if user is None:
        text = "name and password do not belong together" if not asked.token else "the token is not known"
        raise FaultError(Fault(401, "not_let_in", text, "try again, or ask the administrator"))
    made = await room.people.let_in(user, "page")
    _set_cookie(response, request, room.people.cookie, made)
    return WhoAmI(user=user, csrf=made.csrf, accounts=room.settings.accounts, by="cookie")


async def _known(room: Room, asked: AskLogin) -> User | None:
    if asked.token:
        return await room.people.administrator() if room.people.is_token(asked.token) else None
    if not room.settings.accounts:
        return None
    return await room.people.check(asked.name, asked.password)


def _set_cookie(answer: Response, request: Request, name: str, made: Login) -> None:
    answer.set_cookie(
        name,
        made.secret,
        max_age=int(made.lasts_s),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )


@router.post("/v1/logout", status_code=204)
async def logout(request: Request, response: Response, room: InRoom, me: Me) -> None:
    """End the login of the page."""
    del me
    secret = cookie_of(request.headers, room.people.cookie)
    if secret is not None:
        await room.people.forget(secret)
    response.delete_cookie(room.people.cookie, path="/", httponly=True, samesite="strict")


@router.get("/v1/me")
async def me(room: InRoom, me: Me) -> WhoAmI:
    """Who asks, and what a page has to carry."""
    return WhoAmI(user=me.user, csrf=me.csrf, accounts=room.settings.accounts, by=me.by)


@router.get("/v1/tokens")
async def find_tokens(room: InRoom, me: Me) -> list[Token]:
    """The tokens of one's programs; their secrets were told once."""
    return list(await room.people.tokens(me.user))


@router.post("/v1/tokens", status_code=201)
async def add_token(room: InRoom, me: Me, asked: AddToken) -> NewToken:
    """A token for a program."""
    made = await room.people.let_in(me.user, "api", asked.label)
    return NewToken(token=made.secret, user=me.user)


@router.delete("/v1/tokens/{token_id}", status_code=204)
async def forget_token(room: InRoom, me: Me, token_id: str) -> None:
    """End a token."""
    await room.people.forget_token(me.user, token_id)


@router.get("/v1/users")
async def find_users(room: InRoom, me: Me) -> list[User]:
    """All accounts; for the administrator."""
    _check_admin(me)
    return list(await room.people.find())


@router.post("/v1/users", status_code=201)
async def add_user(room: InRoom, me: Me, asked: AddUser) -> User:
    """A new account; for the administrator of an app that has accounts."""
    _check_admin(me)
    if not room.settings.accounts:
        raise FaultError(Fault(403, "no_accounts", "this app has one user", "start it with --users"))
    return await room.people.add(asked.name, asked.password)


@router.put("/v1/users/{user_id}/password", status_code=204)
async def set_password(request: Request, room: InRoom, me: Me, user_id: str, asked: AskPassword) -> None:
    """Change one's own password, or, as the administrator, another's; all logins and tokens of it end."""
    if me.user.role != "admin":
        room.check_login([address_of(request.scope), f"name {me.user.name}"])
        if user_id != me.user.id or await room.people.check(me.user.name, asked.old) is None:
            raise FaultError(Fault(403, "not_allowed", "the old password is not right", "try again"))
    await room.people.set_password(user_id, asked.new)


@router.delete("/v1/users/{user_id}", status_code=204)
async def remove_user(room: InRoom, me: Me, user_id: str) -> None:
    """Remove an account with all that belongs to it; for the administrator."""
    _check_admin(me)
    await room.runner.end([job.id for job in await room.runner.find(user_id, limit=10_000) if not job.ended])
    await room.people.remove(user_id)


def _check_admin(me: Identity) -> None:
    if me.user.role != "admin":
        raise FaultError(Fault(403, "not_allowed", "only the administrator may do this"))
