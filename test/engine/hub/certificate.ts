import { generateKeyPairSync, sign } from "node:crypto";

/** A certificate that signs itself, for one name and a day, with its key; PEM. Written by hand, as Node makes none. */
export function certificateFor(name: string): { readonly certificate: string; readonly key: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const day = 86_400_000;
  const common = sequence(wrapped(0x31, sequence(oid(0x55, 0x04, 0x03), wrapped(0x0c, Buffer.from(name)))));
  const subjectAltName = sequence(oid(0x55, 0x1d, 0x11), wrapped(0x04, sequence(wrapped(0x82, Buffer.from(name)))));
  const toSign = sequence(
    wrapped(0xa0, integer(2)),
    integer(1),
    ECDSA_SHA256,
    common,
    sequence(time(Date.now() - day), time(Date.now() + day)),
    common,
    publicKey.export({ type: "spki", format: "der" }),
    wrapped(0xa3, sequence(subjectAltName)),
  );
  const signature = sign("sha256", toSign, privateKey);
  const der = sequence(toSign, ECDSA_SHA256, wrapped(0x03, Buffer.concat([Buffer.of(0), signature])));
  const lines = der.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

function wrapped(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.of(tag, ...head), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => wrapped(0x30, ...parts);
const integer = (value: number): Buffer => wrapped(0x02, Buffer.of(value));
const oid = (...bytes: readonly number[]): Buffer => wrapped(0x06, Buffer.from(bytes));
const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const time = (ms: number): Buffer => wrapped(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/\D/g, "")}Z`));
