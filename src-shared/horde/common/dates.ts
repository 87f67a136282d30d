/** A time in milliseconds since the epoch as the API writes dates, e.g. `Tue, 01 Jan 2030 00:00:00 -0000` (`api.md` 0). */
export function rfc822(milliseconds: number): string {
  return new Date(milliseconds).toUTCString().replace('GMT', '-0000');
}
