/** The real server, where there is one: what it announces is what this extension asks for. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { StreamMessageReader, StreamMessageWriter, createMessageConnection } from "vscode-jsonrpc/node";

import { Editor, Server } from "../src/names";
import { initializationOptions } from "../src/settings";

const program = process.env["HOLDFAST"] ?? "";
const manifest = JSON.parse(readFileSync("package.json", "utf8"));

test("the manifest declares the commands of the editor, and settings that are sent", () => {
  const declared = manifest.contributes.commands.map((each: { command: string }) => each.command);
  assert.deepEqual(declared.sort(), Object.values(Editor).sort());
  const known = { get: (name: string) => manifest.contributes.configuration.properties[`holdfast.${name}`]?.default };
  const sent = Object.keys(initializationOptions(known));
  const settings = Object.keys(manifest.contributes.configuration.properties).map((name) => name.slice("holdfast.".length));
  assert.deepEqual(settings.filter((name) => name !== "command" && name !== "arguments").sort(), sent.sort());
});

test("the server announces the commands that are asked for", { skip: program === "" && "HOLDFAST names no program" }, async () => {
  const cache = mkdtempSync(join(tmpdir(), "holdfast-"));
  const child = spawn(program, ["lsp", "--cache", cache], { stdio: ["pipe", "pipe", "inherit"] });
  const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  const messages: unknown[] = [];
  connection.onNotification("window/showMessage", (params) => {
    messages.push(params);
  });
  connection.listen();
  const known = { get: (name: string) => manifest.contributes.configuration.properties[`holdfast.${name}`]?.default };
  const options = initializationOptions(known);
  const found: { capabilities: Record<string, any> } = await connection.sendRequest("initialize", {
    processId: process.pid, rootUri: null, capabilities: {}, initializationOptions: options,
  });
  assert.deepEqual([...found.capabilities["executeCommandProvider"].commands].sort(), Object.values(Server).sort());
  assert.equal(found.capabilities["positionEncoding"], "utf-16");
  assert.ok(found.capabilities["completionProvider"] && found.capabilities["codeLensProvider"]);
  const uri = "file:///nowhere/a.v";
  const text = "Lemma a : True.\nAdmitted.\n";
  await connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "coq", version: 1, text } });
  const lenses: { command: { command: string } }[] = await connection.sendRequest("textDocument/codeLens", { textDocument: { uri } });
  assert.deepEqual(lenses.map((lens) => lens.command.command), [Server.prove, Server.suggest]);
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  const code = await new Promise((resolve) => child.on("exit", resolve));
  connection.dispose();
  assert.equal(code, 0);
  assert.deepEqual(messages, []);
});
