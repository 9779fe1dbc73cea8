import { isKnown } from "./card.ts";
import { cardRows, type CardOwner } from "./cardTable.ts";

export interface CardTableChoice {
  /** Rows in which all say the same are left out. */
  readonly onlyDifferent: boolean;
}

/** The comparison as a table of Markdown; a row in which encoders differ says so. */
export function cardTableMarkdown(owners: readonly CardOwner[], choice: CardTableChoice): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  const [head, ...rows] = tableOf(owners, choice);
  return `${[line(head!), line(head!.map(() => "---")), ...rows.map(line)].join("\n")}\n`;
}

/** The comparison as RFC 4180 has it, with a column that says where encoders differ. */
export function cardTableCsv(owners: readonly CardOwner[], choice: CardTableChoice): string {
  return tableOf(owners, choice)
    .map((cells) => `${cells.map(quoted).join(",")}\r\n`)
    .join("");
}

const tableOf = (owners: readonly CardOwner[], { onlyDifferent }: CardTableChoice): readonly (readonly string[])[] => [
  ["", "Differs", ...owners.map(({ name }) => name)],
  ...cardRows(owners)
    .filter(({ differs }) => differs || !onlyDifferent)
    .map(({ title, differs, cells }) => [
      title,
      differs ? "≠" : "",
      ...cells.map((cell) => (isKnown(cell) ? cell.value : "unknown")),
    ]),
];

const escaped = (cell: string): string => cell.replace(/[\\|<]/g, (char) => `\\${char}`).replace(/\s+/g, " ");

/** A spreadsheet would take what begins so for a formula, and run it. */
const FORMULA = /^[=+\-@\t\r]/;

function quoted(cell: string): string {
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
