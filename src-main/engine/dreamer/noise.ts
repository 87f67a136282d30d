const stateLength = 624;
const shiftLength = 397;
const blockLength = 16;
const half = blockLength / 2;
const twoPi = Math.fround(2 * Math.PI);

/**
 * torch's CPU generator: the same seed gives the same normal numbers as `torch.randn` in float32, up to the
 * last bits of its vectorised logarithm and cosine (3e-7). Source: `engine.md` 2.3.
 */
export class TorchGenerator {
  readonly #state = new Uint32Array(stateLength);
  #next = stateLength;
  #kept: number | undefined;

  /** Only the low 32 bits of the seed count, as in torch. */
  constructor(seed: number) {
    this.#state[0] = seed % 2 ** 32;
    for (let i = 1; i < stateLength; i++) {
      const previous = this.#word(i - 1);
      this.#state[i] = Math.imul(1_812_433_253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** The next raw mt19937 word, 0 … 2^32 − 1. */
  nextWord(): number {
    if (this.#next === stateLength) this.#twist();
    let word = this.#word(this.#next++);
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  /** Normal numbers with mean 0 and deviation 1, as one `torch.randn(n)` call draws them. */
  randn(n: number): Float32Array {
    return n < blockLength ? this.#fewNormals(n) : this.#manyNormals(n);
  }

  #word(index: number): number {
    return this.#state[index] ?? 0;
  }

  #twist(): void {
    for (let i = 0; i < stateLength; i++) {
      const mixed = (this.#word(i) & 0x80000000) | (this.#word((i + 1) % stateLength) & 0x7fffffff);
      const odd = mixed & 1 ? 0x9908b0df : 0;
      this.#state[i] = this.#word((i + shiftLength) % stateLength) ^ (mixed >>> 1) ^ odd;
    }
    this.#next = 0;
  }

  #uniform24(): number {
    return (this.nextWord() & 0xffffff) / 2 ** 24;
  }

  #uniform53(): number {
    const high = this.nextWord() & 0x1fffff;
    return (high * 2 ** 32 + this.nextWord()) / 2 ** 53;
  }

  /** Below 16 values torch draws one by one in double precision and keeps the second of each pair. */
  #fewNormals(n: number): Float32Array {
    return Float32Array.from({ length: n }, () => {
      if (this.#kept !== undefined) {
        const value = this.#kept;
        this.#kept = undefined;
        return value;
      }
      const angle = 2 * Math.PI * this.#uniform53();
      const radius = Math.sqrt(-2 * Math.log(1 - this.#uniform53()));
      this.#kept = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    });
  }

  #manyNormals(n: number): Float32Array {
    const values = new Float32Array(n);
    for (let i = 0; i < n; i++) values[i] = this.#uniform24();
    const whole = n - (n % blockLength);
    for (let start = 0; start < whole; start += blockLength) boxMuller(values, start);
    if (whole < n) {
      const start = n - blockLength;
      for (let i = start; i < n; i++) values[i] = this.#uniform24();
      boxMuller(values, start);
    }
    return values;
  }
}

/** Turns sixteen uniforms into normals in place, pairing j with j + 8 and rounding to float32 as torch does. */
function boxMuller(values: Float32Array, start: number): void {
  for (let j = start; j < start + half; j++) {
    const radius = Math.fround(Math.sqrt(Math.fround(-2 * Math.fround(Math.log(1 - (values[j] ?? 0))))));
    const angle = Math.fround(twoPi * (values[j + half] ?? 0));
    values[j] = radius * Math.cos(angle);
    values[j + half] = radius * Math.sin(angle);
  }
}
