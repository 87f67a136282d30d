import { channelOf, type DesktopApi, type DesktopCalls } from '#shared/desktop-api/desktop-api.ts';

/** The page's end of the bridge: one function for each call, no way to name another channel. */
export function createDesktopApi(
  facts: Pick<DesktopApi, 'version' | 'platform'>,
  invoke: (channel: string, argument: unknown) => Promise<unknown>,
): DesktopApi {
  // The shell's handlers are typed by the same table: what answers a channel gives that call's type.
  const call = <Name extends keyof DesktopCalls>(name: Name): DesktopCalls[Name] =>
    ((argument: unknown) => invoke(channelOf(name), argument)) as DesktopCalls[Name];
  return {
    ...facts,
    showInFolder: call('showInFolder'),
    savePicture: call('savePicture'),
    notifyFinished: call('notifyFinished'),
    openExternal: call('openExternal'),
  } satisfies DesktopApi;
}
