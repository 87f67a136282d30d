import { expect, type Locator, type Page } from '@playwright/test';
import { say } from '../fixtures/words.ts';

/** The prompt of the first journey; the embedded model knows it. */
export const redCircle = 'a red circle on a blue background';

/** So many steps that a picture is never finished while a journey looks at it; it is cancelled then. */
export const endlessSteps = 500;

/** Making pictures takes as long as the machine needs: this only ends a wait that is in vain. */
export const workTimeout = 240_000;

/** The Create screen as a person finds it. */
export interface CreateScreen {
  readonly prompt: Locator;
  readonly create: Locator;
  readonly stage: Locator;
  readonly steps: Locator;
  /** Opens the app and waits until it can send. */
  open(link: string): Promise<void>;
  /** Opens the full settings, if they are closed, and sets the number of steps. */
  setSteps(steps: number): Promise<void>;
  setCount(count: number): Promise<void>;
  send(prompt: string): Promise<void>;
  /** The newest request card of a prompt. */
  card(prompt: string, count?: number): Card;
}

/** A request card. */
export interface Card {
  readonly root: Locator;
  /** Finished pictures on the card. */
  readonly pictures: Locator;
  button(key: string, values?: Readonly<Record<string, number>>): Locator;
  expectState(key: string, values?: Readonly<Record<string, string | number>>): Promise<void>;
}

export function createScreen(page: Page): CreateScreen {
  const prompt = page.getByRole('textbox', { name: say('create:prompt.label'), exact: true });
  const create = page.getByRole('button', { name: say('create:create') });
  const number = (key: string) => page.getByRole('spinbutton', { name: say(key), exact: true });
  const steps = number('create:steps');
  return {
    prompt,
    create,
    steps,
    stage: page.getByRole('region', { name: say('create:stage.label') }),
    open: async (link) => {
      await page.goto(link);
      await expect(create).toBeEnabled();
    },
    setSteps: async (value) => {
      if (!(await steps.isVisible())) await page.getByText(say('create:full'), { exact: true }).click();
      await steps.fill(String(value));
    },
    setCount: (value) => number('create:count.label').fill(String(value)),
    send: async (text) => {
      await prompt.fill(text);
      await prompt.press('ControlOrMeta+Enter');
    },
    card: (text, count = 1) =>
      cardOf(
        page.getByRole('article', { name: say('creations:label', { count, prompt: text }) }).first(),
        text,
      ),
  };
}

function cardOf(root: Locator, prompt: string): Card {
  return {
    root,
    pictures: root.getByRole('button', { name: say('creations:openPicture', { prompt }) }),
    button: (key, values) =>
      root.getByRole('button', { name: say(`creations:action.${key}`, values), exact: true }),
    expectState: (key, values) =>
      expect(root).toContainText(say(`creations:state.${key}`, values), { timeout: workTimeout }),
  };
}
