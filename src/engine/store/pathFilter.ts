import picomatch from "picomatch";

/**
 * What `SearchFilter.path` lets through: a plain word anywhere in the path, in any case; else a glob, which without
 * a slash is one over file names.
 */
export function pathFilter(pattern: string): (path: string) => boolean {
  if (!/[*?[\]{}!]/.test(pattern)) {
    const word = pattern.toLowerCase();
    return (path) => path.toLowerCase().includes(word);
  }
  return picomatch(pattern, { dot: true, basename: !pattern.includes("/") });
}
