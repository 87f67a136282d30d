import { describe, expect, it } from 'vitest';
import { agentOf } from './agent.ts';

describe('the agent of a caller', () => {
  it.each([
    [undefined, 'unknown:0:unknown'],
    ['', 'unknown:0:unknown'],
    [' \u0000\n\u007f ', 'unknown:0:unknown'],
    ['Some\r\nClient:1:me@example.com\u001b[2J', 'SomeClient:1:me@example.com[2J'],
    ['x'.repeat(300), 'x'.repeat(255)],
  ])('%j is kept as %j', (declared, kept) => expect(agentOf(declared)).toBe(kept));
});
