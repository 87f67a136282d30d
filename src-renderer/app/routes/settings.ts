import { createLazyRoute } from '@tanstack/react-router';
import { SettingsScreen } from '#ui/studio/settings/index.ts';

export const route = createLazyRoute('/settings')({ component: SettingsScreen });
