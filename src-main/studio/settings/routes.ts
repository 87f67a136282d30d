import type { AppFastify } from '#main/server/fastify-base.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import { Settings, SettingsPatch } from '#shared/studio/settings/schema.ts';
import type { SettingsService } from './service.ts';

export function settingsRoutes(service: SettingsService) {
  return (app: AppFastify): void => {
    app.get(appRoutes.settings, { schema: { response: { 200: Settings } } }, () => service.get());
    app.patch(
      appRoutes.settings,
      { schema: { body: SettingsPatch, response: { 200: Settings } } },
      (request) => service.change(request.body),
    );
  };
}
