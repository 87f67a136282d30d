import { type Icon, IconCpu, IconLayoutGrid, IconSettings, IconSparkles } from '#ui/ui/icons.ts';

export type ScreenId = 'create' | 'gallery' | 'worker' | 'settings';

interface Screen {
  readonly id: ScreenId;
  readonly to: '/' | '/gallery' | '/worker' | '/settings';
  readonly icon: Icon;
}

/** The screens in the order of the navigation; their names are the words `nav.<id>`. */
export const screens: readonly Screen[] = [
  { id: 'create', to: '/', icon: IconSparkles },
  { id: 'gallery', to: '/gallery', icon: IconLayoutGrid },
  { id: 'worker', to: '/worker', icon: IconCpu },
  { id: 'settings', to: '/settings', icon: IconSettings },
];

/** The screen at a path, if there is one. */
export function screenAt(pathname: string): Screen | undefined {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
  return screens.find((screen) => screen.to === path);
}
