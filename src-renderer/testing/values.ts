import type { Connection } from '#shared/studio/connections/schema.ts';
import type { Creation } from '#shared/studio/creations/schema.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import type { SystemInfo } from '#shared/studio/system/schema.ts';
import type { WorkerStatus } from '#shared/studio/worker/schema.ts';

/** Values of the contract for tests; each takes what differs. */

export const workerOf = (changes: Partial<WorkerStatus> = {}): WorkerStatus => ({
  state: 'idle',
  reason: null,
  models: ['Yurt Tiny'],
  job: null,
  kudosEarned: 0,
  jobsDone: 0,
  jobsFaulted: 0,
  log: [],
  ...changes,
});

export const systemOf = (changes: Partial<SystemInfo> = {}): SystemInfo => ({
  version: '1.2.3',
  host: 'headless',
  hordeUrl: 'http://127.0.0.1:7001',
  dataDir: '/data/yurt',
  notices: [],
  ...changes,
});

export const connectionOf = (changes: Partial<Connection> = {}): Connection => ({
  id: 'home',
  name: 'den',
  url: 'http://127.0.0.1:7001',
  kind: 'home',
  state: 'online',
  account: { username: 'ada#1', kudos: 1240, isAnonymous: false },
  ...changes,
});

export const creationOf = (changes: Partial<Creation> = {}): Creation => ({
  id: 'c1',
  connectionId: 'home',
  createdAt: 1,
  state: 'working',
  input: {
    prompt: 'a red fox',
    negativePrompt: '',
    model: 'Yurt Tiny',
    width: 128,
    height: 128,
    steps: 12,
    cfgScale: 5,
    sampler: 'k_euler',
    karras: true,
    count: 4,
  },
  requestId: 'r1',
  progress: {
    finished: 0,
    processing: 1,
    waiting: 3,
    restarted: 0,
    queuePosition: 0,
    etaSeconds: null,
    step: null,
    steps: null,
    previewUrl: null,
  },
  imageIds: [],
  kudos: { expected: 8, used: 0 },
  warnings: [],
  problem: null,
  ...changes,
});

export const imageOf = (changes: Partial<GalleryImage> = {}): GalleryImage => ({
  id: 'i1',
  creationId: 'c1',
  createdAt: 1,
  binnedAt: null,
  width: 128,
  height: 128,
  sizeBytes: 1000,
  fileName: 'i1.webp',
  prompt: 'a red fox',
  negativePrompt: '',
  model: 'Yurt Tiny',
  sampler: 'k_euler',
  karras: true,
  steps: 12,
  cfgScale: 5,
  seed: '7',
  hordeName: 'den',
  workerName: 'Yurt on den',
  kudos: 2,
  isCensored: false,
  notes: [],
  imageUrl: '/app/gallery/i1/image',
  thumbnailUrl: '/app/gallery/i1/thumbnail',
  ...changes,
});
