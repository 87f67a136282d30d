import { dialog, shell } from 'electron';
import { words } from './words.ts';

/** Hosts that Yurt itself links to; any other is asked about (`accounts-and-safety.md` T-THR-21). */
const knownHosts: readonly string[] = [
  'github.com',
  'aihorde.net',
  'stablehorde.net',
  'huggingface.co',
  'civitai.com',
];

/** Project page, opened from the menu. */
export const projectUrl = 'https://github.com/yurt-app/yurt';

/** A web address that may be opened: https alone, without a user's name in front of the host. */
export function readExternalUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  const isPlain = url?.protocol === 'https:' && url.username === '' && url.password === '';
  return isPlain ? url : undefined;
}

export function isKnownHost(url: URL): boolean {
  return (
    url.port === '' && knownHosts.some((host) => url.hostname === host || url.hostname === `www.${host}`)
  );
}

/** Opens a web address in the person's browser; an unknown host only after a question. */
export async function openExternal(text: string): Promise<boolean> {
  const url = readExternalUrl(text);
  if (!url) return false;
  if (!isKnownHost(url) && !(await mayOpen(url))) return false;
  await shell.openExternal(url.href);
  return true;
}

async function mayOpen(url: URL): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: words.openLink(url.host),
    detail: `${words.openLinkDetail}\n${url.href.slice(0, 300)}`,
    buttons: [words.openIt, words.cancel],
    defaultId: 1,
    cancelId: 1,
  });
  return response === 0;
}
