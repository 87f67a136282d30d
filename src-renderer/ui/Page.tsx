import type { ReactNode } from 'react';
import { Title } from './controls.ts';
import classes from './Page.module.css';

interface PageProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** A screen that is read from top to bottom, with its heading. */
export function Page({ title, children }: PageProps) {
  return (
    <div className={classes.page}>
      <Title order={1} size="h3">
        {title}
      </Title>
      {children}
    </div>
  );
}

/** A titled part of a page. */
export function Panel({ title, children }: PageProps) {
  return (
    <section className={classes.panel} aria-label={title}>
      <Title order={2} size="h5">
        {title}
      </Title>
      {children}
    </section>
  );
}
