/** Suggestions as a list to choose from. No editor is needed to test this. */

/** What `holdfast.suggestions` hands back. */
export type Answer =
  | { status: "found"; answer: string; items: Item[]; notes: string[] }
  | { status: "stale" | "cancelled" | "failed"; message?: string };

/** One step, with what the checker says of it. */
export interface Item {
  text: string;
  label: string;
  verdict: "closes" | "progress" | "undecided" | "unchecked" | "refused";
  reason: string;
  message: string;
  detail: string;
  /** An edit of a workspace, as the protocol has it. */
  edit: unknown;
}

/** A line of the list. */
export interface Choice {
  label: string;
  description: string;
  detail: string;
  item: Item;
}

const ICONS: Record<Item["verdict"], string> = {
  closes: "$(check)",
  progress: "$(arrow-right)",
  undecided: "$(question)",
  unchecked: "$(question)",
  refused: "$(x)",
};
const SAID: Record<Item["verdict"], string> = {
  closes: "closes the goal",
  progress: "makes progress",
  undecided: "undecided",
  unchecked: "unchecked",
  refused: "refused",
};

/** The list in the server's order, without what is refused; none where there is nothing to choose. */
export function choices(answer: Answer): Choice[] {
  if (answer.status !== "found") {
    return [];
  }
  const held = answer.items.filter((item) => item.verdict !== "refused");
  return held.map((item) => ({
    label: `${ICONS[item.verdict]} ${oneLine(item.text)}`,
    description: SAID[item.verdict],
    detail: item.verdict === "progress" ? conclusions(item.detail) : "",
    item,
  }));
}

/** What to say where there is nothing to choose; empty where the server has said it. */
export function nothing(answer: Answer): string {
  if (answer.status !== "found") {
    return "";
  }
  const refused = answer.items.length > 0 ? "; all that was tried is refused" : "";
  return ["Holdfast: no step that holds here was found" + refused, ...answer.notes].join("; ");
}

function oneLine(text: string): string {
  const line = text.split(/\s+/).join(" ").trim();
  return line.length <= 100 ? line : `${line.slice(0, 97)}...`;
}

/** What is left to prove: the line behind each bar, or each turnstile of Lean. */
function conclusions(detail: string): string {
  const found = [...detail.matchAll(/(?:={4,}\n|^\u22a2 )(.*)/gm)].map((match) => `\u22a2 ${match[1] ?? ""}`);
  return found.slice(0, 3).join("   ");
}
