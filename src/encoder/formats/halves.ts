/**
 * Half precision by arithmetic on bits: Node has Float16Array only lately, and where it has, the encoder process takes it
 * away (see main.ts). Source of the formats: IEEE 754-2019, section 3.4
 */

/** The nearest half of a number, as its 16 bits; ties go to the even one. */
export function halfBits(value: number): number {
  PATTERN.setFloat64(0, value);
  const high = PATTERN.getUint32(0);
  const sign = (high >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return sign | 0x7e00;
  if (size >= HALF_OVERFLOW) return sign | 0x7c00;
  if (size < HALF_NORMAL) return sign | evenRound(size * 2 ** 24);
  const exponent = ((high >>> 20) & 0x7ff) - 1023;
  // A carry out of the fraction raises the exponent, as it should.
  return sign | (((exponent + 15) << 10) + evenRound(size * 2 ** (10 - exponent)) - 1024);
}

export const halfBitsOf = (values: ArrayLike<number>): Uint16Array => Uint16Array.from(values, halfBits);

export const singleOfHalf = (bits: number): number => singles()[bits]!;

export function singlesOfHalves(halves: Uint16Array): Float32Array {
  const table = singles();
  const out = new Float32Array(halves.length);
  for (let at = 0; at < out.length; at++) out[at] = table[halves[at]!]!;
  return out;
}

/** BF16, the "brain" half, is the upper half of a single. */
export function singlesOfBrainHalves(halves: Uint16Array): Float32Array {
  const out = new Uint32Array(halves.length);
  for (let at = 0; at < out.length; at++) out[at] = halves[at]! << 16;
  return new Float32Array(out.buffer);
}

/** From here on a number rounds to infinity. */
const HALF_OVERFLOW = 65_520;
/** Below, all halves are equally far apart. */
const HALF_NORMAL = 2 ** -14;

const PATTERN = new DataView(new ArrayBuffer(8));

/** To the nearest whole number, ties to the even one, as IEEE 754 and NumPy round. */
export function evenRound(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

let known: Float32Array | undefined;

/** The value of every half, by its bits. */
function singles(): Float32Array {
  known ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const size =
      exponent === 31
        ? fraction === 0
          ? Infinity
          : NaN
        : exponent === 0
          ? fraction * 2 ** -24
          : (1024 + fraction) * 2 ** (exponent - 25);
    return bits >= 0x8000 ? -size : size;
  });
  return known;
}
