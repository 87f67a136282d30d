import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Tooltip, useMediaQuery } from '#ui/ui/controls.ts';
import classes from './Navigation.module.css';
import { screens } from './screens.ts';

/** The way to every screen: a rail with words, a rail of icons, or a bar at the bottom of a phone. */
export function Navigation() {
  const { t } = useTranslation('shell');
  // The same limits as the style sheet: only the rail of icons needs its words in tooltips.
  const isIconRail = useMediaQuery('(min-width: 48.0625em) and (max-width: 79.9375em)');
  return (
    <nav className={classes.root} aria-label={t('nav.label')} data-region>
      <span className={classes.brand}>
        <img src="/icon.svg" alt="" width={24} height={24} />
        <span className={classes.brandName}>{t('app')}</span>
      </span>
      <ul className={classes.list}>
        {screens.map(({ id, to, icon: Icon }) => (
          <li key={id} className={classes.item}>
            <Tooltip label={t(`nav.${id}`)} position="right" disabled={isIconRail !== true}>
              <Link
                to={to}
                className={classes.link}
                activeOptions={{ exact: true, includeSearch: false }}
                activeProps={{ 'aria-current': 'page' }}
              >
                <Icon size={20} aria-hidden="true" className={classes.icon} />
                <span className={classes.words}>{t(`nav.${id}`)}</span>
              </Link>
            </Tooltip>
          </li>
        ))}
      </ul>
    </nav>
  );
}
