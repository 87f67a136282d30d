export {
  type DesktopHost,
  failToStart,
  type ShellCore,
  startArguments,
  startDesktop,
} from './start-desktop.ts';
