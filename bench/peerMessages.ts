/** What encode.ts asks of the peer's process. */
export type PeerMessage =
  | { readonly kind: "open"; readonly folder: string; readonly id: string; readonly precision: "fp32" | "int8" }
  | { readonly kind: "encode"; readonly texts: readonly string[]; readonly batch: number };

export const isMessage = (value: unknown): value is PeerMessage =>
  typeof value === "object" && value !== null && "kind" in value && (value.kind === "open" || value.kind === "encode");
