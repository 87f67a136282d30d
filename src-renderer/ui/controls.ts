/**
 * The parts of the component library that screens use. The rest of the interface imports from here,
 * so that a change of library, or of a default, is made in one folder (`ux.md` 5.1).
 */
export {
  ActionIcon,
  Anchor,
  Button,
  CloseButton,
  Code,
  Loader,
  Modal,
  Popover,
  Progress,
  SegmentedControl,
  Select,
  Skeleton,
  Switch,
  Text,
  Textarea,
  TextInput,
  Title,
  Tooltip,
  UnstyledButton,
  VisuallyHidden,
  useMantineColorScheme,
} from '@mantine/core';
export { useDebouncedValue, useHotkeys, useId, useMediaQuery } from '@mantine/hooks';
