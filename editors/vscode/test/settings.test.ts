import assert from "node:assert/strict";
import { test } from "node:test";

import { advice, command, initializationOptions } from "../src/settings";

const given = (values: Record<string, unknown>) => ({ get: (name: string) => values[name] });

test("the command is the one of the settings, with what serves behind it", () => {
  assert.deepEqual(command(given({})), { program: "holdfast", args: ["lsp"] });
  assert.deepEqual(command(given({ command: ["uv", "run", "holdfast"] })), {
    program: "uv",
    args: ["run", "holdfast", "lsp"],
  });
  assert.deepEqual(command(given({ arguments: ["--files", "2"] })).args, ["lsp", "--files", "2"]);
});

test("what is no command is told by the name of its setting", () => {
  for (const wrong of [[], "holdfast", [""], [1], {}]) {
    assert.throws(() => command(given({ command: wrong })), /holdfast\.command/);
    if (wrong instanceof Array && wrong.length === 0) {
      continue;
    }
    assert.throws(() => command(given({ arguments: wrong })), /holdfast\.arguments/);
  }
});

test("settings are sent as they are, and nothing else", () => {
  const values = { budget: 3, completion: false, command: ["x"], other: 1 };
  assert.deepEqual(initializationOptions(given(values)), { budget: 3, completion: false });
});

test("a program that is not there is told with the cure", () => {
  assert.match(advice(new Error("spawn holdfast ENOENT"), "holdfast"), /pip install/);
  assert.match(advice("broken", "holdfast"), /does not start: broken/);
});
