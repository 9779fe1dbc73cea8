/** Something that must be released exactly once. Same shape as vscode.Disposable: core may not import vscode. */
export interface Disposable {
  dispose(): void;
}
