"""The page that asks who comes. It is plain HTML: nothing of the app is shown to whoever is not let in."""

from fastapi.responses import HTMLResponse

__all__ = ["login_page"]

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Holdfast: log in</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; }
body { font-family: system-ui, sans-serif; display: grid; place-items: center; min-height: 95vh; margin: 0; }
form { display: grid; gap: 12px; width: min(340px, 90vw); }
h1 { font-size: 20px; margin: 0; } p { margin: 0; font-size: 14px; opacity: .75; }
label { display: grid; gap: 4px; font-size: 14px; }
input { font: inherit; padding: 9px 10px; border: 1px solid #8886; border-radius: 8px; }
button { font: inherit; padding: 10px; border: 0; border-radius: 8px; }
button { background: #4f46e5; color: #fff; cursor: pointer; }
#said { color: #b91c1c; min-height: 1.3em; }
</style></head><body>
<form id="login"><h1>Holdfast</h1>
<p>Give the token that was printed when the app started, or your name and password.</p>
<label>Token <input name="token" type="password" autocomplete="off" autofocus></label>
<label>Name <input name="name" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button>Log in</button><p id="said" role="alert"></p></form>
<script>
document.getElementById("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = document.getElementById("said");
  said.textContent = "";
  try {
    const answer = await fetch("/v1/login", {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify(Object.fromEntries(new FormData(event.target))),
    });
    if (answer.ok) location.href = "/app";
    else said.textContent = (await answer.json()).message;
  } catch { said.textContent = "The app does not answer: is it still running?"; }
});
</script></body></html>
"""


def login_page() -> HTMLResponse:
    """A form for the token, or for name and password."""
    return HTMLResponse(_PAGE)
