import assert from "node:assert/strict";
import { test } from "node:test";

import { type Item, choices, nothing } from "../src/choices";

const item = (text: string, verdict: Item["verdict"], detail = ""): Item => ({
  text, label: "", verdict, reason: "", message: "", detail, edit: { documentChanges: [] },
});

test("what is refused is left out, the rest stays in order", () => {
  const items = [item("auto", "closes"), item("foo", "refused"), item("split", "progress")];
  const found = choices({ status: "found", answer: "1", items, notes: [] });
  assert.deepEqual(found.map((each) => [each.label, each.description]), [
    ["$(check) auto", "closes the goal"],
    ["$(arrow-right) split", "makes progress"],
  ]);
  assert.equal(found[1]?.item, items[2]);
});

test("what is left is told by conclusions", () => {
  const detail = "leaves\n```\na : A\n====================\nB\n\n====================\nC\n```";
  const [found] = choices({ status: "found", answer: "1", items: [item("split", "progress", detail)], notes: [] });
  assert.equal(found?.detail, "\u22a2 B   \u22a2 C");
});

test("what is left in Lean is told by conclusions", () => {
  const detail = "leaves\n```\na : A\n\u22a2 B\n\ncase right\n\u22a2 C\n```";
  const [found] = choices({ status: "found", answer: "1", items: [item("constructor", "progress", detail)], notes: [] });
  assert.equal(found?.detail, "\u22a2 B   \u22a2 C");
});

test("long bodies are one line", () => {
  const [found] = choices({ status: "found", answer: "1", items: [item(`if x:\n    return ${"1".repeat(200)}`, "closes")], notes: [] });
  assert.match(found?.label ?? "", /^\$\(check\) if x: return 1+\.\.\.$/);
});

test("where there is nothing to choose, it is said once", () => {
  assert.equal(nothing({ status: "failed", message: "told by the server" }), "");
  assert.deepEqual(choices({ status: "stale" }), []);
  const refused = nothing({ status: "found", answer: "1", items: [item("foo", "refused")], notes: ["a note"] });
  assert.match(refused, /all that was tried is refused; a note$/);
});
