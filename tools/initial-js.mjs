// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The budget of `architecture.md`, compressed. */
export const initialJsBudgetBytes = 250_000;

/**
 * What the browser must load before the interface shows anything: the entry and all that it imports
 * statically, each file compressed by itself as a server would send it.
 * @param {string} folder the built renderer, with its `.vite/manifest.json`
 * @returns {{ bytes: number, files: string[] }}
 */
export function initialJavaScript(folder) {
  /** @type {Record<string, { file: string, isEntry?: boolean, imports?: string[] }>} */
  const manifest = JSON.parse(readFileSync(join(folder, '.vite', 'manifest.json'), 'utf8'));
  /** @type {Set<string>} */
  const files = new Set();
  /** @param {string} key */
  const visit = (key) => {
    const chunk = manifest[key];
    if (!chunk) throw new Error(`the manifest names no ${key}`);
    if (files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const next of chunk.imports ?? []) visit(next);
  };
  const entries = Object.keys(manifest).filter((key) => manifest[key]?.isEntry);
  if (entries.length === 0) throw new Error('the manifest names no entry');
  for (const entry of entries) visit(entry);
  const scripts = [...files].filter((file) => file.endsWith('.js'));
  const sizes = scripts.map((file) => gzipSync(readFileSync(join(folder, file))).length);
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), files: scripts };
}
