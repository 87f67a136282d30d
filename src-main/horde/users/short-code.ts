import { keepNewest } from '#shared/common/keep-newest.ts';
import type { InvitePreset } from '#shared/horde/users/invites.ts';

/** Without letters and digits that are mistaken for others. */
const alphabet = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const codeLength = 6;
const lastsMs = 10 * 60_000;
const triesOfAddress = 5;
const triesInAll = 20;
const maxAddresses = 1000;

export interface ShortInvite {
  readonly preset: InvitePreset;
  /** Who shows it. */
  readonly actorId: number;
}

interface Shown extends ShortInvite {
  readonly code: string;
  readonly until: number;
  wrong: number;
  isTaken: boolean;
  readonly wrongOf: Map<string, number>;
}

/** Whether a code was typed from a screen, and is not the long one of a link. */
export function isShortCode(code: string): boolean {
  return normal(code).length === codeLength;
}

/**
 * The one code that people type while the host's page shows it: ten minutes, one use, ended by 5 wrong
 * tries of an address for that address, and by 20 in all (`decisions.md` 40). It lives in memory alone.
 */
export class ShortCodes {
  readonly #randomBytes: (count: number) => Uint8Array;
  #shown: Shown | undefined;

  constructor(randomBytes: (count: number) => Uint8Array) {
    this.#randomBytes = randomBytes;
  }

  /** Shows a new code in place of the one before. @returns as it is read, e.g. `4F7-K2Q` */
  open(invite: ShortInvite, now: number): { code: string; until: number } {
    const code = this.#draw();
    const until = now + lastsMs;
    this.#shown = { ...invite, code, until, wrong: 0, isTaken: false, wrongOf: new Map() };
    return { code: `${code.slice(0, 3)}-${code.slice(3)}`, until };
  }

  close(): void {
    this.#shown = undefined;
  }

  /** Takes the code for one registration; `giveBack` when that fails. */
  take(code: string, ip: string, now: number): (ShortInvite & { giveBack(): void }) | undefined {
    const shown = this.#shown;
    if (!shown || shown.isTaken || shown.until <= now) return undefined;
    const wrongOfAddress = shown.wrongOf.get(ip) ?? 0;
    if (wrongOfAddress >= triesOfAddress || shown.wrong >= triesInAll) return undefined;
    if (normal(code) !== shown.code) {
      shown.wrong += 1;
      shown.wrongOf.set(ip, wrongOfAddress + 1);
      keepNewest(shown.wrongOf, maxAddresses);
      return undefined;
    }
    shown.isTaken = true;
    return { preset: shown.preset, actorId: shown.actorId, giveBack: () => (shown.isTaken = false) };
  }

  #draw(): string {
    let code = '';
    while (code.length < codeLength) {
      for (const byte of this.#randomBytes(codeLength * 2)) {
        // Bytes beyond the last whole round of the alphabet would favour its first letters.
        if (byte < alphabet.length * 8 && code.length < codeLength) code += alphabet[byte % alphabet.length];
      }
    }
    return code;
  }
}

function normal(code: string): string {
  return code.toUpperCase().replaceAll(/[\s-]/g, '');
}
