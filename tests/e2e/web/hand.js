// A hand that does what a user does, at once and without waiting; each act tells what it did, or null.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isThere = (each) => each.offsetParent !== null && !each.disabled && !each.classList.contains("disabled");
  const words = (each) => each.getAttribute("aria-label") || (each.querySelector(".block, .q-tab__label") || each).textContent.trim();
  const controls = (name, root = document) =>
    all("button, [role=tab]", root).filter((each) => isThere(each) && words(each).startsWith(name));
  const press = (found, at = 0) => {
    if (!found.length) return null;
    const each = found[at % found.length];
    each.click();
    return words(each);
  };
  const put = (field, text) => {
    const kind = field.tagName === "INPUT" ? HTMLInputElement : HTMLTextAreaElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const message = () => document.querySelector("[aria-label=Message]");
  // What was put down is told to the server by a watcher, which has its turn first.
  const tick = () => new Promise((resolve) => setTimeout(resolve));
  const inDialog = async (dialog, number, token) => {
    const field = dialog.querySelector("input, textarea");
    const old = field && field.value;
    const is_cancelled = number % 4 === 0;
    if (field && !is_cancelled) put(field, token);
    await tick();
    const done = press(all("button", dialog).filter(isThere), is_cancelled ? 0 : 1);
    return done && { done, old, put: field && !is_cancelled ? token : null };
  };
  const key = (name, more) => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, ...more }));
    return name;
  };
  const open = (name) => {
    const field = document.querySelector(`[role=combobox][aria-label="${name}"]`);
    if (!field || field.offsetParent === null) return null;
    field.closest(".q-field__control").click();
    return name;
  };
  const acts = {
    new: () => press(controls("New session")),
    open: (number) => press(controls("Open session"), number),
    send: async (number, token, prompt) => {
      if (!message()) return null;
      put(message(), prompt);
      await tick();
      return press(controls("Send").filter((each) => words(each) === "Send"));
    },
    "send by key": async (number, token, prompt) => {
      if (!message()) return null;
      put(message(), prompt);
      await tick();
      return key("Enter", { ctrlKey: true });
    },
    stop: (number) => press(controls("Stop"), number),
    escape: () => key("Escape"),
    again: (number) => press(controls("Ask the same once more"), number),
    "go on": (number) => press(controls("Go on").filter((each) => words(each) === "Go on"), number),
    edit: (number) => press(controls("Edit this message"), number),
    branch: (number) => press(controls(number % 2 ? "Earlier branch" : "Later branch"), number),
    from: (number) => press(controls("Go on from here"), number),
    rename: (number) => press(controls("Rename "), number),
    delete: (number) => press(controls("Delete "), number),
    undo: (number) => press(controls("Undo: "), number),
    write: (number, token) => {
      const editor = all(".cm-content").find((each) => each.offsetParent);
      if (!editor || editor.contentEditable !== "true") return null;
      editor.focus();
      document.execCommand("selectAll");
      document.execCommand("insertText", false, `print('${token}')`);
      return token;
    },
    save: () => press(controls("Save")),
    "save by key": () => key("s", { ctrlKey: true }),
    restore: () => press(controls("Work on this one")),
    version: () => open("Version"),
    language: () => open("Language"),
    model: () => open("Model"),
    show: (number) => press(controls("Version "), number),
    run: () => press(controls("Run").filter((each) => each.tagName === "BUTTON")),
    test: () => press(controls("Test").filter((each) => each.tagName === "BUTTON" && words(each) === "Test")),
    turn: (number) => press(controls(["Code", "Diff", "Run", "Tests"][number % 4]).filter((each) => each.role === "tab")),
  };
  window.hand = async (name, number, token, prompt) => {
    const dialog = all(".q-dialog").find((each) => each.querySelector("button"));
    if (dialog) return { act: "dialog", ...((await inDialog(dialog, number, token)) || { done: null }) };
    const options = all(".q-menu [role=option]");
    if (options.length) {
      options[number % options.length].click();
      return { act: "option", done: options[number % options.length].textContent };
    }
    return { act: name, done: await acts[name](number, token, prompt) };
  };
  window.told = [];
  const seen = new WeakSet();
  new MutationObserver(() => {
    for (const each of all(".q-notification__message"))
      if (!seen.has(each)) { seen.add(each); window.told.push(each.textContent); }
  }).observe(document, { childList: true, subtree: true });
  window.shown = () => {
    const text = (each) => each.textContent.trim();
    const value = (name) => (document.querySelector(`[role=combobox][aria-label="${name}"]`) || {}).value;
    const visible = (selector) => all(selector).filter((each) => each.offsetParent);
    return {
      session: new URLSearchParams(location.search).get("session"),
      prompts: all(".hf-mine").map(text),
      answers: all(".hf-answer").map((each) => {
        const version = controls("Version", each)[0];
        return { version: version ? words(version) : null, writing: !!each.querySelector(".q-spinner") };
      }),
      open: all(".hf-item.open .hf-name").map((each) => each.getAttribute("aria-label").slice(13)),
      listed: all(".hf-item .hf-name").map((each) => each.getAttribute("aria-label").slice(13)),
      sends: controls("Send").length > 0,
      stops: controls("Stop").length > 0,
      spins: visible(".q-spinner").length,
      language: value("Language"),
      model: value("Model"),
      version: value("Version"),
      edited: visible(".hf-chip").some((each) => text(each) === "edited"),
      program: (() => {
        const part = document.querySelector(".nicegui-codemirror[aria-label=Program]");
        const inside = part && part.querySelector(".cm-content");
        return inside ? [...inside.querySelectorAll(".cm-line")].map((each) => each.textContent).join("\n") : null;
      })(),
      message: message() && message().value,
    };
  };
})();
