import { request } from "../../../src/protocol/contract.ts";

export const double = request<Float32Array, Float32Array>("double");
export const nothing = request<null, null>("nothing");
export const fail = request<null, null>("fail");
export const hang = request<null, null>("hang");
export const wait = request<null, null>("wait");
export const environment = request<null, readonly string[]>("environment");
export const workingDirectory = request<null, { readonly path: string; readonly entries: readonly string[] }>("workingDirectory");
