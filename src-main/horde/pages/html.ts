import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** Markup that was made by `markup`, or that another feature vouches for: it is not escaped again. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | undefined | readonly Markup[];

/**
 * A template whose values are escaped wherever they stand; attributes are written in double quotes. Not
 * called `html`: formatters would move blanks about in it, and a style has to stay as its digest knows it.
 */
export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(texts.reduce((whole, text, at) => whole + markupOf(parts[at - 1]) + text));
}

function markupOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map((one) => one.text).join('');
  return String(part).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{max-width:34rem;margin:2rem auto;padding:0 1rem}
label{display:block;margin:1rem 0 .25rem}
input:not([type=checkbox]){box-sizing:border-box;width:100%;padding:.5rem;font:inherit}
button{margin-top:1rem;padding:.5rem 1rem;font:inherit}
code{font-size:1.1rem;overflow-wrap:anywhere;user-select:all}
[role=alert]{border-left:4px solid #b3261e;padding-left:.75rem}
[role=status]{border-left:4px solid #1b7f3b;padding-left:.75rem}`;

const styleDigest = createHash('sha256').update(style).digest('base64');

/** Nothing but the page itself, its one style and its own forms (`accounts-and-safety.md` ACC-27). */
const headers = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleDigest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Without any referrer browsers send forms with the origin "null", which no check can tell from a stranger's.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Sends a page. */
export function sendPage(
  reply: FastifyReply,
  page: { readonly title: string; readonly body: Markup; readonly status?: number },
): FastifyReply {
  const document = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${page.title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
<h1>${page.title}</h1>
${page.body}
</main>
</body>
</html>
`;
  return reply
    .code(page.status ?? 200)
    .headers(headers)
    .type('text/html; charset=utf-8')
    .send(document.text);
}
