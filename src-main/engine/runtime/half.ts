const view = new DataView(new ArrayBuffer(4));
const infinityBits = 0x7c00;
const nanBits = 0x7e00;
/** Float32 bits from which rounding reaches infinity (65520), and below which halves are subnormal (2^-14). */
const overflowBits = 0x477ff000;
const normalBits = 0x38800000;

/** Bits of the nearest half-precision number, ties to even; NaN and infinities stay what they are. */
export function floatToHalf(value: number): number {
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | nanBits;
  if (magnitude >= overflowBits) return sign | infinityBits;
  if (magnitude < normalBits) return sign | roundToEven(Math.abs(value) * 2 ** 24);
  const rebased = magnitude - 0x38000000;
  return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The number that half-precision bits stand for. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
