import picomatch from "picomatch";

const GLOB = /[*?[\]{}]|[!+@]\(/;

/**
 * Whether a shown path is let through: by a glob over the whole path or over its end, or by a plain word anywhere in it; `!` turns it
 * round. None looks at case, since people type what they remember.
 */
export function pathFilter(pattern: string): (path: string) => boolean {
  // As Windows writes paths; before a glob's character a backslash takes its meaning away.
  const wanted = pattern.trim().replace(/\\(?![*?[\]{}()!+@])/g, "/");
  if (wanted === "") return () => true;
  if (wanted.startsWith("!") && !wanted.startsWith("!(")) {
    const without = pathFilter(wanted.slice(1));
    return (path) => !without(path);
  }
  if (!GLOB.test(wanted)) {
    const word = wanted.toLowerCase();
    return (path) => path.toLowerCase().includes(word);
  }
  const options = { nocase: true, dot: true };
  // *.ts means the files of that name in every folder, as in the editor's own search.
  const globs = wanted.startsWith("/") || wanted.startsWith("**") ? [wanted.replace(/^\//, "")] : [wanted, `**/${wanted}`];
  return picomatch(
    globs.flatMap((glob) => (glob.endsWith("/") ? [`${glob}**`] : [glob])),
    options,
  );
}
