/**
 * The routes of the studio under /app, in one place for core and interface. All take and give JSON
 * but pictures (`image/webp`) and the event stream (`text/event-stream`). Errors are `Problem`.
 *
 * GET    /app/system                        SystemInfo
 * GET    /app/events                        stream of StudioEvent, each with an id; `Last-Event-ID` resumes
 * GET    /app/settings                      Settings
 * PATCH  /app/settings                      SettingsPatch → Settings
 * GET    /app/connections                   ConnectionList
 * GET    /app/models                        StudioModelList of the home horde
 * GET    /app/drafts/create                 StoredDraft
 * PUT    /app/drafts/create                 CreateDraft → StoredDraft
 * GET    /app/creations                     CreationList, newest first, at most 50 and all that run
 * POST   /app/creations                     CreationInput → 201 Creation (stored before it is sent)
 * POST   /app/creations/estimate            CreationInput → CreationEstimate
 * GET    /app/creations/:id                 Creation
 * POST   /app/creations/:id/cancel          Creation (keeps what is finished)
 * POST   /app/creations/:id/retry           201 Creation: the same input again
 * DELETE /app/creations/:id                 204: the card goes, pictures stay; 409 while it runs
 * GET    /app/creations/:id/preview         latest preview as image/webp; 404 without one
 * GET    /app/gallery?cursor&limit&bin      GalleryPage
 * GET    /app/gallery/:id                   GalleryImage
 * GET    /app/gallery/:id/image             image/webp (?download=1 sends it as an attachment)
 * GET    /app/gallery/:id/thumbnail         image/webp
 * DELETE /app/gallery/:id                   204: erased for good; 409 unless it is in the bin
 * POST   /app/gallery/:id/bin               GalleryImage
 * POST   /app/gallery/:id/restore           GalleryImage
 * GET    /app/worker                        WorkerStatus
 * POST   /app/worker/pause                  WorkerStatus
 * POST   /app/worker/resume                 WorkerStatus
 */
export const appRoutes = {
  system: '/app/system',
  events: '/app/events',
  settings: '/app/settings',
  connections: '/app/connections',
  models: '/app/models',
  createDraft: '/app/drafts/create',
  creations: '/app/creations',
  estimate: '/app/creations/estimate',
  creation: (id: string) => `/app/creations/${id}`,
  cancelCreation: (id: string) => `/app/creations/${id}/cancel`,
  retryCreation: (id: string) => `/app/creations/${id}/retry`,
  creationPreview: (id: string) => `/app/creations/${id}/preview`,
  gallery: '/app/gallery',
  galleryImage: (id: string) => `/app/gallery/${id}`,
  galleryFile: (id: string) => `/app/gallery/${id}/image`,
  galleryThumbnail: (id: string) => `/app/gallery/${id}/thumbnail`,
  binImage: (id: string) => `/app/gallery/${id}/bin`,
  restoreImage: (id: string) => `/app/gallery/${id}/restore`,
  worker: '/app/worker',
  pauseWorker: '/app/worker/pause',
  resumeWorker: '/app/worker/resume',
} as const;
