import * as vscode from "vscode";
import {
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  TransportKind,
  type WorkspaceEdit,
} from "vscode-languageclient/node";

import { type Answer, choices, nothing } from "./choices";
import { Editor, Server } from "./names";
import { advice, command, initializationOptions } from "./settings";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const register = (name: string, run: () => Promise<unknown>): void => {
    context.subscriptions.push(vscode.commands.registerCommand(name, run));
  };
  register(Editor.suggest, () => atCursor((place) => suggest(place)));
  register(Editor.prove, () => atCursor((place) => vscode.commands.executeCommand(Server.prove, place)));
  register(Editor.audit, () => atCursor(({ uri }) => vscode.commands.executeCommand(Server.audit, { uri })));
  register(Editor.restart, restart);
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("holdfast")) {
        void restart();
      }
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  const old = client;
  client = undefined;
  await old?.stop();
}

async function restart(): Promise<void> {
  await deactivate();
  await start();
}

async function start(): Promise<void> {
  const configuration = vscode.workspace.getConfiguration("holdfast");
  let program = "holdfast";
  try {
    const chosen = command(configuration);
    program = chosen.program;
    const started = new LanguageClient("holdfast", "Holdfast", server(chosen), options(configuration));
    await started.start();
    client = started;
  } catch (error) {
    void vscode.window.showErrorMessage(advice(error, program));
  }
}

function server(chosen: { program: string; args: readonly string[] }): ServerOptions {
  return { command: chosen.program, args: [...chosen.args], transport: TransportKind.stdio };
}

function options(configuration: vscode.WorkspaceConfiguration): LanguageClientOptions {
  return {
    documentSelector: ["coq", "rocq", "lean4", "python"].flatMap((language) => [
      { language, scheme: "file" },
      { language, scheme: "untitled" },
    ]),
    initializationOptions: initializationOptions(configuration),
    middleware: {
      // The server can only ask with a message; this editor has a list.
      executeCommand: (name, args, next) => (name === Server.suggest ? suggest(args[0]) : next(name, args)),
    },
  };
}

interface Place {
  uri: string;
  position: { line: number; character: number };
}

async function atCursor(run: (place: Place) => Thenable<unknown> | Promise<unknown>): Promise<unknown> {
  const editor = vscode.window.activeTextEditor;
  if (client === undefined || editor === undefined) {
    return undefined;
  }
  const position = client.code2ProtocolConverter.asPosition(editor.selection.active);
  return run({ uri: client.code2ProtocolConverter.asUri(editor.document.uri), position });
}

async function suggest(place: unknown): Promise<void> {
  const asked = client;
  if (asked === undefined) {
    return;
  }
  const answer = (await vscode.commands.executeCommand(Server.suggestions, place)) as Answer;
  const found = choices(answer);
  if (found.length === 0) {
    const said = nothing(answer);
    if (said !== "") {
      void vscode.window.showInformationMessage(said);
    }
    return;
  }
  const chosen = await vscode.window.showQuickPick(found, { title: "Holdfast", matchOnDetail: true });
  if (chosen !== undefined) {
    // The edit names the version that it is for: on a text that went on it is not carried out.
    const edit = await asked.protocol2CodeConverter.asWorkspaceEdit(chosen.item.edit as WorkspaceEdit);
    if (!stillFor(chosen.item.edit as WorkspaceEdit) || !(await vscode.workspace.applyEdit(edit))) {
      void vscode.window.showWarningMessage("Holdfast: the text was changed meanwhile: ask again.");
    } else if (answer.status === "found") {
      const uri = (place as Place).uri;
      await vscode.commands.executeCommand(Server.accepted, { uri, answer: answer.answer, text: chosen.item.text });
    }
  }
}

/** Whether every document still has the version that an edit is for. */
function stillFor(edit: WorkspaceEdit): boolean {
  return (edit.documentChanges ?? []).every((change) => {
    if (!("textDocument" in change)) {
      return false;
    }
    const { uri, version } = change.textDocument;
    const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
    return version === null || open?.version === version;
  });
}
