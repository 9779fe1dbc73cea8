import { MessageWriter, readFields, type Field } from "../../src/encoder/onnx/protobuf.ts";

/** Bytes with some changed, dropped, doubled or replaced by extreme ones, anywhere. */
export function mutateBytes(bytes: Uint8Array, random: () => number): Uint8Array {
  let out = Uint8Array.from(bytes);
  for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
    const at = Math.floor(random() * out.length);
    const length = 1 + Math.floor(random() * 16);
    const kind = Math.floor(random() * 5);
    if (kind === 0) out[at] = (out[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    else if (kind === 1) out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(at + length)]);
    else if (kind === 2) out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(at, at + length), ...out.subarray(at)]);
    else if (kind === 3) out = out.slice(0, at);
    else out.fill(random() < 0.5 ? 255 : 0, at, at + length);
  }
  return out;
}

const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e15,
  1e300,
  "",
  "x",
  "toString",
  "../x",
  "\ud800",
  [],
  {},
  [[]],
  { type: "Sequence" },
];

/** JSON that is still some, with one value in it dropped or replaced by an odd one. */
export function mutateJson(json: unknown, random: () => number): unknown {
  const target = { left: Math.floor(random() * countValues(json)) };
  const changed = (value: unknown): unknown => {
    if (target.left-- === 0) return ODD[Math.floor(random() * ODD.length)];
    if (Array.isArray(value)) return value.map(changed);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).flatMap(([key, inner]) =>
      target.left === 0 && random() < 0.3 ? [] : [[key, changed(inner)]],
    );
    return Object.fromEntries(entries) as unknown;
  };
  return changed(json);
}

function countValues(json: unknown): number {
  if (typeof json !== "object" || json === null) return 1;
  return 1 + Object.values(json).reduce<number>((sum, value) => sum + countValues(value), 0);
}

/** Which fields of an ONNX message are messages: model, graph, node, attribute, tensor, value, type, tensor type, shape, size. */
const MESSAGES: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  model: { 7: "graph", 8: "opset" },
  graph: { 1: "node", 5: "tensor", 11: "value", 12: "value" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor" },
  value: { 2: "type" },
  type: { 1: "tensorType" },
  tensorType: { 2: "shape" },
  shape: { 1: "size" },
};

const EXTREMES = [
  0n,
  1n,
  2n,
  7n,
  255n,
  1n << 20n,
  (1n << 31n) - 1n,
  1n << 31n,
  1n << 32n,
  1n << 62n,
  (1n << 63n) - 1n,
  (1n << 64n) - 1n,
];

/** An ONNX file that is still one, with a field somewhere in it changed, dropped or doubled: bytes alone rarely get past a parser. */
export function mutateModel(model: Uint8Array, random: () => number): Uint8Array {
  const count = countFields(model, "model");
  const target = { left: Math.floor(random() * count) };
  return rewritten(model, "model", target, random).finish();
}

function countFields(message: Uint8Array, kind: string): number {
  let count = 0;
  for (const field of readFields(message)) {
    count++;
    const inner = MESSAGES[kind]?.[field.field];
    if (inner !== undefined && field.kind === "bytes") count += countFields(field.bytes, inner);
  }
  return count;
}

function rewritten(message: Uint8Array, kind: string, target: { left: number }, random: () => number): MessageWriter {
  const out = new MessageWriter();
  for (const field of readFields(message)) {
    const isTarget = target.left-- === 0;
    const inner = MESSAGES[kind]?.[field.field];
    const change = isTarget ? Math.floor(random() * 4) : -1;
    if (change === 0) continue;
    if (change === 1) write(out, field);
    if (change >= 2) writeChanged(out, field, random);
    else if (inner !== undefined && field.kind === "bytes") out.bytes(field.field, rewritten(field.bytes, inner, target, random));
    else write(out, field);
  }
  return out;
}

function write(out: MessageWriter, field: Field): void {
  if (field.kind === "number") out.varint(field.field, field.value);
  else out.bytes(field.field, field.bytes);
}

function writeChanged(out: MessageWriter, field: Field, random: () => number): void {
  if (field.kind === "number") out.varint(field.field, EXTREMES[Math.floor(random() * EXTREMES.length)]!);
  else if (random() < 0.3) out.bytes(field.field, new Uint8Array());
  else out.bytes(field.field, mutateBytes(field.bytes, random));
}
