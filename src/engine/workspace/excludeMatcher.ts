import picomatch from "picomatch";

/**
 * Whether globs as in the editor's `files.exclude` leave out a file or folder: a pattern matches a path relative to its
 * workspace folder. The editor's own patterns are nearly all a name anywhere (`**` `/name`), which is looked up.
 */
export function excludeMatcher(globs: readonly string[]): (inside: string, name: string) => boolean {
  const names = new Set<string>();
  const rest: string[] = [];
  for (const glob of globs) {
    const name = /^\*\*\/([^/*?[\]{}()!+@\\]+)\/?$/.exec(glob)?.[1];
    if (name === undefined) rest.push(glob.replace(/^\/|\/$/g, ""));
    else names.add(name);
  }
  const matches = rest.length === 0 ? undefined : picomatch(rest, { dot: true });
  return (inside, name) => names.has(name) || matches?.(inside) === true;
}
