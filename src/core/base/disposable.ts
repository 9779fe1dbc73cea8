/** Something that must be released exactly once. Same shape as vscode.Disposable: core may not import vscode. */
export interface Disposable {
  dispose(): void;
}

/** Owns disposables and releases them together, newest first. Once disposed, anything added later is released at once. */
export class DisposableStore implements Disposable {
  readonly #items: Disposable[] = [];
  #disposed = false;

  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.push(item);
    return item;
  }

  dispose(): void {
    this.#disposed = true;
    for (const item of this.#items.splice(0).reverse()) item.dispose();
  }
}
