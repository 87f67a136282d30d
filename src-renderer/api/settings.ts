import { useMutation, useMutationState, useQuery, useQueryClient } from '@tanstack/react-query';
import { appRoutes } from '#shared/studio/routes.ts';
import type { Settings, SettingsPatch } from '#shared/studio/settings/schema.ts';
import { callApp } from './client.ts';
import { settingsQuery } from './queries.ts';

const changeKey = ['settings', 'change'] as const;

/**
 * The settings as the person set them: core's, with the changes that are under way on top. A change
 * that core refuses goes from here by itself. `undefined` until they were read.
 */
export function useSettings(): Settings | undefined {
  const { data } = useQuery(settingsQuery);
  const pending = useMutationState({
    filters: { mutationKey: changeKey, status: 'pending' },
    // The one mutation under this key has a patch as its variables.
    select: (mutation) => mutation.state.variables as SettingsPatch | undefined,
  });
  if (data === undefined) return undefined;
  return pending.reduce<Settings>((settings, patch) => ({ ...settings, ...patch }), data);
}

/** Changes some settings; changes follow one another in the order in which they were made. */
export function useChangeSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: changeKey,
    scope: { id: 'settings' },
    mutationFn: (patch: SettingsPatch) => callApp<Settings>('PATCH', appRoutes.settings, { body: patch }),
    onSuccess: (settings) => client.setQueryData(settingsQuery.queryKey, settings),
  });
}

/** Whether letters alone may act as shortcuts (WCAG 2.1.4 lets people switch them off); they do until it is known. */
export const useHasSingleKeys = (): boolean => useSettings()?.singleKeyShortcuts ?? true;
