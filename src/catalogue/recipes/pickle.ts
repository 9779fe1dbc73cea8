/** A value of a pickle. What Python would look up or call is kept as data: nothing is run. */
export type Pickled =
  | string
  | number
  | bigint
  | boolean
  | null
  | Pickled[]
  | Map<Pickled, Pickled>
  | { readonly global: string }
  | { readonly called: string; readonly with: readonly Pickled[] }
  /** Something that lies elsewhere in the file, by whatever names it. */
  | { readonly stored: Pickled };

/**
 * Reads one pickle of protocol 2 that begins at `start`; returns it with the place behind it. Knows only what the weights of
 * PyTorch need, and throws on all else. Source of the format: Python's pickletools.
 */
export function readPickle(bytes: Uint8Array, start: number): { readonly value: Pickled; readonly end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: Pickled[] = [];
  const marks: number[] = [];
  const memory = new Map<number, Pickled>();
  let at = start;
  const skip = (count: number): number => (at += count) - count;
  const byte = (): number => view.getUint8(skip(1));
  const pop = (): Pickled => {
    const value = stack.pop();
    if (value === undefined) throw new Error("a pickle takes what is not there");
    return value;
  };
  const popToMark = (): Pickled[] => stack.splice(marks.pop() ?? stack.length);
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    return new TextDecoder().decode(bytes.subarray(skip(end + 1 - at), end));
  };
  const setItems = (items: readonly Pickled[]): void => {
    const map = stack.at(-1);
    if (!(map instanceof Map)) throw new Error("a pickle fills what is no table");
    for (let index = 0; index + 1 < items.length; index += 2) map.set(items[index]!, items[index + 1]!);
  };
  const operations: Readonly<Record<number, () => void>> = {
    [0x80]: () => skip(1),
    [0x8a]: () => {
      const length = byte();
      let value = 0n;
      for (let index = length - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[at + index]!);
      skip(length);
      stack.push(value);
    },
    [code("J")]: () => stack.push(view.getInt32(skip(4), true)),
    [code("K")]: () => stack.push(byte()),
    [code("M")]: () => stack.push(view.getUint16(skip(2), true)),
    [code("X")]: () => {
      const length = view.getUint32(skip(4), true);
      stack.push(new TextDecoder().decode(bytes.subarray(skip(length), at)));
    },
    [code("N")]: () => stack.push(null),
    [0x88]: () => stack.push(true),
    [0x89]: () => stack.push(false),
    [code("}")]: () => stack.push(new Map()),
    [code("]")]: () => stack.push([]),
    [code(")")]: () => stack.push([]),
    [code("(")]: () => marks.push(stack.length),
    [code("t")]: () => stack.push(popToMark()),
    [0x85]: () => stack.push([pop()]),
    [0x86]: () => stack.push([pop(), pop()].reverse()),
    [code("e")]: () => {
      const items = popToMark();
      const list = stack.at(-1);
      if (!Array.isArray(list)) throw new Error("a pickle fills what is no list");
      list.push(...items);
    },
    [code("s")]: () => {
      setItems([pop(), pop()].reverse());
    },
    [code("u")]: () => {
      setItems(popToMark());
    },
    [code("q")]: () => memory.set(byte(), stack.at(-1)!),
    [code("r")]: () => memory.set(view.getUint32(skip(4), true), stack.at(-1)!),
    [code("h")]: () => stack.push(memory.get(byte()) ?? null),
    [code("j")]: () => stack.push(memory.get(view.getUint32(skip(4), true)) ?? null),
    [code("c")]: () => stack.push({ global: `${line()}.${line()}` }),
    [code("R")]: () => {
      const parts = pop();
      const what = pop();
      if (!Array.isArray(parts) || typeof what !== "object" || what === null || !("global" in what))
        throw new Error("a pickle calls what is no function");
      stack.push(what.global === "collections.OrderedDict" ? new Map() : { called: what.global, with: parts });
    },
    [code("Q")]: () => stack.push({ stored: pop() }),
    // Attributes beside the contents; weights have none that matter.
    [code("b")]: () => void pop(),
  };
  for (;;) {
    const operation = byte();
    if (operation === code(".")) return { value: pop(), end: at };
    const run = operations[operation];
    if (run === undefined) throw new Error(`a pickle uses operation ${String(operation)}, which is not known here`);
    run();
  }
}

function code(character: string): number {
  return character.charCodeAt(0);
}
