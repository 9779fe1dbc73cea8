import { groupByCause, type Grouping } from "../src/core/encoders/causeGroups.ts";
import { encoderOf, type Known } from "./knownEncoders.ts";

/** Columns of a page that belong together. */
export interface ColumnGroup {
  /** What their encoders have in common; null for columns of no encoder. */
  readonly value: string | null;
  readonly ids: readonly string[];
}

/** Columns put together by a cause of their encoders' cards; what is no encoder comes last. One group if by nothing. */
export function columnGroups(known: Known, ids: readonly string[], grouping: Grouping): readonly ColumnGroup[] {
  if (grouping === "none") return ids.length === 0 ? [] : [{ value: null, ids }];
  const members = ids.flatMap((id) => encoderOf(known, id) ?? []);
  const others = ids.filter((id) => !members.some((encoder) => encoder.id === id));
  return [
    ...groupByCause(members, grouping).map((group) => ({ value: group.value, ids: group.members.map(({ id }) => id) })),
    ...(others.length === 0 ? [] : [{ value: null, ids: others }]),
  ];
}

/** Columns in the order of their groups. */
export const idsInGroups = (known: Known, ids: readonly string[], grouping: Grouping): readonly string[] =>
  columnGroups(known, ids, grouping).flatMap((group) => group.ids);

/** The same columns in the order of their groups. Grouping by nothing gives back the order of `asked`. */
export function inGroups<Column>(
  known: Known,
  columns: ReadonlyMap<string, Column>,
  asked: readonly string[],
  grouping: Grouping,
): ReadonlyMap<string, Column> {
  const ids = [...asked.filter((id) => columns.has(id)), ...[...columns.keys()].filter((id) => !asked.includes(id))];
  return new Map(columnGroups(known, ids, grouping).flatMap((group) => group.ids.map((id) => [id, columns.get(id)!] as const)));
}
