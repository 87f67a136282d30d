import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core';

/** Felt and firelight: the one accent (`ux.md` 6). Shade 7 is the accent on light, shade 4 on dark. */
const ember: MantineColorsTuple = [
  '#fff6e6',
  '#fdeacb',
  '#fad79c',
  '#f7c56f',
  '#f5b54a',
  '#d98a2b',
  '#b86410',
  '#9a4a00',
  '#7d3c00',
  '#5f2d00',
];

const dark: MantineColorsTuple = [
  '#e6e6e6',
  '#c9ced3',
  '#a8b0b8',
  '#868e96',
  '#3a3f45',
  '#2b2f34',
  '#1f2226',
  '#16181b',
  '#111315',
  '#0c0d0f',
];

/**
 * The library picks the text on a filled accent by the accent of the light theme alone; on the bright one
 * of the dark theme that text would not be readable.
 */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  const isAccent = input.color === undefined || input.color === input.theme.primaryColor;
  return input.variant === 'filled' && isAccent ? { ...colors, color: 'var(--yurt-on-accent)' } : colors;
};

/** Sizes, type and behaviour of every component; colours with a meaning are role tokens below. */
export const theme = createTheme({
  primaryColor: 'ember',
  primaryShade: { light: 7, dark: 4 },
  colors: { ember, dark },
  autoContrast: true,
  variantColorResolver,
  respectReducedMotion: true,
  focusRing: 'auto',
  defaultRadius: 6,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: '620' },
  components: {
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true, fz: 'xs' } },
    Popover: { defaultProps: { shadow: 'md', withArrow: true } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
  },
});

/** Role tokens with the measured contrasts of `ux.md` 6. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#1f2328',
    '--mantine-color-dimmed': '#57606a',
    '--mantine-color-placeholder': '#57606a',
    '--yurt-surface': '#f6f7f8',
    '--yurt-line': '#dfe3e7',
    '--yurt-hover': '#eceff1',
    '--yurt-accent': '#9a4a00',
    '--yurt-on-accent': '#ffffff',
    '--yurt-accent-soft': '#fbefdf',
    '--yurt-queued': '#57606a',
    '--yurt-working': '#1864ab',
    '--yurt-done': '#2b7a3d',
    '--yurt-warning': '#8a5a00',
    '--yurt-failed': '#c92a2a',
    '--yurt-hidden': '#862e9c',
    '--yurt-control-border': '#868e96',
  },
  dark: {
    '--mantine-color-body': '#16181b',
    '--mantine-color-text': '#e6e6e6',
    '--mantine-color-dimmed': '#a8b0b8',
    '--mantine-color-placeholder': '#a8b0b8',
    '--yurt-surface': '#1f2226',
    '--yurt-line': '#2f3439',
    '--yurt-hover': '#2b2f34',
    '--yurt-accent': '#f5b54a',
    '--yurt-on-accent': '#16181b',
    '--yurt-accent-soft': '#33291a',
    '--yurt-queued': '#a8b0b8',
    '--yurt-working': '#74c0fc',
    '--yurt-done': '#69db7c',
    '--yurt-warning': '#ffd43b',
    '--yurt-failed': '#ff8787',
    '--yurt-hidden': '#e599f7',
    '--yurt-control-border': '#6c757d',
  },
});

/** Meaning of a colour; each has a token `--yurt-<tone>` in both themes. */
export type Tone = 'queued' | 'working' | 'done' | 'warning' | 'failed' | 'hidden';
