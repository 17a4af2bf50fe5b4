/** The server's commands: its own names, which a test compares with those that it announces. */
export const Server = {
  suggest: "holdfast.suggest",
  suggestions: "holdfast.suggestions",
  accepted: "holdfast.accepted",
  prove: "holdfast.prove",
  audit: "holdfast.audit",
} as const;

/** The commands that this extension adds to the editor. */
export const Editor = {
  suggest: "holdfast.suggestHere",
  prove: "holdfast.proveHere",
  audit: "holdfast.auditFile",
  restart: "holdfast.restart",
} as const;
