import type { HelloParams } from "../protocol/engine.ts";
import { badRequest } from "../protocol/errors.ts";

/** The folders of encoders that the user may add to and take from: all but the installation's, which comes first. */
export const usersFolders = ({ encoderFolders }: Pick<HelloParams, "encoderFolders">): readonly string[] =>
  encoderFolders.slice(1);

/** Throws `badRequest` for a folder that is none of the user's. */
export function checkUsersFolder(hello: Pick<HelloParams, "encoderFolders">, folder: string): void {
  if (!usersFolders(hello).includes(folder)) throw badRequest("Encoders are kept in the engine's own folders only.");
}
