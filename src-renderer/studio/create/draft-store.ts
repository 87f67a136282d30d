import { create } from 'zustand';
import { callApp } from '#ui/api/client.ts';
import type { CreationInput } from '#shared/studio/creations/schema.ts';
import type { CreateDraft } from '#shared/studio/drafts/schema.ts';
import type { GalleryImage } from '#shared/studio/gallery/schema.ts';
import type { StudioModel } from '#shared/studio/models/schema.ts';
import { appRoutes } from '#shared/studio/routes.ts';
import { createAutosave } from './autosave.ts';
import {
  emptyDraft,
  isDraft,
  type ModelField,
  type Quality,
  randomSeed,
  withFields,
  withInput,
  withModel,
  withQuality,
  withSeed,
} from './draft.ts';
import { settingsOfImage } from './image-settings.ts';

/** Time after the last change at which the draft is saved (`ux.md` 2.4). */
const saveDelayMs = 400;

/** Under this name the tab itself keeps its draft. */
const tabKey = 'yurt.create.draft';

interface ModelChange {
  readonly before: CreateDraft;
  readonly changed: readonly ModelField[];
}

interface DraftState {
  readonly draft: CreateDraft;
  /** Whether the stored draft has been read; nothing is saved before. */
  readonly isLoaded: boolean;
  /** What was changed before that: it is laid over the stored draft. */
  readonly early: Partial<CreationInput>;
  /** The last change of model, for the line that offers to take it back. */
  readonly modelChange: ModelChange | undefined;
}

/**
 * The form of the Create screen: state of this tab until it is sent. Each tab keeps its own draft over
 * a reload; core keeps the last change of all tabs, which a new tab, or Yurt after a restart, begins with.
 */
export const useDraftStore = create<DraftState>(() => ({
  draft: emptyDraft,
  isLoaded: false,
  early: {},
  modelChange: undefined,
}));

const autosave = createAutosave<CreateDraft>((draft, isLast) => {
  // A failed save is made good by the next change, and the banner says that core is away.
  callApp('PUT', appRoutes.createDraft, { body: draft, isLast }).catch(() => undefined);
}, saveDelayMs);

function keepInTab(draft: CreateDraft): void {
  try {
    sessionStorage.setItem(tabKey, JSON.stringify(draft));
  } catch {
    // Storage may be full or forbidden: core keeps the draft all the same.
  }
}

function readTab(): CreateDraft | undefined {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(tabKey) ?? 'null');
    return isDraft(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function change(draft: CreateDraft, rest: Partial<Pick<DraftState, 'modelChange' | 'early'>> = {}): void {
  useDraftStore.setState({ draft, ...rest });
  if (!useDraftStore.getState().isLoaded) return;
  keepInTab(draft);
  // Core's schema wants a model, and there is none until the first list has come.
  if (draft.input.model !== '') autosave.schedule(draft);
}

/** Begins with the draft of this tab, else with the stored one; what was typed meanwhile stays. */
export function loadDraft(stored: CreateDraft | null): void {
  const { isLoaded, early } = useDraftStore.getState();
  if (isLoaded) return;
  useDraftStore.setState({ isLoaded: true, early: {} });
  const base = readTab() ?? stored ?? emptyDraft;
  const hasEarly = Object.keys(early).length > 0;
  if (hasEarly) change(withFields(base, early));
  else useDraftStore.setState({ draft: base });
}

/** Sets fields by hand. */
export function setFields(fields: Partial<CreationInput>): void {
  const { draft, isLoaded, early } = useDraftStore.getState();
  change(withFields(draft, fields), isLoaded ? {} : { early: { ...early, ...fields } });
}

/** Takes another model with what it recommends. */
export function chooseModel(model: StudioModel): void {
  const before = useDraftStore.getState().draft;
  const { draft, changed } = withModel(before, model);
  const isFirst = before.input.model === '';
  change(draft, { modelChange: isFirst || changed.length === 0 ? undefined : { before, changed } });
}

/** Only the settings go back: the model stays as chosen, and words typed meanwhile too. */
export function undoModelChange(): void {
  const { modelChange, draft } = useDraftStore.getState();
  if (modelChange === undefined) return;
  const { before, changed } = modelChange;
  const old = Object.fromEntries(changed.map((field) => [field, before.input[field]]));
  change(withFields(draft, old), { modelChange: undefined });
}

/** Sets steps and sampler from the model's record. */
export function setQuality(quality: Quality, model: StudioModel): void {
  change(withQuality(useDraftStore.getState().draft, quality, model));
}

/** Types a seed, which locks it. */
export function setSeed(seed: string): void {
  change(withSeed(useDraftStore.getState().draft, seed, true));
}

/** Locks the seed: the one that is there, else `lastSeed` of the last picture, else one by chance. */
function lockSeed(lastSeed: string | undefined): void {
  const { draft } = useDraftStore.getState();
  change(withSeed(draft, draft.input.seed ?? lastSeed ?? randomSeed(Math.random), true));
}

/** A new seed for each picture again. */
export function unlockSeed(): void {
  change(withSeed(useDraftStore.getState().draft, '', false));
}

/** Keeps the seed, or lets it go. */
export function toggleSeedLock(lastSeed: string | undefined): void {
  if (useDraftStore.getState().draft.isSeedLocked) unlockSeed();
  else lockSeed(lastSeed);
}

/** Takes all settings of a request that was made before. */
export function takeInput(input: CreationInput): void {
  change(withInput(input), { modelChange: undefined });
}

/** Replaces the draft by one that follows from it. */
export function replaceDraft(draft: CreateDraft): void {
  change(draft);
}

/** Takes the settings of a picture, from any screen; how many are asked for stays. */
export function takeImageSettings(image: GalleryImage): void {
  setFields(settingsOfImage(image));
}

/** Saves what waits when the page goes away; returns what stops it. */
export function saveDraftOnLeave(): () => void {
  const onLeave = (): void => autosave.flush(true);
  window.addEventListener('pagehide', onLeave);
  return () => {
    window.removeEventListener('pagehide', onLeave);
    autosave.flush();
  };
}
