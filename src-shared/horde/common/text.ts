/** Characters of a name that are neither seen nor harmless: controls, bidirectional marks, zero-width, markup. */
const forbiddenInNames = /[\p{C}<>&"]/u;

/**
 * A display name as it is stored: NFC, trimmed, one blank at a time; undefined when nothing is left of it
 * or it holds characters that no name may hold (`accounts-and-safety.md` ACC-42).
 */
export function cleanName(typed: string): string | undefined {
  const name = typed.normalize('NFC').trim().replaceAll(/\s+/gu, ' ');
  return name === '' || forbiddenInNames.test(name) ? undefined : name;
}

/** A longer text as it is stored: its lines stay, every other control character goes (ACC-43). */
export function plainText(typed: string): string {
  return typed.replaceAll(/[^\P{Cc}\n]/gu, '').trim();
}

/**
 * A text that a worker made, as its requester gets it: lines, tabs and blanks stay, every other control
 * character goes, since it could move the terminal or the page that shows it (T-THR-38).
 */
export function inertText(made: string): string {
  return made.replaceAll(/[^\P{Cc}\n\t]/gu, '');
}

/** A stored text for pages that insert it into their markup (ACC-43). */
export function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
