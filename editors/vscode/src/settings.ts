/** What the user has chosen, as the server wants it. No editor is needed to test this. */

/** Where settings are read from; `vscode.WorkspaceConfiguration` is one. */
export interface Configuration {
  get(name: string): unknown;
}

/** A program and its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

const SENT = ["budget", "suggestions", "wait", "completion", "lenses", "diagnostics"] as const;

/** How to start the server. Throws an error that names the setting where that is no command. */
export function command(configuration: Configuration): Command {
  const [program, ...args] = words(configuration, "command", ["holdfast"]);
  if (program === undefined) {
    throw new Error('The setting holdfast.command is empty: write a list such as ["holdfast"].');
  }
  return { program, args: [...args, "lsp", ...words(configuration, "arguments", [])] };
}

function words(configuration: Configuration, name: string, usual: readonly string[]): readonly string[] {
  const found = configuration.get(name) ?? usual;
  if (!Array.isArray(found) || !found.every((word) => typeof word === "string" && word !== "")) {
    throw new Error(`The setting holdfast.${name} is no list of words: write one such as ["holdfast"].`);
  }
  return found;
}

/** What is sent with `initialize`: settings that are set, under the names that the server knows. */
export function initializationOptions(configuration: Configuration): Record<string, unknown> {
  const known = SENT.map((name) => [name, configuration.get(name)] as const);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}

/** A sentence for a server that does not start. */
export function advice(error: unknown, program: string): string {
  const said = error instanceof Error ? error.message : String(error);
  return /ENOENT/.test(said)
    ? `Holdfast: there is no program ${program}. Install it with: pip install 'holdfast[lsp]', or set holdfast.command.`
    : `Holdfast does not start: ${said}`;
}
