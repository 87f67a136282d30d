import type { User } from '#main/horde/users/index.ts';
import { baselineSpeed } from '#shared/horde/jobs/match.ts';
import type { WorkerDetails } from '#shared/horde/workers/schema.ts';
import { parseProfile, type WorkerRow } from './profile.ts';

/** Mean of a worker's kept samples, in pixelsteps a second. */
export function speedOf(samples: string): number {
  // Only the submit unit writes this column, numbers alone.
  const list = JSON.parse(samples) as readonly number[];
  const mean = list.reduce((sum, sample) => sum + sample, 0) / Math.max(1, list.length);
  return mean > 0 ? mean : baselineSpeed;
}

/** A worker as the viewer may see it (`api.md` 3.4). */
export function detailsOf(
  worker: WorkerRow,
  owner: User | undefined,
  viewer: User | undefined,
  isOnline: boolean,
): WorkerDetails {
  const profile = parseProfile(worker.profile);
  const isStaff = viewer?.isModerator ?? false;
  const isPrivileged = isStaff || viewer?.id === worker.user_id;
  return {
    type: 'image',
    name: worker.name,
    id: worker.id,
    online: isOnline,
    requests_fulfilled: worker.fulfilments,
    uncompleted_jobs: worker.uncompleted,
    kudos_rewards: (worker.reward_cents + worker.uptime_cents) / 100,
    kudos_details: {
      generated: worker.reward_cents / 100,
      uptime: Math.trunc(worker.uptime_cents / 100),
    },
    performance: `${(speedOf(worker.samples) / 1e6).toFixed(1)} megapixelsteps per second`,
    threads: profile.threads,
    uptime: Math.floor(worker.uptime / 1000),
    // A flag of the owner stands over the worker's own switch (FLG-03).
    maintenance_mode: worker.maintenance === 1 || (owner?.isFlagged ?? false),
    ...(worker.info === null || worker.info === '' ? {} : { info: escaped(worker.info) }),
    nsfw: profile.nsfw,
    trusted: owner?.isTrusted ?? false,
    flagged: owner?.isFlagged ?? false,
    team: { name: null, id: null },
    bridge_agent: profile.bridgeAgent,
    models: [...profile.models],
    max_pixels: profile.maxPixels,
    // Clients of the public horde take whole numbers only here (`worker.md` 5.1).
    megapixelsteps_generated: Math.trunc(worker.things / 1e6),
    img2img: profile.allowImg2img,
    painting: profile.allowPainting,
    'post-processing': profile.allowPostProcessing,
    lora: profile.allowLora,
    controlnet: profile.allowControlnet,
    sdxl_controlnet: profile.allowSdxlControlnet,
    ...(owner && (isPrivileged || owner.hasPublicWorkers) ? { owner: owner.alias } : {}),
    ...(isPrivileged ? { ipaddr: worker.ip } : {}),
    ...(isPrivileged && owner?.contact !== undefined ? { contact: owner.contact } : {}),
    ...(isStaff ? { paused: worker.paused === 1, suspicious: 0 } : {}),
  };
}

/** Third-party pages put this text into their markup (ACC-43). */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
