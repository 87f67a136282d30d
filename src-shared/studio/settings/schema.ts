import { type Static, Type } from 'typebox';

/** Settings of the person at this machine. */
export const Settings = Type.Object(
  {
    theme: Type.Enum(['system', 'light', 'dark'], { type: 'string' }),
    language: Type.String({ minLength: 2, maxLength: 20 }),
    /** Where the image engine runs; what is not available falls back to the CPU and says so. */
    provider: Type.Enum(['cpu', 'webgpu', 'dml', 'coreml', 'cuda'], { type: 'string' }),
    workerOn: Type.Boolean(),
    /** Closing the window leaves the app running in the tray; on macOS it always does. */
    closeToTray: Type.Boolean(),
    /** Whether shortcuts without Ctrl or ⌘ act (WCAG 2.1.4). */
    singleKeyShortcuts: Type.Boolean(),
  },
  { additionalProperties: false },
);
export type Settings = Static<typeof Settings>;

/** A change of some settings; the answer is the whole. */
export const SettingsPatch = Type.Partial(Settings, { additionalProperties: false });
export type SettingsPatch = Static<typeof SettingsPatch>;

export const defaultSettings: Settings = {
  theme: 'system',
  language: 'en',
  provider: 'cpu',
  workerOn: true,
  closeToTray: false,
  singleKeyShortcuts: true,
};
