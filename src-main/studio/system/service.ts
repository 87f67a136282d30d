import type { AppFastify } from '#main/server/fastify-base.ts';
import type { EventHub } from '#main/studio/events/index.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import { SystemInfo, type SystemNotice } from '#shared/studio/system/schema.ts';

/** Facts about this Yurt and what needs the person's eye. */
export interface SystemService {
  info(): SystemInfo;
  /** Shows a notice; one of the same code and details is not repeated. */
  addNotice(notice: SystemNotice): void;
}

export function createSystemService(deps: {
  version: string;
  host: SystemInfo['host'];
  dataDir: string;
  /** Base address of the home horde, which is known once it listens. */
  hordeUrl: () => string;
  events: EventHub;
}): SystemService {
  const notices: SystemNotice[] = [];
  return {
    info: () => ({
      version: deps.version,
      host: deps.host,
      hordeUrl: deps.hordeUrl(),
      dataDir: deps.dataDir,
      notices: [...notices],
    }),
    addNotice: (notice) => {
      const text = JSON.stringify(notice);
      if (notices.some((known) => JSON.stringify(known) === text)) return;
      notices.push(notice);
      deps.events.publish({ type: 'noticeAdded', notice });
    },
  };
}

export function systemRoutes(service: SystemService) {
  return (app: AppFastify): void => {
    app.get(appRoutes.system, { schema: { response: { 200: SystemInfo } } }, () => service.info());
  };
}
