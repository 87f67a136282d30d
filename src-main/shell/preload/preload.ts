import { contextBridge, ipcRenderer } from 'electron';
import { desktopApiName } from '#shared/desktop-api/desktop-api.ts';
import { createDesktopApi } from './desktop-api.ts';

/** The shell hands facts to a sandboxed page as arguments. */
const argument = (name: string): string =>
  process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '';

contextBridge.exposeInMainWorld(
  desktopApiName,
  createDesktopApi({ version: argument('yurt-version'), platform: process.platform }, (channel, value) =>
    ipcRenderer.invoke(channel, value),
  ),
);
