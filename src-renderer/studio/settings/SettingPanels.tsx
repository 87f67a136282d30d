import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { SegmentedControl, Select, Switch, useId } from '#ui/ui/controls.ts';
import { Panel } from '#ui/ui/Page.tsx';
import { defaultSettings, type Settings } from '#shared/studio/settings/schema.ts';
import { SettingRow } from './SettingRow.tsx';
import { type SettingName, useSettingChanges } from './use-setting-changes.ts';

type Changes = ReturnType<typeof useSettingChanges>;

interface PanelsProps {
  readonly settings: Settings;
  /** Whether this is the desktop app, which alone has a window and a tray. */
  readonly isDesktop: boolean;
}

interface ControlProps extends Pick<PanelsProps, 'settings'> {
  readonly changes: Changes;
}

const themes: readonly Settings['theme'][] = ['system', 'light', 'dark'];
type SwitchName = 'workerOn' | 'closeToTray' | 'singleKeyShortcuts';

const providers: readonly Settings['provider'][] = ['cpu', 'webgpu', 'dml', 'coreml', 'cuda'];

/** Every setting, each saved as it is changed. */
export function SettingPanels({ settings, isDesktop }: PanelsProps) {
  const { t } = useTranslation('settings');
  const changes = useSettingChanges();
  const props = { settings, changes };
  return (
    <>
      <Panel title={t('section.appearance')}>
        <ThemeSetting {...props} />
        <LanguageSetting {...props} />
        {isDesktop ? <SwitchSetting {...props} name="closeToTray" /> : null}
      </Panel>
      <Panel title={t('section.making')}>
        <SwitchSetting {...props} name="workerOn" />
        <ProviderSetting {...props} />
      </Panel>
      <Panel title={t('section.keyboard')}>
        <SwitchSetting {...props} name="singleKeyShortcuts" />
      </Panel>
    </>
  );
}

function ThemeSetting(props: ControlProps) {
  const { t } = useTranslation('settings');
  const { settings, changes } = props;
  return (
    <Row {...props} name="theme" words={(value) => t(`theme.value.${value}`)}>
      {({ labelledBy }) => (
        <SegmentedControl
          aria-labelledby={labelledBy}
          value={settings.theme}
          data={themes.map((value) => ({ value, label: t(`theme.value.${value}`) }))}
          onChange={(value) => changes.set('theme', value)}
        />
      )}
    </Row>
  );
}

function LanguageSetting(props: ControlProps) {
  const { i18n } = useTranslation('settings');
  const { settings, changes } = props;
  const nameOf = (language: string): string =>
    new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
  const carried = Object.keys(i18n.services.resourceStore.data);
  return (
    <Row {...props} name="language" words={nameOf}>
      {({ labelledBy, describedBy }) => (
        <Select
          aria-labelledby={labelledBy}
          aria-describedby={describedBy}
          value={carried.includes(settings.language) ? settings.language : (i18n.resolvedLanguage ?? 'en')}
          data={carried.map((value) => ({ value, label: nameOf(value) }))}
          allowDeselect={false}
          checkIconPosition="right"
          onChange={(value) => {
            if (value !== null) changes.set('language', value);
          }}
        />
      )}
    </Row>
  );
}

function ProviderSetting(props: ControlProps) {
  const { t } = useTranslation('settings');
  const { settings, changes } = props;
  return (
    <Row {...props} name="provider" words={(value) => t(`provider.value.${value}`)}>
      {({ labelledBy, describedBy }) => (
        <Select
          aria-labelledby={labelledBy}
          aria-describedby={describedBy}
          value={settings.provider}
          data={providers.map((value) => ({ value, label: t(`provider.value.${value}`) }))}
          allowDeselect={false}
          checkIconPosition="right"
          onChange={(value) => {
            const provider = providers.find((known) => known === value);
            if (provider !== undefined) changes.set('provider', provider);
          }}
        />
      )}
    </Row>
  );
}

function SwitchSetting(props: ControlProps & { readonly name: SwitchName }) {
  const { t } = useTranslation('settings');
  const { settings, changes, name } = props;
  return (
    <Row {...props} name={name} words={(value) => t(value ? 'on' : 'off')}>
      {({ labelledBy, describedBy }) => (
        <Switch
          aria-labelledby={labelledBy}
          aria-describedby={describedBy}
          checked={settings[name]}
          onChange={(event) => changes.set(name, event.currentTarget.checked)}
        />
      )}
    </Row>
  );
}

interface RowProps<Name extends SettingName> extends ControlProps {
  readonly name: Name;
  /** A value of this setting in words. */
  readonly words: (value: Settings[Name]) => string;
  readonly children: (ids: { labelledBy: string; describedBy: string }) => ReactNode;
}

function Row<Name extends SettingName>({ settings, changes, name, words, children }: RowProps<Name>) {
  const { t } = useTranslation('settings');
  const id = useId();
  const key: SettingName = name;
  const isDefault = settings[name] === defaultSettings[name];
  return (
    <SettingRow
      id={id}
      name={t(`${key}.name`)}
      help={t(`${key}.help`)}
      failure={changes.failureOf(name)}
      defaultValue={isDefault ? undefined : words(defaultSettings[name])}
      onReset={() => changes.set(name, defaultSettings[name])}
    >
      {children({ labelledBy: `${id}-name`, describedBy: `${id}-help` })}
    </SettingRow>
  );
}
